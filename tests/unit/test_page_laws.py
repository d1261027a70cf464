"""Laws of the pages: whatever stands in the tables, each figure has a value that a cell can hold."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.expressions import Calculation, Values
from salesbook.expressions.expression import Sign, columns_of
from salesbook.expressions.functions import FUNCTIONS, operation
from salesbook.expressions.values import from_cells
from salesbook.labels import LANGUAGES, choice
from salesbook.sheets import hidden_sheet, page_sheets, selector_cells
from salesbook.store import MAX_TEXT_LENGTH, CellError, text_length

FIGURES = {(cell.name, cell.place): cell.expression for cell in hidden_sheet().cells}
SERIES = {name: place + 1 for name, place in FIGURES if place is not None}
COLUMNS = sorted(
    {
        column
        for sheet in page_sheets()
        for cell in sheet.cells
        for column in columns_of(cell.expression)
    },
    key=lambda column: (column.table, column.field),
)

ODD = [
    None,
    0,
    -5,
    0.5,
    1e14,
    1e30,
    -1e300,
    9.9e307,
    1.7e308,
    math.inf,
    math.nan,
    10**400,
    1e-300,
    9e9,
    2958465,
    2958466,
    True,
    False,
    "",
    " ",
    "12",
    "80%",
    "1e400",
    "2026-01-01",
    "9999-12-31",
    "1,000",
    "soon",
    "ß",
    "a*?~",
    "|rep|",
    "|team|x",
    "x" * 32767,
    "\x00\ud800",
    dt.date(1, 1, 1),
    dt.date(9999, 12, 31),
    dt.datetime(2026, 6, 30, 12),
    CellError("#N/A"),
    CellError("#REF!"),
    CellError("#GETTING_DATA"),
]
"""What nobody should type, and what other programs leave."""
MEANT = [
    "refresh",
    "all",
    "main",
    "company",
    "revenue",
    "high",
    "2026-06",
    "Lead",
    "R1",
    "|FY2026-Q2|rep|R1",
    "number_style",
    "fiscal_year_start",
    choice("Stages.kind", "open", "en"),
    choice("Policy.number_style", "wan", "zh-CN"),
    dt.datetime(2026, 6, 30),
    4,
    0.8,
]
"""What makes the page look further."""

# Repeated, so that rows often fit each other.
CELL = st.sampled_from([*ODD, *MEANT * 3])


@given(rows=st.data(), language=st.sampled_from(LANGUAGES), epoch_1904=st.booleans())
@settings(max_examples=5)
def test_no_cell_of_any_table_makes_a_page_fail(rows, language, epoch_1904):
    """Huge and negative numbers, texts, errors and days that no calendar has give figures, or errors
    as in Excel, and nothing that a cell could not hold.
    """
    cells: dict[tuple[str, str], Values] = {}
    for column in COLUMNS:
        drawn = rows.draw(st.lists(CELL, min_size=3, max_size=3))
        cells[column.table, column.field] = from_cells(drawn, epoch_1904=epoch_1904, first_row=5)
    cells["RunLog", "action"] = from_cells(["refresh"] * 3)

    def column_of(table: str, field: str) -> Values:
        return cells[table, field]

    chosen = {name: from_cells([rows.draw(CELL)]) for name, *_ in selector_cells()}
    calculation = Calculation(column_of, FIGURES, SERIES, language, chosen, epoch_1904)
    for sheet in page_sheets():
        for cell in sheet.cells:
            shown = calculation.value(cell.expression).cell()
            if isinstance(shown, str):
                assert text_length(shown) <= MAX_TEXT_LENGTH
            elif isinstance(shown, float | int):
                assert math.isfinite(shown)


ARGUMENTS = {
    "ABS": 1, "AND": 2, "CHOOSE": 3, "COUNTA": 1, "DAY": 1, "FIXED": 2,
    "HOUR": 1, "HYPERLINK": 2, "IF": 3, "IFERROR": 2, "INDEX": 2, "ISNUMBER": 1, "MATCH": 2, "MAX": 1, "MIN": 1,
    "MID": 3, "MINUTE": 1, "MONTH": 1, "N": 1, "NA": 0, "OR": 2, "RIGHT": 2, "ROUND": 2,
    "SUBSTITUTE": 3, "SUM": 2, "TRUE": 0, "YEAR": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_odd_cell_makes_a_function_fail(name):
    """Each takes whatever a cell may hold, by itself, or a column of all of it where it takes one."""
    odd = [from_cells([cell]) for cell in ODD]
    luck = random.Random(name)
    for _ in range(300):
        given_cells = luck.choices(odd, k=ARGUMENTS[name])
        for epoch_1904 in (False, True):
            result = FUNCTIONS[name](given_cells, epoch_1904)
            assert np.isfinite(result.numbers).all()


@pytest.mark.parametrize("sign", get_args(Sign))
def test_no_odd_cell_makes_a_sign_fail(sign):
    """Every one with every other."""
    columns = [from_cells(ODD), from_cells(ODD[::-1])]
    for left in ODD:
        for right in columns:
            result = operation(sign, from_cells([left]), right)
            assert np.isfinite(result.numbers).all()
