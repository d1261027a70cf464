"""The host in Excel does what the memory host does, for any write."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import xlwings as xw
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.memory import MemoryHost
from salesbook.store import Annotation, CellError, Mark, TableWrite
from tests.engines.fake_excel import Book
from tests.engines.loading import load_model, packed, unpacked
from tests.hosts.books import HEADERS, plain_book, plain_table
from tests.hosts.test_hosts_agree import comparable, writes


@lru_cache
def packed_model() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return packed(load_model(plain_book(Path(folder) / "Book.xlsx")))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.booleans())
def test_hosts_agree(data: st.DataObject, sign_counts_in_text: bool) -> None:
    """Two random writes one after the other leave the same table in memory and in Excel.

    An error that only a formula can have is no value that could be assigned in Excel.
    """
    reference = MemoryHost([plain_table()])
    model = unpacked(packed_model())
    model.program.sign_counts_in_text = sign_counts_in_text
    host = ExcelHost(xw.Book(impl=Book(model)), patience=0)
    for _ in range(2):
        write = data.draw(writes(reference.read("Deals").row_count))
        assume(
            CellError("#SPILL!")
            not in [cell for column in write.columns.values() for cell in column]
        )
        reference.write([write])
        host.write([write])
    expected, found = reference.read("Deals"), host.read("Deals")
    for header, new, old in zip(HEADERS, found.columns, expected.columns, strict=True):
        assert (header, list(map(comparable, new))) == (header, list(map(comparable, old)))


CONTENTS = {
    Mark.NOTE: st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=300),
    Mark.LINK: st.sampled_from(["https://x.example/a", "#Other!A1", "https://x.example#b"]),
    Mark.HEIGHT: st.sampled_from(["30", "12.75"]),
}


@st.composite
def marks(draw: st.DrawFn, rows: Sequence[int]) -> list[Annotation]:
    """Draw at most one mark for a cell of some rows, and one height for a row.

    Colours are left out: the reference does not know that what most rows have is no mark.
    """
    if not rows:
        return []
    spots = draw(st.sets(st.tuples(st.sampled_from(rows), st.sampled_from(HEADERS)), max_size=5))
    drawn = []
    for row, header in sorted(spots):
        mark = draw(st.sampled_from([Mark.NOTE, Mark.LINK]))
        drawn.append(Annotation(row, header, mark, draw(CONTENTS[mark])))
    for row in draw(st.sets(st.sampled_from(rows), max_size=2)):
        drawn.append(Annotation(row, HEADERS[0], Mark.HEIGHT, draw(CONTENTS[Mark.HEIGHT])))
    return drawn


def in_order(annotations: Sequence[Annotation]) -> list[tuple[object, ...]]:
    return sorted((it.row or 0, it.header, it.mark, str(it.content)) for it in annotations)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_hosts_agree_on_marks(data: st.DataObject) -> None:
    """Three random writes one after the other, each with marks on new rows, leave the same marks on
    the same rows in memory and in Excel.
    """
    reference = MemoryHost([plain_table()])
    host = ExcelHost(xw.Book(impl=Book(unpacked(packed_model()))), patience=0)
    for _ in range(3):
        rows = reference.read("Deals").row_count
        sources = data.draw(st.lists(st.none() | st.integers(0, rows - 1), max_size=7))
        new_rows = [row for row, source in enumerate(sources) if source is None]
        names = {"deal_id": [f"D{row}" for row in range(len(sources))]}
        write = TableWrite("Deals", names, sources, annotations=data.draw(marks(new_rows)))
        reference.write([write])
        host.write([write])
        assert in_order(host.annotations("Deals")) == in_order(reference.annotations("Deals"))
