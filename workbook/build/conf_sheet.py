"""What does the bridge to Python read in the workbook? Its settings, and the texts that macros
show.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from salesbook import labels
from salesbook.labels import Language, words
from salesbook.setup.book_rules import BOOK_VERSION
from workbook.build.canvas import Canvas
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
    ("SALESBOOK_BOOK", BOOK_VERSION),
    ("SALESBOOK_XLWINGS", version("xlwings")),
)
"""Keys that xlwings reads, then ours. An interpreter here would win over the user's own: there is
none.

A blank PYTHONPATH would put Excel's current folder first, so it names a folder that only
administrators write to.
"""
_TEXTS_AT: Final = 3
_FUNCTIONS_AT: Final = 6


def write_conf(canvas: Canvas) -> None:
    """Fill the hidden sheet."""
    name = canvas.word("sheets.conf")
    sheet = canvas.book.get_worksheet_by_name(name)
    style = canvas.style()
    blocks = [
        (0, [list(pair) for pair in SETTINGS], None),
        (_TEXTS_AT, macro_texts(canvas.language), "macro_texts"),
        (_FUNCTIONS_AT, function_texts(canvas.language), "function_texts"),
    ]
    for left, rows, defined in blocks:
        for down, row in enumerate(rows):
            for right, text in enumerate(row):
                sheet.write_string(down, left + right, text, style)
        if defined and rows:
            first, last = chr(65 + left), chr(64 + left + len(rows[0]))
            canvas.book.define_name(defined, f"='{name}'!${first}$1:${last}${len(rows)}")
    sheet.set_column(0, 1, 32)


def macro_texts(language: Language) -> list[list[str]]:
    """What macros say themselves, and the words they look for."""
    return [
        ["not_started", labels.word("ribbon", "not_started", language)],
        ["plan_status", labels.header("TargetPlan", "status", language)],
        ["plan_draft", labels.choice("TargetPlan.status", "draft", language)],
        ["sheet_shown", labels.word("book", "start.shown", language)],
        ["sheet_hidden", labels.word("book", "start.hidden", language)],
    ]


def function_texts(language: Language) -> list[list[str]]:
    """For the function wizard: each function with its description and those of its arguments."""
    callable_ones = worksheet_functions()
    if not callable_ones:
        return []
    told = words("functions", language)["functions"]
    rows = [
        [name, one["text"], *one.get("arguments", {}).values()]
        for name, one in told.items()
        if name in callable_ones
    ]
    widest = max(map(len, rows))
    return [[*row, *[""] * (widest - len(row))] for row in rows]
