"""A dry run explains: readable at a terminal of 100 columns, and as JSON with codes and values."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from salesbook.cli.app import run

DEALS = (
    "Pipeline of the north\n\n"
    "Deal ID;Opportunity Owner;Stage;Amount;Created Date;Mood of the customer on that very day\n"
    "D1;Ann Lee;Contact;1.234,50;03/04/2026;" + "very happy " * 12 + "\n"
    "D2;Ann Lee;Contact;2.000;05/06/2026;\n"
    "D3;Zoe;Dreaming;abc;05/06/2026;\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Workbooks of both languages with a rep, and a file of deals that leaves much open."""
    folder = tmp_path_factory.mktemp("dry")
    (folder / "reps.csv").write_text("Rep ID,Name\nR1,Ann Lee\n", encoding="utf-8")
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    for language in ("en", "zh-CN"):
        book = str(folder / f"{language}.xlsm")
        assert run(["new", book, "--lang", language]) == 0
        assert run(["import", book, str(folder / "reps.csv"), "--into", "Reps"]) == 0
    return folder


def dry_run(salesbook, folder: Path, language: str, *words: str):
    book = folder / f"{language}.xlsm"
    return salesbook("import", book, folder / "deals.csv", "--into", "Deals", "--dry-run", *words)


def test_what_a_manager_reads(folder: Path, salesbook) -> None:
    """Each line answers a question that he has before he dares to import."""
    out = dry_run(salesbook, folder, "en").out
    flat = " ".join(out.split())
    assert "Dry run: what would become of deals.csv in Pipeline" in flat
    assert "Text file in utf-8; between cells: ;" in flat
    assert '"Ann Lee" → Ann Lee (R1)' in flat
    assert '"1.234,50" → 1,234.50' in flat
    assert '"abc" cannot be read' in flat
    assert 'Decimal sign of Amount: the comma; that is shown by "1.234,50" in row 4.' in flat
    assert "Team: names in the file: 2, not known: 1 not known: Zoe (1)" in flat
    assert 'Mood of the customer on that very day: "very happy' in flat
    assert '--date-order dmy day, month, year: "03/04/2026" is 2026-04-03' in flat


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_line_is_longer_than_the_terminal(
    folder: Path, salesbook, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Lines are parted between words, cells of the table within their column."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    out = re.sub("\x1b\\[[0-9;]*m", "", dry_run(salesbook, folder, language).out)
    assert max(cell_len(line) for line in out.splitlines()) <= 100


def test_nothing_is_left_in_english(folder: Path, salesbook) -> None:
    """In a Chinese workbook only what the file says, and options, stand in Latin letters."""
    out = dry_run(salesbook, folder, "zh-CN").out
    # A pipeline is called in sentences as it is in Stages.
    words = set(re.findall(r"[A-Za-z]{3,}", out)) - {"main"}
    from_file = set(re.findall(r"[A-Za-z]{3,}", DEALS))
    options = {"utf", "csv", "deals", "date", "order", "dmy", "mdy", "add", "missing", "decimal"}
    assert words - from_file - options == set()


def test_the_document_holds_codes_and_values(folder: Path, salesbook) -> None:
    """The keys of every import, and `explanation` beside them."""
    document = dry_run(salesbook, folder, "zh-CN", "--json").document
    assert {"read", "accepted", "rejected", "not_taken"} <= document.keys()
    explanation = document["explanation"]
    amount = next(row for row in explanation["columns"] if row["field"] == "amount")
    assert (amount["header"], amount["column"], amount["why"]) == ("Amount", 4, "own-label")
    assert amount["examples"][0] == {
        "cell": "1.234,50",
        "value": 1234.5,
        "reason": None,
        "count": None,
    }
    assert amount["examples"][-1]["reason"] == "number-unreadable"
    assert explanation["source"]["above"] == ["Pipeline of the north"]
    reps = next(names for names in explanation["names"] if names["table"] == "Reps")
    assert (reps["count"], reps["unknown"], reps["names"][0]["typed"]) == (2, 1, "Zoe")
    assert explanation["decisions"][0] == {
        "what": "decimal",
        "value": "comma",
        "headers": ["Amount"],
        "why": "cells",
        "proofs": [{"row": 4, "cell": "1.234,50"}],
    }
    asked = {question["code"]: question["answers"] for question in document["questions"]}
    assert [answer["option"] for answer in asked["date-order"]] == [
        "--date-order dmy",
        "--date-order mdy",
    ]


def test_a_real_import_has_no_explanation(folder: Path, salesbook, tmp_path: Path) -> None:
    book = tmp_path / "Sales.xlsm"
    book.write_bytes((folder / "en.xlsm").read_bytes())
    done = salesbook("import", book, folder / "reps.csv", "--into", "Reps", "--json").document
    assert "explanation" not in done
    assert "questions" not in done


@pytest.mark.parametrize(
    ("language", "alike"),
    [
        ("en", "New rows that look like rows with another key: 1 (2 → C1"),
        ("zh-CN", "有 1 个新行与编号不同的已有行相似（2 → C1"),
    ],
)
def test_look_alikes_are_told_before_anything_is_written(
    folder: Path, salesbook, tmp_path: Path, language: str, alike: str
) -> None:
    """The advice is for the file: there is nothing to undo yet."""
    book = Path(shutil.copy(folder / f"{language}.xlsm", tmp_path))
    file = tmp_path / "customers.csv"
    file.write_text("Customer ID,Name,Phone\nC1,Ann Lee,0000000000\n", encoding="utf-8")
    assert salesbook("import", book, file, "--into", "Customers").code == 0
    file.write_text("Customer ID,Name,Phone\nC2,Ann Lee,0000000000\n", encoding="utf-8")
    done = salesbook("import", book, file, "--into", "Customers", "--dry-run")
    flat = " ".join(done.out.split())
    assert alike in flat
    assert ("undo" in flat, "撤销" in flat) == (False, False)
    document = salesbook(
        "import", book, file, "--into", "Customers", "--dry-run", "--json"
    ).document
    assert [row["row_key"] for row in document["alike_rows"]] == ["C1"]
    assert document["nobodys_contacts"] == {"phone": 1}
    source = document["explanation"]["source"]
    assert (source["apart"], source["hidden_taken"], source["hidden_left"]) == ([], 0, 0)
    assert {column["remembered_on"] for column in document["explanation"]["columns"]} == {None}
