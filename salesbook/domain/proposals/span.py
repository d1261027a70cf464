"""Which months does a proposal speak of: those of its year, those before, and what is left?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import (
    WorkCalendar,
    first_day,
    fiscal_year_of,
    last_day,
    last_whole_months,
    months_of_year,
)

YEAR_OF_MONTHS: Final = 12
"""Whole months that a proposal rests on: with fewer, some season is missing in them."""


@dataclass(frozen=True)
class Span:
    """A fiscal year that is not over, seen from the day of the run."""

    year: int
    months: tuple[str, ...]
    left: Floats
    """Per month: the part of its work days that is still to come."""
    days_ahead: Floats
    """Per month: days from today to the middle of what is left of it."""
    before: tuple[str, ...]
    """The twelve months that a proposal starts from.

    Those of the year before; where that is not over, the last twelve whole months.
    """

    @property
    def has_begun(self) -> bool:
        """Whether some of the year is over."""
        return bool((self.left < 1).any())

    @property
    def open_months(self) -> tuple[str, ...]:
        """The months of which something is left."""
        return tuple(month for month, part in zip(self.months, self.left, strict=True) if part > 0)


def span_of(year: int, as_of: dt.date, start_month: int, calendar: WorkCalendar) -> Span:
    """See a fiscal year from the day of the run."""
    months = months_of_year(year, start_month)
    left, ahead = [], []
    for month in months:
        first, last = first_day(month, start_month), last_day(month, start_month)
        left.append(1.0 - calendar.share_gone(first, last, as_of))
        begins = max(first, as_of + dt.timedelta(days=1))
        ahead.append(max(((begins - as_of).days + (last - as_of).days) / 2, 0.0))

    year_before = months_of_year(year - 1, start_month)
    is_over = last_day(year_before[-1], start_month) <= as_of
    before = tuple(year_before) if is_over else last_whole_months(as_of)
    return Span(year, tuple(months), np.array(left), np.array(ahead), before)


def spans_of(
    asked: Sequence[int], as_of: dt.date, start_month: int, calendar: WorkCalendar
) -> list[Span]:
    """The running fiscal year, the next one, and later ones that are asked for.

    A year that ends with the day of the run is over.
    """
    running = fiscal_year_of(as_of + dt.timedelta(days=1), start_month)
    later = {year for year in asked if year > running}
    years = sorted({running, running + 1, *later})
    return [span_of(year, as_of, start_month, calendar) for year in years]
