"""Which number format must a cell have so that what is written shows, and stays, what it is?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from salesbook.hosts.excel.calls import Calls
from salesbook.hosts.excel.cells import MOST_LETTERS, Content, Formula, must_guard

if TYPE_CHECKING:
    import xlwings as xw

TEXT: Final = "@"
GENERAL: Final = "General"
_DAY: Final = "yyyy-mm-dd"
_MOMENT: Final = "yyyy-mm-dd hh:mm"
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


def shows_date(code: str) -> bool:
    """True for a format that shows a number as a date or a time."""
    return code != GENERAL and bool(re.search("[ymdhs]", _LITERAL.sub("", code), re.IGNORECASE))


def shows_only_time(code: str) -> bool:
    """True for a format that shows a time of day or a duration, but no date."""
    return shows_date(code) and not re.search("[yd]", _LITERAL.sub("", code), re.IGNORECASE)


def fitting(value: Content, code: str, wanted: str | None) -> str:
    """The format for a value in a cell of format `code`: the same wherever that does no harm."""
    if value is None or value == "":
        return code
    if isinstance(value, str):
        return TEXT if len(value) >= MOST_LETTERS and must_guard(value) else code
    if isinstance(value, dt.date):
        default = _MOMENT if isinstance(value, dt.datetime) else _DAY
        return code if shows_date(code) else wanted or default
    if code == TEXT:
        return GENERAL
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return GENERAL if is_number and shows_date(code) and not shows_only_time(code) else code


@dataclass(frozen=True)
class ColumnFormats:
    """The number formats of one column's cells,
    asked for in as few questions as there are formats.
    """

    calls: Calls
    sheet: xw.Sheet
    column: int
    top: int
    bottom: int

    @cached_property
    def codes(self) -> list[str]:
        """A format per cell, top to bottom."""
        return [
            code
            for first, last, code in self._runs(self.top, self.bottom)
            for _ in range(first, last + 1)
        ]

    def _runs(self, first: int, last: int) -> Iterator[tuple[int, int, str]]:
        cells = self.sheet.range((first, self.column), (last, self.column))
        code = self.calls(lambda: cells.number_format)
        if code is not None or first == last:
            yield first, last, str(code or GENERAL)
            return
        middle = (first + last) // 2
        yield from self._runs(first, middle)
        yield from self._runs(middle + 1, last)

    def fit(
        self, values: Sequence[Content], touched: Sequence[bool], wanted: str | None
    ) -> list[FormatChange]:
        """Plan formats for the touched cells; `codes` becomes what they will be."""
        changes: list[FormatChange] = []
        for at, value in enumerate(values):
            before = self.codes[at]
            after = fitting(value, before, wanted) if touched[at] else before
            if isinstance(value, Formula) and touched[at] and before == TEXT:
                after = GENERAL
            if after == before:
                continue
            self.codes[at] = after
            row, last = self.top + at, changes[-1] if changes else None
            if last and last.bottom == row - 1 and (last.before, last.after) == (before, after):
                changes[-1] = FormatChange(self.column, last.top, row, before, after)
            else:
                changes.append(FormatChange(self.column, row, row, before, after))
        return changes


@dataclass(frozen=True, slots=True)
class FormatChange:
    """Cells of one column that get another number format."""

    column: int
    top: int
    bottom: int
    before: str
    after: str

    def put(self, calls: Calls, sheet: xw.Sheet, code: str) -> None:
        """Give the cells a format."""
        cells = sheet.range((self.top, self.column), (self.bottom, self.column))

        def assign() -> None:
            cells.number_format = code

        calls(assign)
