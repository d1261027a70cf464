"""A spreadsheet of any kind goes into a workbook, and what nobody sees of it is said."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from salesbook.book.importing import ImportRequest, import_file
from salesbook.book.template import template_bytes
from salesbook.hosts.package import open_package
from salesbook.intake.options import ImportOptions
from salesbook.setup.doctor import settings_in
from tests.engines.old_excel import xls, xlsb
from tests.unit.test_intake_spreadsheets import ods, xlsx

DAY = dt.date(2026, 7, 31)
ROWS = [["Name", "Company"], ["Ann", "Acme"], ["Bo", "Hill"], ["Cy", "Dale"]]
MAKERS = {"xlsx": xlsx, "xlsb": xlsb, "xls": xls, "ods": ods}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Book.xlsm"
    path.write_bytes(template_bytes("en"))
    return path


def imported(book: Path, file: Path, **options):
    request = ImportRequest(file, ImportOptions(into="Customers", **options), DAY)
    return import_file(book, request, wait=5)


@pytest.mark.parametrize("kind", MAKERS)
def test_every_kind_is_imported_and_its_hidden_rows_are_told(book, tmp_path, kind):
    """Taken with a word about them, or left and in none of the counts."""
    file = tmp_path / f"list.{kind}"
    file.write_bytes(MAKERS[kind](ROWS, {}, (3,)))
    taken = imported(book, file)
    assert (taken.read, taken.accepted) == (3, 3)
    notes = [(note.code, note.params["rows"]) for note in taken.notes]
    assert notes == [("import.hidden-taken", 1)]

    left = imported(book, file, hidden="leave")
    assert (left.read, left.unchanged, left.rejected) == (2, 2, 0)
    notes = [(note.code, note.params["rows"]) for note in left.notes]
    assert notes == [("import.hidden-left", 1)]


def test_a_workbook_with_queries_is_written_and_its_settings_are_read(book, tmp_path):
    """Power Query keeps its queries in UTF-16 beside the sheets: no part of ours."""
    query = '\ufeff<?xml version="1.0" encoding="utf-16"?><DataMashup/>'.encode("utf-16-le")
    with zipfile.ZipFile(book, "a") as file:
        file.writestr("customXml/item1.xml", query)
    file_of_rows = tmp_path / "list.csv"
    file_of_rows.write_text("Name,Company\nAnn,Acme\n")
    assert imported(book, file_of_rows).new == 1
    with open_package(book, for_writing=False) as host:
        assert host.read("Customers").row_count == 1
    with zipfile.ZipFile(book) as file:
        assert file.read("customXml/item1.xml") == query
    assert "PYTHONPATH" in settings_in(book)
