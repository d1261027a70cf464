"""What a written file looks like: rows as high as their sentences, new columns with room."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from salesbook.hosts.package import open_package
from salesbook.hosts.package.cols import cols_of, with_col, with_cols
from salesbook.hosts.package.heights import shown_width
from salesbook.store import TableWrite

ONE_LINE = "Short."
THREE_LINES = "Twelve words of a sentence that somebody reads slowly, and then again. " * 2


def book_of_sentences(path: Path) -> Path:
    """A table of a key and a sentence that breaks into lines, 40 characters wide."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Notes")
        plain = book.add_format({"valign": "top", "align": "left", "indent": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.set_column(0, 0, 12, plain)
        sheet.set_column(1, 1, 40, wrapped)
        sheet.add_table(
            0, 0, 3, 1, {"name": "Notes", "columns": [{"header": "Id"}, {"header": "Why"}]}
        )
        for row in range(1, 4):
            sheet.write_string(row, 0, f"N{row}", plain)
            sheet.write_string(row, 1, ONE_LINE, wrapped)
        sheet.set_row(3, 75)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return book_of_sentences(tmp_path / "Book.xlsx")


def write(book: Path, texts: list[str], sources: list[int | None]) -> list[float | None]:
    """Write sentences; the heights of the rows as another program reads them."""
    ids = [f"N{number}" for number in range(len(texts))]
    with open_package(book, for_writing=True) as host:
        host.write([TableWrite("Notes", {"Id": ids, "Why": texts}, sources)])
        host.save()
    sheet = openpyxl.load_workbook(book)["Notes"]
    return [sheet.row_dimensions[row].height for row in range(2, len(texts) + 2)]


def test_a_row_is_as_high_as_its_longest_sentence(book: Path) -> None:
    heights = write(book, [THREE_LINES, ONE_LINE, ONE_LINE], [0, 1, 2])
    assert heights[0] is not None
    assert 45 <= heights[0] <= 60
    assert heights[1] is None


def test_a_height_that_somebody_chose_stays(book: Path) -> None:
    assert write(book, [ONE_LINE, ONE_LINE, THREE_LINES], [0, 1, 2])[2] == 75


def test_a_row_is_low_again_once_its_sentence_is_short(book: Path) -> None:
    write(book, [THREE_LINES, ONE_LINE, ONE_LINE], [0, 1, 2])
    assert write(book, [ONE_LINE, ONE_LINE, ONE_LINE], [0, 1, 2])[0] is None


def test_rows_written_by_the_thousand_are_as_high_as_single_ones(
    book: Path, tmp_path: Path
) -> None:
    """Fresh rows below the table take another way into the sheet."""
    texts = [THREE_LINES, ONE_LINE, THREE_LINES, "长句子" * 30, THREE_LINES + "\n" + THREE_LINES]
    fresh = write(book, [ONE_LINE] * 3 + texts, [0, 1, 2, *[None] * len(texts)])[3:]
    single_book = book_of_sentences(tmp_path / "Single.xlsx")
    write(single_book, [ONE_LINE] * (3 + len(texts)), [0, 1, 2, *[None] * len(texts)])
    single = write(single_book, [ONE_LINE] * 3 + texts, list(range(3 + len(texts))))[3:]
    assert fresh == single
    assert fresh[0] == fresh[2]
    assert fresh[1] is None


def test_a_height_that_fits_is_none_of_peoples_marks(book: Path) -> None:
    """It is not parked, and an undo does not look for it."""
    write(book, [THREE_LINES, ONE_LINE, ONE_LINE], [0, 1, 2])
    with open_package(book, for_writing=False) as host:
        assert [mark.content for mark in host.annotations("Notes")] == ["75"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_longer_text_is_never_narrower(text: str, more: str) -> None:
    assert shown_width(text + more) >= shown_width(text) >= 0


def test_a_new_column_has_room_for_its_header_and_looks_like_a_text(book: Path) -> None:
    """Columns that an import keeps stand beside ours, with the same margin."""
    header = "What they asked for on the phone"
    with open_package(book, for_writing=True) as host:
        cells = {header: ["x", "y", "z"]}
        host.write([TableWrite("Notes", cells, [0, 1, 2], new_headers=(header,))])
        host.save()
    sheet = openpyxl.load_workbook(book)["Notes"]
    assert sheet.column_dimensions["C"].width > len(header)
    assert (sheet["C2"].value, sheet["C2"].alignment.indent) == ("x", 1)
    assert sheet["C2"].alignment.vertical == sheet["A2"].alignment.vertical == "top"


def test_a_column_that_somebody_widened_keeps_its_width(book: Path) -> None:
    with zipfile.ZipFile(book) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    part = "xl/worksheets/sheet1.xml"
    col = b'<col min="1" max="1" width="99" customWidth="1"/>'
    cols = with_col(cols_of(contents[part]), col, 3)
    contents[part] = with_cols(contents[part], cols)
    with zipfile.ZipFile(book, "w") as package:
        for name, data in contents.items():
            package.writestr(name, data)
    with open_package(book, for_writing=True) as host:
        host.write([TableWrite("Notes", {"New": ["x"] * 3}, [0, 1, 2], new_headers=("New",))])
        host.save()
    assert openpyxl.load_workbook(book)["Notes"].column_dimensions["C"].width == 99
