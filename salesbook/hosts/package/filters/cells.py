"""What does a filter, or a sort, see of a cell?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from salesbook.hosts.cell_facts import DAY, DAY_ZERO_1900, DAY_ZERO_1904, moment_of
from salesbook.hosts.package.filters.shown import UnsureError
from salesbook.store import Cell, CellError

_FIRST_CERTAIN_DAY = 61
"""1 March 1900: Excel counts a 29 February before it that never was."""
_LAST_DAY = 2_958_465
"""31 December 9999."""

Value = None | bool | float | str | CellError


@dataclass(frozen=True, slots=True)
class FilterCell:
    """A cell's value, dates as the numbers that they are stored as, and its number format."""

    value: Value
    code: str | None
    """Its number format; None where nobody here knows it."""
    is_date: bool
    """Whether its number shows as a date or a time."""
    is_1904: bool

    @property
    def number(self) -> float | None:
        """The cell's number; None where it holds something else."""
        is_number = isinstance(self.value, float) and not isinstance(self.value, bool)
        return float(self.value) if is_number else None  # type: ignore[arg-type]

    @property
    def moment(self) -> dt.datetime:
        """What day and time the cell's number stands for, to the nearest second.

        Raises: UnsureError for days that Excel counts differently, or does not know.
        """
        number = self.number
        first = 0 if self.is_1904 else _FIRST_CERTAIN_DAY
        if number is None or not first <= number <= _LAST_DAY:
            raise UnsureError
        seconds = round(number * 86_400)
        return day_zero(is_1904=self.is_1904) + dt.timedelta(seconds=seconds)


def day_zero(*, is_1904: bool) -> dt.datetime:
    """Give the day that a cell's number 0 stands for."""
    return DAY_ZERO_1904 if is_1904 else DAY_ZERO_1900


def filter_value(value: Cell, *, is_1904: bool) -> Value:
    """Give a raw value as a sheet stores it."""
    if isinstance(value, dt.date):
        return (moment_of(value) - day_zero(is_1904=is_1904)) / DAY
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return None if value == "" else value
