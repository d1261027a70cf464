"""Which periods are appraised, and how far has each gone?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Days, Flags
from salesbook.domain.arithmetic.calendar import (
    first_day,
    fiscal_year_of,
    last_day,
    month_of,
    months_in,
    months_of_year,
    next_month,
    quarter_of_month,
    year_of_month,
)

_MONTHS_OF_YEAR: Final = 12


@dataclass(frozen=True)
class Window:
    """An appraisal period as far as it has gone."""

    period: str
    start: dt.date
    end: dt.date
    """The last day that counts: the period's own, or `as_of` while it runs."""
    months: tuple[str, ...]
    is_year: bool
    is_running: bool = False
    """Whether the period goes on behind the last day that counts."""

    def holds(self, days: Days) -> Flags:
        """Which of the days, or times, fall in it."""
        begin = np.datetime64(self.start)
        day_after = np.datetime64(self.end + dt.timedelta(days=1))
        return (days >= begin) & (days < day_after)


def window_of(period: str, until: dt.date, start_month: int) -> Window:
    """A period as far as it has gone by the end of a day, which is none before its first."""
    last = last_day(period, start_month)
    end = min(last, until)
    months = months_in(period, start_month)
    return Window(
        period=period,
        start=first_day(period, start_month),
        end=end,
        months=tuple(month for month in months if month <= month_of(end)),
        is_year=len(months) == _MONTHS_OF_YEAR,
        is_running=end < last,
    )


def last_twelve_months(window: Window) -> Window:
    """The four quarters that end with the window: its last month and the eleven before."""
    last = window.months[-1]
    months = tuple(next_month(last, step) for step in range(-11, 1))
    return months_window(months, window.end, is_year=True)


def months_window(months: tuple[str, ...], end: dt.date, *, is_year: bool) -> Window:
    """A window of months in a row that is no period of its own."""
    return Window(
        period=f"{months[0]}..{months[-1]}",
        start=first_day(months[0], 1),
        end=end,
        months=months,
        is_year=is_year,
    )


def window_before(window: Window, start_month: int) -> Window:
    """The whole period of the same length that ended when this one began."""
    month_before = month_of(window.start - dt.timedelta(days=1))
    if window.is_year:
        period = year_of_month(month_before, start_month)
    elif window.period.startswith("FY"):
        period = quarter_of_month(month_before, start_month)
    else:
        period = month_before
    return window_of(period, last_day(period, start_month), start_month)


def windows_until(as_of: dt.date, start_month: int) -> list[Window]:
    """List the periods to appraise: months and quarters up to `as_of`, and the year to date.

    All are of the fiscal year of `as_of`; those that still run end on it.
    """
    this_month = month_of(as_of)
    year = months_of_year(fiscal_year_of(as_of, start_month), start_month)
    months = [month for month in year if month <= this_month]
    # A dict keeps the quarters in order, each once.
    quarters = list(dict.fromkeys(quarter_of_month(month, start_month) for month in months))
    year_period = year_of_month(months[0], start_month)

    periods = (*months, *quarters, year_period)
    return [window_of(period, as_of, start_month) for period in periods]
