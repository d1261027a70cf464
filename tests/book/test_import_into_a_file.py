"""What an import writes into a workbook file is what the file said, and a second one changes nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from salesbook.book.explained import Explainer
from salesbook.book.files import new_file
from salesbook.book.importing import ImportRequest, ImportResult, import_file
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.intake.options import ImportOptions

DAY = dt.date(2026, 6, 30)


def imported(path: Path, file: Path, into: str) -> ImportResult:
    options = ImportOptions(into, add_missing=True)
    return import_file(path, ImportRequest(file, options, DAY), wait=5)


@pytest.mark.parametrize(
    ("table", "text", "field", "expected"),
    [
        (
            "Targets",
            "Year,Scope kind,Scope,Target,Floor\n2026,Company,,1000.50,500.25\n",
            "target",
            100_050,
        ),
        (
            "Targets",
            "Year,Scope kind,Scope,Target,Floor\n2026,Company,,1000.50,500.25\n",
            "floor",
            50_025,
        ),
        ("Targets", "Year,Scope kind,Scope,Metric,Target\n2026,Company,,Orders,12\n", "target", 12),
        (
            "TargetMonths",
            "Year,Scope kind,Scope,Month,Amount\n2026,Company,,3,10.25\n",
            "amount",
            1_025,
        ),
        ("Locks", "Year,Rep,Month,Amount\n2026,Ann,3,10.25\n", "amount", 1_025),
    ],
)
def test_a_measure_without_a_metric_is_money_to_the_cent(tmp_path, table, text, field, expected):
    """A blank metric is revenue when it is written as well as when it is read."""
    path, file = tmp_path / "Sales.xlsm", tmp_path / "file.csv"
    new_file(path, "en")
    file.write_text(text, encoding="utf-8")
    assert imported(path, file, table).new == 1
    with open_package(path, for_writing=False) as host:
        assert Session(host).table(table).frame[field].tolist() == [expected]
    assert imported(path, file, table).unchanged == 1


def explained(path: Path, file: Path, into: str, **more: object) -> ImportResult:
    request = ImportRequest(file, ImportOptions(into, **more), DAY, dry_run=True)  # type: ignore[arg-type]
    return import_file(path, request, wait=5)


def test_a_dry_run_shows_measures_in_currency_units(tmp_path):
    """What a cell becomes, and what a target changes from and to: never in cents."""
    path, file = tmp_path / "Sales.xlsm", tmp_path / "file.csv"
    new_file(path, "en")
    head = "Year,Scope kind,Scope,Target\n2026,Company,,"
    file.write_text(head + "1000.50\n", encoding="utf-8")
    imported(path, file, "Targets")
    file.write_text(head + "1200.75\n", encoding="utf-8")
    result = explained(path, file, "Targets")
    text = said_of(result)
    assert "1,000.50 → 1,200.75" in text
    assert '"1200.75" → 1,200.75' in text
    assert "2,026" not in text


def test_a_dry_run_shows_what_changes_in_columns_of_ones_own(tmp_path):
    """Typing beside is overwritten by the file's: it is said from what to what."""
    path, file = tmp_path / "Sales.xlsm", tmp_path / "file.csv"
    new_file(path, "en")
    file.write_text("Name,Email,VIP\nAcme,a@acme.com,yes\n", encoding="utf-8")
    options = ImportOptions("Customers", kept=("VIP",))
    import_file(path, ImportRequest(file, options, DAY), wait=5)
    file.write_text("Name,Email,VIP\nAcme,a@acme.com,no\n", encoding="utf-8")
    text = said_of(explained(path, file, "Customers"))
    assert "VIP: yes → no" in text


def said_of(result: ImportResult) -> str:
    """What the explanation says of columns and of changes, line by line."""
    assert result.explanation is not None
    words = Explainer(result.explanation, result.table, "en")
    rows = [f"{row}" for row in words.column_rows()]
    return "\n".join([*rows, *words.change_lines()])


def test_an_import_shows_the_sheet_that_it_fills_first(tmp_path):
    """What somebody is told to edit must be there to be seen."""
    path, file = tmp_path / "Sales.xlsm", tmp_path / "file.csv"
    new_file(path, "en")
    file.write_text("Rep,Year,Jan,Feb\nAnn,2026,10,20\n", encoding="utf-8")
    book = openpyxl.load_workbook(path)
    assert book["Target months"].sheet_state == "hidden"
    imported(path, file, "Targets")
    shown = openpyxl.load_workbook(path)
    assert shown["Target months"].sheet_state == "visible"
    assert shown["Payments"].sheet_state == book["Payments"].sheet_state
