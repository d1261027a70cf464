"""Which months of a plan stand as they were published: those that are over, and those closed?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from salesbook.domain.arithmetic.calendar import month_of, months_in


def closed_months(periods: pd.DataFrame, start_month: int) -> frozenset[str]:
    """The months that Periods closes.

    Args:
        periods: the Periods table; a quarter or year closes all of its months, what is no period
            none.
    """
    closed: set[str] = set()
    for period in periods["period"]:
        try:
            closed.update(months_in(str(period), start_month))
        except ValueError:
            # Not a period: `validate` says so, and it closes nothing.
            continue
    return frozenset(closed)


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
