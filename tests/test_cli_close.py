"""`close` on the command line: documents, exit codes, untouched files."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesbook.cli.app import run

ORDERS = """Order ID,Customer,Rep,Ordered on,Amount
O1,C1,R1,2026-01-20,500
O2,C1,R1,2026-02-03,300
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A workbook with one rep, one customer and two orders."""
    folder = tmp_path_factory.mktemp("closing")
    book = folder / "Sales.xlsm"
    files = {
        "Reps": "Rep ID,Name\nR1,Ann Lee\n",
        "Customers": "Customer ID,Name\nC1,Acme\n",
        "Orders": ORDERS,
    }
    assert run(["new", str(book), "--lang", "en", "--quiet"]) == 0
    for name, text in files.items():
        file = folder / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        assert run(["import", str(book), str(file), "--into", name, "--quiet"]) == 0
    return book.read_bytes()


@pytest.fixture
def book(filled: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "Sales.xlsm"
    path.write_bytes(filled)
    return path


def test_a_month_closes_opens_again_and_is_undone(book, salesbook):
    """The document says what the month pays; Periods keeps the reason."""
    day = ("--as-of", "2026-02-05")
    closed = salesbook("close", book, "--period", "2026-01", *day, "--json")
    assert closed.code == 0
    document = closed.document
    assert (document["period"], document["reopened"]) == ("2026-01", False)
    assert document["totals"]["sold"] == 500.0
    assert [rep["name"] for rep in document["statements"]] == ["Ann Lee"]

    again = salesbook("close", book, "--period", "2026-01", *day, "--json")
    assert (again.code, again.document["error"]["code"]) == (2, "month-closed")

    reason = ("--reason", "an order was missing")
    opened = salesbook("close", book, "--reopen", "2026-01", *reason, *day, "--json")
    assert (opened.code, opened.document["reopened"]) == (0, True)
    (row,) = salesbook("show", book, "Periods", "--json").document["rows"]
    assert (row["reopened_on"], row["reason"]) == ("2026-02-05", "an order was missing")

    assert salesbook("undo", book, "--json").code == 0
    (row,) = salesbook("show", book, "Periods", "--json").document["rows"]
    assert (row["closed_on"], row["reopened_on"], row["reason"]) == ("2026-02-05", None, None)
    rows = salesbook("show", book, "Statements", "--json").document["rows"]
    assert [(row["period"], row["closed"]) for row in rows] == [
        ("2026-01", True),
        ("2026-02", False),
    ]


def test_refusals_leave_the_file_and_have_their_codes(book, salesbook):
    """2 for what cannot be meant, 15 for months out of their order."""
    day = ("--as-of", "2026-03-05")
    assert salesbook("close", book, "--period", "2026-01", *day, "-q").code == 0
    assert salesbook("close", book, "--period", "2026-02", *day, "-q").code == 0
    content = book.read_bytes()
    for words, code, name in (
        ([], 2, "close-what"),
        (["--reopen", "2026-02"], 2, "belong-together"),
        (["--reason", "x"], 2, "belong-together"),
        (["--period", "2026-03"], 2, "month-not-over"),
        (["--period", "June"], 2, "bad-month"),
        (["--reopen", "2026-03", "--reason", "x"], 2, "month-not-closed"),
        (["--reopen", "2026-01", "--reason", "x"], 15, "later-months-closed"),
    ):
        refused = salesbook("close", book, *words, *day, "--json")
        assert (refused.code, refused.document["error"]["code"]) == (code, name), words
    assert book.read_bytes() == content


def test_people_see_what_each_is_paid_and_the_total(book, salesbook):
    shown = salesbook("close", book, "--period", "2026-01", "--as-of", "2026-02-05", "--lang", "en")
    assert "2026-01: closed" in shown.out
    assert "Ann Lee" in shown.out
    assert "500.00" in shown.out
