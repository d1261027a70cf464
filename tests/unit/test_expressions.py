"""One description, two readings: the formula that stands in a cell, and what it gives."""

from __future__ import annotations

import datetime as dt
import math
import random
import re
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from salesbook.expressions import (
    Calculation,
    Column,
    Expression,
    Figure,
    Number,
    Setting,
    SettingIs,
    Spelling,
    Text,
    Unknown,
    Word,
    call,
    count,
    formula_text,
    is_choice,
    total,
)
from salesbook.expressions.functions import FUNCTIONS
from salesbook.expressions.spelling import NotThereError
from salesbook.expressions.values import from_cells
from salesbook.hosts.formulas import reading
from salesbook.labels import choice, header, sheet_name
from salesbook.pages.common import findings_about
from salesbook.store import CellError
from workbook.build.office import convert, office

AMOUNT, STAGE, CLOSED = (
    Column("Deals", "amount"),
    Column("Deals", "stage"),
    Column("Deals", "closed_on"),
)
SMALL_AS_TEXT = r"-?\d(\.\d+)?E-\d+"
"""A number as a text with its power of ten: 2.5E-05."""
CELLS = {
    "amount": [100.0, None, "12", "many", 2.5, 0.1, -3],
    "stage": ["Lead", "lead", None, "Won", "W?n", "Lead", None],
    "closed_on": [dt.date(2026, 3, 31), None, "soon", dt.datetime(2026, 6, 30), 46000, None, None],
}
"""A table as people fill it: numbers as text, blanks, words among dates."""
ENGLISH = Spelling("en", {("day", None): "$B$1", ("months.target", None): "$D$2:$D$4"})


def value(expression: Expression, cells=CELLS, figures=None, series=None):
    def column(table, field):
        return from_cells(cells[field], first_row=5)

    return Calculation(column, figures or {}, series or {}, "en").value(expression).cell()


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        (AMOUNT * 2 + 1, "Deals[Amount]*2+1"),
        ((AMOUNT + 1) * 2, "(Deals[Amount]+1)*2"),
        (Number(8) - (Number(4) - Number(1)), "8-(4-1)"),
        (Text("a").then("b", Text("c").then("d")), '"a"&"b"&"c"&"d"'),
        (Text('say "no"').equals(AMOUNT), '"say ""no"""=Deals[Amount]'),
        (call("ABS", AMOUNT) < 0.000001, "ABS(Deals[Amount])<0.000001"),
        (Figure("months.target") > Figure("day"), "$D$2:$D$4>$B$1"),
        (Word("pages.legends.sold"), '"Sold"'),
        (
            is_choice("Stages", "kind", "open"),
            'ISNUMBER(MATCH(Stages[Stage kind],{"Open","进行中","open"},0))',
        ),
        (count(AMOUNT > 1), "SUM((Deals[Amount]>1)*1)"),
        (
            total(AMOUNT, AMOUNT > 1, STAGE.equals("x")),
            'SUM(IF((Deals[Amount]>1)*(Deals[Stage]="x")=1,Deals[Amount]))',
        ),
    ],
)
def test_a_formula_says_what_the_description_says(expression, formula):
    """With brackets only where signs would be read otherwise."""
    assert formula_text(expression, ENGLISH) == formula


def test_headers_are_the_workbooks_own():
    """A column that is called otherwise is named so, and one that is gone by nobody."""
    renamed = Spelling("en", {}, {("Deals", "amount"): "金额 [net]"})
    assert formula_text(AMOUNT, renamed) == "Deals[金额 '[net']]"
    with pytest.raises(NotThereError):
        formula_text(STAGE, renamed)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Texts in a column do not count in a sum; a comparison sees them.
        (call("SUM", AMOUNT), 99.6),
        (call("COUNTA", AMOUNT), 6),
        (count(AMOUNT > 50), 3),
        (count(STAGE.equals("LEAD")), 3),
        (count(STAGE.equals("")), 2),
        (total(AMOUNT, STAGE.equals("lead")), 100.1),
        (call("MATCH", "w*", STAGE, 0), 4),
        (call("MATCH", "W~?N", STAGE, 0), 5),
        (call("MATCH", 2.5, AMOUNT, 0), 5),
        (call("INDEX", CLOSED, 1), 46112),
        (call("INDEX", CLOSED, 2).then("-"), "-"),
        (call("INDEX", AMOUNT, 8), CellError("#REF!")),
        (call("MAX", call("IF", call("ISNUMBER", CLOSED), CLOSED)), 46203),
        (Text("12") * 2, 24),
        (Text("many") * 2, CellError("#VALUE!")),
        (Number(1) / 0, CellError("#DIV/0!")),
        (call("IFERROR", Number(1) / 0, "–"), "–"),
        (Text("a") > 99, True),
        (Number(0.1).then("", Number(3.0)), "0.13"),
        (call("FIXED", 1234.55, 1), "1,234.6"),
        (call("FIXED", -0.4, 0), "0"),
        (call("FIXED", 2.675, 2), "2.68"),
        (call("ROUND", 2.5, 0), 3),
        (call("ROUND", -1250, -2), -1300),
        (call("YEAR", Text("")), CellError("#VALUE!")),
        (call("RIGHT", Text("0").then(7), 2), "07"),
        (call("CHOOSE", 2, "a", "b"), "b"),
        (call("AND", Number(1), Text("").equals("")), True),
        (call("OR", Number(0), Text("a").equals("A")), True),
        (call("N", Text("x")), 0),
        (call("NA"), CellError("#N/A")),
        (call("MID", "FY2026|team", 8, 9), "team"),
        # What no sheet can hold is an error, and no fault of ours.
        (call("SUM", Number(9.9e307), Number(9.9e307)), CellError("#NUM!")),
        (call("FIXED", 1e30, 0), "1,000,000,000,000,000,000,000,000,000,000"),
        (call("ROUND", 1e30, 0), 1e30),
        (call("YEAR", 9e9), CellError("#NUM!")),
        (call("YEAR", 2958466), CellError("#NUM!")),
        (call("MONTH", -5), CellError("#NUM!")),
        (call("RIGHT", "abc", "x"), CellError("#VALUE!")),
        # Small letters are the same as large ones, and no letter is two.
        (Text("ß").equals("SS"), False),
        (Text("Straße").equals("STRASSE"), False),
        (Text("ß").equals("ẞ"), True),
        (Text("Σ").equals("ς"), True),
        (call("MATCH", "ß", Text("ss"), 0), CellError("#N/A")),
    ],
)
def test_what_a_description_gives(expression, expected):
    """As Excel says, over cells as people fill them."""
    found = value(expression)
    assert found == pytest.approx(expected) if isinstance(expected, float) else found == expected


TEXTS = {
    "80%": 0.8,
    " -80 % ": -0.8,
    "7%": 0.07,
    "1,000%": 10,
    " 1,000 ": 1000,
    "1,234,567.5": 1234567.5,
    "1,00": None,
    ",5": None,
    "80%%": None,
    "2026-01-01": 46023,
    "2026-1-1": 46023,
    "2026-01-01 12:00": 46023.5,
    "2026-01-01T06:00:00": 46023.25,
    "2026-02-30": None,
    "2026-01": None,
    "１": None,
    "1 000": None,
    "--5": None,
    "1e3": 1000,
}
"""Texts where a number is needed, with the number that they mean."""


@pytest.mark.parametrize("text", TEXTS)
def test_a_number_typed_as_text_is_read_as_excel_reads_it(text):
    """With its percent sign, its thousands, or as a day."""
    expected = TEXTS[text]
    found = value(Text(text) * 1)
    assert found == (CellError("#VALUE!") if expected is None else pytest.approx(expected))


def test_a_day_typed_as_text_is_counted_as_the_workbook_counts():
    """A Mac's calendar begins in 1904."""
    for epoch_1904, expected in ((False, 46023), (True, 44561)):
        calculation = Calculation(lambda *_: from_cells([]), {}, {}, "en", epoch_1904=epoch_1904)
        assert calculation.value(Text("2026-01-01") + 0).cell() == expected
        assert calculation.value(call("YEAR", Text("2026-01-01"))).cell() == 2026


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_numbers_in_texts_alike(tmp_path: Path):
    """And compares letters alike."""
    path = tmp_path / "texts.xlsx"
    pairs = [("ß", "ss"), ("ß", "ẞ"), ("Σ", "ς"), ("ſ", "s"), ("İ", "i"), ("Å", "å")]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        for row, text in enumerate(TEXTS):
            sheet.write_string(row, 0, text)
            sheet.write_formula(row, 1, f"A{row + 1}*1")
        for row, (one, other) in enumerate(pairs):
            sheet.write_formula(row, 2, f'"{one}"="{other}"')
    made = openpyxl.load_workbook(convert(path, "xlsx", tmp_path), data_only=True)["Sheet1"]
    for row, expected in enumerate(TEXTS.values(), start=1):
        found = made.cell(row, 2).value
        assert found == ("#VALUE!" if expected is None else pytest.approx(expected))
    for row, (one, other) in enumerate(pairs, start=1):
        assert bool(made.cell(row, 3).value) is value(Text(one).equals(other))


def test_an_error_in_a_column_is_passed_on():
    """Unless something asks whether it is one."""
    cells = {"amount": [1.0, CellError("#N/A"), CellError("#DIV/0!")]}
    assert value(call("SUM", AMOUNT), cells) == CellError("#N/A")
    assert value(call("SUM", call("IFERROR", AMOUNT, 0)), cells) == 1
    assert value(count(call("ISNUMBER", AMOUNT)), cells) == 1


def test_a_setting_has_its_default_until_somebody_types_one():
    """The key is found in every language."""
    policy = {"key": [choice("Policy.key", "currency", "zh-CN"), "few"], "value": ["CNY", None]}
    assert value(Setting("currency"), policy) == "CNY"
    assert value(Setting("few"), policy) == value(Setting("few"), {"key": [None], "value": [None]})
    wan = choice("Policy.number_style", "wan", "zh-CN")
    typed = {"key": ["number_style"], "value": [wan]}
    assert value(SettingIs("number_style", "wan"), typed) is True
    assert value(SettingIs("number_style", "plain"), typed) is False
    assert value(SettingIs("number_style", "wan"), policy) is False


def test_figures_rest_on_each_other():
    """A series is all of its rows; a formula that gives a blank cell shows 0."""
    figures = {
        ("months.target", 0): call("INDEX", AMOUNT, 1),
        ("months.target", 1): call("INDEX", AMOUNT, 2),
        ("sum", None): call("SUM", Figure("months.target")),
    }
    series = {"months.target": 2}
    assert value(Figure("months.target", 1), figures=figures, series=series) == 0
    assert value(Figure("sum").then("!"), figures=figures, series=series) == "100!"
    with pytest.raises(Unknown):
        value(Figure("gone"), figures=figures, series=series)


def test_formulas_that_say_the_same_are_told_from_others():
    """However a program spells them."""
    assert reading("=SUM( 'Data'!$B$1 )*1.50") == reading("sum(Data!$B$1)*1.5")
    assert reading('A1&"a b"') != reading('A1&"ab"')
    assert reading("'It''s'!A1") == reading("'it''s'!a1")
    assert reading("Deals[A mount]") != reading("Deals[Amount]")


def drawn(luck: random.Random, depth: int = 3) -> Expression:
    """An expression such as nobody would write, over the columns of the table.

    Without truth values as results: to LibreOffice they are numbers, to Excel and here they are not.
    """
    if not depth or luck.random() < 0.15:
        return luck.choice([AMOUNT, STAGE, CLOSED])
    plain = luck.choice([Number(luck.choice([0, 1, 2, 2.5, -3, 46112])), Text("lead"), Text("12")])
    one = drawn(luck, depth - 1)
    two = plain if luck.random() < 0.3 else drawn(luck, depth - 1)
    return luck.choice(
        [
            lambda: call("IF", one.equals(two), 1, 0),
            lambda: call("IF", one.equals(two), 1, 0),
            lambda: call("IF", one < two, 1, 0),
            lambda: call("IF", one <= two, 1, 0),
            lambda: call("IF", one > two, 1, 0),
            # LibreOffice joins errors of a column to texts in its own way.
            lambda: call("IFERROR", one, 0).then(call("IFERROR", two, 0)),
            lambda: call("N", call("SUM", one)) + one,
            lambda: call("IF", call("ISNUMBER", one), one, two),
            lambda: call("IF", one.equals(two), one, 7),
            lambda: call("IFERROR", one, two),
            lambda: one * two,
            lambda: one - two,
            lambda: one / two,
        ]
    )()


def summed(luck: random.Random) -> Expression:
    """One number, text or error of a drawn column."""
    column = drawn(luck)
    return luck.choice(
        [
            lambda: call("SUM", column),
            lambda: call("MAX", call("IF", call("ISNUMBER", column), column, "")),
            lambda: count(call("ISNUMBER", column)),
            lambda: call("INDEX", column, luck.randint(1, 7)).then(""),
            lambda: call("FIXED", call("SUM", call("IFERROR", column, 0)), luck.randint(0, 2)),
            lambda: call("MATCH", luck.choice([1, 100, "Won", "lead"]), column, 0),
        ]
    )()


def is_same(found: object, expected: object) -> bool:
    """Whether LibreOffice shows what a formula should: numbers to the nine digits that matter."""
    if isinstance(expected, str) and re.fullmatch(SMALL_AS_TEXT, expected):
        # LibreOffice writes a small number out in full, Excel with its power of ten.
        return math.isclose(float(str(found)), float(expected), rel_tol=1e-9)
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return (found or "") == (expected or "")


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_finds_the_same(tmp_path: Path):
    """Of 400 drawn formulas over numbers, texts, blanks and dates."""
    luck = random.Random(11)
    expressions = [summed(luck) for _ in range(400)]
    path = tmp_path / "drawn.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        headers = [{"header": header("Deals", field, "en")} for field in CELLS]
        sheet.add_table(3, 0, 3 + 7, 2, {"name": "Deals", "columns": headers})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, cells in enumerate(CELLS.values()):
            for row, cell in enumerate(cells, start=4):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(row, column, cell, date)
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write(row, column, cell)
        for row, expression in enumerate(expressions):
            formula = "{=" + formula_text(expression, ENGLISH) + "}"
            sheet.write_array_formula(row, 9, row, 9, formula, None, "")
    shown = openpyxl.load_workbook(convert(path, "xlsx", tmp_path), data_only=True)["Sheet1"]
    wrong = []
    for row, expression in enumerate(expressions):
        found = shown.cell(row + 1, 10).value
        expected = value(expression)
        if isinstance(expected, CellError):
            # Programs differ in which error it is where several are in a row.
            expected = found if str(found).startswith("#") else expected.code
        if not is_same(found, expected):
            wrong.append((formula_text(expression, ENGLISH), found, expected))
    assert wrong == []


def test_every_function_is_used_by_some_page():
    """What no page asks for need not be right."""
    from salesbook.sheets import CHART_DATA, boards, page_sheets, spelling_for

    text = ""
    names = {code: code for code in (CHART_DATA, *boards())}
    for sheet in page_sheets():
        spelling = spelling_for(sheet, "en", names)
        text += "\n".join(formula_text(cell.expression, spelling) for cell in sheet.cells)
    unused = {name for name in FUNCTIONS if f"{name}(" not in text and name != "TRUE"}
    assert unused == set()


@pytest.mark.parametrize("targets", [sheet_name("Targets", "en"), sheet_name("Targets", "zh-CN")])
def test_findings_about_some_tables_are_counted_by_their_cells_in_either_language(targets):
    cells = {"table": [targets, "Pipeline", "Locks", targets], "cell_count": [1, 7, None, 3]}
    assert value(findings_about(("Targets", "Locks")), cells) == 5
    assert value(findings_about(("Reviews",)), cells) == 0
