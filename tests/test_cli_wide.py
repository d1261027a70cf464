"""Wide targets and made amounts from the command line: one import, one undo, one exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PLAN = (
    "Sales plan 2026,,,,\nTeam,Rep,Jan,Feb,Total\nNorth,Ann Lee,1000,500.50,1500.50\n"
    "North,Bob Ray,10,20,30\nTotal,,1010,520.50,1530.50\n"
)
LINES = "Order number,Customer,Rep,Date,Qty,Unit price\nO1,Acme,Ann Lee,2026-03-05,3,19.99\n"
EXPRESSION = "Qty*{Unit price}"


@pytest.fixture
def book(tmp_path: Path, salesbook: Any) -> Path:
    book = tmp_path / "book.xlsm"
    assert salesbook("new", book).code == 0
    reps = tmp_path / "reps.csv"
    reps.write_text("Rep ID,Name,Team\nR1,Ann Lee,North\nR2,Bob Ray,North\n", encoding="utf-8")
    assert salesbook("import", book, reps, "--into", "Reps").code == 0
    return book


def rows(salesbook: Any, book: Path, table: str) -> list[Any]:
    return list(salesbook("show", book, table, "--json").document["rows"])


def test_one_import_fills_both_tables_and_one_undo_empties_them(
    book: Path, tmp_path: Path, salesbook: Any
) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(PLAN, encoding="utf-8")
    explained = salesbook("import", book, plan, "--into", "Targets", "--dry-run")
    assert (explained.code, "Bob Ray" in explained.out) == (0, True)
    done = salesbook("import", book, plan, "--into", "Targets", "--json")
    assert done.code == 0
    assert (done.document["read"], done.document["new"]) == (3, 3)
    assert done.document["added"] == {"TargetMonths": 6}

    targets = {row["scope"]: row["target"] for row in rows(salesbook, book, "Targets")}
    assert targets == {"R1": 1500.5, "R2": 30, "company": 1530.5}
    assert sum(row["amount"] for row in rows(salesbook, book, "TargetMonths")) == 3061

    again = salesbook("import", book, plan, "--into", "Targets", "--json").document
    assert (again["unchanged"], again["new"], again["updated"]) == (3, 0, 0)

    assert salesbook("undo", book).code == 0
    assert rows(salesbook, book, "Targets") == []
    assert rows(salesbook, book, "TargetMonths") == []


def test_an_imported_plan_splits_as_it_says(book: Path, tmp_path: Path, salesbook: Any) -> None:
    """Weights of two months: nothing falls to the other ten, and the company's sum is exact."""
    plan = tmp_path / "plan.csv"
    plan.write_text(PLAN, encoding="utf-8")
    assert salesbook("import", book, plan, "--into", "Targets", "--fixed").code == 0
    assert salesbook("split", book, "--as-of", "2026-01-05").code == 0
    planned: dict[tuple[str, str], float] = {}
    for row in rows(salesbook, book, "TargetPlan"):
        if row["amount"]:
            planned[row["rep_id"], row["period"]] = row["amount"]
    assert planned == {
        ("R1", "2026-01"): 1000,
        ("R1", "2026-02"): 500.5,
        ("R2", "2026-01"): 10,
        ("R2", "2026-02"): 20,
    }


def test_amounts_are_shown_before_they_are_said(book: Path, tmp_path: Path, salesbook: Any) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text(LINES, encoding="utf-8")
    words = ("import", book, lines, "--into", "Orders", "--add-missing")
    before = book.read_bytes()

    refused = salesbook(*words, "--json")
    assert (refused.code, refused.document["error"]["code"]) == (21, "amount-unsaid")
    assert EXPRESSION in refused.document["error"]["advice"]
    shown = salesbook(*words, "--dry-run", "--json").document
    assert (shown["total"], shown["notes"][0]["params"]) == (59.97, {"expression": EXPRESSION})
    assert book.read_bytes() == before

    done = salesbook(*words, "--amount-from", EXPRESSION, "--json").document
    assert done["total"] == 59.97
    assert [row["amount"] for row in rows(salesbook, book, "Orders")] == [59.97]
