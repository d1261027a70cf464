"""Do goals hang together, and is each one such that somebody can say whether it was reached?

A goal is checked as SMART ones are: it names its owner and its period (without them its row cannot
be used at all), how it is measured, and the day by which it is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day, months_in
from salesbook.domain.arithmetic.chains import circle_from
from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.messages import Finding

_ITSELF = "goals"
"""The metric that goals make up, which none can be measured by."""


def trees(task: Task) -> Iterator[Finding]:
    """Name goals that are, over others or directly, their own parent; or outlast their parent."""
    if not has_rows(task, "Goals"):
        return
    goals = task.tables["Goals"]
    circles = _circles(goals)
    in_circle = goals["goal_id"].isin(circles.keys())
    shown = goals["goal_id"].map(circles)
    yield from flag(task, "Goals.parent_id", in_circle, "goal-circle", "error", circle=shown)

    start_month = task.policy.rules.fiscal_year_start
    parent_periods = goals["parent_id"].map(goals.set_index("goal_id")["period"])
    pairs = zip(goals["period"], parent_periods, strict=True)
    is_outside = [
        isinstance(of_parent, str)
        and not set(months_in(period, start_month)) <= set(months_in(of_parent, start_month))
        for period, of_parent in pairs
    ]
    outside = pd.Series(is_outside, index=goals.index) & ~in_circle
    yield from flag(task, "Goals.period", outside, "goal-outlasts-parent", of_parent=parent_periods)


def _circles(goals: pd.DataFrame) -> dict[str, str]:
    """The way from each goal that is, over others or directly, its own parent back to itself."""
    parent_of = dict(zip(goals["goal_id"], goals["parent_id"], strict=True))
    ways = {goal: circle_from(goal, parent_of) for goal in parent_of}
    return {goal: " → ".join(way) for goal, way in ways.items() if way}


def smart(task: Task) -> Iterator[Finding]:
    """Name goals of which nobody could say whether they were reached, or when they are to be."""
    if not has_rows(task, "Goals"):
        return
    goals = task.tables["Goals"]
    # Goals of a circle count by themselves, and are nobody's parts.
    in_circle = goals["goal_id"].isin(_circles(goals).keys())
    has_children = goals["goal_id"].isin(goals.loc[~in_circle, "parent_id"].dropna())
    has_metric, has_target = goals["metric"].notna(), goals["target"].notna()
    has_result = goals["result"].notna()

    by_itself = (goals["metric"] == _ITSELF).fillna(False)
    yield from flag(task, "Goals.metric", by_itself, "goal-by-goals", "error")

    summed_up = has_children & (has_result | has_metric)
    yield from flag(task, "Goals.goal", summed_up, "goal-has-parts")

    leaf = ~has_children
    no_target = leaf & has_metric & ~has_target
    yield from flag(task, "Goals.target", no_target, "goal-without-target")
    is_vague = leaf & ~has_metric & ~has_target & ~has_result
    yield from flag(task, "Goals.target", is_vague, "goal-not-measurable")
    is_nothing = leaf & has_target & (goals["target"] <= 0)
    yield from flag(task, "Goals.target", is_nothing, "goal-of-nothing")
    yield from _due_days(task, goals, leaf)

    is_typed = leaf & ~(has_metric & has_target)
    is_over = goals["due_on"] < pd.Timestamp(task.as_of)
    unknown = is_typed & is_over & ~has_result
    yield from flag(task, "Goals.result", unknown, "goal-without-result", due=goals["due_on"])


def _due_days(task: Task, goals: pd.DataFrame, leaf: pd.Series[Any]) -> Iterator[Finding]:
    """A goal that is measured or done at some time needs a day for it, inside of its period."""
    start_month = task.policy.rules.fiscal_year_start
    no_day = leaf & goals["due_on"].isna()
    yield from flag(task, "Goals.due_on", no_day, "goal-without-due-day")

    firsts = goals["period"].map(lambda period: pd.Timestamp(first_day(period, start_month)))
    lasts = goals["period"].map(lambda period: pd.Timestamp(last_day(period, start_month)))
    outside = (goals["due_on"] < firsts) | (goals["due_on"] > lasts)
    yield from flag(
        task, "Goals.due_on", outside, "goal-due-outside-period", first=firsts, last=lasts
    )
