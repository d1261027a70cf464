"""What will come in: closed, by category, weighted, with a range, against the target?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
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
from salesbook.domain.pipeline.forecast.lines import CLOSED, OPEN_CATEGORIES, TARGET
from salesbook.domain.pipeline.forecast.range import sum_quantiles
from salesbook.domain.pipeline.funnel.slices import SLICE_KINDS, groups
from salesbook.frames import frame_of
from salesbook.money import minor_units
from salesbook.tables.settings import Rules

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
    """Make the Forecast table: per period and slice, periods in order, then slices by kind and
    name.

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
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    in_order = np.argsort(columns.pop("order"), kind="stable")
    sorted_columns = {name: values[in_order] for name, values in columns.items()}
    money = {name: _money(sorted_columns[name]) for name in (*_MEASURES, "target", "gap")}
    return frame_of("Forecast", sorted_columns | money)


def _of_kind(
    lines: pd.DataFrame, kind: str, spans: list[Span]
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Columns of one slice kind, period by period; `order` is the period's place."""
    first, last = min(span[1] for span in spans), max(span[2] for span in spans)
    part = lines[lines[kind].notna() & lines["month"].between(first, last)]
    if part.empty:
        return
    at, names = pd.factorize(part[kind], sort=True)
    month = part["month"].to_numpy(dtype=np.int64)
    for order, (period, start, end) in enumerate(spans):
        inside = (month >= start) & (month <= end)
        yield {
            "order": np.full(len(names), order),
            "period": np.full(len(names), period, dtype=object),
            "slice_kind": np.full(len(names), kind, dtype=object),
            "slice": np.asarray(names, dtype=object),
            **_of_period(part[inside], at[inside], len(names)),
        }


def _of_period(lines: pd.DataFrame, at: Ints, size: int) -> dict[str, Floats]:
    """One period's measures, one value per slice; money as floats, nan where missing."""
    what, amount = lines["what"].to_numpy(), lines["amount"].to_numpy(dtype=np.float64)
    sums = {
        name: _sums(at, amount, what == name, size) for name in (CLOSED, *OPEN_CATEGORIES, TARGET)
    }
    is_open = np.isin(what, OPEN_CATEGORIES)
    sums["weighted"] = _sums(at, lines["weighted"].to_numpy(dtype=np.float64), is_open, size)
    rate = lines["rate"].to_numpy(dtype=np.float64)
    ranges = _ranges(at[is_open], amount[is_open], rate[is_open], size) + sums[CLOSED][:, None]
    sums |= {name: ranges[:, column] for column, name in enumerate(("p10", "p50", "p90"))}
    has_target = np.bincount(at[what == TARGET], minlength=size) > 0
    sums[TARGET] = np.where(has_target, sums[TARGET], np.nan)
    missing = sums[TARGET] - sums[CLOSED]
    open_money = sum((sums[name] for name in OPEN_CATEGORIES), np.zeros(size))
    with np.errstate(divide="ignore", invalid="ignore"):
        coverage = np.where(missing > 0, open_money / missing, np.nan)
    return sums | {"gap": -missing, "coverage": coverage}


def _sums(at: npt.NDArray[Any], amount: Floats, rows: Flags, size: int) -> Floats:
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
    """Put this forecast into ForecastHistory; one of the same `as_of` gives way, by date and as it
    was.
    """
    kept = history[history["as_of"] != pd.Timestamp(as_of)]
    columns = {name: forecast[name] for name in forecast.columns}
    day = pd.Series(pd.Timestamp(as_of), index=forecast.index)
    new = frame_of("ForecastHistory", {"as_of": day, **columns})
    return pd.concat([kept, new], ignore_index=True).sort_values(
        "as_of", kind="stable", ignore_index=True
    )


def cumulative_categories(
    closed: float, commit: float, best_case: float, pipeline: float
) -> tuple[float, float, float, float]:
    """Give the cumulative view of single categories.

    Commit and best case hold what is closed too, open pipeline does not: 50, 100, 150, 200 single →
    closed 50, commit 150, best case 300, open pipeline 450.

    Source: Salesforce Help, Collaborative Forecasts, cumulative forecast rollups.
    """
    return closed, closed + commit, closed + commit + best_case, commit + best_case + pipeline
