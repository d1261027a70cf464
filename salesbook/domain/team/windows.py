"""Which periods are appraised, and how far has each gone?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from salesbook.arrays import Days, Flags
from salesbook.domain.arithmetic.calendar import (
    first_day,
    fiscal_year_of,
    last_day,
    month_of,
    months_in,
    months_of_year,
    quarter_of_month,
    year_of_month,
)


@dataclass(frozen=True)
class Window:
    """An appraisal period as far as it has gone."""

    period: str
    start: dt.date
    end: dt.date
    """The last day that counts: the period's own, or `as_of` while it runs."""
    months: tuple[str, ...]
    is_year: bool

    def holds(self, days: Days) -> Flags:
        """Which of the days, or times, fall in it."""
        return (days >= np.datetime64(self.start)) & (
            days < np.datetime64(self.end + dt.timedelta(days=1))
        )


def windows_until(as_of: dt.date, start_month: int) -> list[Window]:
    """Appraisal periods: the months and quarters of the fiscal year up to `as_of`, and the year to
    date.
    """
    year = months_of_year(fiscal_year_of(as_of, start_month), start_month)
    months = [month for month in year if month <= month_of(as_of)]
    quarters = list(dict.fromkeys(quarter_of_month(month, start_month) for month in months))
    windows = []
    for period in [*months, *quarters, year_of_month(months[0], start_month)]:
        end = min(last_day(period, start_month), as_of)
        held = tuple(month for month in months_in(period, start_month) if month <= month_of(as_of))
        is_year = period not in months and period not in quarters
        windows.append(Window(period, first_day(period, start_month), end, held, is_year))
    return windows
