"""What does every sheet draw with? One workbook being made, its language and its cell formats."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from salesbook import labels
from salesbook.labels import Language
from workbook.build import look

CellValue = None | bool | int | float | str | dt.date | dt.datetime

HEADER_ROW: Final = 3
"""Sheet row (from 0) of a table's headers; title, note and legend stand above."""
LAST_ROW: Final = 199_999
"""Last row (from 0) that dropdowns and bounds reach, far beyond what is filled now."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of a sheet, rows and columns from 0."""

    sheet: Worksheet
    row: int
    column: int

    def moved(self, down: int, right: int) -> Spot:
        """The cell so many rows below and columns beside."""
        return Spot(self.sheet, self.row + down, self.column + right)


@dataclass
class Canvas:
    """A workbook being made."""

    book: xlsxwriter.Workbook
    language: Language
    currency: str
    _formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def style(self, **properties: Any) -> Format:
        """A cell format with the book's font unless said otherwise; equal ones are one."""
        base = {
            "font_name": look.FONTS[self.language],
            "font_size": look.SIZES[self.language],
            "font_color": look.INK,
            "valign": "vcenter",
        }
        wanted = base | properties
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(wanted)
        return self._formats[key]

    def word(self, path: str) -> str:
        """A word that only the workbook shows."""
        return labels.word("book", path, self.language)

    def name(self, table: str) -> str:
        """What people call a table."""
        return labels.sheet_name(table, self.language)

    def header(self, table: str, name: str) -> str:
        """A column's header."""
        return labels.header(table, name, self.language)


def title_of(sheet_name: str) -> str:
    """A sheet's name as a heading: `CallList` → `Call list`."""
    # Between a small letter and a capital: the places where words were joined.
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", sheet_name)
    return spaced if spaced == sheet_name else spaced[0] + spaced[1:].lower()


def put(spot: Spot, value: CellValue, style: Format) -> None:
    """Write one value as what it is: text never becomes a formula, a number or a link."""
    sheet, row, column = spot.sheet, spot.row, spot.column
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, dt.date | dt.datetime):
        sheet.write_datetime(row, column, value, style)
    else:
        sheet.write_string(row, column, value, style)


def put_formula(spot: Spot, formula: str, style: Format, value: CellValue = "") -> None:
    """Write a formula that may look through whole columns, and its value in an empty book."""
    row, column = spot.row, spot.column
    array_formula = "{=" + formula + "}"
    spot.sheet.write_array_formula(row, column, row, column, array_formula, style, value)


def put_plain_formula(spot: Spot, formula: str, style: Format, value: CellValue = "") -> None:
    """Write a formula that needs no more than its own cell's place, as merged cells must."""
    spot.sheet.write_formula(spot.row, spot.column, "=" + formula, style, value)


def heading(canvas: Canvas, sheet: Worksheet, title: str, note: str) -> None:
    """The two lines that head every sheet."""
    paper = canvas.style(bg_color=look.PAPER)
    sheet.set_row(0, 27, paper)
    sheet.set_row(1, 17, paper)

    title_style = canvas.style(bold=True, font_size=17, bg_color=look.PAPER)
    note_style = canvas.style(font_color=look.QUIET, bg_color=look.PAPER)
    sheet.write_string(0, 0, title, title_style)
    sheet.write_string(1, 0, note, note_style)


def page(
    canvas: Canvas, sheet: Worksheet, *, repeat: tuple[int, int] | None = None, tall: int = 0
) -> None:
    """Print set-up: A4 across, as wide as the page, headers again on each."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, tall)
    sheet.set_footer("&L&8&F · &A&R&8&P / &N")
    if repeat:
        sheet.repeat_rows(*repeat)


def link_home(canvas: Canvas, sheet: Worksheet) -> None:
    """A link back to the first sheet, below the title."""
    start = canvas.word("sheets.start")
    style = canvas.style(font_color=look.BLUE, bg_color=look.PAPER)
    sheet.write_url(2, 0, f"internal:'{start}'!A1", style, "‹ " + start)
