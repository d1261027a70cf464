"""What can formulas ask Python? Each function with its arguments, an example, and whether that
comes out.

The examples calculate only while a switch is on, so that a machine without Python shows no error.
What they must give stands beside them as plain values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from salesbook.labels import Language, words
from salesbook.tables import Role
from workbook.build import look
from workbook.build.canvas import Canvas, Spot, heading, link_home, page, put

SWITCH: Final = "functions_live"
SWITCH_AT: Final = (3, 3)
_HEAD_ROW: Final = 5
_CHECK, _EXPECTED, _LIVE = 3, 4, 8
_WIDEST: Final = 3
_WIDTHS: Final = (24, 70, 52, 10, 12, 12, 12, 2, 12, 12, 12)


@dataclass(frozen=True, slots=True)
class Example:
    """One function's part of the sheet, rows from 0."""

    name: str
    told: dict[str, Any]
    row: int

    @property
    def signature(self) -> str:
        """The function with its arguments."""
        return f"{self.name}({', '.join(self.told['arguments'])})"

    @property
    def expected(self) -> list[list[Any]]:
        """The rows that the example must give."""
        rows: list[list[Any]] = self.told["expected"]
        return rows

    @property
    def height(self) -> int:
        """Rows that it takes: a line for the function and one per argument, or the example's
        answer.
        """
        return max(1 + len(self.told["arguments"]), len(self.expected)) + 1

    def area(self, column: int) -> str:
        """The cells from a column on that the answer fills."""
        last = self.row + len(self.expected) - 1
        return str(xl_range_abs(self.row, column, last, column + len(self.expected[0]) - 1))


def examples(language: Language) -> Iterator[Example]:
    """Every function with its place on the sheet."""
    row = _HEAD_ROW + 1
    for name, told in words("functions", language)["functions"].items():
        example = Example(name, told, row)
        yield example
        row += example.height


def write_functions(canvas: Canvas) -> None:
    """Fill the sheet."""
    told = words("functions", canvas.language)["sheet"]
    name = canvas.word("sheets.functions")
    sheet = canvas.book.get_worksheet_by_name(name)
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    heading(canvas, sheet, told["title"], told["note"])
    link_home(canvas, sheet)
    _write_switch(canvas, sheet, name, told["switch"])
    head = canvas.style(bold=True, bottom=2, bottom_color=look.INK, indent=1)
    titles = {
        0: "name",
        1: "text",
        2: "example",
        _CHECK: "check",
        _EXPECTED: "expected",
        _LIVE: "live",
    }
    for column in (*range(_EXPECTED + _WIDEST), *range(_LIVE, _LIVE + _WIDEST)):
        title = titles.get(column)
        put(Spot(sheet, _HEAD_ROW, column), told[title] if title else None, head)
    for example in examples(canvas.language):
        _write_words(canvas, sheet, example)
        _write_example(canvas, sheet, example, told)
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    page(canvas, sheet, repeat=(_HEAD_ROW, _HEAD_ROW))


def _write_switch(canvas: Canvas, sheet: Worksheet, name: str, label: str) -> None:
    row, column = SWITCH_AT
    sheet.write_string(row, column - 1, label, canvas.style(align="right", indent=1))
    style = canvas.style(
        bg_color=look.BODIES[Role.SETTING], border=1, border_color=look.LINE, align="center"
    )
    sheet.write_boolean(row, column, False, style)
    sheet.data_validation(
        row, column, row, column, {"validate": "custom", "value": "=ISLOGICAL($D$4)"}
    )
    canvas.book.define_name(SWITCH, f"='{name}'!$D$4")


def _write_words(canvas: Canvas, sheet: Worksheet, example: Example) -> None:
    strong = canvas.style(bold=True, indent=1, valign="top", text_wrap=True)
    text = canvas.style(text_wrap=True, valign="top", indent=1)
    quiet = canvas.style(font_color=look.QUIET, indent=2, valign="top")
    put(Spot(sheet, example.row, 0), example.name, strong)
    put(Spot(sheet, example.row, 1), example.told["text"], text)
    put(Spot(sheet, example.row, 2), example.told["example"], text)
    sheet.set_row(
        example.row,
        15.5 * max(_lines(example.told["text"], 62), _lines(example.told["example"], 44)),
    )
    for down, (argument, meaning) in enumerate(example.told["arguments"].items(), start=1):
        put(Spot(sheet, example.row + down, 0), argument, quiet)
        put(Spot(sheet, example.row + down, 1), meaning, text)
        sheet.set_row(example.row + down, 15.5 * _lines(meaning, 62))


def _lines(text: str, width: int) -> int:
    """Lines that a text takes; a Chinese character is as wide as two others."""
    return -(-sum(1 if char.isascii() else 2 for char in text) // width)


def _write_example(
    canvas: Canvas, sheet: Worksheet, example: Example, told: dict[str, str]
) -> None:
    value = canvas.style(valign="top", bg_color=look.MIST, border=1, border_color=look.LINE)
    result = canvas.style(
        valign="top", bg_color=look.BODIES[Role.OUTPUT], border=1, border_color=look.LINE
    )
    for down, cells in enumerate(example.expected):
        for right, cell in enumerate(cells):
            put(Spot(sheet, example.row + down, _EXPECTED + right), cell, value)
            put(Spot(sheet, example.row + down, _LIVE + right), None, result)
    formula = example.told["example"].removeprefix("=")
    sheet.write_dynamic_array_formula(
        example.row, _LIVE, example.row, _LIVE, f'=IF({SWITCH},{formula},"")', result, ""
    )
    count = len(example.expected) * len(example.expected[0])
    live, wanted = example.area(_LIVE), example.area(_EXPECTED)
    same = f"SUMPRODUCT(--IFERROR(({live}-{wanted})^2<0.00000001,{live}={wanted}))"
    check = f'IF({SWITCH},IF(IFERROR({same},0)={count},"{told["same"]}","{told["differs"]}"),"")'
    bold = canvas.style(bold=True, align="center", valign="top")
    sheet.write_array_formula(
        example.row, _CHECK, example.row, _CHECK, "{=" + check + "}", bold, ""
    )
