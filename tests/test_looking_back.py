"""What a run as of an earlier day may do to a workbook, from the command line and from a button."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from salesbook.book.run_log import newest_day
from salesbook.frames import frame_from_rows
from salesbook.hosts.package import open_package
from salesbook.macros import press
from salesbook.tables import TABLES
from tests.engines.fake_excel import open_fake
from tests.small_company import small_company

NEWEST, EARLIER = "2026-06-12", "2026-05-15"
RECORDS = ("TargetPlan", "StageHistory", "TierHistory", "ForecastHistory")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company with a published plan, run as of its day."""
    from salesbook.cli.app import run

    path = tmp_path_factory.mktemp("filled") / "Sample.xlsm"
    small_company(path, "en", dt.date.fromisoformat(NEWEST))
    assert run(["split", str(path), "--as-of", "2026-01-02", "--publish"]) == 0
    assert run(["refresh", str(path), "--as-of", NEWEST]) == 0
    return path


@pytest.fixture
def book(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path))


def rows_of(book: Path, table: str, salesbook: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = salesbook("show", book, table, "--json").document["rows"]
    return rows


def kept(book: Path) -> dict[str, Any]:
    """All that stands in the records."""
    with open_package(book, for_writing=False) as host:
        return {name: host.read(name) for name in RECORDS}


@pytest.mark.parametrize(
    ("verb", "lang", "word"),
    [
        ("validate", "en", "take the place"),
        ("tier", "zh-CN", "取代"),
        ("split", "en", "take the place"),
    ],
)
def test_a_day_before_the_newest_runs_is_refused(verb, lang, word, book, salesbook):
    """One sentence with both days, exit 2, and an untouched file."""
    before = book.read_bytes()
    done = salesbook(verb, book, "--as-of", EARLIER, "--lang", lang)
    assert done.code == 2
    assert word in done.err
    assert EARLIER in done.err
    assert NEWEST in done.err
    assert "--yes" in done.err
    assert book.read_bytes() == before
    assert salesbook(verb, book, "--as-of", NEWEST, "--lang", lang).code in (0, 1)


def test_out_looks_back_in_another_file(book, salesbook):
    """The workbook stays as it is, byte for byte; the other file says whose figures are today's."""
    before, other = book.read_bytes(), book.with_name("May.xlsm")
    done = salesbook("funnel", book, "--as-of", EARLIER, "--out", other, "--json")
    assert done.code == 0
    assert [note["code"] for note in done.document["notes"]] == ["book.looks-back"]
    assert book.read_bytes() == before
    days = {row["as_of"] for row in rows_of(other, "ForecastHistory", salesbook)}
    assert days == {EARLIER, NEWEST}


def test_records_outlive_a_run_that_looks_back(book, salesbook):
    """Plan, history and snapshots of the newest run stay to the cell; new ones say when they were
    made.
    """
    before = kept(book)
    snapshots = {
        name: rows_of(book, name, salesbook) for name in ("TierHistory", "ForecastHistory")
    }
    done = salesbook("refresh", book, "--as-of", EARLIER, "--yes", "--json")
    assert done.code == 0
    after = kept(book)
    assert after["StageHistory"] == before["StageHistory"]
    assert after["TargetPlan"] == before["TargetPlan"]

    for name, earlier_rows in snapshots.items():
        rows = rows_of(book, name, salesbook)
        # The looked-back day comes in between; whatever stood there before stays.
        assert [row for row in rows if row["as_of"] != EARLIER] == earlier_rows
        assert {row["made_on"] for row in rows if row["as_of"] == EARLIER} == {NEWEST}

    # The newest run is still the one of June, whichever ran last.
    assert salesbook("tier", book, "--as-of", "2026-06-01").code == 2
    assert salesbook("tier", book, "--as-of", NEWEST).code == 0


def test_an_undo_takes_the_day_back_too(book, salesbook):
    """Who ran as of a wrong year by mistake takes that run back, and needs no `--yes` for ever."""
    assert salesbook("tier", book, "--as-of", "2062-06-12").code == 0
    assert salesbook("tier", book, "--as-of", "2026-06-13").code == 2
    assert salesbook("undo", book).code == 0
    assert salesbook("tier", book, "--as-of", "2026-06-13").code == 0


def test_a_button_says_so_and_leaves_the_book(book, monkeypatch):
    """In Excel the day is today's, and a run as of a later day must have been a mistake."""
    from salesbook import macros

    monkeypatch.setattr(press, "today", lambda: dt.date.fromisoformat(EARLIER))
    caller, model = open_fake(book)
    caller.set_mock_caller()
    macros.tier()
    (said,) = model.program.alerts
    assert EARLIER in said
    assert NEWEST in said
    assert "Undo" in said
    assert model.program.writes == 0


RUN = {"seconds": 0.1, "rows_in": 1, "rows_out": 1, "findings": 0, "version": "0.3.0"}


def log_of(*runs: tuple[str, str, str]):
    rows = [
        {**RUN, "at": dt.datetime(2026, 6, 1, 9, at), "action": action, "written": written}
        | {"as_of": dt.date.fromisoformat(as_of)}
        for at, (action, as_of, written) in enumerate(runs)
    ]
    return frame_from_rows("RunLog", rows)


@pytest.mark.parametrize(
    ("runs", "day"),
    [
        ([], None),
        ([("import", "2026-06-09", "Deals=1")], None),
        (
            [("tier", "2026-06-05", "CallList=1"), ("tier", "2026-06-02", "CallList=2")],
            "2026-06-05",
        ),
        (
            [("tier", "2026-06-05", "CallList=1"), ("undo", "2026-06-01", "CallList=0")],
            "2026-06-01",
        ),
        (
            [
                ("tier", "2026-06-01", "CallList=1"),
                ("refresh", "2062-06-01", "CallList=2 Alerts=2"),
                ("import", "2026-06-01", "Deals=3"),
                ("undo", "2026-06-01", "CallList=1 Alerts=1 Deals=1"),
            ],
            "2026-06-01",
        ),
        (
            [
                ("tier", "2026-06-05", "CallList=1"),
                ("undo", "2026-06-01", "CallList=0"),
                ("undo", "2026-06-05", "CallList=1"),
            ],
            "2026-06-05",
        ),
    ],
    ids=["none", "an-import", "looked-back", "undone", "two-undone", "undo-undone"],
)
def test_the_newest_day_is_that_of_runs_that_stand(runs, day):
    """The latest day of a verb that was not taken back, whichever ran last."""
    expected = day and dt.date.fromisoformat(day)
    assert newest_day(log_of(*runs)) == expected


def test_records_are_marked_in_the_tables():
    """What these tests call records are tables that later runs read."""
    assert all(TABLES[name].is_record for name in RECORDS)
