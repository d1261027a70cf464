"""Wrong cells are coloured by the key of their row: whatever is sorted, the mark goes along."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from openpyxl.formula.translate import Translator

from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language
from tests.book.drawn import Drawn, book, table
from tests.book.test_waive import ODD, TIERS
from workbook.build.office import convert, office

DAY = dt.date(2026, 6, 12)
TODAY = dt.date(2026, 6, 30)


def marks(host: Any) -> list[str]:
    return [str(mark) for mark in Session(host).frame("CheckMarks")["mark"]]


def drawn(language: Language = "en", **tables: Drawn) -> Any:
    basics = {"TierRules": TIERS} | tables
    filled = [table(name, rows, language=language) for name, rows in basics.items()]
    host = book(*filled, language=language)
    run_action(host, "validate", Options(TODAY))
    return host


def test_a_mark_says_severity_table_header_and_the_key_as_cells_say_it() -> None:
    orders = {
        "order_id": ["O 1", "O2"],
        "line_no": [2.0, None],
        "customer_id": ["C1", "C1"],
        "rep_id": ["R1", "Ann"],
        "ordered_on": [46190.0, 46190.0],
        "amount": [-5.0, -7.0],
    }
    moves = {"rep_id": ["Ann"], "valid_from": [46023.0], "plan": ["Nobody's"]}
    host = drawn(
        Reps={"rep_id": ["R1"], "name": ["Ann"], "email": [ODD]},
        Customers={"customer_id": ["C1"], "name": ["Kim"], "created_on": ["2026-13-01"]},
        Orders=orders,
        Assignments=moves,
        Brackets={"plan": ["P"], "valid_from": [46023.0], "from_rate": [0.0], "pay_rate": [0.1]},
    )
    assert marks(host) == [
        # The rep as typed, the day as the number that a cell holds.
        "warning|Assignments|Commission plan|Ann|46023",
        "error|Customers|Created on|C1",
        "warning|Orders|Refund of|O 1|2",
        "warning|Orders|Refund of|O2|1",
        "warning|Reps|E-mail|R1",
    ]


def test_a_row_without_a_key_has_no_mark_and_there_are_2000_at_most() -> None:
    keys = [f"C{number}" for number in range(2_300)]
    customers = {
        "customer_id": [None, *keys],
        "name": ["Kim", *keys],
        "budget": ["l0"] * 2_301,
        "email": [ODD] * 2_301,
    }
    found = marks(drawn(Customers=customers))
    assert len(found) == 2_000
    # What costs a row or a cell goes before what is doubtful.
    assert {mark.split("|")[0] for mark in found} == {"error"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_accepted_loses_its_mark_and_the_rest_keeps_it(language: Language) -> None:
    customers = {"customer_id": ["C1", "C2"], "name": ["a", "b"], "email": [ODD, ODD]}
    host = drawn(language, Customers=customers)
    before = marks(host)
    first = host.read("Checks").first_row
    run_action(host, "waive", Options(TODAY, rows=(first,), reason="So it is"))
    assert marks(host) == before[1:]
    run_action(host, "validate", Options(TODAY))
    assert marks(host) == before[1:]


# --- in the sheet ---------------------------------------------------------------------------------


def _rules(sheet: Any) -> dict[str, tuple[str, str]]:
    """By severity the area and the formula of the rule that colours."""
    found = {}
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            formula = rule.formula[0] if rule.formula else ""
            match = re.match(r'COUNTIF\(check_marks,"(error|warning)\|', formula)
            if match:
                found[match[1]] = (str(area.sqref), formula)
    return found


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_go_with_their_rows_when_a_sheet_is_sorted(
    tmp_path: Path, language: Language
) -> None:
    """LibreOffice calculates each sheet's own rule for every cell, rows in another order than before."""
    path = tmp_path / "book.xlsm"
    new_file(path, language, sample_as_of=DAY)
    run_on_file(path, "validate", Options(DAY), wait=5)
    with open_package(path, for_writing=False) as package:
        session = Session(package)
        wanted = set(marks(package))
        places = {name: session.table(name).cells for name in ("Customers", "Deals", "Orders")}
    of_these = {mark for mark in wanted if mark.split("|")[1] in places}
    assert len(of_these) > 3

    workbook = openpyxl.load_workbook(path)
    asked: dict[str, list[tuple[str, str]]] = {}
    for name, cells in places.items():
        sheet = workbook[cells.sheet]
        first, last = cells.first_row, cells.first_row + cells.row_count - 1
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(first, last)]
        Random(7).shuffle(rows)
        for offset, values in enumerate(rows):
            for column, value in enumerate(values, start=1):
                sheet.cell(first + offset, column).value = value
        asked[name] = _asked(workbook, name, cells, _rules(sheet), of_these)
    saved = tmp_path / "sorted.xlsx"
    workbook.save(saved)
    calculated = openpyxl.load_workbook(convert(saved, "xlsx", tmp_path / "out"), data_only=True)
    for name, cells in asked.items():
        said = calculated[f"Asked {name}"]
        coloured = {
            mark for row, (mark, _) in enumerate(cells, 1) if said.cell(row, 1).value is True
        }
        assert coloured == {mark for mark in of_these if mark.split("|")[1] == name}


def _asked(
    workbook: Any, name: str, cells: Any, rules: dict[str, tuple[str, str]], marked: set[str]
) -> list[tuple[str, str]]:
    """Put the rule of some cells, as it reads there, on a sheet of its own: wrong cells and others."""
    assert set(rules) == {"error", "warning"}
    sheet, own = workbook[cells.sheet], workbook.create_sheet(f"Asked {name}")
    key_columns = 2 if name == "Orders" else 1
    headers = {mark.split("|")[2] for mark in marked if mark.split("|")[1] == name}
    keys = {tuple(mark.split("|")[3:]) for mark in marked}
    asked = []
    for row in range(cells.first_row, cells.first_row + cells.row_count):
        key = tuple(
            str(1 if value is None and column == 2 else value)
            for column, value in (
                (column, sheet.cell(row, column).value) for column in range(1, key_columns + 1)
            )
        )
        # Some rows that are right beside those that are wrong.
        if key not in keys and row % 9:
            continue
        for column, header in enumerate(cells.headers, start=1):
            if header not in headers:
                continue
            for severity, (area, formula) in rules.items():
                top_left = area.split(":")[0]
                here = sheet.cell(row, column).coordinate
                moved = Translator(f"={formula}", origin=top_left).translate_formula(here)
                asked.append(("|".join([severity, name, header, *key]), moved))
                own.cell(len(asked), 1).value = _on_sheet(moved, cells.sheet)
    return asked


def _on_sheet(formula: str, sheet: str) -> str:
    """A formula of one sheet as another one says it."""
    parts = re.split(r'("[^"]*")', formula)
    reference = re.compile(r"(?<![A-Za-z_.\d])(\$?[A-Z]{1,2}\$?\d+)(?![\d(])")
    return "".join(
        part if part.startswith('"') else reference.sub(rf"'{sheet}'!\1", part) for part in parts
    )
