"""A bar for work that takes long: on stderr, for people alone, and gone before anything else is said."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from salesbook.book.files import run_on_file
from salesbook.book.report import Options
from salesbook.cli import progress_bar as bars
from salesbook.cli.app import run
from salesbook.cli.options import Common
from salesbook.progress import Step, counted, heard_by

FOR_PEOPLE = Common(as_json=False, lang="en", quiet=False, wait=10.0)


class Terminal(io.StringIO):
    """A stderr at which somebody sits."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def sit_down(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """A function that makes stderr a terminal, at which a bar comes at once.

    A test calls it itself: between a fixture and a test pytest takes stderr back.
    """

    def terminal() -> Terminal:
        stderr = Terminal()
        monkeypatch.setattr(sys, "stderr", stderr)
        monkeypatch.setattr(bars, "_SECONDS_WITHOUT", 0.0)
        monkeypatch.setenv("TERM", "xterm")
        return stderr

    return terminal


def work_until_shown(bar: bars.ProgressBar, terminal: Terminal) -> None:
    """Take steps until the bar tells of one, as long as a slow machine may need."""
    bar.step(Step("calculating", 2, 4))
    for _ in range(200):
        if "Calculating" in terminal.getvalue():
            return
        time.sleep(0.05)


def test_a_bar_says_what_is_done_and_how_far_it_is(sit_down) -> None:
    terminal = sit_down()
    with bars.progress_bar(FOR_PEOPLE) as bar:
        work_until_shown(bar, terminal)
    assert "Calculating" in terminal.getvalue()
    assert "2/4" in terminal.getvalue()


def test_a_bar_is_gone_at_the_end(sit_down) -> None:
    """The last thing that it writes clears its line."""
    terminal = sit_down()
    with bars.progress_bar(FOR_PEOPLE) as bar:
        work_until_shown(bar, terminal)
    written = terminal.getvalue()
    time.sleep(0.2)
    assert terminal.getvalue() == written
    assert written.endswith("\x1b[1A\x1b[2K")


def test_a_bar_is_away_while_somebody_is_asked(sit_down) -> None:
    terminal = sit_down()
    with bars.progress_bar(FOR_PEOPLE) as bar:
        work_until_shown(bar, terminal)
        with bar.away():
            before = terminal.getvalue()
            time.sleep(0.3)
            assert terminal.getvalue() == before


@pytest.mark.parametrize("asked", [{"quiet": True}, {"as_json": True}])
def test_no_bar_for_quiet_or_programs(asked: dict[str, bool], sit_down) -> None:
    terminal = sit_down()
    facts = {"as_json": False, "lang": "en", "quiet": False, "wait": 10.0, **asked}
    with bars.progress_bar(Common(**facts)) as bar:
        bar.step(Step("calculating", 2, 4))
        time.sleep(0.3)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("name", ["dumb terminal", "no terminal"])
def test_no_bar_where_none_can_be_drawn(
    name: str, sit_down, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = sit_down()
    if name == "dumb terminal":
        monkeypatch.setenv("TERM", "dumb")
    else:
        monkeypatch.setattr(terminal, "isatty", lambda: False)
    with bars.progress_bar(FOR_PEOPLE):
        time.sleep(0.3)
    assert terminal.getvalue() == ""


def test_no_colour_where_none_is_wanted(sit_down, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR leaves the bar and takes its colours."""
    terminal = sit_down()
    monkeypatch.setenv("NO_COLOR", "1")
    with bars.progress_bar(FOR_PEOPLE) as bar:
        work_until_shown(bar, terminal)
    assert "Calculating" in terminal.getvalue()
    assert not re.search("\x1b\\[(3|9)[0-9]", terminal.getvalue())


def test_work_that_ends_soon_shows_no_bar(
    sit_down, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = sit_down()
    monkeypatch.setattr(bars, "_SECONDS_WITHOUT", 600.0)
    assert run(["new", str(tmp_path / "New.xlsm"), "--lang", "en"]) == 0
    assert "\x1b" not in terminal.getvalue()


def test_a_run_tells_of_every_phase_in_order(tmp_path: Path, sample_book) -> None:
    """Reading, calculating, preparing and saving, each counted from 0 up to its number."""
    book = sample_book("en", dt.date(2026, 6, 30), tmp_path / "Book.xlsm")
    steps: list[Step] = []
    with heard_by(steps.append):
        run_on_file(book, "refresh", Options(dt.date(2026, 6, 30)), wait=10)
    phases = list(dict.fromkeys(step.phase for step in steps))
    assert phases == ["reading", "calculating", "writing", "saving"]
    assert all(0 <= step.done <= step.total for step in steps)
    total = steps[0].total
    assert [step.done for step in steps[:total]] == list(range(total))


def test_without_a_listener_work_goes_on() -> None:
    assert list(counted("reading", ["a", "b"])) == ["a", "b"]
