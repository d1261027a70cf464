"""Do targets add up from rep to team to company, and can they and their locks be met at all?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd

from salesbook.domain.checks.entry_checks import amount_of, flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.messages import Finding

_CELL = ["year", "rep_id", "month", "metric"]


def bounds(task: Task) -> Iterator[Finding]:
    """Floor ≤ target ≤ stretch; a cell's least ≤ its most, and its lock between them."""
    if has_rows(task, "Targets"):
        targets = task.tables["Targets"]
        yield from flag(
            task, "Targets.floor", targets["floor"] > targets["target"], "floor-above-target"
        )
        low = targets["stretch"] < targets["target"]
        yield from flag(task, "Targets.stretch", low, "stretch-below-target")
    if has_rows(task, "Locks"):
        locks = task.tables["Locks"]
        amounts = {kind: _amounts(locks, kind) for kind in ("min", "lock", "max")}
        below = (amounts["min"] > amounts["max"]) | (amounts["min"] > amounts["lock"])
        yield from flag(
            task, "Locks.amount", below & (locks["kind"] == "min"), "lock-bounds-cross", "error"
        )
        above = amounts["lock"] > amounts["max"]
        yield from flag(
            task, "Locks.amount", above & (locks["kind"] == "lock"), "lock-bounds-cross", "error"
        )


def _amounts(locks: pd.DataFrame, kind: str) -> pd.Series[int]:
    """For each lock row, the amount that its cell has under that kind;
    missing where it has none.
    """
    cells = pd.Series(
        list(locks[_CELL].itertuples(index=False, name=None)), index=locks.index, dtype="object"
    )
    of_kind = locks["kind"] == kind
    by_cell = dict(zip(cells[of_kind], locks.loc[of_kind, "amount"], strict=True))
    return cells.map(by_cell).astype("Int64")


def teams(task: Task) -> Iterator[Finding]:
    """Teams that have a target have members, now or once."""
    if has_rows(task, "Targets", "Reps"):
        targets = task.tables["Targets"]
        known = pd.concat([task.tables[name]["team"] for name in ("Reps", "Assignments")]).dropna()
        wrong = (targets["scope_kind"] == "team") & ~targets["scope"].isin(known)
        yield from flag(task, "Targets.scope", wrong, "unknown-team", "error")


def sums(task: Task) -> Iterator[Finding]:
    """Targets of the parts add up to the target of the whole.

    The parts of the company are its teams, or its reps where no team has a target; the parts of a
    team are its reps. Where a part has no target yet, the others may only stay under the whole.
    Reps who left and those who manage others need no target of their own.
    """
    if not has_rows(task, "Targets", "Reps"):
        return
    targets = task.tables["Targets"]
    parts = pd.Series(pd.NA, index=targets.index, dtype="Int64")
    for _, group in targets.groupby(["year", "metric"]):
        for row, total in _mismatches(group, _members(task)):
            parts[row] = total
    revenue = targets["metric"] == "revenue"
    shown = [
        None if pd.isna(total) else amount_of(task, total) if money else Decimal(int(total))
        for total, money in zip(parts, revenue, strict=True)
    ]
    facts = pd.Series(shown, index=targets.index, dtype="object")
    yield from flag(task, "Targets.target", parts.notna(), "targets-apart", total=facts)


def _members(task: Task) -> dict[str, frozenset[str]]:
    """Reps by team who ought to have a target; the team "" holds all of them."""
    reps = task.tables["Reps"]
    here = reps["left_on"].isna() | (reps["left_on"] >= pd.Timestamp(task.as_of))
    selling = reps[here & ~reps["rep_id"].isin(reps["manager_id"])]
    by_team = selling.groupby("team")["rep_id"].agg(frozenset).to_dict()
    return {**by_team, "": frozenset(selling["rep_id"])}


def _mismatches(
    group: pd.DataFrame, members: dict[str, frozenset[str]]
) -> Iterator[tuple[int, int]]:
    """Rows of one year and metric whose parts do not add up, with what the parts come to."""
    by_kind = {
        kind: rows.set_index("scope")["target"] for kind, rows in group.groupby("scope_kind")
    }
    none = pd.Series(dtype="Int64")
    of_teams, of_reps = by_kind.get("team", none), by_kind.get("rep", none)
    every_team = frozenset(team for team in members if team)
    for row, kind, scope, target in zip(
        group.index, group["scope_kind"], group["scope"], group["target"], strict=True
    ):
        if kind == "company":
            parts, all_parts = (of_teams, every_team) if len(of_teams) else (of_reps, members[""])
        elif kind == "team":
            all_parts = members.get(scope, frozenset())
            parts = of_reps[of_reps.index.isin(all_parts)]
        else:
            continue
        total = int(parts.sum())
        complete = bool(all_parts) and all_parts <= set(parts.index)
        if len(parts) and (total > target or (complete and total != target)):
            yield row, total
