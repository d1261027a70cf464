"""How is a target split, what can a new rep carry of it, and how much of it is reached?"""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np

from salesbook.arrays import Floats, Objects
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.targets.ramp import ramp_shares
from salesbook.money import minor_units, times_rate, to_float, to_floats, to_minor
from udfs.answers import numeric
from udfs.cells import (
    CellRange,
    Column,
    date_of,
    day_numbers,
    each_once,
    numbers,
    refuse_errors,
    single_number,
    texts,
    together,
)
from udfs.errors import VALUE_ERROR, SheetError
from udfs.tables import columns, needed_numbers, work_calendar

_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d+)")
"""A month as text: "2026-07", also "2026-7"."""
_DECIMALS = 2
_MOST_DECIMALS = 9
_SAFE_WHOLE = 10**15
_MOST_RAMP_MONTHS = 600


def split(total: CellRange, weights: CellRange, unit: CellRange | None = None) -> Objects:
    """Split a total by weights in whole units; the parts add up to it exactly.

    Args:
        total: one amount; counted in hundredths, or in the decimals of `unit` where it has more.
        weights: 0 or more, in any shape; a blank is 0 and gets 0.
        unit: above 0, 1 if left out. A total that is not whole in it is split in the largest unit
            in which it is.

    Returns: the parts, in the shape of the weights; ties go to the earlier cell.

    Source: Hamilton's method; 100 by 1:1:1 → 34, 33, 33; 7 by 50:30:20 → 4, 2, 1.
    """
    amount = single_number(total)
    step = 1.0 if unit is None else single_number(unit)
    column = numbers(weights)
    refuse_errors(column.errors)
    weight = np.nan_to_num(column.values.ravel())

    decimals = max(_DECIMALS, _decimals_of(step))
    if step <= 0 or decimals > _MOST_DECIMALS:
        raise SheetError
    whole = to_minor(amount, decimals)
    has_weight = weight.any()
    if (weight < 0).any() or (whole and not has_weight):
        raise SheetError

    parts = allocate(whole, _whole_weights(weight), unit=to_minor(step, decimals))
    answers = np.array([to_float(part, decimals) for part in parts], dtype=np.float64)
    return numeric(answers.reshape(column.values.shape))


def _decimals_of(number: float) -> int:
    """How many decimals a number is written with: 0.25 has 2, 100 has -2."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return -int(exponent)


def _whole_weights(weights: Floats) -> list[int] | list[float]:
    """The same proportions in whole numbers, where a few decimals hold them.

    `allocate` reckons with fractions: whole weights spare it the search for a common denominator.
    """
    for decimals in (0, 2, 4):
        minor, missing = minor_units(weights, decimals)
        if missing.any() or (np.abs(minor) >= _SAFE_WHOLE).any():
            continue
        is_exact = (minor / 10.0**decimals == weights).all()
        if is_exact:
            whole: list[int] = minor.tolist()
            return whole
    floats: list[float] = weights.tolist()
    return floats


def ramp(hired_on: CellRange, months: CellRange, ramp: CellRange) -> Objects:
    """Give the share of a full quota that a rep carries in a month.

    Args:
        hired_on: dates; who starts after the 15th counts from the next month; blank is long ago.
        months: any day of each month, or text such as 2026-07.
        ramp: a step per month since hire, the last holds on; or the Ramp table (month, share).

    Returns: 0 before the month of hire; a column of reps and a row of months give a grid.

    Source: 10k, 20k, 30k, then 45k a month: hired in January 465,000 in the first year, in July
    195,000.
    """
    steps = _ramp_steps(ramp)
    (hired_day, month), errors = together(day_numbers(hired_on), _months(months))
    has_answer = (errors == 0) & ~np.isnan(month)
    # A team and a year have few different pairs: each is answered once.
    pairs = np.stack([np.nan_to_num(hired_day[has_answer]), month[has_answer]], axis=1)
    distinct, place = np.unique(pairs, axis=0, return_inverse=True)
    shares_of_distinct = np.array(
        [_ramp_share(day, int(number), steps) for day, number in distinct], dtype=np.float64
    )

    shares = np.full(errors.shape, np.nan)
    shares[has_answer] = shares_of_distinct[place.ravel()]
    return numeric(shares, errors)


def _ramp_share(day: float, month: int, steps: list[float]) -> float:
    """The share of a rep hired on a day, or long ago for 0, in a month counted from the year 0."""
    hired_on = date_of(day) if day else None
    year, month_before = divmod(month, 12)
    return ramp_shares([(year, month_before + 1)], hired_on=hired_on, ramp=steps)[0]


def _ramp_steps(cells: CellRange) -> list[float]:
    """Shares in order of the month since hire.

    A month that the table skips goes on like the one before; before the first it has that one's.
    """
    if cells.columns != 2:
        return needed_numbers(cells.filled)

    table = columns(cells, "Ramp", ("month", "share"), 2)
    months = needed_numbers(table["month"])
    shares = needed_numbers(table["share"])
    if not months or not all(_is_ramp_month(month) for month in months):
        raise SheetError

    share_of_month = dict(sorted(zip(months, shares, strict=True)))
    steps: list[float] = []
    for month, share in share_of_month.items():
        skipped = int(month) - 1 - len(steps)
        before = steps[-1] if steps else share
        steps += [before] * skipped
        steps.append(share)
    return steps


def _is_ramp_month(month: float) -> bool:
    return 1 <= month <= _MOST_RAMP_MONTHS and month == int(month)


def _months(cells: CellRange) -> Column:
    """Months counted from the year 0, of texts such as 2026-07 and of days."""
    named = [_month_of(text) if text is not None else None for text in texts(cells)]
    # The cells that name a month are blank to whoever reads days.
    without_names = list(cells.cells)
    for index, month in enumerate(named):
        if month is not None:
            without_names[index] = None
    days = day_numbers(CellRange(cells.rows, cells.columns, without_names))

    months = each_once(days.values, _month_count)
    for index, month in enumerate(named):
        if month is not None:
            months[index] = month
    return Column(months.reshape(cells.shape), days.errors)


def _month_count(day: float) -> float:
    """The month of a day, counted from the year 0; nan for nan."""
    if math.isnan(day):
        return math.nan
    date = date_of(day)
    return date.year * 12 + date.month - 1


def _month_of(text: str) -> int | None:
    """The month that a text such as 2026-07 names, counted from the year 0; None for others."""
    match = _MONTH.fullmatch(text)
    if match is None:
        return None
    year, month = int(match["year"]), int(match["month"])
    if not year or not 1 <= month <= 12:
        return None
    return year * 12 + month - 1


def attainment(actual: CellRange, target: CellRange) -> Objects:
    """Give actual / target; a blank actual is 0, a target that is blank, 0 or below has no answer.

    Source: 24,000 of 30,000 → 80 %.
    """
    (sold, wanted), errors = together(numbers(actual), numbers(target))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rate = np.nan_to_num(sold) / wanted
    return numeric(np.where(wanted > 0, rate, np.nan), errors)


def pace(  # noqa: PLR0913 - each is an argument of the worksheet function
    actual: CellRange,
    target: CellRange,
    from_day: CellRange,
    to_day: CellRange,
    as_of: CellRange,
    holidays: CellRange | None = None,
) -> Objects:
    """Give what is sold so far as a part of what was due by a day, as `score` counts a month.

    What is due is the target's share of the period's work days that are gone, the day included,
    rounded to the cent: 1 is on pace.

    Args:
        actual: a blank is 0.
        target: blank, 0 or below has no answer, nor has a day before the first work day.
        from_day: first day of the period.
        to_day: last day; before the first one the answer is #VALUE!.
        as_of: the day that is looked back from.

    Source: by hand, June 2026 has 22 work days, 11 up to the 15th: 6,000 of 10,000 are 120 %.
    """
    calendar = work_calendar(holidays)
    columns_read = [numbers(actual), numbers(target)]
    columns_read += [day_numbers(days) for days in (from_day, to_day, as_of)]
    (sold, wanted, start, end, day), errors = together(*columns_read)

    has_days = ~(np.isnan(start) | np.isnan(end) | np.isnan(day)) & (errors == 0)
    errors = np.where(has_days & (end < start), VALUE_ERROR, errors)
    has_days &= errors == 0
    # A team has few different periods and days: each is counted once.
    spans = np.stack([start[has_days], end[has_days], day[has_days]], axis=1)
    distinct, place = np.unique(spans, axis=0, return_inverse=True)
    shares_of_distinct = np.array(
        [calendar.share_gone(*(date_of(one) for one in span)) for span in distinct],
        dtype=np.float64,
    )

    share = np.zeros(errors.shape)
    share[has_days] = shares_of_distinct[place.ravel()]
    target_minor, is_lost = minor_units(np.nan_to_num(wanted), _DECIMALS)
    due, _ = times_rate(target_minor, share)
    errors = np.where((errors == 0) & is_lost, VALUE_ERROR, errors)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rate = np.nan_to_num(sold) / to_floats(due, _DECIMALS)
    return numeric(np.where(has_days & (due > 0), rate, np.nan), errors)
