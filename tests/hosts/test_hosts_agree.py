"""The package host does what the memory host does, for any write."""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import lru_cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbook.hosts.memory import MemoryHost
from salesbook.hosts.package import open_package
from salesbook.store import KEEP, Annotation, Cell, CellError, Host, Mark, TableWrite
from tests.hosts.books import HEADERS, plain_book, plain_table
from tests.hosts.marked_books import MARKS, marked_book, marked_table

MIDNIGHT = dt.time()

texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12
)
moments = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.sampled_from(["=1", "_x000D_", "_x005F_", "\r\n", " ", "+A1", "#N/A"]),
    st.dates(dt.date(1900, 1, 1)),
    moments,
    st.sampled_from(["#N/A", "#DIV/0!", "#SPILL!"]).map(CellError),
)


@st.composite
def writes(draw: st.DrawFn, rows: int) -> TableWrite:
    sources = draw(st.lists(st.none() | st.integers(0, rows - 1), max_size=7))
    names = draw(st.lists(st.sampled_from(HEADERS), unique=True))
    column = st.lists(st.just(KEEP) | cells, min_size=len(sources), max_size=len(sources))
    return TableWrite("Deals", {name: draw(column) for name in names}, sources)


@lru_cache
def plain_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return plain_book(Path(folder) / "Book.xlsx").read_bytes()


def comparable(value: Cell) -> object:
    """Let a date and its midnight be one; keep true and 1 apart."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == MIDNIGHT else value
    return (type(value), value) if isinstance(value, bool) else value


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_hosts_agree(data: st.DataObject) -> None:
    """Two random writes one after the other leave the same table in memory and in the file."""
    reference = MemoryHost([plain_table()])
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "Book.xlsx"
        book.write_bytes(plain_bytes())
        with open_package(book, for_writing=True) as host:
            for _ in range(2):
                write = data.draw(writes(reference.read("Deals").row_count))
                reference.write([write])
                host.write([write])
            host.save()
        with open_package(book, for_writing=False) as host:
            found = host.read("Deals")
    expected = reference.read("Deals")
    for header, new, old in zip(HEADERS, found.columns, expected.columns, strict=True):
        assert (header, list(map(comparable, new))) == (header, list(map(comparable, old)))


@lru_cache
def marked_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return marked_book(Path(folder) / "Book.xlsx").read_bytes()


@st.composite
def marked_writes(draw: st.DrawFn, rows: int, number: int) -> TableWrite:
    """Rows in any order, some gone, some new, and something put on new rows."""
    old = draw(st.lists(st.integers(0, rows - 1), unique=True))
    new = draw(st.integers(0, 3))
    sources = draw(st.permutations([*old, *[None] * new]))
    columns = {"key": [KEEP if source is not None else "N" for source in sources]}
    fresh = [row for row, source in enumerate(sources) if source is None]
    marks = [
        Annotation(row, header, mark, content.format(number, row))
        for row in fresh
        for header, mark, content in NEW
        if draw(st.booleans())
    ]
    return TableWrite("Deals", columns, sources, annotations=marks)


NEW = (
    ("key", Mark.NOTE, "note {} {}"),
    ("amount", Mark.LINK, "https://example.com/{}/{}"),
    ("own", Mark.FORMULA, "=$A$1+{}+{}"),
    ("own", Mark.THREAD, '[{{"author": "A {}", "at": "2026-01-01T00:00:00.00", "text": "b {}"}}]'),
    ("amount", Mark.COLOUR, "#{:03X}{:03X}"),
    ("key", Mark.HEIGHT, "{}{}.5"),
)
"""Each is said once in a whole example, since a colour of most rows is nobody's highlight."""


def comparable_marks(host: Host) -> set[Annotation]:
    """What both hosts must tell alike.

    Which formulas are a column's, the one host is told and the other sees from what is left.
    """
    return {mark for mark in host.annotations("Deals") if mark.mark in TOLD_ALIKE}


TOLD_ALIKE = (Mark.NOTE, Mark.THREAD, Mark.COLOUR, Mark.LINK, Mark.HEIGHT)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_hosts_agree_on_what_people_put_on_rows(data: st.DataObject) -> None:
    """Three random writes leave every mark with the key that it was put on, in memory and file."""
    reference = MemoryHost([marked_table()], {"Deals": MARKS})
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "Book.xlsx"
        book.write_bytes(marked_bytes())
        with open_package(book, for_writing=True) as host:
            for number in range(1, 4):
                write = data.draw(marked_writes(reference.read("Deals").row_count, number))
                reference.write([write])
                host.write([write])
                assert comparable_marks(host) == comparable_marks(reference)
                expected = reference.read("Deals").columns[:2]
                assert [list(column) for column in host.read("Deals").columns[:2]] == [
                    list(column) for column in expected
                ]
            host.save()
