"""Which numbers of the funnel and the forecast call for action: a leak, or too little pipeline?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.alerts.rows import AlertRow, Desk
from salesbook.domain.arithmetic.calendar import last_day, month_of, quarter_of_month
from salesbook.domain.pipeline.chances.win_rates import win_rate_by_count
from salesbook.domain.pipeline.forecast.velocity import required_coverage
from salesbook.frames import row_keys

_SLICES: Final = ("all", "team", "rep")
"""Slices that somebody answers for."""


def worst_leaks(desk: Desk, funnel: pd.DataFrame) -> Iterator[AlertRow]:
    """The worst stage of all deals, and of each team and rep."""
    rows = funnel[funnel["worst"].fillna(False) & funnel["slice_kind"].isin(_SLICES)]
    for key, row in zip(row_keys("Funnel", rows), rows.itertuples(index=False), strict=True):
        yield AlertRow(
            kind="worst-leak",
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
                "amount": desk.money(row.leak_value),
                "least": desk.money(row.leak_low),
                "most": desk.money(row.leak_high),
            },
            advice={"stage": row.stage},
        )


def thin_coverage(
    desk: Desk, forecast: pd.DataFrame, won: pd.DataFrame, lost: int
) -> Iterator[AlertRow]:
    """Slices whose open pipeline is too small for what this fiscal quarter's target still needs.

    Needed is (1 - share of won deals created and closed in one quarter) / win rate by count. A
    slice whose median forecast reaches the target, or whose target is met, is left out; so are all
    of them where no deal is closed yet.

    Args:
        won: deals won, with created_on and closed_on.
        lost: how many were lost.
    """
    start = desk.policy.rules.fiscal_year_start
    quarter = quarter_of_month(month_of(desk.as_of), start)
    needed = required_coverage(same_quarter_share(won, start), win_rate_by_count(len(won), lost))
    if math.isnan(needed):
        return
    rows = forecast[(forecast["period"] == quarter) & forecast["slice_kind"].isin(_SLICES)]
    short = rows[(rows["coverage"] < needed) & (rows["p50"] < rows["target"]).fillna(False)]
    days = (last_day(quarter, start) - desk.as_of).days
    for key, row in zip(row_keys("Forecast", short), short.itertuples(index=False), strict=True):
        yield _thin(desk, key, row, needed, days)


def _thin(desk: Desk, key: str, row: object, needed: float, days: int) -> AlertRow:
    missing = int(row.target - row.closed)  # type: ignore[attr-defined]
    kind, name, coverage = row.slice_kind, row.slice, float(row.coverage)  # type: ignore[attr-defined]
    more = math.ceil(missing * (needed - coverage))
    return AlertRow(
        kind="coverage-low",
        table="Forecast",
        row_key=key,
        severity="high" if 2 * coverage < needed else "medium",
        who=name if kind == "rep" else None,
        amount=missing,
        facts={
            "coverage": coverage,
            "needed": needed,
            "missing": desk.money(missing),
            "days": days,
        },
        advice={"amount": desk.money(more)},
    )


def same_quarter_share(won: pd.DataFrame, start_month: int) -> float:
    """Share of won deals that were created in the fiscal quarter they closed in; 0 where no day is
    known.
    """
    known = won[won["created_on"].notna() & won["closed_on"].notna()]
    if known.empty:
        return 0.0
    quarters = [
        (days.dt.year * 12 + days.dt.month - start_month) // 3
        for days in (known["created_on"], known["closed_on"])
    ]
    return float((quarters[0] == quarters[1]).mean())
