"""Each sheet is read with the shared texts that it needs, and reads the same as with all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from salesbook.hosts.package import open_package
from salesbook.hosts.package.extent import _up_to
from salesbook.hosts.package.strings import SharedStrings
from tests.hosts.books import bend, put_table

MANY = [[f"name {at} & <co>", f" text {at}", at] for at in range(3_000)]
FEW = [["name 7 & <co>", 't="s"', 1], ["only here", None, 2]]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Book.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        for code, rows in (("Many", MANY), ("Few", FEW)):
            put_table(made.add_worksheet(code), code, (0, 0), ("a", "b", "c"), rows)
    return path


def columns(path: Path, code: str) -> list[list[object]]:
    with open_package(path, for_writing=False) as host:
        return [list(column) for column in host.read(code).columns]


def test_a_small_sheet_of_a_large_book_reads_its_own_texts(book: Path) -> None:
    for code, rows in (("Many", MANY), ("Few", FEW)):
        assert columns(book, code) == [list(column) for column in zip(*rows, strict=True)]


def test_a_small_sheet_gets_only_the_texts_it_points_to(book: Path) -> None:
    with open_package(book, for_writing=False) as host:
        parts = host._parts
        strings = SharedStrings(parts.content("xl/sharedStrings.xml"), "strings")
        _, few = strings.needed_by(parts.content("xl/worksheets/sheet2.xml"))
        _, many = strings.needed_by(parts.content("xl/worksheets/sheet1.xml"))
    assert few is not None
    assert few.count(b"<si>") < 10
    assert many is not None
    assert many.count(b"<si>") > 6_000


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/sharedStrings.xml", b"<si>", b"<!-- note --><si>"),
        ("xl/worksheets/sheet2.xml", b' t="s"><v>', b' t="s" ><!-- note --><v>'),
        ("xl/worksheets/sheet2.xml", b' t="s"><v>', b" t = 's'><v>"),
    ],
)
def test_unusual_xml_is_read_with_all_texts(book: Path, part: str, old: bytes, new: bytes) -> None:
    before = columns(book, "Few")
    assert columns(bend(book, {part: lambda data: data.replace(old, new)}), "Few") == before


@pytest.mark.parametrize("last", [1, 9, 10, 99, 100, 205, 999, 1000, 30004])
def test_the_bound_on_row_numbers_is_exact(last: int) -> None:
    import re

    within = re.compile(rb"(?:%b)" % _up_to(last))
    assert [number for number in range(1, 40_000) if within.fullmatch(b"%d" % number)] == list(
        range(1, last + 1)
    )
