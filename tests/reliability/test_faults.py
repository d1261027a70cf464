"""The short form of the fault runs: kills, failing disks, races, held books, foreign features,
undo.
"""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from reliability import disks, held, kills, mondays, patches, races, undos, zoo
from reliability.books import new_book

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the fault runs fork and kill processes"
)


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """The book is whole, the next run works and tidies up."""
    assert kills.run(tmp_path, kills=0, in_save=3, peer_kills=0, timed=1).misses == []


@pytest.mark.parametrize(
    "fault",
    [
        ("fill_up", 300_000),
        ("fail_at", (6, errno.EIO)),
    ],
)
def test_a_save_that_fails_is_refused_by_name(tmp_path: Path, fault: tuple[str, object]) -> None:
    """Path and need are named, the book stays, the next run works."""
    book = new_book(tmp_path / "disks")
    found = disks._tried(book, None, (f"reliability.disks:{fault[0]}", fault[1]))
    assert found == "refused"


def test_no_update_is_lost_in_a_race(tmp_path: Path) -> None:
    assert races.run(tmp_path, races=2, peer_races=0).misses == []


CASES = {case.name: case for case in held.CASES}


@pytest.mark.parametrize(
    "name",
    [
        "open in Excel (`~$` beside it)",
        "changed between read and write",
        "a folder that may not be entered",
        "path longer than 260",
        "file name of 254 characters, no room for a folder of backups beside it",
    ],
)
def test_where_a_book_must_not_be_written_it_is_not(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    if case.setting and case.setting.user is not None:
        pytest.skip("needs root, and folders that others may enter")
    assert held._tried(tmp_path / "held", case) == ""


def test_foreign_features_outlive_a_refresh(tmp_path: Path) -> None:
    """No part changes beyond the manual's list, and a user's notes follow their rows."""
    book = zoo.make(tmp_path / "zoo")
    verb = dict(zoo.verbs(tmp_path))["refresh"]
    changed, strayed, beyond = zoo._tried(tmp_path / "turn", book, verb)
    assert (strayed, beyond) == ([], [])
    assert changed > 5


@pytest.mark.parametrize("name", ["prefixed namespace"])
def test_hard_cases_are_right_or_refused(tmp_path: Path, name: str) -> None:
    plain = new_book(tmp_path, name="Plain.xlsm")
    wanted = patches._tiers(plain, None)
    found, is_good = patches._tried(plain, name, wanted)
    assert is_good, found


@pytest.mark.parametrize("case", ["typed into a result (23)", "saved by another program"])
def test_undo_restores_or_says_why_not(tmp_path: Path, case: str) -> None:
    assert undos._tried(tmp_path / "undo", undos.Written(tmp_path / "made", "import"), case) == ""


@pytest.mark.parametrize(
    "name",
    [
        "amounts that are negative, of 15 and of 16 digits",
        "the column Amount renamed",
        "two tables of one name",
        "a network drive that knows no locks, in three ways",
    ],
)
def test_a_monday_loses_nothing(tmp_path: Path, name: str) -> None:
    assert mondays.MONDAYS[name](tmp_path) == ""
