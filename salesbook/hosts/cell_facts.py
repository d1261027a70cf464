"""How does a cell count days, as both hosts know it?"""

from __future__ import annotations

import datetime as dt
from typing import Final

DAY: Final = dt.timedelta(days=1)
DAY_ZERO_1900: Final = dt.datetime(1899, 12, 30)
"""The day that a cell's number 0 stands for, counted back from any day after February 1900.

Excel counts a 29 February 1900 that never was, so that days before it lie one further on.
"""
DAY_ZERO_1904: Final = dt.datetime(1904, 1, 1)
"""The same in a workbook of the 1904 date system."""


def moment_of(value: dt.date) -> dt.datetime:
    """Take a date as its midnight; a moment stays what it is."""
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime(value.year, value.month, value.day)
