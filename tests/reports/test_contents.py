"""What reports show is declared once, in words and fields that are there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from salesbook.book.report_words import LabelWords
from salesbook.book.session import Session
from salesbook.cli.app import run
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES
from salesbook.pages.lines.context import WHOLE_COMPANY, Scope
from salesbook.pages.lines.line import MONTH_FIELDS, ListLines
from salesbook.reports import contents
from salesbook.reports.contents import EVERYBODY, LISTS
from salesbook.tables import TABLES
from tests.reports.drawn import company, rep, report

FIELDS = set(TABLES["PageLines"].field_names)
EVERY_LIST = pytest.mark.parametrize("block", LISTS, ids=lambda block: block.list)


@EVERY_LIST
def test_a_list_is_made_of_fields_of_its_lines(block):
    """And of nobody else's: each column is there for somebody who has the list."""
    named = {name for column in block.columns for name in (column.field, column.otherwise) if name}
    assert {*named, block.rest_field} <= FIELDS
    assert set(block.kinds) <= set(EVERYBODY)
    assert all(set(column.kinds) & set(block.kinds) for column in block.columns)


@EVERY_LIST
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_has_its_words(block, language):
    """A title, a heading for each column, and what stands beside the title."""
    words = LabelWords(language, language)
    assert words.say(f"lists.{block.list}")
    for column in block.columns:
        if column.heading:
            assert words.say(f"columns.{column.heading}")
        else:
            assert words.heading(column.field)
    if block.caption:
        assert words.say(f"captions.{block.caption}", count=1, day="2026-11-22")


def test_lists_are_those_of_the_pages(tmp_path, sample_book):
    """In the sample's lines stands each list that is declared, for whom it is declared.

    A page that a release does not have yet has no lines at all, and is passed over.
    """
    book = sample_book("en", dt.date(2026, 6, 15), tmp_path / "Sales.xlsm")
    for words in (["split"], ["split", "--publish"], ["refresh"]):
        assert run([words[0], str(book), *words[1:], "--as-of", "2026-06-15", "--quiet"]) == 0
    with open_package(book, for_writing=False) as host:
        frame = Session(host).frame("PageLines")
    filled: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    kinds: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for line in frame.to_dict("records"):
        key = (line["page"], line["list"])
        filled[key] |= {name for name, cell in line.items() if cell == cell and cell is not None}
        kinds[key].add(line["scope_kind"])
    pages = set(frame["page"])
    # What nothing in half a year of the sample gives: nothing was pushed out before two snapshots.
    rare = {"changed", "moved", "stuck"}
    for block in LISTS:
        key = (block.page, block.list)
        if block.page not in pages or block.list in rare:
            continue
        assert set(block.kinds) <= kinds[key], block.list
        missing = {column.field for column in block.columns} - filled[key]
        assert missing <= {"because", "next_step", "next_on", "sign", "on", "word"}, block.list


def test_a_total_stands_below_its_lines(monkeypatch):
    """In the same columns."""
    block = contents.ListBlock("today", contents.LISTS[2].columns, total="today-total")
    monkeypatch.setattr("salesbook.reports.compose.LISTS", (block,))
    scope = Scope("rep", "R1")
    total = ListLines("Dashboard", "today-total", scope, [{"subject": "All of it", "amount": 1200}])
    (table,) = report([*rep("R1", "Ada"), total], scope, name="Ada").tables
    assert [cell.text for cell in table.rows[-1]].count("All of it") == 1
    assert len(table.rows) == 6


def test_a_list_of_another_page_is_another_list():
    """Two pages may call theirs alike."""
    listed = company()
    other = ListLines("PipelineBoard", "today", WHOLE_COMPANY, [{"subject": "Of another page"}])
    assert report([other, *listed]) == report(listed)


def test_a_column_in_which_nothing_stands_is_left_out():
    """It would take room and say nothing."""
    lines = [{"sign": "●", "subject": "Ada", **dict.fromkeys(MONTH_FIELDS, 5)}]
    (table,) = report([ListLines("Dashboard", "help", WHOLE_COMPANY, lines)]).tables
    assert [column.heading for column in table.columns] == ["Sign", "Rep", "12 months"]
