"""What did a rep's measures come to? Those of the running year that earn points on his score card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from salesbook.domain.team.goals import GOALS
from salesbook.money import whole_percent
from salesbook.pages.lines.context import PageContext

SHARES: Final = ("win_rate", GOALS)
"""Measures whose values are shares; those of the others are numbers."""


def scale_of(context: PageContext, metric: str) -> float:
    """What full marks of a share are on score cards: 1, or 100 where Metrics has that scale."""
    scales = [row.scale for row in context.policy.metrics if row.metric == metric and row.scale]
    return scales[-1] if scales else 1.0


def shown_value(context: PageContext, metric: str) -> Callable[[float], float]:
    """How sentences say values of a metric: a share in whole per cents, whatever its scale is."""
    if metric not in SHARES:
        return lambda value: round(value, 2)
    scale = scale_of(context, metric)
    return lambda value: whole_percent(value / scale)


def goal_kind(context: PageContext, metric: str) -> str:
    """The ending of a sentence's code about what a metric is held against.

    Empty where Settings has a goal; `-median` where it has none and score cards take the peers' median,
    which nobody set and which is no goal.
    """
    in_force = [
        row
        for row in context.policy.metrics
        if row.metric == metric
        and (row.valid_from is None or row.valid_from <= context.today.date())
    ]
    # Goals of one person are agreed in a table of their own.
    is_set = metric == GOALS or not in_force or in_force[-1].goal is not None
    return "" if is_set else "-median"


def measures_of_the_year(context: PageContext) -> pd.DataFrame:
    """Rows of ScorecardLines of the running year that have points, but for attainment.

    Of what is too little for points no page says that it is behind or ahead: score card and pages
    would contradict each other.
    """

    def gather() -> pd.DataFrame:
        lines = context.tables["ScorecardLines"]
        is_measure = (lines["period"] == context.year) & (lines["metric"] != "attainment")
        return lines[is_measure & lines["score"].notna()]

    return context.once("measures of the running year that have points", gather)
