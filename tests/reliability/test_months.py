"""The short form of months on one book: three working days, and the judge itself, which must see."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from random import Random

import pytest

from reliability import belongings, beside, kept, months, undo_depth
from reliability.books import new_book
from reliability.hand import Hand
from reliability.marks import KINDS, Ledger, own_columns
from reliability.seen import MAIN, SeenBook
from reliability.untouched import beyond, wrong_filter, wrong_sorting

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the runs fork processes")


def test_three_working_days_lose_nothing(tmp_path: Path) -> None:
    """All verbs, imports, an undo; after every run each mark is at its row or parked, once."""
    story = months.lived(tmp_path, days=3, rows="few", seed=9)
    assert {goal: faults for goal, faults in story.faults.items() if faults} == {}
    assert story.checks > 100


def test_rows_that_go_and_come_back_keep_what_was_put_on_them(tmp_path: Path) -> None:
    """44 marks of every kind on the call list, and a `tier` by which half of its rows go."""
    assert beside.run(tmp_path, seeds=1, verbs=("tier",), cases=(), peer_too=False).misses == []


@pytest.mark.parametrize(
    "name",
    [
        "`--out` where a file is (18; with `--yes` written)",
        "`--out` at a link that leads to somebody's file",
        "a link where the backups' folder should be",
        "the user's own files with the names of backups",
    ],
)
def test_no_file_is_overwritten_followed_or_laid_open(tmp_path: Path, name: str) -> None:
    assert kept.CASES[name](tmp_path) == ""


def test_several_runs_are_taken_back_at_once(tmp_path: Path) -> None:
    """`undo --to N` brings back the very rows before the N-th run from the end."""
    assert undo_depth.every_depth(tmp_path, 3, count=2)[1] == []


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ledger]:
    """A book with a user's belongings, and one mark of every kind on the customers."""
    book = new_book(tmp_path_factory.mktemp("settled"), "few")
    belongings.settle(book)
    hand, ledger = Hand(book), Ledger()
    own_columns(hand, "Reps")
    for kind in KINDS:
        assert ledger.put(hand, "Reps", kind, Random(1))
    hand.save()
    return book, ledger


def test_the_judge_finds_every_mark_where_it_was_put(settled: tuple[Path, Ledger]) -> None:
    book, ledger = settled
    seen = SeenBook(book)
    assert (ledger.strayed(seen), ledger.strangers(seen), seen.harmed_comments()) == ([], [], [])


def test_the_judge_sees_marks_on_another_row(settled: tuple[Path, Ledger], tmp_path: Path) -> None:
    """Two reps change places in the key column, and all else stays where it was."""
    book, ledger = settled
    copy = Path(shutil.copy(book, tmp_path))
    hand = Hand(copy)
    rows = hand.book.rows("Reps")
    keys = [row.values["Rep ID"] for row in rows]
    for row, key in zip(rows, [*keys[1:], keys[0]], strict=True):
        hand.type("Reps", row.number, "Rep ID", key)
    hand.save()
    strayed = ledger.strayed(SeenBook(copy))
    assert {mark.kind for mark, _ in strayed} >= set(KINDS) - {"a formula that names the row above"}


def test_the_judge_sees_a_mark_that_is_gone(settled: tuple[Path, Ledger], tmp_path: Path) -> None:
    book, ledger = settled
    copy = Path(shutil.copy(book, tmp_path))
    mark = next(mark for mark in ledger.marks if mark.kind == "a text in an own column")
    hand = Hand(copy)
    row = next(row for row in hand.book.rows("Reps") if row.values["Rep ID"] == mark.key[0])
    hand.type("Reps", row.number, mark.header, None)
    hand.save()
    assert ledger.strayed(SeenBook(copy)) == [(mark, "gone")]


def test_the_judge_sees_a_foreign_part_that_changed(
    settled: tuple[Path, Ledger], tmp_path: Path
) -> None:
    """A sheet of the user's, his chart, a note on a header: none of them is a run's own."""
    book, _ = settled
    before = SeenBook(book)
    copy = Path(shutil.copy(book, tmp_path))
    hand = Hand(copy)
    hand.tree("xl/charts/mychart.xml").set("x", "1")
    sheet = hand.book.tables["CallList"].sheet
    comments = next(iter(hand.book.related(sheet, "comments").values()))
    next(hand.tree(comments).iter(f"{MAIN}t")).text = "another"
    hand.save()
    assert beyond(before, SeenBook(copy), ("CallList",)) == [
        "xl/charts/mychart.xml changed",
        "Call list!A4: a note outside the tables",
    ]


def test_the_judge_sees_a_filter_and_a_sorting_that_no_longer_fit(
    settled: tuple[Path, Ledger], tmp_path: Path
) -> None:
    book, _ = settled
    copy = Path(shutil.copy(book, tmp_path))
    hand = Hand(copy)
    hand.append("CustomerTiers", {"Customer": "C900", "Tier": "C"})
    for late in (1, 9):
        hand.append("CallList", {"Customer": f"C90{late}", "Days late": late})
    hand.sorted_by("CallList", "Days late", descending=True)
    hand.save()
    seen = SeenBook(copy)
    assert len(wrong_filter(seen, "CustomerTiers")) == 1
    assert wrong_sorting(seen, "CallList")
