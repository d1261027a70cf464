"""How much of a full quota can a rep carry in each month after being hired, and until leaving?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

_HALF_MONTH: Final = 15
"""Last day of a month on which a new rep still counts for it."""

_FIRST_OF_ALL: Final = (0, 0)
_LAST_OF_ALL: Final = (9999, 12)


def first_month(hired_on: dt.date) -> tuple[int, int]:
    """Find the month of hire as (year, month); who starts after the 15th counts from the next."""
    month = _months_since_year_0(hired_on.year, hired_on.month)
    if hired_on.day > _HALF_MONTH:
        month += 1
    return _month_at(month)


def last_month(left_on: dt.date) -> tuple[int, int]:
    """Find the last month that counts; leaving by the 15th, one counts until the month before."""
    month = _months_since_year_0(left_on.year, left_on.month)
    if left_on.day <= _HALF_MONTH:
        month -= 1
    return _month_at(month)


def employed_months(
    months: Sequence[tuple[int, int]], *, hired_on: dt.date | None, left_on: dt.date | None
) -> list[bool]:
    """Say for each month whether it counts for the rep; a date that is missing is no limit."""
    first = first_month(hired_on) if hired_on else _FIRST_OF_ALL
    last = last_month(left_on) if left_on else _LAST_OF_ALL
    return [first <= month <= last for month in months]


def ramp_shares(
    months: Sequence[tuple[int, int]], *, hired_on: dt.date | None, ramp: Sequence[float]
) -> list[float]:
    """Give the share of full capacity in each month: 0 before hire, then the ramp's steps.

    Args:
        months: as (year, calendar month).
        hired_on: None is long ago: the last step.
        ramp: shares from the month of hire on; the last holds for all later months; empty is all 1.

    Source: salescookie knowledge base: 10k, 20k, 30k, then 45k a month gives 465,000 in the first
        year to who is hired in January and 195,000 to who is hired in July.
    """
    steps = list(ramp) or [1.0]
    if hired_on is None:
        return [steps[-1]] * len(months)

    start = _months_since_year_0(*first_month(hired_on))
    shares = []
    for year, month in months:
        since_start = _months_since_year_0(year, month) - start
        step = min(since_start, len(steps) - 1)
        shares.append(steps[step] if since_start >= 0 else 0.0)
    return shares


def months_on_ramp(ramp: Sequence[float]) -> int:
    """Count the months from the month of hire to the first that stays at the ramp's last step."""
    steps = list(ramp)
    while len(steps) > 1 and steps[-2] == steps[-1]:
        steps.pop()
    return max(len(steps) - 1, 0)


def _month_at(count: int) -> tuple[int, int]:
    """Turn a count of months since year 0 into (year, calendar month)."""
    year, month = divmod(count, 12)
    return year, month + 1


def _months_since_year_0(year: int, month: int) -> int:
    return year * 12 + month - 1
