"""A worksheet function is in the macros, in the function wizard, on the sheet Functions and in Python,
with the same arguments in the same order, or in none of them.
"""

from __future__ import annotations

import inspect
import io
import re
from functools import cache

import openpyxl
import pytest

from salesbook.book.template import template_bytes
from salesbook.labels import LANGUAGES, word, words
from udfs import ANSWERS, FUNCTIONS
from workbook.build.vba import sources

both = pytest.mark.parametrize("language", LANGUAGES)
SIGNATURE = re.compile(r"^Function (SALES_\w+)\((.*)\)\r?$", re.MULTILINE)


@cache
def opened(language):
    return openpyxl.load_workbook(io.BytesIO(template_bytes(language)), read_only=True)


@cache
def sheet_texts(language, sheet):
    return [
        [cell for cell in row if cell is not None]
        for row in opened(language)[sheet].iter_rows(values_only=True)
    ]


def test_macros_take_what_python_takes():
    python = {}
    for name, answer in ANSWERS.items():
        parameters = inspect.signature(answer).parameters.values()
        python[name] = [
            ("Optional " if parameter.default is None else "") + parameter.name
            for parameter in parameters
        ]
    macros = dict(SIGNATURE.findall(sources()["xlwings_udfs"]))
    assert FUNCTIONS.keys() == python.keys()
    assert {name: arguments.split(", ") for name, arguments in macros.items()} == python


@both
def test_the_wizard_tells_each_with_all_its_arguments(language):
    """From the cells that the macro reads when the workbook opens."""
    rows = sheet_texts(language, word("book", "sheets.conf", language))
    told = {}
    for row in rows:
        for place, cell in enumerate(row):
            if isinstance(cell, str) and cell in ANSWERS:
                told[cell] = [text for text in row[place + 1 :] if text]
    described = words("functions", language)["functions"]
    assert told == {
        name: [described[name]["text"], *described[name]["arguments"].values()] for name in ANSWERS
    }


@both
def test_the_sheet_functions_shows_each_with_all_its_arguments(language):
    cells = [
        cell
        for row in sheet_texts(language, word("book", "sheets.functions", language))
        for cell in row
        if isinstance(cell, str)
    ]
    for name, answer in ANSWERS.items():
        described = words("functions", language)["functions"][name]
        begins = cells.index(name)
        assert cells[begins + 1] == described["text"]
        behind = cells[begins:]
        for argument in inspect.signature(answer).parameters:
            place = next(index for index, cell in enumerate(behind) if cell.strip() == argument)
            assert behind[place + 1] == described["arguments"][argument]
            behind = behind[place:]
