"""What will come in: closed, by category, weighted, with a range, against the target?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

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
from salesbook.domain.pipeline.forecast.outlook import LONGER, MONTHLY, Figures, Outlook
from salesbook.domain.pipeline.forecast.parts import slice_numbers
from salesbook.domain.pipeline.forecast.velocity import coverage
from salesbook.domain.pipeline.forecast.windows import Window
from salesbook.domain.pipeline.funnel.slices import SLICE_KINDS
from salesbook.frames import frame_of
from salesbook.messages import Message
from salesbook.money import minor_units
from salesbook.tables import TABLES
from salesbook.tables.settings import Rules

_Sums = TypeVar("_Sums", float, Floats)
Span = tuple[str, int, int]
"""A period, its first and its last month, counted from year 0."""

_MONTHS_OF_A_YEAR: Final = 12
_MONTHS_GONE: Final = 12
_QUARTERS_GONE: Final = 6

_ALL_DAYS: Final = 35
"""Days of which every forecast is kept: more than a month, so that a month is over by then."""
_WEEKLY_DAYS: Final = 366
"""Days of which the last forecast of each week is kept."""
_DRAWN: Final = ("open_expected", "to_come", "repeat", "p10", "p50", "p90")
_MEASURES: Final = (CLOSED, *OPEN_CATEGORIES, "weighted", *_DRAWN)


def forecast_periods(as_of: dt.date, rules: Rules) -> list[Span]:
    """The months that are forecast, this fiscal quarter and the next, and this fiscal year.

    The months reach at least to the end of the fiscal year: its parts have to be there to be added.
    """
    start = rules.fiscal_year_start
    this_month = month_of(as_of)
    in_next_quarter = next_month(this_month, 3)

    year = year_of_month(this_month, start)
    to_end_of_year = number_of_month(months_in(year, start)[-1]) - number_of_month(this_month) + 1
    count = max(rules.forecast_months, to_end_of_year)
    months = [next_month(this_month, step) for step in range(count)]
    quarters = [quarter_of_month(this_month, start), quarter_of_month(in_next_quarter, start)]
    return [_span(period, start) for period in (*months, *quarters, year)]


def _span(period: str, start: int) -> Span:
    months = months_in(period, start)
    return period, number_of_month(months[0]), number_of_month(months[-1])


def number_of_month(month: str) -> int:
    """Months since year 0 of a month period: `2026-07`."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def forecast_frame(
    lines: pd.DataFrame,
    as_of: dt.date,
    rules: Rules,
    outlook: Outlook | Message,
    *,
    coverage_needed: float = float("nan"),
) -> pd.DataFrame:
    """Make the Forecast table: per period and slice, periods in order, slices by kind and name.

    Categories are single. `weighted` is what the open deals expected in the period bring on
    average, if they come when they are expected. `open_expected`, `to_come` and `repeat` are what
    open deals, deals nobody has entered yet and orders without a deal bring in it on average; they
    add up over teams, no team among them, and over reps as far as somebody is there for them: a
    deal that names no rep is no rep's, and so is what is to come once all who sold have left.
    `p10`, `p50` and `p90` are quantiles of that and what is sold already, and never add up.
    `chance_rate` is the chance to reach the target. `target` is missing where nothing is published;
    `gap` is closed less target; `coverage` is all open money of the period over what is missing to
    the target, and is missing where none is needed. A slice has all periods or none.

    Args:
        lines: as `forecast_lines` gives them.
        outlook: where there is nothing to go by, why; then what is drawn is missing, and `because`
            says so.
        coverage_needed: of the running fiscal quarter; nan where no closed deal tells.
    """
    spans = forecast_periods(as_of, rules)
    drawn, because = (None, outlook) if isinstance(outlook, Message) else (outlook, None)
    parts = [part for kind in SLICE_KINDS for part in _of_kind(lines, kind, spans, as_of, drawn)]
    if not parts:
        return frame_of("Forecast", {})

    # Made slice kind by slice kind, shown period by period.
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    in_order = np.argsort(columns.pop("order"), kind="stable")
    ordered = {name: values[in_order] for name, values in columns.items()}

    money = {name: _money(ordered[name]) for name in (*_MEASURES, "target", "gap")}
    reasons = np.full(len(in_order), because, dtype=object)
    quarter = quarter_of_month(month_of(as_of), rules.fiscal_year_start)
    needed = np.where(ordered["period"] == quarter, coverage_needed, np.nan)
    return frame_of("Forecast", {**ordered, **money, "because": reasons, "coverage_needed": needed})


def windows_of(spans: Sequence[Span], as_of: dt.date) -> list[tuple[Window, str]]:
    """What is left of each period, in days from `as_of`, and which periods gone correct it.

    What is left decides, not what the period is called: of a quarter in its last month the same days
    are left as of that month, and both must bring the same.
    """
    this_month = as_of.year * _MONTHS_OF_A_YEAR + as_of.month - 1
    windows = []
    for _, first, last in spans:
        after = (first_day_of(first) - as_of).days - 1
        until = (first_day_of(last + 1) - as_of).days - 1
        is_in_one_month = max(first, this_month) == last
        kind = MONTHLY if is_in_one_month else LONGER
        windows.append((Window(float(max(after, 0)), float(max(until, 0))), kind))
    return windows


def periods_gone(as_of: dt.date, rules: Rules) -> dict[str, list[tuple[float, float]]]:
    """First and last days, counted from 1970, of the last 12 months and 6 fiscal quarters gone."""
    this_month = as_of.year * 12 + as_of.month - 1
    months = [(this_month - step, this_month - step) for step in range(_MONTHS_GONE, 0, -1)]

    # The month in which this quarter began.
    of_year = (this_month - (rules.fiscal_year_start - 1)) % 3
    this_quarter = this_month - of_year
    starts = [this_quarter - 3 * step for step in range(_QUARTERS_GONE, 0, -1)]
    quarters = [(start, start + 2) for start in starts]
    return {
        kind: [(_day_number(first), _day_number(last + 1) - 1) for first, last in spans]
        for kind, spans in ((MONTHLY, months), (LONGER, quarters))
    }


def first_day_of(month: int) -> dt.date:
    """The first day of a month that counts from year 0."""
    return dt.date(month // _MONTHS_OF_A_YEAR, month % _MONTHS_OF_A_YEAR + 1, 1)


def _day_number(month: int) -> float:
    return float((first_day_of(month) - dt.date(1970, 1, 1)).days)


def _of_kind(
    lines: pd.DataFrame, kind: str, spans: list[Span], as_of: dt.date, outlook: Outlook | None
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Columns of one slice kind, period by period; `order` is the period's place."""
    first_month = min(first for _, first, _ in spans)
    last_month = max(last for _, _, last in spans)
    is_in_time = lines["month"].between(first_month, last_month)
    part = lines[lines[kind].notna() & is_in_time]

    expecting = outlook.names_of(kind) if outlook else set()
    names = sorted({*part[kind].unique(), *expecting})
    if not names:
        return

    slice_of = slice_numbers(part[kind], pd.Index(names))
    month = part["month"].to_numpy(dtype=np.int64)
    size = len(names)
    figures = outlook.figures(kind, names, windows_of(spans, as_of)) if outlook else None
    for order, (period, first, last) in enumerate(spans):
        inside = (month >= first) & (month <= last)
        is_year = last - first + 1 == _MONTHS_OF_A_YEAR
        sums = _of_period(part[inside], slice_of[inside], size, is_year=is_year)
        yield {
            "order": np.full(size, order),
            "period": np.full(size, period, dtype=object),
            "slice_kind": np.full(size, kind, dtype=object),
            "slice": np.asarray(names, dtype=object),
            **sums,
            **_drawn(figures[order] if figures else None, sums, size),
        }


def company_sums(lines: pd.DataFrame, span: Span) -> tuple[float, float]:
    """What the company has sold in a period and its target, as Forecast has them; nan: no target."""
    _, first, last = span
    inside = lines[lines["month"].between(first, last) & lines["all"].notna()]
    is_year = last - first + 1 == _MONTHS_OF_A_YEAR
    sums = _of_period(inside, np.zeros(len(inside), dtype=np.int64), 1, is_year=is_year)
    return float(sums[CLOSED][0]), float(sums[TARGET][0])


def _of_period(
    lines: pd.DataFrame, slice_of: Ints, size: int, *, is_year: bool
) -> dict[str, Floats]:
    """One period's sums, one value per slice; money as floats, nan where missing.

    A year's target is its quota, as in Attainment.
    """
    what = lines["what"].to_numpy()
    amount = lines["amount"].to_numpy(dtype=np.float64)
    weighted = lines["weighted"].to_numpy(dtype=np.float64)
    is_open = np.isin(what, OPEN_CATEGORIES)

    sums = {
        name: _sums(slice_of, amount, what == name, size) for name in (CLOSED, *OPEN_CATEGORIES)
    }
    sums["weighted"] = _sums(slice_of, weighted, is_open, size)

    # No target is another thing than a target of 0.
    targets = _sums(slice_of, amount, what == (QUOTA if is_year else TARGET), size)
    sums[TARGET] = np.where(targets > 0, targets, np.nan)

    open_money = sum((sums[name] for name in OPEN_CATEGORIES), np.zeros(size))
    sums["gap"] = sums[CLOSED] - sums[TARGET]
    sums["coverage"] = coverage(open_money, sums[CLOSED], sums[TARGET])
    return sums


def _drawn(figures: Figures | None, sums: dict[str, Floats], size: int) -> dict[str, Floats]:
    """What is drawn of one period, one value per slice; nan where there is nothing to go by."""
    if figures is None:
        return {name: np.full(size, np.nan) for name in (*_DRAWN, "chance_rate")}

    # What is sold already is sure, and the rest is drawn on top of it.
    low, middle, high = (figures.quantiles() + sums[CLOSED][:, None]).T
    return {
        "open_expected": figures.open_expected,
        "to_come": figures.to_come,
        "repeat": figures.repeat,
        "p10": low,
        "p50": middle,
        "p90": high,
        "chance_rate": figures.chance_of(sums[TARGET] - sums[CLOSED]),
    }


def _sums(slice_of: npt.NDArray[Any], amount: Floats, rows: Flags, size: int) -> Floats:
    return np.bincount(slice_of[rows], amount[rows], size).astype(np.float64)


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

    kept_fields = set(TABLES["ForecastHistory"].field_names)
    columns = {name: forecast[name] for name in forecast.columns if name in kept_fields}
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
    closed: _Sums, commit: _Sums, best_case: _Sums, pipeline: _Sums
) -> tuple[_Sums, _Sums, _Sums, _Sums]:
    """Give the cumulative view of single categories, of one period or of many.

    Commit and best case hold what is closed too, open pipeline does not: 50, 100, 150, 200 single →
    closed 50, commit 150, best case 300, open pipeline 450.

    Source: Salesforce Help, Collaborative Forecasts, cumulative forecast rollups.
    """
    return closed, closed + commit, closed + commit + best_case, commit + best_case + pipeline
