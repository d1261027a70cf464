"""The hosts that the contract suite runs on. A new host joins by a factory here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
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

OpenHost = Callable[[Path], AbstractContextManager[Host]]


MakeBook = Callable[[Path], Path]


@contextlib.contextmanager
def package(make_book: MakeBook, folder: Path) -> Iterator[Host]:
    with open_package(make_book(folder / "Book.xlsx"), for_writing=True) as host:
        yield host


@contextlib.contextmanager
def excel(make_book: MakeBook, folder: Path) -> Iterator[Host]:
    book, _ = open_fake(make_book(folder / "Book.xlsx"))
    yield ExcelHost(book, patience=0)


@contextlib.contextmanager
def excel_com(make_book: MakeBook, folder: Path) -> Iterator[Host]:
    with open_com(make_book(folder / "Book.xlsx")) as (book, _):
        yield ExcelHost(book, patience=0)


def hosts_of(make_book: MakeBook, in_memory: Callable[[], Host]) -> dict[str, OpenHost]:
    """Every host by its name, as one that opens itself in a folder with the same book."""
    in_files = {"package": package, "excel": excel, "excel_com": excel_com}
    made = {name: partial(opening, make_book) for name, opening in in_files.items()}
    return {"memory": lambda _: contextlib.nullcontext(in_memory()), **made}


HOSTS = hosts_of(plain_book, lambda: MemoryHost([plain_table()]))
MARKED_HOSTS = hosts_of(marked_book, lambda: MemoryHost([marked_table()], {"Deals": MARKS}))


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Give a host that holds the plain book's one table."""
    with HOSTS[request.param](tmp_path) as made:
        yield made


@pytest.fixture(params=MARKED_HOSTS)
def marked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Give a host that holds the book on whose rows people put everything."""
    with MARKED_HOSTS[request.param](tmp_path) as made:
        yield made


def values(cells: TableCells) -> dict[str, list[object]]:
    return {
        header: list(column) for header, column in zip(cells.headers, cells.columns, strict=True)
    }
