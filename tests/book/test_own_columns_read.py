"""Columns of the user's own that a verb looks at: found by themselves, as numbers or words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from salesbook.actions import ACTIONS
from salesbook.book.files import new_file, run_on_file
from salesbook.book.importing import ImportRequest, import_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.intake.options import ImportOptions
from salesbook.reading.own_columns import own_columns
from salesbook.reading.table import read_table
from salesbook.store import TableCells

DAY = dt.date(2026, 6, 30)
HEADERS = ("Deal ID", "Rep", "Stage")
TEXT = """Deal ID,Rep,Stage,Seats,Region,Signed,Budget
D1,R1,Lead,12,North,2026-05-01,"1,200"
D2,R1,Lead,,South,,800
D3,R1,Won,40,North,2026-06-01,
"""


def typed(calculated=(), **columns):
    """A table of deals with these columns beside its own."""
    size = len(next(iter(columns.values())))
    fixed = (
        [f"D{place}" for place in range(size)],
        ["R1"] * size,
        ["Lead"] * size,
    )
    cells = TableCells(
        "Deals",
        "Pipeline",
        (*HEADERS, *columns),
        (*fixed, *columns.values()),
        first_row=2,
        first_column=1,
        calculated=frozenset(calculated),
    )
    return own_columns(read_table(cells, currency="USD"))


def test_numbers_and_words_are_told_apart_by_their_cells():
    own = typed(Seats=[1, 2.5, None], Region=["N", None, "S"], Mixed=["a", 1, 2])
    assert own["Seats"].tolist() == pytest.approx([1, 2.5, np.nan], nan_ok=True)
    assert own["Region"].dropna().tolist() == ["N", "S"]
    assert own["Mixed"].tolist() == ["a", "1", "2"]


def test_a_column_of_numbers_may_hold_a_word_or_two():
    own = typed(Seats=[*range(40), "unknown"])
    assert own["Seats"].notna().sum() == 40


def test_numbers_that_stand_as_text_are_numbers():
    assert typed(Seats=["12", "１３", "1,400"])["Seats"].tolist() == [12, 13, 1400]


def test_days_and_formulas_and_empty_columns_are_left_out():
    days = [dt.date(2026, 1, 1), None]
    own = typed(("Is won",), Signed=days, **{"Is won": ["yes", "no"], "Empty": [None, None]})
    assert own.columns.tolist() == []


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("own") / "Book.xlsm"
    new_file(path, "en")
    people = path.with_name("people.csv")
    people.write_text("Rep ID,Name\nR1,Ann\n", encoding="utf-8")
    import_file(path, ImportRequest(people, ImportOptions("Reps"), DAY), wait=0)
    file = path.with_name("deals.csv")
    file.write_text(TEXT, encoding="utf-8")
    kept = ("Seats", "Region", "Signed", "Budget")
    import_file(path, ImportRequest(file, ImportOptions("Deals", kept=kept), DAY), wait=0)
    return path


def test_what_an_import_kept_is_given_to_the_verbs_that_ask(book):
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        for verb in ("funnel", "score", "propose", "refresh"):
            action = ACTIONS[verb]
            task, _ = session.task(action.reads, Options(DAY), own_columns_of=action.own_columns_of)
            own = task.own["Deals"]
            assert own.columns.tolist() == ["Seats", "Region", "Budget"]
            deals = task.tables["Deals"]
            assert deals["deal_id"].tolist() == ["D1", "D2", "D3"]
            assert own.loc[deals.index, "Seats"].tolist() == pytest.approx(
                [12, np.nan, 40], nan_ok=True
            )
            assert own["Budget"].tolist() == pytest.approx([1200, 800, np.nan], nan_ok=True)


def test_the_verb_writes_its_tests(book):
    report = run_on_file(book, "funnel", Options(DAY), wait=0)
    assert report.written["ModelTests"] == 1
