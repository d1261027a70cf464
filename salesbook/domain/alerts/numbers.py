"""Which numbers of the funnel and the forecast call for action: a leak, or too little pipeline?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow
from salesbook.domain.alerts.rules import alert
from salesbook.domain.arithmetic.calendar import (
    last_day,
    month_of,
    months_in,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.pipeline.forecast.lines import CLOSED, QUOTA, TARGET
from salesbook.domain.pipeline.forecast.table import number_of_month
from salesbook.domain.pipeline.funnel.leak_table import ALERT as LEAK_ALERT
from salesbook.frames import row_keys


@alert("worst-leak")
def worst_leaks(context: AlertContext) -> Iterator[AlertRow]:
    """The worst stage of all deals, and of each team and rep at work, in the words of Leaks."""
    leaks = context.answered_for(context.leaks[context.leaks["worst"]])

    for key, row in zip(row_keys("Leaks", leaks), leaks.itertuples(index=False), strict=True):
        yield AlertRow(
            table="Leaks",
            row_key=key,
            severity="high" if row.slice_kind == "all" else "medium",
            who=row.slice if row.slice_kind == "rep" else None,
            amount=int(row.leak_value),
            facts=row.because.params,
            action=row.do.code.removeprefix(f"{LEAK_ALERT}."),
            advice=row.do.params,
        )


@alert("coverage-low")
def thin_coverage(context: AlertContext) -> Iterator[AlertRow]:
    """Slices whose open pipeline is too small for what this fiscal quarter's target still needs.

    What is needed says `Forecast.coverage_needed`. A
    slice whose median forecast reaches the target, or that is where its targets to date want it
    (`on_pace`), is left out; so are all of them where no deal is closed yet, or where no work day
    is left in which somebody could do something.
    """
    start = context.policy.rules.fiscal_year_start
    quarter = quarter_of_month(month_of(context.as_of), start)
    end = last_day(quarter, start)
    tomorrow = context.as_of + dt.timedelta(days=1)
    if context.calendar.count(tomorrow, end) == 0:
        return

    forecast = context.answered_for(context.forecast)
    this_quarter = forecast[forecast["period"] == quarter]

    is_thin = this_quarter["coverage"] < this_quarter["coverage_needed"]
    falls_short = (this_quarter["p50"] < this_quarter["target"]).fillna(False)
    slices = pd.MultiIndex.from_frame(this_quarter[["slice_kind", "slice"]])
    is_on_pace = slices.isin(on_pace(context.forecast_lines, context.as_of, start))
    short = this_quarter[is_thin & falls_short & ~is_on_pace]

    time_left = _TimeLeft(
        days=(end - context.as_of).days, usual_days=usual_cycle(context.won_deals)
    )
    for key, row in zip(row_keys("Forecast", short), short.itertuples(index=False), strict=True):
        yield _coverage_alert(context, key, row, time_left)


class _TimeLeft(NamedTuple):
    """How long the quarter still is, and how long a deal usually takes; nan where unknown."""

    days: int
    usual_days: float

    @property
    def is_too_short(self) -> bool:
        """Whether most deals that are made today would close after the quarter."""
        return self.days < self.usual_days


def on_pace(lines: pd.DataFrame, as_of: dt.date, start_month: int) -> set[tuple[str, str]]:
    """Name the slices that have sold what their targets asked for until now.

    The months that have begun count, the running one in full, as on the Dashboard. It is enough to
    reach the targets of the fiscal quarter or of the fiscal year: who is ahead in the year may have
    a slow quarter. A year counts by targets or by quotas, whichever a re-split has made lower.

    Args: lines as the forecast adds them up.

    Returns: pairs of a slice kind and a slice.
    """
    this_month = month_of(as_of)
    quarter = months_in(quarter_of_month(this_month, start_month), start_month)
    year = months_in(year_of_month(this_month, start_month), start_month)

    begun = lines[lines["month"] <= number_of_month(this_month)]
    found: set[tuple[str, str]] = set()
    for months, asked in ((quarter, TARGET), (year, TARGET), (year, QUOTA)):
        to_date = begun[begun["month"] >= number_of_month(months[0])]
        for kind in ("all", "team", "rep"):
            found |= {(kind, name) for name in _reached(to_date, kind, asked)}
    return found


def _reached(lines: pd.DataFrame, kind: str, asked: str) -> list[str]:
    """Slices of one kind that have a target and have sold as much."""
    target = lines[lines["what"] == asked].groupby(kind)["amount"].sum()
    sold = lines[lines["what"] == CLOSED].groupby(kind)["amount"].sum()
    target = target[target > 0]
    return list(target.index[sold.reindex(target.index, fill_value=0) >= target])


def usual_cycle(won: pd.DataFrame) -> float:
    """Median days from creation to closing of won deals; nan where no days are known."""
    return float((won["closed_on"] - won["created_on"]).dt.days.median())


def _coverage_alert(context: AlertContext, key: str, row: Any, time_left: _TimeLeft) -> AlertRow:
    coverage, needed = float(row.coverage), float(row.coverage_needed)
    missing = int(row.target - row.closed)
    more_pipeline = math.ceil(missing * (needed - coverage))

    action = "do"
    if time_left.is_too_short:
        # To win more of what is open helps only where all of it would be enough.
        action = "do-late" if coverage >= 1 else "do-late-short"

    return AlertRow(
        table="Forecast",
        row_key=key,
        severity="high" if 2 * coverage < needed else "medium",
        who=row.slice if row.slice_kind == "rep" else None,
        amount=missing,
        facts={
            "coverage": coverage,
            "needed": needed,
            "missing": context.about(missing),
            "days": time_left.days,
        },
        action=action,
        advice={"amount": context.about(more_pipeline), "days": time_left.usual_days},
    )
