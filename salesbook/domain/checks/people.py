"""Does the team hang together: no circle of managers, nothing owned by somebody who left?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from salesbook.domain.arithmetic.chains import circle_from
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
    manager_of = dict(zip(reps["rep_id"], reps["manager_id"], strict=True))

    circles = {}
    for rep in manager_of:
        circle = circle_from(rep, manager_of)
        if circle:
            circles[rep] = " → ".join(circle)

    in_circle = reps["rep_id"].isin(circles.keys())
    shown = reps["rep_id"].map(circles)
    yield from flag(task, "Reps.manager_id", in_circle, "manager-circle", "error", circle=shown)


def leavers(task: Task) -> Iterator[Finding]:
    """Name open deals and customers that still belong to somebody who has left."""
    if not has_rows(task, "Reps"):
        return
    reps = task.tables["Reps"]
    has_left = reps["left_on"] < pd.Timestamp(task.as_of)
    left_on = reps[has_left].set_index("rep_id")["left_on"]
    if left_on.empty:
        return

    if has_rows(task, "Deals"):
        deals = task.tables["Deals"]
        owner_left = deals["rep_id"].map(left_on)
        is_open = (stage_kinds(deals, task.policy) == "open").fillna(False)
        wrong = is_open & owner_left.notna()
        yield from flag(task, "Deals.rep_id", wrong, "owner-left", left=owner_left)

    if has_rows(task, "Customers"):
        owner_left = task.tables["Customers"]["owner_id"].map(left_on)
        wrong = owner_left.notna()
        yield from flag(task, "Customers.owner_id", wrong, "owner-left", left=owner_left)


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
        if not known or not has_rows(task, table):
            continue
        typed = task.tables[table][field].dropna()
        wrong = ~typed.map(fold_name).isin(known)
        yield from flag(task, place, wrong, code)
