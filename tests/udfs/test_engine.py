"""Formulas of the built workbook, calculated with our functions: no #NAME?, right values, right
shapes.
"""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("formualizer", reason="the formula engine is not installed")

from salesbook.labels import header, word
from salesbook.tables import TABLES
from tests.udfs.engine import opened
from udfs import ANSWERS
from workbook.build.functions_sheet import SWITCH_AT, examples

CHECK, LIVE, WIDEST = 4, 9, 3
LANGUAGES = ("en", "zh-CN")


class Sheet:
    """The Functions sheet of one language."""

    def __init__(self, language: Any, folder: Any) -> None:
        rows = {
            "Feedback": table_rows("Feedback", "score", (10, 9, 9, 8, 7, 7, 6, 3, 10, 0)),
            "Orders": table_rows("Orders", "amount", (50, 30, 10, 6, 4)),
        }
        self.language, self.book = language, opened(language, folder, rows)
        self.name = word("book", "sheets.functions", language)
        self.examples = list(examples(language))
        self.free = 400

    def switch(self, on: bool) -> None:
        row, column = SWITCH_AT
        self.book.sheet(self.name).set_value(row + 1, column + 1, on)
        self.book.evaluate_all()

    def cell(self, row: int, column: int) -> Any:
        return self.book.evaluate_cell(self.name, row, column)

    def calculated(self, formula: str, rows: int, columns: int = 1) -> list[list[Any]]:
        """What a formula fills, written where nothing stands."""
        self.free += 20
        self.book.sheet(self.name).set_formula(self.free, 30, formula)
        return [
            [self.cell(self.free + down, 30 + right) for right in range(columns)]
            for down in range(rows)
        ]


def table_rows(table: str, field: str, values: tuple[Any, ...]) -> list[list[Any]]:
    """Rows of a table of which one field is filled."""
    names = TABLES[table].field_names
    return [[value if name == field else None for name in names] for value in values]


@pytest.fixture(scope="module", params=LANGUAGES)
def sheet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    return Sheet(request.param, tmp_path_factory.mktemp("engine"))


def test_every_function_has_an_example(sheet: Sheet) -> None:
    assert [example.name for example in sheet.examples] == list(ANSWERS)


def test_examples_show_nothing_until_the_switch_is_on(sheet: Sheet) -> None:
    sheet.switch(False)
    shown = {
        sheet.cell(example.row + 1, column)
        for example in sheet.examples
        for column in (CHECK, LIVE)
    }
    assert shown == {""}


def test_examples_give_the_expected_values_in_the_expected_shape(sheet: Sheet) -> None:
    sheet.switch(True)
    same = word("functions", "sheet.same", sheet.language)
    for example in sheet.examples:
        wanted = [[*row, *[None] * (WIDEST - len(row))] for row in example.expected]
        below = [None] * WIDEST
        found = [
            [sheet.cell(example.row + 1 + down, LIVE + right) for right in range(WIDEST)]
            for down in range(len(wanted) + 1)
        ]
        assert found == [[_about(cell) for cell in row] for row in [*wanted, below]], example.name
        assert sheet.cell(example.row + 1, CHECK) == same, example.name


def _about(cell: Any) -> Any:
    return pytest.approx(cell, abs=5e-5) if isinstance(cell, float) else cell


def test_a_check_tells_a_wrong_value(sheet: Sheet) -> None:
    sheet.switch(True)
    first = sheet.examples[0]
    sheet.book.sheet(sheet.name).set_value(first.row + 1, LIVE - 4, 35)
    sheet.book.evaluate_all()
    assert sheet.cell(first.row + 1, CHECK) == word("functions", "sheet.differs", sheet.language)
    sheet.book.sheet(sheet.name).set_value(first.row + 1, LIVE - 4, first.expected[0][0])


def test_columns_of_our_tables_can_be_passed(sheet: Sheet) -> None:
    score = header("Feedback", "score", sheet.language)
    assert sheet.calculated(f"=SALES_NPS(Feedback[{score}])", 1) == [[10.0]]
    amount = header("Orders", "amount", sheet.language)
    assert sheet.calculated(f"=SALES_ABC(Orders[{amount}])", 6) == [[x] for x in (*"AABBC", None)]


def test_sums_meet_errors_instead_of_passing_text_by(sheet: Sheet) -> None:
    (found,) = sheet.calculated('=SUM(SALES_ATTAINMENT({1;"x";2},4))', 1)
    assert found[0]["kind"] == "Value"
    (missing,) = sheet.calculated('=IFNA(SALES_COVERAGE(1,2,2),"none needed")', 1)
    assert missing == ["none needed"]


def test_functions_nest(sheet: Sheet) -> None:
    typed = '=SUM(SALES_SPLIT(SALES_NUMBER("1.2万"),{1;1;1},100))'
    assert sheet.calculated(typed, 1) == [[12_000.0]]
