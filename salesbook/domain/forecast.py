"""What will come in: closed, by category, weighted, with a range, against the target?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.domain.calendar import month_of, months_in, next_month, quarter_of_month, year_of_month
from salesbook.domain.forecast_lines import CLOSED, OPEN_CATEGORIES, TARGET
from salesbook.domain.forecast_range import sum_quantiles
from salesbook.domain.money import minor_units
from salesbook.domain.slices import SLICE_KINDS, groups
from salesbook.domain.stage_codes import Ints
from salesbook.frames import frame_of
from salesbook.tables.settings import Rules

Floats = npt.NDArray[np.float64]
Span = tuple[str, int, int]
"""A period, its first and its last month, counted from year 0."""

_MEASURES: Final = (CLOSED, *OPEN_CATEGORIES, "weighted", "p10", "p50", "p90")


def forecast_periods(as_of: dt.date, rules: Rules) -> list[Span]:
    """The months that are forecast, this fiscal quarter and the next, and this fiscal year."""
    start, this = rules.fiscal_year_start, month_of(as_of)
    months = [next_month(this, step) for step in range(rules.forecast_months)]
    quarters = [quarter_of_month(this, start), quarter_of_month(next_month(this, 3), start)]
    return [_span(period, start) for period in (*months, *quarters, year_of_month(this, start))]


def _span(period: str, start: int) -> Span:
    months = months_in(period, start)
    first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (months[0], months[-1]))
    return period, first, last


def forecast_frame(lines: pd.DataFrame, as_of: dt.date, rules: Rules) -> pd.DataFrame:
    """Make the Forecast table: per period and slice, periods in order, then slices by kind and name.

    Categories are single. `weighted` is what the open deals of the period bring on average; `p10`, `p50`
    and `p90` are quantiles of closed money and open deals together. `target` is missing where nothing is
    published; `gap` is closed less target; `coverage` is all open money of the period over what is
    missing to the target, and is missing where none is needed. A slice has all periods or none.

    Args: lines as `forecast_lines` gives them.
    """
    spans = forecast_periods(as_of, rules)
    parts = [part for kind in SLICE_KINDS if (part := _of_kind(lines, kind, spans)) is not None]
    if not parts:
        return frame_of("Forecast", {})
    whole = pd.concat(parts, ignore_index=True).sort_values("order", kind="stable", ignore_index=True)
    return frame_of("Forecast", {name: whole[name] for name in whole.columns if name != "order"})


def _of_kind(lines: pd.DataFrame, kind: str, spans: list[Span]) -> pd.DataFrame | None:
    """Rows of one slice kind; periods of a slice are spread by `order`."""
    first, last = min(span[1] for span in spans), max(span[2] for span in spans)
    part = lines[lines[kind].notna() & lines["month"].between(first, last)]
    if part.empty:
        return None
    at, names = pd.factorize(part[kind], sort=True)
    frames = [
        _of_period(part[inside], at[inside], len(names), period).assign(slice=names, order=order)
        for order, (period, start, end) in enumerate(spans)
        for inside in (part["month"].between(start, end).to_numpy(dtype=bool),)
    ]
    return pd.concat(frames, ignore_index=True).assign(slice_kind=kind)


def _of_period(lines: pd.DataFrame, at: Ints, size: int, period: str) -> pd.DataFrame:
    """One period's rows, one per slice."""
    what, amount = lines["what"].to_numpy(), lines["amount"].to_numpy(dtype=np.float64)
    sums = {name: _sums(at, amount, what == name, size) for name in (CLOSED, *OPEN_CATEGORIES, TARGET)}
    is_open = np.isin(what, OPEN_CATEGORIES)
    sums["weighted"] = _sums(at, lines["weighted"].to_numpy(dtype=np.float64), is_open, size)
    rate = lines["rate"].to_numpy(dtype=np.float64)
    ranges = _ranges(at[is_open], amount[is_open], rate[is_open], size) + sums[CLOSED][:, None]
    sums |= {name: ranges[:, column] for column, name in enumerate(("p10", "p50", "p90"))}
    has_target = np.bincount(at[what == TARGET], minlength=size) > 0
    target = np.where(has_target, sums[TARGET], np.nan)
    missing = target - sums[CLOSED]
    open_money = sum((sums[name] for name in OPEN_CATEGORIES), np.zeros(size))
    with np.errstate(divide="ignore", invalid="ignore"):
        coverage = np.where(missing > 0, open_money / missing, np.nan)
    money = {name: _money(sums[name]) for name in _MEASURES}
    return pd.DataFrame(
        {"period": period, **money, "target": _money(target), "gap": _money(-missing), "coverage": coverage}
    )


def _sums(at: npt.NDArray[Any], amount: Floats, rows: npt.NDArray[np.bool_], size: int) -> Floats:
    return np.bincount(at[rows], amount[rows], size).astype(np.float64)


def _ranges(at: Ints, amount: Floats, rate: Floats, size: int) -> Floats:
    """Quantiles of the open money of each slice: a row per slice."""
    found = np.zeros((size, 3))
    for one, rows in groups(at):
        found[one] = sum_quantiles(amount[rows], rate[rows])
    return found


def _money(values: Floats) -> pd.Series[Any]:
    units, missing = minor_units(values, 0)
    return pd.Series(units, dtype="Int64").mask(missing)


def forecast_history(history: pd.DataFrame, forecast: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Put this forecast into ForecastHistory; one of the same `as_of` gives way, by date and as it was."""
    kept = history[history["as_of"] != pd.Timestamp(as_of)]
    columns = {name: forecast[name] for name in forecast.columns}
    day = pd.Series(pd.Timestamp(as_of), index=forecast.index)
    new = frame_of("ForecastHistory", {"as_of": day, **columns})
    return pd.concat([kept, new], ignore_index=True).sort_values("as_of", kind="stable", ignore_index=True)


def cumulative_categories(
    closed: float, commit: float, best_case: float, pipeline: float
) -> tuple[float, float, float, float]:
    """Give the cumulative view of single categories.

    Commit and best case hold what is closed too, open pipeline does not: 50, 100, 150, 200 single →
    closed 50, commit 150, best case 300, open pipeline 450.

    Source: Salesforce Help, Collaborative Forecasts, cumulative forecast rollups.
    """
    return closed, closed + commit, closed + commit + best_case, commit + best_case + pipeline
