"""The contract of all hosts, and a roll-back, on the cells of a live LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from salesbook.errors import CannotWrite
from salesbook.hosts.excel import ExcelHost
from salesbook.store import Host, TableWrite
from tests.engines.libreoffice import Office, running_office, uno_module
from tests.hosts import test_contract as contract
from tests.hosts.books import plain_book
from tests.hosts.conftest import values

pytestmark = pytest.mark.libreoffice


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """LibreOffice, started once."""
    uno = uno_module()
    if uno is None:
        pytest.skip("LibreOffice or its Python bridge is not installed")
    with running_office(uno) as started:
        yield started


@pytest.fixture
def host(office: Office, tmp_path: Path) -> Iterator[Host]:
    """Give the host in Excel, with LibreOffice in Excel's place."""
    with office.open(plain_book(tmp_path / "Book.xlsx")) as (book, _):
        yield ExcelHost(book, patience=0)


globals().update({name: test for name, test in vars(contract).items() if name.startswith("test_")})


def test_texts_stay_texts(host: Host) -> None:
    """Text is written as text; LibreOffice itself turns a return and a
    line feed into a line feed.
    """
    texts = [text for text in contract.TEXTS if "\r" not in text]
    host.write([TableWrite("Deals", {"name": texts}, [None] * len(texts))])
    assert contract.column(host, "name") == texts


def test_roll_back(office: Office, tmp_path: Path) -> None:
    """Whichever write fails, the table is as it was."""
    path = plain_book(tmp_path / "Book.xlsx")
    write = TableWrite(
        "Deals", {"deal_id": ["A", "B", "=C", "D"], "amount": [1, True, "x", None]}, [2, 1, None, 0]
    )
    for k in range(1, 20):
        with office.open(path) as (book, model):
            host = ExcelHost(book, patience=0)
            before = values(host.read("Deals"))
            model.program.fail_at, model.program.fault = k, None
            try:
                host.write([write])
            except CannotWrite:
                assert values(host.read("Deals")) == before
            else:
                break
    assert k > 3
