"""`show` knows the pages: in words for people, as lines for a program."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest
from rich.cells import cell_len

from salesbook.book.page_shown import PAGES, page_named, show_page
from salesbook.cli.app import run
from salesbook.cli.page_text import page_lines_of
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
    title, facts, *_ = salesbook("show", refreshed, page).out.splitlines()
    assert title.startswith(word("book", f"sheets.{PAGES[page]}", "en"))
    assert facts.startswith(f"As of {DAY}")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_a_page_is_wider_than_the_terminal(page, width, language, refreshed):
    """Whatever its language: a Chinese character is two cells wide."""
    shown = show_page(refreshed, page, None, language)
    assert max(map(cell_len, page_lines_of(shown, width))) <= width


@pytest.mark.parametrize(
    ("width", "columns"), [(40, []), (80, ["Q1", "Q4"]), (200, ["Jan", "Dec"])]
)
def test_the_target_board_has_as_many_columns_as_fit(width, columns, refreshed):
    """Months, quarters, or the year alone; the company, its teams and reps, plan above sold."""
    shown = show_page(refreshed, "TargetBoard", None, "en")
    lines = list(page_lines_of(shown, width))
    said = "\n".join(lines)
    head = next(line for line in lines if line.startswith("Rep "))
    assert {"Jan", "Dec", "Q1", "Q4"} & set(head.split()) == set(columns)
    for name in ("Company", "South", "Sold"):
        assert name in said
    assert "target-plan-revenue" not in said


def test_the_target_board_adds_up(refreshed):
    """Teams to the company, quarters and months to the year."""
    by_month, by_quarter, of_year, _ = show_page(refreshed, "TargetBoard", None, "en").matrix

    def amounts(row):
        return [int(cell.text.strip("=≥≤●▲▼").replace(",", "") or 0) for cell in row[2:-1]]

    for row in (*by_month.rows, *by_quarter.rows):
        *parts, year = amounts(row)
        # Sold has cents, of which none is shown.
        assert abs(sum(parts) - year) <= len(parts) / 2
    company, *others = [row for row in of_year.rows if row[0].text]
    teams = [row for row in others if not row[0].text.startswith("·")]
    assert sum(amounts(row)[0] for row in teams) == amounts(company)[0]


def test_a_team_has_a_target_board_of_its_own(refreshed, salesbook):
    """A rep has none: his plan is a row of his team's."""
    said = salesbook("show", refreshed, "TargetBoard", "--who", "South").out
    assert "South" in said
    assert "Company" not in said
    rep = salesbook("show", refreshed, "Reps", "--json").document["rows"][-1]
    assert salesbook("show", refreshed, "TargetBoard", "--who", rep["name"]).code == 2


@pytest.mark.parametrize("page", PAGES)
def test_top_shows_so_many_lines_of_each_list(page, refreshed, salesbook):
    """And says how many there are more; sums stay."""
    for table in show_page(refreshed, page, None, "en", top=2).tables:
        assert len(table.lines) <= 2
    rows = salesbook("show", refreshed, page, "--top", "2", "--json").document["rows"]
    assert max(Counter(row["block"] for row in rows).values()) == 2
    assert len(salesbook("show", refreshed, page, "--top", "1").out.splitlines()) < len(
        salesbook("show", refreshed, page).out.splitlines()
    )


@pytest.mark.parametrize("form", [(), ("--csv",), ("--json",)])
@pytest.mark.parametrize("asked", [("--where", "sign=x"), ("--columns", "Rep")])
def test_rows_and_columns_of_a_page_cannot_be_chosen(asked, form, refreshed, salesbook):
    """It is several lists: who asks is told which table to ask."""
    refused = salesbook("show", refreshed, "TeamBoard", *asked, *form)
    assert refused.code == 2
    assert "PageLines" in refused.err


def test_to_a_program_a_page_is_its_lines(refreshed, salesbook):
    """Those of the page alone, with every scope; the document is called as the page."""
    document = salesbook("show", refreshed, "Dashboard", "--json").document
    assert document["table"] == "Dashboard"
    assert {row["page"] for row in document["rows"]} == {"Dashboard"}
    assert {row["scope_kind"] for row in document["rows"]} == {"company", "team", "rep"}
    assert salesbook("show", refreshed, "Dashboard", "--csv").out.startswith("Block,Page,List")


def test_whose_page_is_asked_for_by_name(refreshed, salesbook):
    """A rep or a team; one whom nobody knows is refused with those who may be meant."""
    rows = json.loads(salesbook("show", refreshed, "Reps", "--json").out)["rows"]
    name = next(row["name"] for row in rows if row["role"] != "Manager" and not row["left_on"])
    shown = salesbook("show", refreshed, "RepPage", "--who", name).out
    assert name in shown
    assert "Talk about this" in shown
    assert "South" in salesbook("show", refreshed, "Dashboard", "--who", "South").out
    assert run(["show", str(refreshed), "RepPage", "--who", "Nobody At All"]) == 2


def test_a_verb_ends_with_what_the_dashboard_says(refreshed, salesbook):
    """The same answer as the page."""
    closing = salesbook("refresh", refreshed, "--as-of", DAY).out.splitlines()
    page = salesbook("show", refreshed, "Dashboard").out
    first_answer = page.splitlines()[3]
    assert closing[0].startswith(first_answer)
    assert len(closing) <= 11
