"""How good were forecasts of periods that are over now, beside what came in?

A forecast counts where it was made: on its own day. One that a later run looked back to knew
amounts and owners that nobody knew then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import first_day, last_day, months_in
from salesbook.domain.pipeline.forecast.lines import CLOSED
from salesbook.domain.pipeline.forecast.table import number_of_month
from salesbook.frames import frame_of

MONTHS_GONE: Final = 24
"""Months that are looked back on: what was forecast before was forecast by another team."""
SLICE_KINDS: Final = ("all", "team", "rep")
"""Slices that somebody answers for."""
BEFORE: Final = "before"
THIRDS: Final = ("first-third", "second-third", "last-third")
_PARTS: Final = (None, BEFORE, *THIRDS)
JUDGED: Final = (BEFORE, THIRDS[0])
"""Forecasts by which a period is judged: they say what the period will bring, not what it has brought."""
_DAYS_BEFORE: Final = 31
"""A forecast made longer before the period was one of a later month, not of the next one."""


class Span(NamedTuple):
    """First and last day of a period."""

    first: dt.date
    last: dt.date

    def made(self, day: dt.date) -> str | None:
        """In which part of the period a forecast of a day was made; None where long before it."""
        if day < self.first:
            return BEFORE if (self.first - day).days <= _DAYS_BEFORE else None
        days = (self.last - self.first).days + 1
        return THIRDS[min(3 * (day - self.first).days // days, 2)]


def span_of(period: str, start_month: int) -> Span:
    """The days of a period."""
    return Span(first_day(period, start_month), last_day(period, start_month))


def scored_forecasts(
    history: pd.DataFrame, lines: pd.DataFrame, *, as_of: dt.date, start_month: int
) -> pd.DataFrame:
    """Hold forecasts of periods that are over to what came in; `bias` is still missing.

    Of each period and slice one forecast is scored for each part of it: of those before it the last
    one, which the thinning of ForecastHistory always keeps, and of each third the first one. More
    of them would say the same again: forecasts of one period share its luck.

    Args:
        history: ForecastHistory up to the day of the run.
        lines: as `forecast_lines` gives them: what was sold, by month and slice.

    Returns: ForecastAccuracy, newest period first, then by kind and name of the slice and by day.
    """
    # A second run of the day finds the first one's snapshot, which the first did not.
    earlier = history[history["as_of"] < pd.Timestamp(as_of)]
    made_then = earlier[earlier["made_on"] == earlier["as_of"]]
    answered_for = made_then[made_then["slice_kind"].isin(SLICE_KINDS)]
    spans = {
        str(period): span
        for period in answered_for["period"].unique()
        if _is_looked_at(span := span_of(str(period), start_month), as_of)
    }
    kept = _one_per_part(answered_for[answered_for["period"].isin(spans.keys())], spans)
    if kept.empty:
        return frame_of("ForecastAccuracy", {})
    return _table(kept, _came_in(kept, lines, start_month), start_month)


def _is_looked_at(span: Span, as_of: dt.date) -> bool:
    """Whether a period is over, and not too long ago."""
    months_ago = (as_of.year - span.last.year) * 12 + as_of.month - span.last.month
    return span.last <= as_of and months_ago <= MONTHS_GONE


def _one_per_part(rows: pd.DataFrame, spans: Mapping[str, Span]) -> pd.DataFrame:
    """Of each period and slice one forecast for each part of the period, with that part as `made`.

    Before the period the newest one is the best informed; within a third the first one looks
    furthest ahead.
    """
    day_of, days = pd.factorize(rows["as_of"])
    period_of, periods = pd.factorize(rows["period"])
    # Few periods and days stand in many rows: each pair is looked at once.
    parts = np.array(
        [[_PARTS.index(spans[period].made(day.date())) for day in days] for period in periods],
        dtype=np.int64,
    ).reshape(len(periods), len(days))
    part = parts[period_of, day_of]

    slice_of = pd.factorize(rows["slice_kind"] + "|" + rows["slice"])[0]
    case = (slice_of * len(periods) + period_of) * len(_PARTS) + part
    day = rows["as_of"].to_numpy().astype("datetime64[D]").astype(np.int64)
    earliest_first = np.where(part == _PARTS.index(BEFORE), -day, day)
    in_order = np.lexsort((earliest_first, case))
    is_first = np.append(True, case[in_order][1:] != case[in_order][:-1])[: len(rows)]
    kept = in_order[is_first & (part[in_order] != _PARTS.index(None))]
    made = np.array(_PARTS, dtype=object)[part[kept]]
    return rows.iloc[kept].assign(made=made).reset_index(drop=True)


def _came_in(scored: pd.DataFrame, lines: pd.DataFrame, start_month: int) -> Floats:
    """What was sold in the period and slice of each row, minor units."""
    closed = lines[lines["what"] == CLOSED]
    by_kind: Mapping[str, pd.DataFrame] = {
        kind: closed.groupby([kind, "month"])["amount"].sum().rename("amount").reset_index()
        for kind in SLICE_KINDS
    }
    came_in = np.zeros(len(scored))
    places = scored.reset_index(drop=True).groupby(["period", "slice_kind"], sort=False).indices
    for (period, kind), rows in places.items():
        months = [number_of_month(month) for month in months_in(str(period), start_month)]
        sums = by_kind[str(kind)]
        inside = sums[sums["month"].between(months[0], months[-1])]
        by_slice = inside.groupby(str(kind))["amount"].sum()
        found = by_slice.reindex(scored["slice"].to_numpy()[rows]).to_numpy(dtype=np.float64)
        came_in[rows] = np.nan_to_num(found)
    return came_in


def _table(scored: pd.DataFrame, came_in: Floats, start_month: int) -> pd.DataFrame:
    low, middle, high = (_floats(scored[name]) for name in ("p10", "p50", "p90"))
    has_range = ~np.isnan(low) & ~np.isnan(high)
    inside = pd.Series((came_in >= low) & (came_in <= high), dtype="boolean")
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(middle > 0, came_in / middle, np.nan)
    total = _floats(scored["closed"]) + _floats(scored["commit"])

    columns = {name: scored[name] for name in ("as_of", "period", "slice_kind", "slice", "made")}
    table = frame_of(
        "ForecastAccuracy",
        {
            **columns,
            **{name: scored[name] for name in ("p10", "p50", "p90")},
            "commit_total": total.astype(np.int64),
            "came_in": came_in.astype(np.int64),
            "inside": inside.mask(~has_range),
            "came_in_rate": rate,
        },
    )
    return _in_order(table, start_month)


def _in_order(table: pd.DataFrame, start_month: int) -> pd.DataFrame:
    """Newest period first, a longer one before its last part; slices by kind and name; then by day."""
    spans = {period: span_of(period, start_month) for period in table["period"].unique()}
    order = {
        "last": table["period"].map(
            {period: -span.last.toordinal() for period, span in spans.items()}
        ),
        "first": table["period"].map(
            {period: span.first.toordinal() for period, span in spans.items()}
        ),
        "kind": table["slice_kind"].map({kind: place for place, kind in enumerate(SLICE_KINDS)}),
    }
    keys = [*order, "slice", "as_of"]
    in_order = table.assign(**order).sort_values(keys, kind="stable").index
    return table.loc[in_order].reset_index(drop=True)


def judged(scored: pd.DataFrame) -> pd.DataFrame:
    """One forecast per period and slice: the last one before it, else the first one in its first third.

    Args: scored is ForecastAccuracy.
    """
    counts = scored[scored["made"].isin(JUDGED)]
    by_day = counts.sort_values("as_of", kind="stable")
    return by_day.drop_duplicates(["period", "slice_kind", "slice"], keep="first").sort_index()


def with_bias(scored: pd.DataFrame, biases: Mapping[tuple[str, str, str], float]) -> pd.DataFrame:
    """Put the bias of each slice and length of period beside its landings.

    Args: biases are came in of what was said, by slice kind, slice and `kind_of_period`, where that
        was told apart from all of it.
    """
    values = [biases.get(key, np.nan) for key in _keys(scored)]
    return scored.assign(bias=np.array(values, dtype=np.float64) - 1)


def _keys(scored: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    lengths = scored["period"].map(kind_of_period)
    return zip(scored["slice_kind"], scored["slice"], lengths, strict=True)


def kind_of_period(period: str) -> str:
    """Whether a period is a month, a quarter or a year."""
    if not period.startswith("FY"):
        return "month"
    return "quarter" if "Q" in period else "year"


def _floats(column: pd.Series[Any]) -> Floats:
    values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return values
