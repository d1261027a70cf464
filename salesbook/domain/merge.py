"""The verb `merge`: rows that are one become one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from salesbook.domain.merging.accepted import (
    CHECK_MARKS,
    WAIVERS,
    KeysThen,
    marks_then,
    waivers_then,
)
from salesbook.domain.merging.asked import MERGED_TABLES, MergeGroup, groups_asked, name_of
from salesbook.domain.merging.fields import FieldLost, MergedFields, merged_fields
from salesbook.domain.merging.obstacles import open_amount_that_goes, refuse_obstacles
from salesbook.domain.merging.pay_effect import PayEffect, pay_effect
from salesbook.domain.merging.references import Moves, moves_of, with_cells
from salesbook.domain.outcome import MergedRows, Outcome, Patch, Task
from salesbook.frames import Tables, empty_frame, frame_from_rows
from salesbook.messages import Fact, Message, joined, some_of
from salesbook.money import to_decimal
from salesbook.tables import MONEY_KINDS, TABLES, Kind

_ALIASES: Final = "Aliases"
_DUPLICATES: Final = "Duplicates"
_MOST_NAMED: Final = 6
_MOST_GROUPS: Final = 5
"""So many groups are told each in full; of more only how many there are."""


def run(task: Task) -> Outcome:
    """Make one row of several: of customers, deals, reps or leads.

    The row that stays keeps what it says and takes from the others what it lacks. Every row that
    people typed and that names one of the others names it then; histories keep the ids that were
    true on their day, and Aliases says whom they mean. Nothing is summed that was sold, paid or
    planned, so that all totals of orders and payments stay what they are.

    Args:
        task: `keep` and `merged` name rows by id; or `duplicates` are pairs of Duplicates.

    Returns: changes of every table that names a row which goes, new rows of Aliases, the pairs of
        Duplicates that are settled, and accepted warnings and coloured cells by the keys of then.

    Raises: UsageError where rows are not there, or may not become one.
    """
    merges = []
    for group in groups_asked(task):
        merge = _merge_of(task, group)
        merges.append(merge)
        task = replace(task, tables={**task.tables, **merge.tables_after}, whole={})

    patches = _patches(merges)
    patches |= _alias_patch(task, merges)
    patches |= _settled_pairs(task, merges)
    keys_then = [keys for merge in merges for keys in _keys_then(merge)]
    patches[WAIVERS] = waivers_then(task.tables[WAIVERS], keys_then)
    patches[CHECK_MARKS] = marks_then(task.tables[CHECK_MARKS], keys_then)
    return Outcome(
        patches={name: patch for name, patch in patches.items() if _says_something(patch)},
        answer=tuple(_told(task, merges)),
        merged=tuple(merge.document(task.policy.decimals) for merge in merges),
    )


@dataclass(frozen=True)
class _Merge:
    """What becomes of one group."""

    group: MergeGroup
    names: Mapping[str, str | None]
    """What each of its rows is called, by key."""
    companies: Mapping[str, str]
    """Of customers the companies that are named, by key."""
    fields: MergedFields
    row: int
    """The frame's index of the row that stays."""
    gone: tuple[int, ...]
    """Those of the rows that go."""
    moves: Mapping[str, Moves]
    tables_after: Tables
    open_amount: int = 0
    """Of deals: what those that go weigh in the pipeline, in minor units."""
    pay: PayEffect | None = None
    """Of reps."""

    @property
    def moved(self) -> dict[str, int]:
        """By table how many rows name the row that stays now."""
        rows = {name: moves.rows for name, moves in self.moves.items()}
        # The row that stays is in its own table what changes, and not what names it.
        rows[self.group.table] -= self.row in self.moves[self.group.table].cells
        return {name: count for name, count in rows.items() if count}

    def document(self, decimals: int) -> MergedRows:
        """What programs are told."""
        group, fields = self.group, self.fields
        return MergedRows(
            table=group.table,
            keep=group.keep,
            merged=group.others,
            taken={taken.field: taken.source for taken in fields.taken},
            lost=tuple((lost.source, lost.field) for lost in fields.lost),
            moved=self.moved,
            left={
                name: tuple(moves.left_keys)
                for name, moves in self.moves.items()
                if moves.left_keys
            },
            open_amount=to_decimal(self.open_amount, decimals),
            pay_before=_in_units(self.pay.before if self.pay else None, decimals),
            pay_after=_in_units(self.pay.after if self.pay else None, decimals),
        )


def _in_units(minor: int | None, decimals: int) -> Decimal | None:
    return None if minor is None else to_decimal(minor, decimals)


def _merge_of(task: Task, group: MergeGroup) -> _Merge:
    """Merge one group. Raises: UsageError."""
    refuse_obstacles(task, group)
    table = group.table
    frame = task.tables[table]
    keys = frame[TABLES[table].key[0]]
    row_of = {str(key): int(row) for row, key in keys.items()}
    said = {
        key: {str(name): value for name, value in frame.loc[row_of[key]].items() if pd.notna(value)}
        for key in group.ids
    }
    fields = merged_fields(table, said, group.ids)
    if table == "Reps":
        _part_from_himself(fields, group, had_manager="manager_id" in said[group.keep])

    new_ids = dict.fromkeys(group.others, group.keep)
    moves = moves_of(task, table, new_ids)
    own = moves.setdefault(table, Moves())
    row = row_of[group.keep]
    own.cells[row] = {**own.cells.get(row, {}), **fields.changes}
    gone = tuple(row_of[key] for key in group.others)

    after = {
        name: with_cells(task.tables[name], of_table.cells).drop(index=of_table.leaving)
        for name, of_table in moves.items()
    }
    after[table] = after[table].drop(index=list(gone))
    return _Merge(
        group=group,
        names={key: name_of(task, table, key) for key in group.ids},
        companies={key: str(row["company"]) for key, row in said.items() if "company" in row},
        fields=fields,
        row=row,
        gone=gone,
        moves=moves,
        tables_after=after,
        open_amount=open_amount_that_goes(task, group) if table == "Deals" else 0,
        pay=pay_effect(task, after, group) if table == "Reps" else None,
    )


def _part_from_himself(fields: MergedFields, group: MergeGroup, *, had_manager: bool) -> None:
    """Nobody is his own manager: whose manager was one of the rows has none then."""
    if fields.values.get("manager_id") in group.ids:
        fields.values.pop("manager_id")
        fields.changes.pop("manager_id", None)
        if had_manager:
            fields.changes["manager_id"] = None
        fields.taken = [taken for taken in fields.taken if taken.field != "manager_id"]


# --- what is written ------------------------------------------------------------------------------


def _patches(merges: Sequence[_Merge]) -> dict[str, Patch]:
    """By table that people type into: cells that change, and rows that go."""
    cells: dict[str, dict[int, dict[str, object]]] = {}
    leaving: dict[str, dict[int, int | None]] = {}
    for merge in merges:
        for name, moves in merge.moves.items():
            of_table = cells.setdefault(name, {})
            for row, values in moves.cells.items():
                of_table.setdefault(row, {}).update(values)
            leaving.setdefault(name, {}).update(dict.fromkeys(moves.leaving))
        leaving[merge.group.table] |= dict.fromkeys(merge.gone, merge.row)
    return {
        name: Patch(
            empty_frame(name),
            {
                row: values
                for row, values in of_table.items()
                if row not in leaving[name] and values
            },
            leaving=leaving[name],
        )
        for name, of_table in cells.items()
    }


def _keys_then(merge: _Merge) -> Iterator[KeysThen]:
    """What a merge does to the keys by which other tables find rows."""
    new_ids = dict.fromkeys(merge.group.others, merge.group.keep)
    lost = {(lost.source, lost.field) for lost in merge.fields.lost}
    yield KeysThen(merge.group.table, new_ids, new_ids, lost, goes=True)
    for name, moves in merge.moves.items():
        if moves.new_keys:
            yield KeysThen(name, moves.new_keys, new_ids)


def _says_something(patch: Patch) -> bool:
    return bool(patch.cells or patch.leaving or len(patch.new_rows))


def _alias_patch(task: Task, merges: Sequence[_Merge]) -> dict[str, Patch]:
    """Aliases: a row for each row that goes, in place of one that says where its id went before."""
    rows: list[dict[str, Any]] = []
    for merge in merges:
        for key in merge.group.others:
            row = {
                "table": merge.group.table,
                "old_id": key,
                "old_name": merge.names[key],
                "old_company": merge.companies.get(key),
                "new_id": merge.group.keep,
                "on": pd.Timestamp(task.as_of),
                "otherwise": _otherwise(task, merge, key),
            }
            rows.append(row)

    standing = task.tables[_ALIASES]
    again = {(row["table"], row["old_id"]) for row in rows}
    pairs = zip(standing["table"], standing["old_id"], strict=True)
    replaced = [int(row) for row, pair in zip(standing.index, pairs, strict=True) if pair in again]
    return {_ALIASES: Patch(frame_from_rows(_ALIASES, rows), leaving=dict.fromkeys(replaced))}


def _otherwise(task: Task, merge: _Merge, key: str) -> Message | None:
    """What a row that goes says otherwise, field by field; None where that is nothing."""
    said = [
        Message("merge.said", _value_facts(task, merge, lost))
        for lost in merge.fields.lost
        if lost.source == key
    ]
    return joined(said) if said else None


def _value_facts(task: Task, merge: _Merge, lost: FieldLost) -> dict[str, Fact]:
    table = merge.group.table
    return {"field": f"{table}.{lost.field}", "value": (_shown(task, table, lost),)}


def _shown(task: Task, table: str, lost: FieldLost) -> str:
    """A value as a sentence holds it: plain text, whatever it is; a person by name and key."""
    spec = TABLES[table].field(lost.field)
    value: Any = lost.value
    if spec.kind in MONEY_KINDS:
        return f"{to_decimal(int(value), task.policy.decimals):,}"
    if spec.ref in MERGED_TABLES:
        name = name_of(task, spec.ref, str(value))
        return f"{name} ({value})" if name and name != value else str(value)
    if spec.choices:
        return f"{table}.{lost.field}={value}"
    if spec.kind is Kind.DATE:
        return str(value.date().isoformat())
    return " ".join(str(value).split())


def _settled_pairs(task: Task, merges: Sequence[_Merge]) -> dict[str, Patch]:
    """Pairs of Duplicates that name a row which goes; the next check finds what is left."""
    pairs = task.tables[_DUPLICATES]
    is_settled = pd.Series(False, index=pairs.index)
    for merge in merges:
        others = list(merge.group.others)
        names_one = pairs["left_id"].isin(others) | pairs["right_id"].isin(others)
        is_settled |= (pairs["table"] == merge.group.table) & names_one
    leaving = {int(row): None for row in pairs.index[is_settled]}
    return {_DUPLICATES: Patch(empty_frame(_DUPLICATES), leaving=leaving, can_wait=True)}


# --- what is said ---------------------------------------------------------------------------------


def _told(task: Task, merges: Sequence[_Merge]) -> Iterator[Message]:
    for merge in merges[:_MOST_GROUPS]:
        yield from _plan(task, merge)
    if len(merges) > _MOST_GROUPS:
        rows = sum(len(merge.group.others) for merge in merges)
        yield Message("merge.in-all", {"rows": rows, "groups": len(merges)})
    yield Message("merge.histories", {"aliases": _ALIASES})


def _plan(task: Task, merge: _Merge) -> Iterator[Message]:
    """What becomes of one group: who stays, what it takes, what goes, who names it then."""
    group = merge.group
    others = tuple(_called(merge, key) for key in group.others)
    yield Message(
        "merge.stays",
        {
            "table": group.table,
            "keep": (_called(merge, group.keep),),
            "others": some_of(others, _MOST_NAMED),
        },
    )
    yield from _about_fields(task, merge)
    if merge.moved:
        counts = [
            Message("merge.count", {"table": name, "rows": rows})
            for name, rows in merge.moved.items()
        ]
        yield Message("merge.moves", {"keep": group.keep}, more=tuple(counts))
    for name, moves in merge.moves.items():
        if moves.left_keys:
            facts: dict[str, Fact] = {
                "table": name,
                "rows": len(moves.left_keys),
                "keys": some_of(moves.left_keys, _MOST_NAMED),
                "keep": group.keep,
            }
            yield Message("merge.leave", facts)
    yield from _about_money(task, merge)


def _called(merge: _Merge, key: str) -> str:
    """`C007 (Acme Ltd)`: a customer by the company, where one is named."""
    name = merge.companies.get(key) or merge.names[key]
    return f"{key} ({name})" if name and name != key else key


def _about_fields(task: Task, merge: _Merge) -> Iterator[Message]:
    taken: dict[str, list[str]] = {}
    for one in merge.fields.taken:
        taken.setdefault(one.source, []).append(f"{merge.group.table}.{one.field}")
    for source, fields in taken.items():
        facts: dict[str, Fact] = {"keep": merge.group.keep, "source": source}
        yield Message("merge.takes", {**facts, "fields": tuple(fields)})

    lost: dict[str, list[Message]] = {}
    for value in merge.fields.lost:
        said = Message("merge.said", _value_facts(task, merge, value))
        lost.setdefault(value.source, []).append(said)
    for source, messages in lost.items():
        facts = {"keep": merge.group.keep, "source": source, "aliases": _ALIASES}
        yield Message("merge.goes", facts, more=tuple(messages[:_MOST_NAMED]))


def _about_money(task: Task, merge: _Merge) -> Iterator[Message]:
    decimals = task.policy.decimals
    if merge.group.table == "Deals":
        amount = to_decimal(merge.open_amount, decimals)
        yield Message(
            "merge.pipeline" if merge.open_amount else "merge.pipeline-same", {"amount": amount}
        )
    pay = merge.pay
    if pay is None:
        return
    if pay.before is None or pay.after is None:
        yield Message("merge.pay-unknown")
        return
    facts: dict[str, Fact] = {
        "keep": merge.group.keep,
        "before": to_decimal(pay.before, decimals),
        "after": to_decimal(pay.after, decimals),
    }
    yield Message("merge.pay-same" if pay.before == pay.after else "merge.pay", facts)
