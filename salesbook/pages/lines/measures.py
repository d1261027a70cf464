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
