"""Rows that are written by the thousand come out as if they were written one by one."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.books import parts
from salesbook.hosts.package import open_package
from salesbook.hosts.package.body import NewBody
from salesbook.hosts.package.cellxml import after_reference, rests_of
from salesbook.store import KEEP, Cell, CellError, NewCell, TableWrite
from tests.hosts.books import HEADERS, bend, plain_book, swap

CELLS: st.SearchStrategy[NewCell] = st.one_of(
    st.sampled_from(
        [None, KEEP, "", "a", " a ", "a  b", "a\nb", "_x0041_", "=1+1", 1, 1.0, True, False]
    ),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
    st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)),
    st.just(CellError("#N/A")),
)
ROWS = st.lists(st.tuples(*[CELLS] * len(HEADERS)), min_size=1, max_size=8)
SOURCES = st.lists(st.sampled_from([None, 0, 1, 2]), max_size=4)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = plain_book(tmp_path_factory.mktemp("rows") / "Book.xlsx")
    return bend(
        path,
        {"xl/worksheets/sheet1.xml": swap(b'<row r="5"', b'<row r="5" ht="30" customHeight="1"')},
    )


def written(book: Path, write: TableWrite) -> str:
    """The sheet after a write, each style's number replaced by what it says."""
    out = book.with_name("out.xlsx")
    with open_package(book, for_writing=True) as host:
        host.write([write])
        host.save(out, over=True)
    found = parts(out)
    formats = re.findall(r"<xf [^>]*>", found["xl/styles.xml"].decode().partition("<cellXfs")[2])
    codes = dict(
        re.findall(
            r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', found["xl/styles.xml"].decode()
        )
    )
    meant = [
        re.sub(r'numFmtId="(\d+)"', lambda told: codes.get(told[1], told[1]), one)
        for one in formats
    ]
    sheet = found["xl/worksheets/sheet1.xml"].decode()
    return re.sub(r' s="(\d+)"', lambda told: meant[int(told[1])], sheet)


@given(rows=ROWS, first=SOURCES)
def test_new_rows_are_the_same_however_they_are_written(
    book: Path, rows: list, first: list
) -> None:
    """Below rows that keep, move or lose their cells, bulk and careful ways give the same sheet."""
    sources = [*first, *[None] * len(rows)]
    filled = [*[(KEEP,) * len(HEADERS)] * len(first), *rows]
    columns = {header: [row[at] for row in filled] for at, header in enumerate(HEADERS)}
    write = TableWrite("Deals", columns, sources, {"closed_on": "yyyy-mm-dd"})
    bulk = written(book, write)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NewBody, "_first_fresh_index", lambda self: len(self.sources))
        careful = written(book, write)
    assert bulk == careful


def test_thousands_of_new_rows_read_back(book: Path) -> None:
    """More rows than are put together at once, with gaps, in the same order."""
    names = [None if at % 7 == 0 else f"name {at}" for at in range(9_000)]
    write = TableWrite("Deals", {"name": names}, [None] * len(names))
    out = book.with_name("many.xlsx")
    with open_package(book, for_writing=True) as host:
        host.write([write])
        host.save(out, over=True)
    with open_package(out, for_writing=False) as host:
        assert list(host.read("Deals").columns[1]) == names


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KINDS: list[st.SearchStrategy[Cell]] = [
    TEXTS
    | st.sampled_from(
        ["", " a", "a ", "a  b", "a|b", "a\tb", "_x0041_", "&", "张三", "\xa0", "a" * 20_000]
    ),
    st.integers(-(10**16), 10**16) | st.floats(allow_nan=False, allow_infinity=False),
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),
    st.booleans(),
]


@given(
    values=st.one_of(*[st.lists(kind | st.none()) for kind in KINDS]),
    style=st.sampled_from([0, 7]),
    prefix=st.sampled_from(["", "x:"]),
)
def test_a_column_is_written_as_its_cells_are(values: list[Cell], style: int, prefix: str) -> None:
    """Whatever one kind of values a column holds, each cell says what it would say alone."""
    alone = ['"' + after_reference(value, style, prefix, False, "") for value in values]
    alone = ["" if cell == '"/>' else cell for cell in alone]
    assert rests_of(values, lambda _: style, prefix, False) in (alone, None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((None, "", "a & b"), ["", "", '" t="inlineStr"><is><t>a &amp; b</t></is></c>']),
        ((2, None, 0.5), ['"><v>2</v></c>', "", '"><v>0.5</v></c>']),
        ((True, True, None), ['" t="b"><v>1</v></c>', '" t="b"><v>1</v></c>', ""]),
        ((dt.date(1900, 1, 1), None), ['"><v>1</v></c>', ""]),
        ((1, "a"), None),
        ((True, 1), None),
        ((10**15, 1), None),
        (("a" * 32_768,), None),
    ],
)
def test_only_columns_of_one_kind_are_written_at_once(
    values: tuple[Cell, ...], expected: object
) -> None:
    """Where kinds are mixed, or a value may not fit a cell, each is left to be written alone."""
    assert rests_of(values, lambda _: 0, "", False) == expected


def test_blank_cells_of_new_rows_need_no_new_format(book: Path) -> None:
    """Not in a column of dates either."""
    out = book.with_name("blank.xlsx")
    with open_package(book, for_writing=True) as host:
        rows = host.read("Deals").row_count
        host.write(
            [TableWrite("Deals", {HEADERS[0]: [KEEP] * rows + ["new"]}, [*range(rows), None])]
        )
        host.save(out, over=True)
    assert parts(out)["xl/styles.xml"] == parts(book)["xl/styles.xml"]
