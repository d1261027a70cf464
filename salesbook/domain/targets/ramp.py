"""How much of a full quota can a rep carry in each month after being hired, and until leaving?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

_HALF_MONTH: Final = 15
"""Last day of a month on which a new rep still counts for it."""


def first_month(hired_on: dt.date) -> tuple[int, int]:
    """Find the month of hire as (year, month); who starts after the 15th counts from the next
    month.
    """
    later = hired_on.day > _HALF_MONTH
    return divmod_month(hired_on.year * 12 + hired_on.month - 1 + later)


def last_month(left_on: dt.date) -> tuple[int, int]:
    """Find the last month that counts; who leaves on or before the 15th counts until the month
    before.
    """
    earlier = left_on.day <= _HALF_MONTH
    return divmod_month(left_on.year * 12 + left_on.month - 1 - earlier)


def employed_months(
    months: Sequence[tuple[int, int]], *, hired_on: dt.date | None, left_on: dt.date | None
) -> list[bool]:
    """Say for each month whether it counts for the rep; without a date there is no limit on that
    side.
    """
    start = first_month(hired_on) if hired_on else (0, 0)
    end = last_month(left_on) if left_on else (9999, 12)
    return [start <= month <= end for month in months]


def ramp_shares(
    months: Sequence[tuple[int, int]], *, hired_on: dt.date | None, ramp: Sequence[float]
) -> list[float]:
    """Give the share of full capacity in each month: 0 before the month of hire, then the ramp's
    steps.

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
    start = first_month(hired_on)
    shares = []
    for year, month in months:
        since = (year - start[0]) * 12 + month - start[1]
        shares.append(0.0 if since < 0 else steps[min(since, len(steps) - 1)])
    return shares


def divmod_month(count: int) -> tuple[int, int]:
    """Turn a count of months since year 0 into (year, calendar month)."""
    year, month = divmod(count, 12)
    return year, month + 1
