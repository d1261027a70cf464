"""Which months of a plan stand as they were published: those that are over, and those closed?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from salesbook.domain.arithmetic.calendar import month_of, months_in


@dataclass(frozen=True)
class PeriodRow:
    """A row of Periods: a month, or a quarter or year that closes all of its months."""

    index: int
    """Its place in the table."""
    period: str
    months: frozenset[str]
    is_reopened: bool


def rows_by_month(periods: pd.DataFrame, start_month: int) -> dict[str, PeriodRow]:
    """The row of Periods that decides about each month: of two the narrower.

    Args:
        periods: the Periods table; what is no period decides nothing.
    """
    rows = []
    for index, period, reopened_on in zip(
        periods.index, periods["period"], periods["reopened_on"], strict=True
    ):
        try:
            months = frozenset(months_in(str(period), start_month))
        except ValueError:
            # Not a period: `validate` says so, and it closes nothing.
            continue
        rows.append(PeriodRow(int(index), str(period), months, pd.notna(reopened_on)))

    wide_ones_first = sorted(rows, key=lambda row: (-len(row.months), row.period))
    return {month: row for row in wide_ones_first for month in row.months}


def closed_months(periods: pd.DataFrame, start_month: int) -> frozenset[str]:
    """The months that Periods closes, and that are not open again.

    Args:
        periods: the Periods table; a quarter or year closes all of its months, what is no period
            none.
    """
    by_month = rows_by_month(periods, start_month)
    return frozenset(month for month, row in by_month.items() if not row.is_reopened)


@dataclass(frozen=True)
class Standing:
    """Months whose published targets no split changes any more."""

    running: str
    """The month that the day of the run falls in: all earlier ones are over."""
    closed: frozenset[str]

    @classmethod
    def on(cls, as_of: dt.date, periods: pd.DataFrame, start_month: int) -> Standing:
        """The months that stand on a day."""
        return cls(month_of(as_of), closed_months(periods, start_month))

    def has(self, month: str) -> bool:
        """True where the month is over or closed."""
        return month < self.running or month in self.closed

    def first_open(self, months: Sequence[str]) -> str | None:
        """The month of a year from which on none stands; None where its last one does.

        Args:
            months: of the year, in order.
        """
        still_open: str | None = None
        for month in reversed(months):
            if self.has(month):
                break
            still_open = month
        return still_open

    def any_of(self, months: Collection[str]) -> list[str]:
        """Those of the months that stand, in order."""
        return sorted(month for month in set(months) if self.has(month))
