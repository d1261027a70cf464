"""What did a rep's measures come to, as a person reads them? The win rate is won of closed.

Score cards compare an estimate of the win rate that is drawn towards the team's; read as somebody's
own it would be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day
from salesbook.pages.lines.context import PageContext

_WIN_RATE: Final = "win_rate"
SHARES: Final = (_WIN_RATE,)
"""Measures whose values are shares; those of the others are numbers."""


def closed_deals(context: PageContext, period: str) -> Mapping[str, tuple[int, int]]:
    """By rep the deals that he won in a period, and all that he closed in it."""

    def gather() -> Mapping[str, tuple[int, int]]:
        deals = context.deals
        frame = deals.frame.assign(is_won=deals.is_won, is_closed=deals.is_won | deals.is_lost)
        first = pd.Timestamp(first_day(period, context.first_month))
        last = min(pd.Timestamp(last_day(period, context.first_month)), context.today)
        is_inside = frame["closed_on"].between(first, last)
        by_rep = frame[frame["is_closed"] & is_inside].groupby("rep_id")["is_won"]
        counts = by_rep.agg(["sum", "count"])
        return {str(row.Index): (int(row.sum), int(row.count)) for row in counts.itertuples()}

    return context.once(f"closed deals of {period}", gather)


def scale_of(context: PageContext, metric: str) -> float:
    """What full marks of a share are on score cards: 1, or 100 where Metrics has that scale."""
    scales = [row.scale for row in context.policy.metrics if row.metric == metric and row.scale]
    return scales[-1] if scales else 1.0


def measures_of_the_year(context: PageContext) -> pd.DataFrame:
    """Rows of ScorecardLines of the running year but attainment, each win rate the rep's own.

    The win rate stays in the scale of Metrics; there is none of who closed no deal.
    """

    def gather() -> pd.DataFrame:
        lines = context.tables["ScorecardLines"]
        is_measure = (lines["period"] == context.year) & (lines["metric"] != "attainment")
        measures = lines[is_measure]
        is_rate = measures["metric"] == _WIN_RATE
        own, scale = closed_deals(context, context.year), scale_of(context, _WIN_RATE)
        rates = {rep: won / closed * scale for rep, (won, closed) in own.items()}
        read = measures["rep_id"].map(rates).astype("float64")
        values = measures["value"].mask(is_rate, read)
        return measures.assign(value=values)[~is_rate | read.notna()]

    return context.once("measures of the running year as people read them", gather)
