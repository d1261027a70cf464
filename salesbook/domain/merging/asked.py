"""Which rows are to become one: of which table, and which of them stays?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.errors import UsageError
from salesbook.messages import Finding, some_of
from salesbook.names.folding import fold_name
from salesbook.names.nearest import nearest_known
from salesbook.tables import TABLES

MERGED_TABLES: Final = ("Customers", "Deals", "Reps", "Leads")
"""Tables whose rows can be merged. Products are names in Settings, which other rows spell out."""
_MOST_NAMED: Final = 3
_KEEP: Final = "--keep"


@dataclass(frozen=True)
class MergeGroup:
    """Rows of one table that are one."""

    table: str
    keep: str
    """Key of the row that stays."""
    others: tuple[str, ...]
    """Keys of those that go into it: what an earlier one says goes before what a later one says."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Keys of all of them, the one that stays first."""
        return (self.keep, *self.others)


def groups_asked(task: Task) -> list[MergeGroup]:
    """The rows that somebody wants to be one: by their ids, or by pairs of Duplicates.

    Pairs that share a row are one group. Of a pair nobody has said which row stays: it is the one
    that most other rows name; of equal ones the one with more filled fields; else the smaller key.

    Raises: UsageError where an id leads to no row, or it is not clear which table is meant.
    """
    if task.duplicates:
        return list(_groups_of_pairs(task, task.duplicates))
    if task.keep is None or not task.merged:
        raise UsageError("merge-which", where=_KEEP)

    table = _table_of(task, (task.keep, *task.merged))
    keep = _key_of(task, table, task.keep, _KEEP)
    others = [_key_of(task, table, typed) for typed in task.merged]
    others = [key for key in dict.fromkeys(others) if key != keep]
    if not others:
        raise UsageError("merge-which", where=_KEEP)
    return [MergeGroup(table, keep, tuple(others))]


def _table_of(task: Task, typed: Sequence[str]) -> str:
    """The one table that has all the ids. Raises: UsageError."""
    if task.merge_table is not None:
        if task.merge_table not in MERGED_TABLES:
            raise UsageError("merge-not-these", where="--table", found=task.merge_table)
        return task.merge_table

    has_all = [
        table for table in MERGED_TABLES if all(_keys_meant(task, table, text) for text in typed)
    ]
    if len(has_all) == 1:
        return has_all[0]
    if has_all:
        shown = ", ".join(typed)
        raise UsageError("merge-which-table", where="--table", found=shown, tables=tuple(has_all))

    for text in typed:
        if not any(_keys_meant(task, table, text) for table in MERGED_TABLES):
            raise _unknown(task, MERGED_TABLES, text, _KEEP if text == task.keep else "")
    raise UsageError("merge-two-tables", where=_KEEP, found=", ".join(typed))


def _key_of(task: Task, table: str, typed: str, where: str = "") -> str:
    """The key of the row that an id means.

    Args: where is the option behind which it stands, which a refusal names.

    Raises: UsageError, also where several rows have that key: nobody has said which of them goes.
    """
    keys = _keys_meant(task, table, typed)
    if len(keys) == 1:
        _refuse_key_of_two(task, table, keys[0], where)
        return keys[0]
    if keys:
        shown = some_of(keys, _MOST_NAMED)
        raise UsageError("ambiguous-name", where=where, found=typed, candidates=shown)
    raise _unknown(task, (table,), typed, where)


def _refuse_key_of_two(task: Task, table: str, key: str, where: str) -> None:
    """Of rows with one key all but one are left out: one of them would go, and the others stay."""
    key_field = TABLES[table].key[0]
    twins = _rows_with(task.left_out.get(table), key_field, key)
    if not twins:
        return
    rows = (*twins, *_rows_with(task.tables[table], key_field, key))
    about = Finding("duplicate-key", "error", table, row=min(rows), field=key_field, row_key=key)
    raise UsageError("merge-key-twice", where=where, found=key, about=about, rows=rows)


def _rows_with(frame: pd.DataFrame | None, key_field: str, key: str) -> tuple[int, ...]:
    if frame is None or frame.empty:
        return ()
    return tuple(int(row) for row in frame.index[frame[key_field] == key])


def _keys_meant(task: Task, table: str, typed: str) -> list[str]:
    """Keys of the rows that an id may mean: as it stands, else in other letters, else by name."""
    frame = task.tables[table]
    keys = frame[TABLES[table].key[0]].tolist()
    if typed in keys:
        return [typed]

    folded = fold_name(typed)
    by_key = [key for key in keys if fold_name(key) == folded]
    if by_key:
        return by_key
    names = frame["name"].tolist()
    named = zip(keys, names, strict=True)
    return sorted(key for key, name in named if isinstance(name, str) and fold_name(name) == folded)


def _unknown(task: Task, tables: Sequence[str], typed: str, where: str) -> UsageError:
    """Say of an id that leads to no usable row why, where it went, or which one may be meant."""
    for table in tables:
        key_field = TABLES[table].key[0]
        left_out = _rows_with(task.left_out.get(table), key_field, typed)
        if left_out:
            row = left_out[0]
            faults = [
                fault
                for fault in task.found
                if (fault.table, fault.row, fault.severity) == (table, row, "error")
            ]
            unnamed = Finding("", "error", table, row=row, field=key_field)
            about = next(iter(faults), unnamed)
            return UsageError("merge-left-out", where=where, found=typed, about=about)

    aliases = task.tables["Aliases"]
    went = aliases[(aliases["old_id"] == typed) & aliases["table"].isin(tables)]
    for alias in went.to_dict("records"):
        into = task.merged_ids.get(str(alias["table"]), {}).get(typed, str(alias["new_id"]))
        day = alias["on"].date()
        return UsageError("merge-already", where=where, found=typed, into=into, day=day)

    known: dict[str, str] = {}
    for table in tables:
        known |= {str(key): str(key) for key in task.tables[table][TABLES[table].key[0]]}
    nearest = tuple(nearest_known(typed, known))
    return UsageError("merge-unknown", where=where, found=typed, nearest=nearest)


def _groups_of_pairs(task: Task, pairs: Sequence[tuple[str, str, str]]) -> Iterator[MergeGroup]:
    """Groups of pairs that hang together, table by table, in order of the keys that stay."""
    wrong = [table for table, _, _ in pairs if table not in MERGED_TABLES]
    if wrong:
        raise UsageError("merge-not-these", where="Duplicates", found=wrong[0])

    for table in MERGED_TABLES:
        of_table = [(left, right) for name, left, right in pairs if name == table]
        for typed in {key for pair in of_table for key in pair}:
            _key_of(task, table, typed)
        groups = [_ordered(task, table, keys) for keys in _connected(of_table)]
        yield from sorted(groups, key=lambda group: group.keep)


def _connected(pairs: Sequence[tuple[str, str]]) -> list[set[str]]:
    """Keys that pairs tie together."""
    group_of: dict[str, set[str]] = {}
    for left, right in pairs:
        joined = group_of.get(left, {left}) | group_of.get(right, {right})
        for key in joined:
            group_of[key] = joined
    return list({id(group): group for group in group_of.values()}.values())


def _ordered(task: Task, table: str, keys: set[str]) -> MergeGroup:
    """A group, the row that stays first."""
    spec = TABLES[table]
    frame = task.tables[table].set_index(spec.key[0])
    filled = frame.notna().sum(axis=1)
    named = _times_named(task, table, keys)
    in_order = sorted(keys, key=lambda key: (-named[key], -int(filled[key]), key))
    return MergeGroup(table, in_order[0], tuple(in_order[1:]))


def _times_named(task: Task, table: str, keys: set[str]) -> Mapping[str, int]:
    """How often other rows name each of these rows."""
    times = dict.fromkeys(keys, 0)
    for name, frame in task.tables.items():
        for field in TABLES[name].fields:
            if field.ref == table:
                counts: Any = frame[field.name][frame[field.name].isin(keys)].value_counts()
                for key, count in counts.items():
                    times[str(key)] += int(count)
    return times


def name_of(task: Task, table: str, key: str) -> str | None:
    """What a row is called; None where it has no name."""
    frame = task.tables[table]
    names = frame.loc[frame[TABLES[table].key[0]] == key, "name"]
    return str(names.iloc[0]) if len(names) and pd.notna(names.iloc[0]) else None
