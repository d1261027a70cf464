"""Excel's side of a worksheet function: xlwings' own COM server, with stand-ins for what only
Windows has.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

import udfs
from udfs.cells import MISSING
from udfs.errors import NOT_AVAILABLE, VALUE_ERROR
from udfs.worksheet import declare
from workbook.build.windows import windows_xlwings

NA, VALUE, LEFT_OUT = NOT_AVAILABLE, VALUE_ERROR, MISSING
DIV0, SPILL = -2146826281, -2146826243


class ComTime(dt.datetime):
    """As pywintypes' time: a datetime whose time zone means nothing."""


def moment(year: int, month: int, day: int, hour: int = 0) -> ComTime:
    """A date as Excel hands it over."""
    return ComTime(year, month, day, hour, tzinfo=dt.UTC)


class Cells:
    """A range as a COM object: `Value` is a tuple of row tuples, or one value for one cell."""

    def __init__(self, value: Any) -> None:
        self.Value = value

    @classmethod
    def column(cls, *values: Any) -> Cells:
        return cls(tuple((value,) for value in values))


class Excel:
    """Calls functions as the macro around each does."""

    def __init__(self, server: Any) -> None:
        self.server = server

    def call(self, name: str, *args: Any) -> Any:
        """What arrives in VBA: one value, a row, or rows."""
        return self.server.XLPython().CallUDF("udfs", name, args)


@contextlib.contextmanager
def excel() -> Iterator[Excel]:
    """xlwings' COM server, with the functions declared as they are on Windows."""
    with windows_xlwings(time_type=ComTime, cells_type=Cells) as windows:
        for function in udfs.FUNCTIONS.values():
            declare(function, windows.decorators)
        try:
            yield Excel(windows.server)
        finally:
            for function in udfs.FUNCTIONS.values():
                del function.__xlfunc__
