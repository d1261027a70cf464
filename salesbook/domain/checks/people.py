"""Does the team hang together: no circle of managers, nothing owned by somebody who left?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.domain.sales.stages import stage_kinds
from salesbook.messages import Finding
from salesbook.names.folding import fold_name


def managers(task: Task) -> Iterator[Finding]:
    """Name reps who are, over some others or directly, their own manager."""
    if not has_rows(task, "Reps"):
        return
    reps = task.tables["Reps"]
    above = dict(zip(reps["rep_id"], reps["manager_id"], strict=True))
    circles = {rep: circle for rep in above if (circle := _circle(rep, above))}
    shown = reps["rep_id"].map({rep: " → ".join(circle) for rep, circle in circles.items()})
    wrong = reps["rep_id"].isin(circles.keys())
    yield from flag(task, "Reps.manager_id", wrong, "manager-circle", "error", circle=shown)


def _circle(rep: str, above: Mapping[str, str]) -> list[str]:
    """The way from a rep over the managers back to that rep; empty where it does not lead back."""
    path = [rep]
    for _ in range(len(above)):
        path.append(above.get(path[-1], ""))
        if path[-1] == rep:
            return path
        if path[-1] not in above:
            return []
    return []


def leavers(task: Task) -> Iterator[Finding]:
    """Name open deals and customers that still belong to somebody who has left."""
    if not has_rows(task, "Reps"):
        return
    reps = task.tables["Reps"]
    gone = reps[reps["left_on"] < pd.Timestamp(task.as_of)].set_index("rep_id")["left_on"]
    if gone.empty:
        return
    if has_rows(task, "Deals"):
        deals = task.tables["Deals"]
        left = deals["rep_id"].map(gone)
        still_open = (stage_kinds(deals, task.policy) == "open").fillna(False)
        yield from flag(task, "Deals.rep_id", still_open & left.notna(), "owner-left", left=left)
    if has_rows(task, "Customers"):
        left = task.tables["Customers"]["owner_id"].map(gone)
        yield from flag(task, "Customers.owner_id", left.notna(), "owner-left", left=left)


def plans_and_levels(task: Task) -> Iterator[Finding]:
    """Commission plans and levels of reps stand in the settings, unless these are empty."""
    plans = {fold_name(bracket.plan) for bracket in task.policy.brackets}
    levels = {fold_name(level.level) for level in task.policy.levels}
    for place, known, code in (
        ("Reps.plan", plans, "unknown-plan"),
        ("Assignments.plan", plans, "unknown-plan"),
        ("Reps.level", levels, "unknown-level"),
    ):
        table, _, field = place.partition(".")
        if known and has_rows(task, table):
            typed = task.tables[table][field].dropna()
            wrong = ~typed.map(fold_name).isin(known)
            yield from flag(task, place, wrong, code)
