"""What will come in: closed, by category, weighted, with a range, against the target?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.calendar import (
    month_of,
    months_in,
    next_month,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.pipeline.forecast.lines import CLOSED, OPEN_CATEGORIES, QUOTA, TARGET
from salesbook.domain.pipeline.forecast.range import QUANTILES, sum_quantiles
from salesbook.domain.pipeline.forecast.velocity import coverage
from salesbook.domain.pipeline.funnel.slices import SLICE_KINDS, groups
from salesbook.frames import frame_of
from salesbook.money import minor_units
from salesbook.tables.settings import Rules

Span = tuple[str, int, int]
"""A period, its first and its last month, counted from year 0."""

_MONTHS_OF_A_YEAR: Final = 12

_ALL_DAYS: Final = 35
"""Days of which every forecast is kept: more than a month, so that a month is over by then."""
_WEEKLY_DAYS: Final = 366
"""Days of which the last forecast of each week is kept."""
_MEASURES: Final = (CLOSED, *OPEN_CATEGORIES, "weighted", "p10", "p50", "p90")


def forecast_periods(as_of: dt.date, rules: Rules) -> list[Span]:
    """The months that are forecast, this fiscal quarter and the next, and this fiscal year."""
    start = rules.fiscal_year_start
    this_month = month_of(as_of)
    in_next_quarter = next_month(this_month, 3)

    months = [next_month(this_month, step) for step in range(rules.forecast_months)]
    quarters = [quarter_of_month(this_month, start), quarter_of_month(in_next_quarter, start)]
    year = year_of_month(this_month, start)
    return [_span(period, start) for period in (*months, *quarters, year)]


def _span(period: str, start: int) -> Span:
    months = months_in(period, start)
    return period, _number_of(months[0]), _number_of(months[-1])


def _number_of(month: str) -> int:
    """Months since year 0 of a month period: `2026-07`."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def forecast_frame(lines: pd.DataFrame, as_of: dt.date, rules: Rules) -> pd.DataFrame:
    """Make the Forecast table: per period and slice, periods in order, slices by kind and name.

    Categories are single. `weighted` is what the open deals of the period bring on average; `p10`,
    `p50` and `p90` are quantiles of closed money and open deals together. `target` is missing where
    nothing is published; `gap` is closed less target; `coverage` is all open money of the period
    over what is missing to the target, and is missing where none is needed. A slice has all periods
    or none.

    Args: lines as `forecast_lines` gives them.
    """
    spans = forecast_periods(as_of, rules)
    parts = [part for kind in SLICE_KINDS for part in _of_kind(lines, kind, spans)]
    if not parts:
        return frame_of("Forecast", {})

    # Made slice kind by slice kind, shown period by period.
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    in_order = np.argsort(columns.pop("order"), kind="stable")
    ordered = {name: values[in_order] for name, values in columns.items()}

    money = {name: _money(ordered[name]) for name in (*_MEASURES, "target", "gap")}
    return frame_of("Forecast", ordered | money)


def _of_kind(
    lines: pd.DataFrame, kind: str, spans: list[Span]
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Columns of one slice kind, period by period; `order` is the period's place."""
    first_month = min(first for _, first, _ in spans)
    last_month = max(last for _, _, last in spans)
    is_in_time = lines["month"].between(first_month, last_month)
    part = lines[lines[kind].notna() & is_in_time]
    if part.empty:
        return

    slice_of, names = pd.factorize(part[kind], sort=True)
    month = part["month"].to_numpy(dtype=np.int64)
    size = len(names)
    for order, (period, first, last) in enumerate(spans):
        inside = (month >= first) & (month <= last)
        is_year = last - first + 1 == _MONTHS_OF_A_YEAR
        yield {
            "order": np.full(size, order),
            "period": np.full(size, period, dtype=object),
            "slice_kind": np.full(size, kind, dtype=object),
            "slice": np.asarray(names, dtype=object),
            **_of_period(part[inside], slice_of[inside], size, is_year=is_year),
        }


def _of_period(
    lines: pd.DataFrame, slice_of: Ints, size: int, *, is_year: bool
) -> dict[str, Floats]:
    """One period's measures, one value per slice; money as floats, nan where missing.

    A year's target is its quota, as in Attainment.
    """
    what = lines["what"].to_numpy()
    amount = lines["amount"].to_numpy(dtype=np.float64)
    weighted = lines["weighted"].to_numpy(dtype=np.float64)
    rate = lines["rate"].to_numpy(dtype=np.float64)
    is_open = np.isin(what, OPEN_CATEGORIES)

    sums = {
        name: _sums(slice_of, amount, what == name, size) for name in (CLOSED, *OPEN_CATEGORIES)
    }
    sums["weighted"] = _sums(slice_of, weighted, is_open, size)

    # The range is that of closed and open money together; what is closed is sure.
    ranges = _ranges(slice_of[is_open], amount[is_open], rate[is_open], size)
    ranges += sums[CLOSED][:, None]
    sums |= {"p10": ranges[:, 0], "p50": ranges[:, 1], "p90": ranges[:, 2]}

    # No target is another thing than a target of 0.
    targets = _sums(slice_of, amount, what == (QUOTA if is_year else TARGET), size)
    sums[TARGET] = np.where(targets > 0, targets, np.nan)

    open_money = sum((sums[name] for name in OPEN_CATEGORIES), np.zeros(size))
    sums["gap"] = sums[CLOSED] - sums[TARGET]
    sums["coverage"] = coverage(open_money, sums[CLOSED], sums[TARGET])
    return sums


def _sums(slice_of: npt.NDArray[Any], amount: Floats, rows: Flags, size: int) -> Floats:
    return np.bincount(slice_of[rows], amount[rows], size).astype(np.float64)


def _ranges(slice_of: Ints, amount: Floats, rate: Floats, size: int) -> Floats:
    """Quantiles of the open money of each slice: a row per slice."""
    ranges = np.zeros((size, len(QUANTILES)))
    for number, rows in groups(slice_of):
        ranges[number] = sum_quantiles(amount[rows], rate[rows])
    return ranges


def _money(values: Floats) -> pd.Series[Any]:
    units, is_missing = minor_units(values, 0)
    return pd.Series(units, dtype="Int64").mask(is_missing)


def forecast_history(history: pd.DataFrame, forecast: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Put this forecast into ForecastHistory, by date; one of the same `as_of` gives way.

    Days gone thin out, as `kept_days` says; this one stays even where it looks back.
    """
    today = pd.Timestamp(as_of)
    days = {*history["as_of"], today}
    kept = history["as_of"].isin(kept_days(days)) & (history["as_of"] != today)

    columns = {name: forecast[name] for name in forecast.columns}
    day = pd.Series(today, index=forecast.index)
    made_on = pd.Series(max(days), index=forecast.index)
    new = frame_of("ForecastHistory", {"as_of": day, "made_on": made_on, **columns})

    both = pd.concat([history[kept], new], ignore_index=True)
    return both.sort_values("as_of", kind="stable", ignore_index=True)


def days_of_forecasts(history: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """The days on which somebody forecast: not those that a later run has looked back to.

    `made_on` is blank for what was made before there was such a field, on its day.
    """
    was_made_then = history["made_on"].isna() | (history["made_on"] <= history["as_of"])
    return history.loc[was_made_then, "as_of"]


def kept_days(days: Iterable[pd.Timestamp]) -> set[pd.Timestamp]:
    """The days whose forecast is kept, counted from the newest.

    All of 35 days; of the last year the last day of each week, Monday the first; and for ever the
    last day of each month. A week or month is over before its days begin to go, so that runs day by
    day keep what one run over all days would.
    """
    last_of_week: dict[tuple[int, int], pd.Timestamp] = {}
    last_of_month: dict[tuple[int, int], pd.Timestamp] = {}
    in_order = sorted(days)
    for day in in_order:
        year, week, _ = day.isocalendar()
        last_of_week[year, week] = day
        last_of_month[day.year, day.month] = day
    if not in_order:
        return set()

    newest = in_order[-1]
    recent = {day for day in in_order if (newest - day).days < _ALL_DAYS}
    weekly = {day for day in last_of_week.values() if (newest - day).days < _WEEKLY_DAYS}
    return recent | weekly | set(last_of_month.values())


def cumulative_categories(
    closed: float, commit: float, best_case: float, pipeline: float
) -> tuple[float, float, float, float]:
    """Give the cumulative view of single categories.

    Commit and best case hold what is closed too, open pipeline does not: 50, 100, 150, 200 single →
    closed 50, commit 150, best case 300, open pipeline 450.

    Source: Salesforce Help, Collaborative Forecasts, cumulative forecast rollups.
    """
    return closed, closed + commit, closed + commit + best_case, commit + best_case + pipeline
