"""How is a target split, what can a new rep carry of it, and how much of it is reached?"""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from salesbook.arrays import Floats, Objects
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.targets.ramp import ramp_shares
from salesbook.money import minor_units, to_float, to_minor
from udfs.answers import numeric
from udfs.cells import (
    Block,
    Column,
    date_of,
    day_numbers,
    numbers,
    one_number,
    refuse_errors,
    texts,
    together,
)
from udfs.errors import SheetError
from udfs.tables import columns, needed_numbers

_DECIMALS = 2
_MOST_DECIMALS = 9


def split(total: Block, weights: Block, unit: Block | None = None) -> Objects:
    """Split a total by weights in whole units; the parts add up to it exactly.

    Args:
        total: one amount; counted in hundredths, or in the decimals of `unit` where it has more.
        weights: 0 or more, in any shape; a blank is 0 and gets 0.
        unit: above 0, 1 if left out. A total that is not whole in it is split in the largest unit
            in which it is.

    Returns: the parts, in the shape of the weights; ties go to the earlier cell.

    Source: Hamilton's method; 100 by 1:1:1 → 34, 33, 33; 7 by 50:30:20 → 4, 2, 1.
    """
    amount, step = one_number(total), 1.0 if unit is None else one_number(unit)
    column = numbers(weights)
    refuse_errors(column.errors)
    shares = np.nan_to_num(column.values.ravel())
    decimals = max(_DECIMALS, -int(Decimal(repr(step)).normalize().as_tuple().exponent))
    whole = to_minor(amount, decimals)
    if step <= 0 or decimals > _MOST_DECIMALS or (shares < 0).any() or (whole and not shares.any()):
        raise SheetError
    parts = allocate(whole, _whole_weights(shares), unit=to_minor(step, decimals))
    made = np.array([to_float(part, decimals) for part in parts], dtype=np.float64)
    return numeric(made.reshape(column.values.shape))


def _whole_weights(weights: Floats) -> list[int] | list[float]:
    """The same proportions in whole numbers where a few decimals hold them, which splits a column
    sooner.
    """
    for decimals in (0, 2, 4):
        minor, missing = minor_units(weights, decimals)
        if (
            not missing.any()
            and (np.abs(minor) < 10**15).all()
            and (minor / 10.0**decimals == weights).all()
        ):
            found: list[int] = minor.tolist()
            return found
    floats: list[float] = weights.tolist()
    return floats


def ramp(hired_on: Block, months: Block, ramp: Block) -> Objects:
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
    hired, month = day_numbers(hired_on), _months(months)
    (hired_day, month_number), errors = together(hired, month)
    shares = np.full(errors.shape, np.nan)
    sure = (errors == 0) & ~np.isnan(month_number)
    pairs = np.stack([np.nan_to_num(hired_day[sure]), month_number[sure]], axis=1)
    distinct, place = np.unique(pairs, axis=0, return_inverse=True)
    answers = [_ramp_share(day, int(number), steps) for day, number in distinct]
    shares[sure] = np.array(answers, dtype=np.float64)[place.ravel()] if answers else 0.0
    return numeric(shares, errors)


def _ramp_share(day: float, month: int, steps: list[float]) -> float:
    hired = date_of(day) if day else None
    return ramp_shares([(month // 12, month % 12 + 1)], hired_on=hired, ramp=steps)[0]


def _ramp_steps(block: Block) -> list[float]:
    """Shares in order of the month since hire; a month that the table skips goes on like the one
    before.
    """
    if block.columns != 2:
        return needed_numbers(block)
    table = columns(block, "Ramp", ("month", "share"), 2)
    months, shares = needed_numbers(table["month"]), needed_numbers(table["share"])
    by_month = dict(sorted(zip(months, shares, strict=True)))
    if not by_month or any(month < 1 or month != int(month) or month > 600 for month in by_month):
        raise SheetError
    steps: list[float] = []
    for month, share in by_month.items():
        steps += [steps[-1] if steps else share] * (int(month) - 1 - len(steps)) + [share]
    return steps


def _months(block: Block) -> Column:
    """Months counted from the year 0."""
    named = [_month_of(text) if isinstance(text, str) else None for text in texts(block)]
    dated = day_numbers(Block(block.rows, block.columns, _without(block.cells, named)))
    typed = np.array([math.nan if month is None else month for month in named]).reshape(
        dated.values.shape
    )
    distinct, place = np.unique(np.nan_to_num(dated.values, nan=1), return_inverse=True)
    counted = np.array([_month_count(day) for day in distinct])[place.ravel()].reshape(typed.shape)
    from_days = np.where(np.isnan(dated.values), np.nan, counted)
    return Column(np.where(np.isnan(typed), from_days, typed), dated.errors)


def _without(cells: list[object], named: list[int | None]) -> list[object]:
    return [cell if month is None else None for cell, month in zip(cells, named, strict=True)]


def _month_count(day: float) -> int:
    date = date_of(day)
    return date.year * 12 + date.month - 1


def _month_of(text: str) -> int | None:
    year, _, month = text.partition("-")
    if (
        len(year) == 4
        and year.isdecimal()
        and month.isdecimal()
        and 1 <= int(month) <= 12
        and int(year)
    ):
        return int(year) * 12 + int(month) - 1
    return None


def attainment(actual: Block, target: Block) -> Objects:
    """Give actual / target; a blank actual is 0, a target that is blank, 0 or below has no answer.

    Source: 24,000 of 30,000 → 80 %.
    """
    (done, wanted), errors = together(numbers(actual), numbers(target))
    return numeric(_ratio(np.nan_to_num(done), wanted), errors)


def _ratio(part: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(whole > 0, part / whole, np.nan)
