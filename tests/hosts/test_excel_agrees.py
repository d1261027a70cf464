"""The host in Excel does what the memory host does, for any write."""

from __future__ import annotations

import copy
import tempfile
from functools import lru_cache
from pathlib import Path

import xlwings as xw
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.memory import MemoryHost
from salesbook.store import CellError
from tests.engines.excel_model import BookModel
from tests.engines.fake_excel import Book
from tests.engines.loading import load_model
from tests.hosts.books import HEADERS, plain_book, plain_table
from tests.hosts.test_hosts_agree import comparable, writes


@lru_cache
def plain_model() -> BookModel:
    with tempfile.TemporaryDirectory() as folder:
        return load_model(plain_book(Path(folder) / "Book.xlsx"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.booleans())
def test_hosts_agree(data: st.DataObject, sign_counts_in_text: bool) -> None:
    """Two random writes one after the other leave the same table in memory and in Excel.

    An error that only a formula can have is no value that could be assigned in Excel.
    """
    reference = MemoryHost([plain_table()])
    model = copy.deepcopy(plain_model())
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
