"""Which number format must a cell have so that what is written shows, and stays, what it is?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from salesbook.hosts.excel.calls import Calls
from salesbook.hosts.excel.cells import Content, Formula, must_guard
from salesbook.hosts.number_formats import (
    DATE,
    GENERAL,
    MOMENT,
    TEXT,
    shows_date,
    shows_only_time,
)
from salesbook.store import MAX_TEXT_LENGTH, text_length

if TYPE_CHECKING:
    import xlwings as xw


def fitting_format(value: Content, code: str, date_format: str | None) -> str:
    """The format for a value in a cell of some format: the same wherever that does no harm.

    Args:
        code: the format that the cell has.
        date_format: what its writer wants for dates.
    """
    if value is None or value == "":
        return code
    if isinstance(value, str):
        # So long a text has no room for the sign that would guard it.
        is_unguardable = must_guard(value) and text_length(value) >= MAX_TEXT_LENGTH
        return TEXT if is_unguardable else code

    if isinstance(value, dt.date):
        if shows_date(code):
            return code
        default = MOMENT if isinstance(value, dt.datetime) else DATE
        return date_format or default

    if code == TEXT:
        return GENERAL

    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # A number under a format of times is a time of day: nothing is wrong with it.
    would_look_like_date = is_number and shows_date(code) and not shows_only_time(code)
    return GENERAL if would_look_like_date else code


@dataclass(frozen=True)
class ColumnFormats:
    """The number formats of one column's cells, asked for in few questions."""

    calls: Calls
    sheet: xw.Sheet
    column: int
    top: int
    bottom: int

    @cached_property
    def codes(self) -> list[str]:
        """A format per cell, top to bottom."""
        codes: list[str] = []
        for first, last, code in self._runs(self.top, self.bottom):
            count = last - first + 1
            codes += [code] * count
        return codes

    def _runs(self, first: int, last: int) -> Iterator[tuple[int, int, str]]:
        """First row, last row and format of runs that have one format, found by halving.

        Excel answers for many cells at once with their one format, or with nothing if they differ.
        """
        cells = self.sheet.range((first, self.column), (last, self.column))
        code = self.calls(lambda: cells.number_format)
        if code is not None or first == last:
            yield first, last, str(code or GENERAL)
            return

        middle = (first + last) // 2
        yield from self._runs(first, middle)
        yield from self._runs(middle + 1, last)

    def fit(
        self, values: Sequence[Content], touched: Sequence[bool], date_format: str | None
    ) -> list[FormatChange]:
        """Prepare formats for the touched cells; `codes` becomes what they will be."""
        changes: list[FormatChange] = []
        for index, value in enumerate(values):
            if not touched[index]:
                continue
            before = self.codes[index]
            after = fitting_format(value, before, date_format)
            if isinstance(value, Formula) and before == TEXT:
                # In a text cell Excel would show the formula instead of calculating it.
                after = GENERAL
            if after == before:
                continue
            self.codes[index] = after
            row = self.top + index
            change = FormatChange(self.column, row, row, before, after)
            if changes and changes[-1].goes_on_in(change):
                change = changes.pop().down_to(row)
            changes.append(change)

        return changes


@dataclass(frozen=True, slots=True)
class FormatChange:
    """Cells of one column that get another number format."""

    column: int
    top: int
    bottom: int
    before: str
    after: str

    def goes_on_in(self, other: FormatChange) -> bool:
        """True where another change does the same right below."""
        is_alike = (self.before, self.after) == (other.before, other.after)
        return is_alike and self.bottom == other.top - 1

    def down_to(self, row: int) -> FormatChange:
        """The same change for cells down to a further row."""
        return replace(self, bottom=row)

    def put(self, calls: Calls, sheet: xw.Sheet, code: str) -> None:
        """Give the cells a format."""
        cells = sheet.range((self.top, self.column), (self.bottom, self.column))

        def assign() -> None:
            cells.number_format = code

        calls(assign)
