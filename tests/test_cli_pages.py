"""`show` knows the pages: in words for people, as lines for a program."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from salesbook.book.page_shown import PAGES, page_named
from salesbook.cli.app import run
from salesbook.labels import LANGUAGES, word
from salesbook.sheets import boards, code_name

DAY = dt.date(2026, 6, 30)


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory, sample_book) -> Path:
    book = sample_book("en", DAY, tmp_path_factory.mktemp("pages") / "Book.xlsm")
    assert run(["split", str(book), "--publish", "--as-of", "2026-01-05", "-q"]) == 0
    assert run(["refresh", str(book), "--as-of", str(DAY), "-q"]) == 0
    return book


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_known_by_its_code_and_by_its_sheet(language):
    """Whatever language the workbook is in."""
    named = [page_named(word("book", f"sheets.{code}", language)) for code in PAGES.values()]
    assert named == list(PAGES)
    assert [page_named(page.upper()) for page in PAGES] == list(PAGES)
    assert page_named("Deals") is None


def test_every_page_of_the_workbook_is_known():
    """In the order of its sheets, and by the name that macros know the sheet by."""
    assert list(PAGES.values()) == list(boards())
    assert [code_name(code) for code in PAGES.values()] == [f"Sheet{page}" for page in PAGES]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_whose_it_is_and_of_which_day(page, refreshed, salesbook):
    """To people; what is printed stands in the workbook already."""
    said = salesbook("show", refreshed, page).out
    assert said
    if page != "TargetBoard":
        title, facts, *_ = said.splitlines()
        assert title.startswith(word("book", f"sheets.{PAGES[page]}", "en"))
        assert facts.startswith(f"As of {DAY}")


def test_to_a_program_a_page_is_its_lines(refreshed, salesbook):
    """Those of the page alone, with every scope."""
    rows = json.loads(salesbook("show", refreshed, "Dashboard", "--json").out)["rows"]
    assert {row["page"] for row in rows} == {"Dashboard"}
    assert {row["scope_kind"] for row in rows} == {"company", "team", "rep"}


def test_whose_page_is_asked_for_by_name(refreshed, salesbook):
    """A rep or a team; one whom nobody knows is refused with those who may be meant."""
    rows = json.loads(salesbook("show", refreshed, "Reps", "--json").out)["rows"]
    name = next(row["name"] for row in rows if row["role"] != "manager" and not row["left_on"])
    assert name in salesbook("show", refreshed, "RepPage", "--who", name).out
    assert "South" in salesbook("show", refreshed, "Dashboard", "--who", "South").out
    assert run(["show", str(refreshed), "RepPage", "--who", "Nobody At All"]) == 2


def test_a_verb_ends_with_what_the_dashboard_says(refreshed, salesbook):
    """The same answer as the page."""
    closing = salesbook("refresh", refreshed, "--as-of", DAY).out.splitlines()
    page = salesbook("show", refreshed, "Dashboard").out
    first_answer = page.splitlines()[3]
    assert closing[0].startswith(first_answer)
    assert len(closing) <= 11
