"""Which numbers of the funnel and the forecast call for action: a leak, or too little pipeline?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow
from salesbook.domain.alerts.rules import alert
from salesbook.domain.arithmetic.calendar import last_day, month_of, quarter_of_month
from salesbook.domain.pipeline.chances.win_rates import win_rate_by_count
from salesbook.domain.pipeline.forecast.velocity import required_coverage
from salesbook.domain.team.staff import NO_TEAM
from salesbook.frames import row_keys

_SLICES: Final = ("all", "team", "rep")
"""Slices that somebody answers for."""


@alert("worst-leak")
def worst_leaks(context: AlertContext) -> Iterator[AlertRow]:
    """The worst stage of all deals, and of each team and rep."""
    funnel = context.funnel
    is_worst = funnel["worst"].fillna(False)
    leaks = funnel[is_worst & funnel["slice_kind"].isin(_SLICES)]

    for key, row in zip(row_keys("Funnel", leaks), leaks.itertuples(index=False), strict=True):
        yield AlertRow(
            table="Funnel",
            row_key=key,
            severity="high" if row.slice_kind == "all" else "medium",
            who=row.slice if row.slice_kind == "rep" else None,
            amount=int(row.leak_value),
            facts={
                "stage": row.stage,
                "rate": float(row.resolved_rate),
                "low": float(row.wilson_low),
                "high": float(row.wilson_high),
                "amount": context.money(row.leak_value),
                "least": context.money(row.leak_low),
                "most": context.money(row.leak_high),
            },
            advice={"stage": row.stage},
        )


@alert("coverage-low")
def thin_coverage(context: AlertContext) -> Iterator[AlertRow]:
    """Slices whose open pipeline is too small for what this fiscal quarter's target still needs.

    Needed is (1 - share of won deals created and closed in one quarter) / win rate by count. A
    slice whose median forecast reaches the target, or whose target is met, is left out; so are all
    of them where no deal is closed yet.
    """
    start = context.policy.rules.fiscal_year_start
    quarter = quarter_of_month(month_of(context.as_of), start)

    won = context.won_deals
    win_rate = win_rate_by_count(len(won), context.lost_count)
    needed = required_coverage(same_quarter_share(won, start), win_rate)
    if math.isnan(needed):
        return

    forecast = context.forecast
    is_answered_for = forecast["slice_kind"].isin(_SLICES) & (forecast["slice"] != NO_TEAM)
    this_quarter = forecast[(forecast["period"] == quarter) & is_answered_for]

    is_thin = this_quarter["coverage"] < needed
    falls_short = (this_quarter["p50"] < this_quarter["target"]).fillna(False)
    short = this_quarter[is_thin & falls_short]

    days_left = (last_day(quarter, start) - context.as_of).days
    for key, row in zip(row_keys("Forecast", short), short.itertuples(index=False), strict=True):
        yield _coverage_alert(context, key, row, needed, days_left)


def _coverage_alert(
    context: AlertContext, key: str, row: Any, needed: float, days_left: int
) -> AlertRow:
    coverage = float(row.coverage)
    missing = int(row.target - row.closed)
    more_pipeline = math.ceil(missing * (needed - coverage))

    return AlertRow(
        table="Forecast",
        row_key=key,
        severity="high" if 2 * coverage < needed else "medium",
        who=row.slice if row.slice_kind == "rep" else None,
        amount=missing,
        facts={
            "coverage": coverage,
            "needed": needed,
            "missing": context.money(missing),
            "days": days_left,
        },
        advice={"amount": context.money(more_pipeline)},
    )


def same_quarter_share(won: pd.DataFrame, start_month: int) -> float:
    """Share of won deals created in the fiscal quarter they closed in; 0 where no day is known."""
    dated = won[won["created_on"].notna() & won["closed_on"].notna()]
    if dated.empty:
        return 0.0

    created = _quarter_number(dated["created_on"], start_month)
    closed = _quarter_number(dated["closed_on"], start_month)
    return float((created == closed).mean())


def _quarter_number(days: pd.Series[Any], start_month: int) -> pd.Series[Any]:
    """Fiscal quarters counted through, so that equal numbers are one quarter of one year."""
    return (days.dt.year * 12 + days.dt.month - start_month) // 3
