"""Do targets add up from rep to team to company, and can they and their locks be met at all?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from salesbook.domain.arithmetic.calendar import fiscal_year_of
from salesbook.domain.checks.entry_checks import flag, has_rows, measure_of
from salesbook.domain.outcome import Task
from salesbook.messages import Finding

_CELL = ["year", "rep_id", "month", "metric"]


def bounds(task: Task) -> Iterator[Finding]:
    """Floor ≤ target ≤ stretch; a cell's least ≤ its most, and its lock between them."""
    if has_rows(task, "Targets"):
        targets = task.tables["Targets"]
        too_high = targets["floor"] > targets["target"]
        yield from flag(task, "Targets.floor", too_high, "floor-above-target")

        too_low = targets["stretch"] < targets["target"]
        yield from flag(task, "Targets.stretch", too_low, "stretch-below-target")

    if has_rows(task, "Locks"):
        locks = task.tables["Locks"]
        least, lock, most = (_amounts(locks, kind) for kind in ("min", "lock", "max"))

        # The finding stands at one of the two rows only: at the least, else at the lock.
        least_too_high = (locks["kind"] == "min") & ((least > most) | (least > lock))
        yield from flag(task, "Locks.amount", least_too_high, "lock-bounds-cross", "error")

        lock_too_high = (locks["kind"] == "lock") & (lock > most)
        yield from flag(task, "Locks.amount", lock_too_high, "lock-bounds-cross", "error")


def _amounts(locks: pd.DataFrame, kind: str) -> pd.Series[int]:
    """For each lock row, the amount its cell has under that kind; missing where it has none."""
    cell_rows = list(locks[_CELL].itertuples(index=False, name=None))
    cells = pd.Series(cell_rows, index=locks.index, dtype="object")

    is_of_kind = locks["kind"] == kind
    amounts = locks.loc[is_of_kind, "amount"]
    amount_of_cell = dict(zip(cells[is_of_kind], amounts, strict=True))
    return cells.map(amount_of_cell).astype("Int64")


def smart(task: Task) -> Iterator[Finding]:
    """Each target has somebody who answers for it, and an amount that results can be held to.

    A rep answers for his own. Whether a target is in reach says `score`, which knows what was sold
    (`proposals.smart`); its period and what it measures are fields that no row lacks.
    """
    if not has_rows(task, "Targets"):
        return
    targets = task.tables["Targets"]
    yield from flag(task, "Targets.target", targets["target"] == 0, "target-zero")

    # Of years gone nobody has to answer any more.
    running = fiscal_year_of(task.as_of, task.policy.rules.fiscal_year_start)
    is_current = targets["year"] >= running
    has_nobody = (targets["scope_kind"] != "rep") & targets["owner_id"].isna()
    yield from flag(task, "Targets.owner_id", has_nobody & is_current, "target-without-owner")
    if not has_rows(task, "Reps"):
        return

    left_on = task.tables["Reps"].set_index("rep_id")["left_on"]
    owner_left = targets["owner_id"].map(left_on)
    is_gone = (owner_left < pd.Timestamp(task.as_of)) & is_current
    yield from flag(
        task,
        "Targets.owner_id",
        is_gone,
        "target-owner-gone",
        owner=targets["owner_id"],
        day=owner_left,
    )


def teams(task: Task) -> Iterator[Finding]:
    """Teams that have a target have members, now or once."""
    if not has_rows(task, "Targets", "Reps"):
        return
    targets = task.tables["Targets"]
    teams_of_people = [task.tables[name]["team"] for name in ("Reps", "Assignments")]
    known = pd.concat(teams_of_people).dropna()

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
    members = _members(task)
    totals: dict[int, int] = {}
    for _, group in targets.groupby(["year", "metric"]):
        totals |= dict(_mismatches(group, members))

    wrong = pd.Series(targets.index.isin(list(totals)), index=targets.index)
    shown = {row: measure_of(task, total, targets["metric"][row]) for row, total in totals.items()}
    facts = pd.Series(shown, index=targets.index, dtype="object")
    yield from flag(task, "Targets.target", wrong, "targets-apart", total=facts)


def _members(task: Task) -> dict[str, frozenset[str]]:
    """Reps by team who ought to have a target; the team "" holds all of them."""
    reps = task.tables["Reps"]
    is_at_work = reps["left_on"].isna() | (reps["left_on"] >= pd.Timestamp(task.as_of))
    manages = reps["rep_id"].isin(reps["manager_id"])
    selling = reps[is_at_work & ~manages]

    by_team = selling.groupby("team")["rep_id"].agg(frozenset).to_dict()
    return {**by_team, "": frozenset(selling["rep_id"])}


def _mismatches(
    group: pd.DataFrame, members: dict[str, frozenset[str]]
) -> Iterator[tuple[int, int]]:
    """Rows of one year and metric whose parts do not add up, with what the parts come to."""
    targets_by_kind = {
        kind: rows.set_index("scope")["target"] for kind, rows in group.groupby("scope_kind")
    }
    none = pd.Series(dtype="Int64")
    of_teams = targets_by_kind.get("team", none)
    of_reps = targets_by_kind.get("rep", none)
    all_teams = frozenset(team for team in members if team)

    columns = (group.index, group["scope_kind"], group["scope"], group["target"])
    for row, kind, scope, target in zip(*columns, strict=True):
        if kind == "company" and len(of_teams):
            parts, wanted = of_teams, all_teams
        elif kind == "company":
            parts, wanted = of_reps, members[""]
        elif kind == "team":
            wanted = members.get(scope, frozenset())
            parts = of_reps[of_reps.index.isin(wanted)]
        else:
            continue
        if not len(parts):
            continue

        total = int(parts.sum())
        is_complete = bool(wanted) and wanted <= set(parts.index)
        if total > target or (is_complete and total != target):
            yield row, total
