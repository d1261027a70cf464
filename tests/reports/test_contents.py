"""What reports show is declared once, in words and fields that are there."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import replace

import pytest

from salesbook.book.report_words import LabelWords
from salesbook.book.session import Session
from salesbook.cli.app import run
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, word
from salesbook.pages.lines.context import WHOLE_COMPANY, Scope
from salesbook.pages.lines.line import MONTH_FIELDS, Line, ListLines
from salesbook.reports import contents
from salesbook.reports.contents import EVERYBODY, LISTS
from salesbook.sheets import boards
from salesbook.tables import TABLES
from tests.reports.drawn import company, composer_of, rep, report

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
    # Too much for any page: a report makes it of Commission, see `test_statement`.
    beside = {"statement"}
    for block in LISTS:
        key = (block.page, block.list)
        if block.page not in pages or block.list in rare | beside:
            continue
        assert set(block.kinds) <= kinds[key], block.list
        missing = {column.field for column in block.columns} - filled[key]
        assert missing <= {"because", "next_step", "next_on", "sign", "on", "word"}, block.list


def test_what_a_manager_may_ask_stands_on_the_page_and_in_no_report():
    """A report goes to the rep."""
    scope = Scope("rep", "R1")
    talk = ListLines("RepPage", "talk", scope, [{"says": "Goals: 68%", "because": "By when?"}])
    composer = composer_of([*rep("R1", "Ada"), talk], scope, name="Ada")
    assert "talk" not in [table.name for table in composer.tables()]
    assert "talk" in [table.name for table in composer.tables(of_pages=True)]


def test_a_total_stands_below_its_lines(monkeypatch):
    """In the same columns."""
    block = contents.ListBlock("today", contents.LISTS[2].columns, total="today-total")
    monkeypatch.setattr("salesbook.reports.compose.LISTS", (block,))
    scope = Scope("rep", "R1")
    total = ListLines("Dashboard", "today-total", scope, [{"subject": "All of it", "amount": 1200}])
    (table,) = report([*rep("R1", "Ada"), total], scope, name="Ada").tables
    assert [cell.text for cell in table.rows[-1]].count("All of it") == 1
    assert len(table.rows) == 6


def _team_board(reps: int) -> list[ListLines]:
    """A month's Team board: reps with a grade or the range it may be, who else sold, and the total."""
    lines: list[Line] = [
        {"subject": f"Rep {number}", "sold": 100, "due": 90, "word": "A"} for number in range(reps)
    ]
    lines[0] = {"subject": "Ada", "sold": 200, "due": 90, "says": "A to C"}
    lines.append({"says": "Left, moved or leading", "sold": 5})
    total = {"says": "Company", "sold": 205 + 100 * (reps - 1), "due": 90 * reps}
    return [
        ListLines("TeamBoard", "team-reps", WHOLE_COMPANY, lines, "2026-11"),
        ListLines("TeamBoard", "team-total", WHOLE_COMPANY, [total], "2026-11"),
    ]


def test_what_a_row_is_called_is_not_its_grade():
    """The range of a grade stands in for it, the name of a total or of those who left does not."""
    (table,) = report(_team_board(3)).tables
    grade = [column.heading for column in table.columns].index("Grade · by score")
    assert [row[0].text for row in table.rows[-2:]] == ["Left, moved or leading", "Company"]
    assert [row[grade].text for row in table.rows] == ["A to C", "A", "A", "", ""]


def test_a_list_says_of_which_period_it_is():
    """The team's month, beside who needs help in the year to date."""
    captions = {table.name: table.caption for table in report([*company(), *_team_board(2)]).tables}
    assert captions["team-reps"] == "November 2026"
    assert captions["help"] == "Year 2026 to date"


def test_lines_that_are_left_out_are_counted():
    """Those of the list alone, without its sums, and those that no page shows with them."""
    tables = {table.name: table for table in report([*company(), *_team_board(12)]).tables}
    today, team = tables["today"], tables["team-reps"]
    assert (today.caption, today.rest) == ("39 steps in all", "37 more lines: see the workbook")
    assert (team.sums, team.rest) == (1, "")

    shorter = team.cut(5, lambda count: f"{count} more")
    assert (len(shorter.lines), shorter.rest) == (5, "8 more")
    assert shorter.rows[-1] == team.rows[-1]
    assert today.cut(1, lambda count: f"{count} more").rest == "38 more"
    assert team.cut(20, str) == team


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_is_no_more_than_one(language):
    """One step in all, and no word about none."""
    words = LabelWords(language, language)
    assert "1 steps" not in words.say("captions.today-count", count=1)
    assert "1 more lines" not in words.say("face.more", count=1)


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


LISTS_ON_SHEETS = {
    "pay": ("rep_page", "pay"),
    "own-pipeline": ("rep_page", "deals"),
    "training": ("rep_page", "training"),
    "calls": ("rep_page", "calls"),
    "help": ("dashboard", "help"),
    "changed": ("dashboard", "changed"),
    "today": ("dashboard", "today"),
    "stages": ("pipeline_board", "stages"),
    "moved": ("pipeline_board", "moved"),
    "leaving": ("customer_board", "leaving"),
    "tiers": ("customer_board", "tiers"),
}
"""By list the page that shows it, and what the page calls it."""
SAID_IN_FULL = {
    ("changed", "says"),
    ("changed", "because"),
    ("moved", "says"),
    ("own-pipeline", "on"),
    ("own-pipeline", "next_on"),
    ("stages", "number"),
    ("help", "because"),
    ("help", "rate"),
    ("leaving", "days"),
    ("leaving", "limit_days"),
    ("tiers", "tier"),
    ("tiers", "rate"),
    ("training", "says"),
}
"""Columns whose head on the sheet is shorter, for want of room, or rests on the title above it."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_heads_a_column_as_its_page_does(language):
    """A day on which a course is due is no day on which a deal is expected."""
    other = {}
    compared = 0
    for block in LISTS:
        if block.list not in LISTS_ON_SHEETS:
            continue
        heads = heads_on_sheet(*LISTS_ON_SHEETS[block.list], language)
        for column in block.columns:
            on_sheet = heads.get(column.field)
            if on_sheet is None or (block.list, column.field) in SAID_IN_FULL:
                continue
            compared += 1
            in_report = heading_in_report(column, language)
            if in_report != on_sheet:
                other[block.list, column.field] = (in_report, on_sheet)
    assert (other, compared > 30) == ({}, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_different_measures_have_different_headings(language):
    """What is due, what is usual and what is the middle are told apart wherever they stand."""
    fields = [
        ("training", "on"),
        ("own-pipeline", "on"),
        ("stages", "number"),
        ("leaving", "limit_days"),
    ]
    columns = {(block.list, column.field): column for block in LISTS for column in block.columns}
    said = [heading_in_report(columns[field], language) for field in fields]
    assert len(set(said)) == len(said)


def heading_in_report(column, language):
    """What a report writes over a column."""
    words = LabelWords(language, language)
    if column.heading:
        return words.say(f"columns.{column.heading}")
    return words.heading(column.field)


def heads_on_sheet(page, listed, language):
    """By field what stands over its column on a page, where there is a word."""
    board = boards()[page]
    over = [cell for cell in board.placed if "pages.heads." in repr(cell.said)]
    heads = {}
    for cell in board.placed:
        start = board.page.name(f"{listed}0.")
        if not cell.name.startswith(start):
            continue
        above = [head for head in over if head.column == cell.column and head.row < cell.row]
        if above:
            nearest = max(above, key=lambda head: head.row)
            path = re.search(r"pages\.heads\.\w+", repr(nearest.said))[0]
            heads[cell.name.removeprefix(start)] = word("book", path, language)
    return heads


@pytest.mark.parametrize(
    ("as_of", "shown"), [(dt.date(2026, 11, 4), "FY2026"), (dt.date(2026, 11, 22), "2026-11")]
)
def test_a_month_that_has_just_begun_lists_people_of_the_year(as_of: dt.date, shown: str) -> None:
    """On its fourth day all have sold nothing: zeros tell nothing of people."""
    composer = composer_of(company(), WHOLE_COMPANY, period="2026-11")
    early = replace(composer, made=replace(composer.made, as_of=as_of))
    assert early._period_or_year() == shown
