"""What can formulas ask Python? Each function with its arguments, an example, and whether that
comes out.

The examples calculate only while a switch is on, so that a machine without Python shows no error.
What they must give stands beside them as plain values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
_TEXT_LINE: Final = 62
_FORMULA_LINE: Final = 44
"""Characters on a line of those two columns: fewer than they are wide, for words are not broken."""
_LINE_HEIGHT: Final = 15.5


@dataclass(frozen=True, slots=True)
class Example:
    """One function's part of the sheet, rows from 0."""

    name: str
    words: Mapping[str, Any]
    """Of functions.toml: its text, its arguments, an example and what that gives."""
    row: int

    @property
    def signature(self) -> str:
        """The function with its arguments."""
        return f"{self.name}({', '.join(self.words['arguments'])})"

    @property
    def expected(self) -> list[list[Any]]:
        """The rows that the example must give."""
        rows: list[list[Any]] = self.words["expected"]
        return rows

    @property
    def height(self) -> int:
        """Rows that it takes: its own and its arguments' or the answer's, and a blank one."""
        words_height = 1 + len(self.words["arguments"])
        return max(words_height, len(self.expected)) + 1

    def area(self, column: int) -> str:
        """The cells from a column on that the answer fills."""
        last = self.row + len(self.expected) - 1
        return str(xl_range_abs(self.row, column, last, column + len(self.expected[0]) - 1))


def examples(language: Language) -> Iterator[Example]:
    """Every function with its place on the sheet."""
    row = _HEAD_ROW + 1
    for name, function_words in words("functions", language)["functions"].items():
        example = Example(name, function_words, row)
        yield example
        row += example.height


def write_functions(canvas: Canvas) -> None:
    """Fill the sheet."""
    sheet_words = words("functions", canvas.language)["sheet"]
    name = canvas.word("sheets.functions")
    sheet = canvas.book.get_worksheet_by_name(name)
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    heading(canvas, sheet, sheet_words["title"], sheet_words["note"])
    link_home(canvas, sheet)
    _write_switch(canvas, sheet, name, sheet_words["switch"])
    _write_head(canvas, sheet, sheet_words)

    for example in examples(canvas.language):
        _write_words(canvas, sheet, example)
        _write_example(canvas, sheet, example, sheet_words)
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    page(canvas, sheet, repeat=(_HEAD_ROW, _HEAD_ROW))


def _write_head(canvas: Canvas, sheet: Worksheet, sheet_words: Mapping[str, str]) -> None:
    """The columns' titles; an answer may be wider than its title, so blanks go on with the line."""
    style = canvas.style(bold=True, bottom=2, bottom_color=look.INK, indent=1)
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
        text = sheet_words[title] if title else None
        put(Spot(sheet, _HEAD_ROW, column), text, style)


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
    name_style = canvas.style(bold=True, indent=1, valign="top", text_wrap=True)
    text_style = canvas.style(text_wrap=True, valign="top", indent=1)
    argument_style = canvas.style(font_color=look.QUIET, indent=2, valign="top")

    row = example.row
    text, formula = example.words["text"], example.words["example"]
    put(Spot(sheet, row, 0), example.name, name_style)
    put(Spot(sheet, row, 1), text, text_style)
    put(Spot(sheet, row, 2), formula, text_style)
    lines = max(look.line_count(text, _TEXT_LINE), look.line_count(formula, _FORMULA_LINE))
    sheet.set_row(row, _LINE_HEIGHT * lines)

    for argument, meaning in example.words["arguments"].items():
        row += 1
        put(Spot(sheet, row, 0), argument, argument_style)
        put(Spot(sheet, row, 1), meaning, text_style)
        sheet.set_row(row, _LINE_HEIGHT * look.line_count(meaning, _TEXT_LINE))


def _write_example(
    canvas: Canvas, sheet: Worksheet, example: Example, sheet_words: Mapping[str, str]
) -> None:
    """The answer that must come out, the one that does, and whether they are the same."""
    box = {"valign": "top", "border": 1, "border_color": look.LINE}
    expected_style = canvas.style(**box, bg_color=look.MIST)
    live_style = canvas.style(**box, bg_color=look.BODIES[Role.OUTPUT])
    for row, cells in enumerate(example.expected, start=example.row):
        for offset, cell in enumerate(cells):
            put(Spot(sheet, row, _EXPECTED + offset), cell, expected_style)
            put(Spot(sheet, row, _LIVE + offset), None, live_style)

    row = example.row
    formula = example.words["example"].removeprefix("=")
    live_formula = f'=IF({SWITCH},{formula},"")'
    sheet.write_dynamic_array_formula(row, _LIVE, row, _LIVE, live_formula, live_style, "")

    verdict = "{=" + _verdict(example, sheet_words) + "}"
    verdict_style = canvas.style(bold=True, align="center", valign="top")
    sheet.write_array_formula(row, _CHECK, row, _CHECK, verdict, verdict_style, "")


def _verdict(example: Example, sheet_words: Mapping[str, str]) -> str:
    """The formula that says whether every cell of the answer is as it must be.

    Numbers may differ in the last digits, texts may not: subtracting them is an error, and then
    they are compared as they are.
    """
    cells = len(example.expected) * len(example.expected[0])
    live, expected = example.area(_LIVE), example.area(_EXPECTED)
    same = f"SUMPRODUCT(--IFERROR(({live}-{expected})^2<0.00000001,{live}={expected}))"
    yes, no = sheet_words["same"], sheet_words["differs"]
    return f'IF({SWITCH},IF(IFERROR({same},0)={cells},"{yes}","{no}"),"")'
