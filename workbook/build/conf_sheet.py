"""What does the bridge to Python read in the workbook? Its settings, and the macros' texts."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from salesbook import labels
from salesbook.labels import Language, words
from salesbook.setup.book_rules import BOOK_VERSION
from workbook.build.canvas import Canvas
from workbook.build.names import set_formula
from workbook.build.vba import worksheet_functions

SETTINGS: Final = (
    ("ADD_WORKBOOK_TO_PYTHONPATH", "False"),
    ("PYTHONPATH", "%SystemRoot%"),
    ("UDF MODULES", "udfs"),
    ("USE UDF SERVER", "True"),
    ("DEBUG UDFS", "False"),
    ("SHOW CONSOLE", "False"),
    ("CONDA PATH", ""),
    ("CONDA ENV", ""),
    ("SALESBOOK_START_PYTHON", "True"),
    ("SALESBOOK_BOOK", BOOK_VERSION),
    ("SALESBOOK_XLWINGS", version("xlwings")),
)
"""Keys that xlwings reads, then ours.

An interpreter named here would win over the user's own, so none is. A blank PYTHONPATH would put
Excel's current folder first, so it names a folder that only administrators write to.
"""
WHY_NO_PYTHON: Final = ("python_missing", "python_ended", "python_silent", "python_gone")
"""What else a macro says of a Python that it cannot reach."""
_TEXTS_COLUMN: Final = 3
_FUNCTIONS_COLUMN: Final = 6


def write_conf(canvas: Canvas) -> None:
    """Fill the hidden sheet."""
    sheet = canvas.book.get_worksheet_by_name(canvas.word("sheets.conf"))
    _write_block(canvas, sheet, 0, [list(pair) for pair in SETTINGS])
    sheet.set_column(0, 1, 32)

    texts = macro_texts(canvas.language)
    _write_block(canvas, sheet, _TEXTS_COLUMN, texts, name="macro_texts")

    functions = function_texts(canvas.language)
    if functions:
        _write_block(canvas, sheet, _FUNCTIONS_COLUMN, functions, name="function_texts")


def _write_block(
    canvas: Canvas,
    sheet: Worksheet,
    left: int,
    rows: Sequence[Sequence[str]],
    *,
    name: str | None = None,
) -> None:
    """Write rows of one width from the top of a column on, under a name by which macros find them."""
    style = canvas.style()
    for row, texts in enumerate(rows):
        for offset, text in enumerate(texts):
            sheet.write_string(row, left + offset, text, style)

    if name:
        area = xl_range_abs(0, left, len(rows) - 1, left + len(rows[0]) - 1)
        canvas.book.define_name(name, f"='{sheet.get_name()}'!{area}")


def macro_texts(language: Language) -> list[list[str]]:
    """What macros say themselves, and the words they look for."""
    return [
        ["not_started", labels.word("ribbon", "not_started", language)],
        *([code, labels.word("ribbon", code, language)] for code in WHY_NO_PYTHON),
        ["path_for_shell", labels.word("ribbon", "path_for_shell", language)],
        ["conf_beside", labels.word("ribbon", "conf_beside", language)],
        ["plan_status", labels.header("TargetPlan", "status", language)],
        ["plan_draft", labels.choice("TargetPlan.status", "draft", language)],
        ["sheet_shown", labels.word("book", "start.shown", language)],
        ["sheet_hidden", labels.word("book", "start.hidden", language)],
        ["set_formula", set_formula(language)],
    ]


def function_texts(language: Language) -> list[list[str]]:
    """For the function wizard: each function with its description and those of its arguments."""
    in_vba = worksheet_functions()
    rows = []
    for name, function in words("functions", language)["functions"].items():
        if name in in_vba:
            rows.append([name, function["text"], *function.get("arguments", {}).values()])

    # The macro reads them as one rectangle.
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]
