"""The hosts that the contract suite runs on. A new host joins by a factory here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.memory import MemoryHost
from salesbook.hosts.package import open_package
from salesbook.store import Host, TableCells
from tests.engines.fake_com import open_com
from tests.engines.fake_excel import open_fake
from tests.hosts.books import plain_book, plain_table
from tests.hosts.marked_books import MARKS, marked_book, marked_table

OpenHost = Callable[[], AbstractContextManager[Host]]


@contextlib.contextmanager
def memory(folder: Path) -> Iterator[Host]:
    yield MemoryHost([plain_table()])


@contextlib.contextmanager
def package(folder: Path) -> Iterator[Host]:
    with open_package(plain_book(folder / "Book.xlsx"), for_writing=True) as host:
        yield host


@contextlib.contextmanager
def excel(folder: Path) -> Iterator[Host]:
    book, _ = open_fake(plain_book(folder / "Book.xlsx"))
    yield ExcelHost(book, patience=0)


@contextlib.contextmanager
def excel_com(folder: Path) -> Iterator[Host]:
    with open_com(plain_book(folder / "Book.xlsx")) as (book, _):
        yield ExcelHost(book, patience=0)


HOSTS = (memory, package, excel, excel_com)


@pytest.fixture(params=HOSTS, ids=lambda factory: factory.__name__)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Give a host that holds the plain book's one table."""
    with request.param(tmp_path) as made:
        yield made


@contextlib.contextmanager
def marked_memory(folder: Path) -> Iterator[Host]:
    yield MemoryHost([marked_table()], {"Deals": MARKS})


@contextlib.contextmanager
def marked_package(folder: Path) -> Iterator[Host]:
    with open_package(marked_book(folder / "Book.xlsx"), for_writing=True) as host:
        yield host


MARKED_HOSTS = (marked_memory, marked_package)


@pytest.fixture(params=MARKED_HOSTS, ids=lambda factory: factory.__name__)
def marked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Give a host that holds the book on whose rows people put everything."""
    with request.param(tmp_path) as made:
        yield made


def values(cells: TableCells) -> dict[str, list[object]]:
    return {
        header: list(column) for header, column in zip(cells.headers, cells.columns, strict=True)
    }
