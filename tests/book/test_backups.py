"""What is kept of a workbook: which states stay, where they lie, and that nothing else is touched."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.disks import FailingDisk
from salesbook.book import backups as backups_module
from salesbook.book.backups import MEGABYTE, Backup, Backups, Kept, wanted_backups
from salesbook.hosts.package import Disk

NOON = dt.datetime(2026, 6, 30, 12)
PLENTY = 1000
ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are POSIX matters")


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder for backups."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "salesbook" / "backups"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "Sales.xlsm"
    path.write_bytes(b"first")
    return path


def fill(text: str) -> Callable[[Path], None]:
    return lambda path: Disk().write(path, text.encode(), 0o600)


def keep(
    book: Path | str, text: str, at: dt.datetime = NOON, megabytes: int = PLENTY, disk=None
) -> Kept:
    with Backups(book, disk).keeping(at, fill(text), megabytes=megabytes) as kept:
        pass
    return kept


def texts(book: Path | str) -> list[str]:
    return [backup.path.read_text() for backup in Backups(book).all()]


def test_a_state_lies_beside_its_book_under_the_runs_moment(book: Path) -> None:
    kept = keep(book, "before")
    assert kept.path
    assert kept.path.parent == book.with_name("Sales backups")
    assert kept.path.name.startswith("2026-06-30 12.00.00 ")
    assert kept.new_folder is None
    assert [one.path for one in Backups(book).before(NOON)] == [kept.path]
    assert Backups(book).before(NOON + dt.timedelta(seconds=1)) == []


def test_a_run_that_fails_leaves_no_state(book: Path) -> None:
    """The workbook is as it was, so nothing could be taken back to it."""

    def stopped() -> None:
        with Backups(book).keeping(NOON, fill("before"), megabytes=PLENTY) as kept:
            assert kept.path
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert texts(book) == []


def test_what_somebody_else_put_there_stays(book: Path) -> None:
    """Files of other names, and those that are called like a backup and are none."""
    folder = book.with_name("Sales backups")
    folder.mkdir()
    others = [
        folder / "notes.txt",
        folder / "2020-01-01 10.00.00 0123456789abcdef.xlsm",
        folder / ".~salesbook-0123.kept.xlsm",
        book.with_name("Sales.backup.xlsm"),
    ]
    others += [folder / f"2099-01-01 10.00.{n:02d} 0123456789abcdef.xlsm" for n in range(25)]
    for path in others:
        path.write_text("mine")
    edited = keep(book, "state", NOON - dt.timedelta(days=400))
    assert edited.path
    edited.path.write_text("typed into by hand")
    for number in range(30):
        keep(book, str(number), NOON + dt.timedelta(minutes=number), megabytes=number // 29)
    assert {path.read_text() for path in others} == {"mine"}
    assert edited.path.read_text() == "typed into by hand"
    assert [text for text in texts(book) if text.isdigit()] == ["29", "28", "27"]


def test_what_a_killed_run_left_goes_with_the_next(book: Path) -> None:
    folder = book.with_name("Sales backups")
    folder.mkdir()
    debris = folder / ".~salesbook-0123abcd.kept.xlsm"
    debris.write_text("half a state")
    keep(book, "before")
    assert not debris.exists()


@posix
def test_a_folder_that_is_a_link_is_not_followed(book: Path, tmp_path: Path, own: Path) -> None:
    """Nor is what it leads to swept; the state lies in the user's own folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".~salesbook-0123abcd.kept.xlsm").write_text("mine")
    book.with_name("Sales backups").symlink_to(elsewhere)
    kept = keep(book, "before")
    assert kept.path
    assert kept.path.is_relative_to(own)
    assert [path.read_text() for path in elsewhere.iterdir()] == ["mine"]


@posix
def test_a_link_called_like_a_backup_is_none(book: Path, tmp_path: Path) -> None:
    kept = keep(book, "before")
    assert kept.path
    secret = tmp_path / "secret"
    kept.path.rename(secret)
    kept.path.symlink_to(secret)
    assert Backups(book).all() == []
    keep(book, "after", NOON + dt.timedelta(days=99), megabytes=0)
    assert secret.read_text() == "before"


@posix
@pytest.mark.parametrize(("mode", "folder_mode"), [(0o600, 0o700), (0o640, 0o755), (0o644, 0o755)])
def test_a_state_is_never_more_readable_than_its_book(
    book: Path, mode: int, folder_mode: int
) -> None:
    before = os.umask(0o022)
    try:
        book.chmod(mode)
        kept = keep(book, "before")
    finally:
        os.umask(before)
    assert kept.path
    assert kept.path.stat().st_mode & 0o777 == mode
    assert kept.path.parent.stat().st_mode & 0o777 == folder_mode


@posix
def test_a_book_that_became_private_has_private_states(book: Path) -> None:
    """Those too that were made when everybody might read it."""
    first = keep(book, "open")
    book.chmod(0o600)
    keep(book, "private", NOON + dt.timedelta(hours=1))
    assert first.path
    assert first.path.stat().st_mode & 0o777 == 0o600


@posix
def test_no_state_is_a_second_name_of_the_book(book: Path) -> None:
    kept = keep(book, "first")
    assert kept.path
    assert (kept.path.stat().st_nlink, book.stat().st_nlink) == (1, 1)


@pytest.mark.parametrize(
    "folder", ["OneDrive - Contoso", "Dropbox", "坚果云", "Mobile Documents", "Google Drive"]
)
def test_a_book_in_a_cloud_has_its_states_in_the_users_own_folder(
    tmp_path: Path, own: Path, folder: str
) -> None:
    """That is said with the first one, and not again."""
    path = tmp_path / folder / "team" / "Sales.xlsm"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"first")
    first, second = keep(path, "1"), keep(path, "2", NOON + dt.timedelta(hours=1))
    assert first.path
    assert first.new_folder == first.path.parent
    assert first.path.is_relative_to(own)
    assert second.new_folder is None
    assert texts(path) == ["2", "1"]
    assert [entry.name for entry in path.parent.iterdir()] == ["Sales.xlsm"]


def test_a_book_that_moves_into_a_cloud_keeps_what_lies_beside_it(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(book, "1")
    monkeypatch.setattr(backups_module, "is_shared", lambda _: True)
    keep(book, "2", NOON + dt.timedelta(hours=1))
    assert texts(book) == ["2", "1"]


def test_a_book_without_a_path_is_known_by_its_name(own: Path) -> None:
    """As one that Excel opened from a cloud which keeps no copy on this computer."""
    keep("Sales.xlsm", "in the cloud")
    assert texts("Sales.xlsm") == ["in the cloud"]
    assert texts("Other.xlsm") == []


def test_a_book_whose_name_leaves_no_room_is_kept_elsewhere(tmp_path: Path, own: Path) -> None:
    path = tmp_path / ("b" * 245 + ".xlsm")
    path.write_bytes(b"first")
    long = tmp_path / ("b" * 250 + ".xlsm")
    long.write_bytes(b"first")
    near, far = keep(path, "near"), keep(long, "far")
    assert near.path
    assert far.path
    assert near.path.parent.parent == tmp_path
    assert far.path.is_relative_to(own)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_costs_the_state_and_not_the_run(book: Path, number: int) -> None:
    """Nothing half written stays, and the reason can be told."""
    for step in range(4):
        kept = keep(book, "before", disk=FailingDisk(step, number, for_good=True))
        if kept.path is None:
            assert kept.reason == os.strerror(number)
            assert texts(book) == []
        left = book.with_name("Sales backups")
        assert not left.exists() or all(one.is_whole() for one in Backups(book).all())


def test_the_other_folder_takes_what_the_first_refuses(book: Path, own: Path) -> None:
    book.with_name("Sales backups").write_text("a file of somebody's")
    kept = keep(book, "before")
    assert kept.path
    assert kept.path.is_relative_to(own)


def some(days_ago: float, size: int = 1) -> Backup:
    return Backup(Path(f"{days_ago}"), NOON - dt.timedelta(days=days_ago), size)


def test_the_last_twenty_and_the_last_of_each_day_stay() -> None:
    today = [some(minute / 1440) for minute in range(25)]
    daily = [some(day) for day in range(1, 40)]
    twice_a_day = [some(day + 0.25) for day in range(1, 40)]
    wanted = wanted_backups([*twice_a_day, *daily, *today], NOON, PLENTY * MEGABYTE)
    assert wanted == {*today[:20], *daily[:29]}


def test_the_oldest_go_first_where_room_is_short_and_two_stay() -> None:
    every = [some(day, size=MEGABYTE) for day in range(10)]
    assert wanted_backups(every, NOON, 4 * MEGABYTE) == {*every[:4]}
    assert wanted_backups(every, NOON, 0) == {*every[:2]}


@given(
    st.lists(st.tuples(st.integers(0, 60 * 24), st.integers(0, 10)), max_size=80, unique=True),
    st.integers(0, 100),
)
def test_law_of_what_stays(made: list[tuple[int, int]], room: int) -> None:
    """The newest two always; what stays fits, or is two; no older one while a newer one goes."""
    every = [some(hours / 24, size) for hours, size in made]
    wanted = wanted_backups(every, NOON, room)
    newest_first = sorted(every, key=lambda one: (one.at, one.path.name), reverse=True)
    assert set(newest_first[:2]) <= wanted
    assert len(wanted) <= 2 or sum(one.size for one in wanted) <= room
    without_limit = wanted_backups(every, NOON, 10**9)
    gone = without_limit - wanted
    if gone and wanted:
        assert max(one.at for one in gone) <= min(one.at for one in wanted)
    # Thinning again changes nothing.
    assert wanted_backups(list(wanted), NOON, room) == wanted


ENDLESS = """
import datetime as dt, itertools, sys
from salesbook.book.backups import Backups
from salesbook.hosts.package import Disk
print("ready", flush=True)
day = dt.datetime(2026, 1, 1)
for turn in itertools.count(int(sys.argv[2])):
    data = f"{turn:08d}".encode() * 20_000
    at = day + dt.timedelta(hours=7 * turn)
    with Backups(sys.argv[1]).keeping(
        at, lambda path: Disk().write(path, data, 0o600), megabytes=2
    ):
        pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX matter")
def test_killed_at_any_moment_of_keeping_and_thinning(book: Path) -> None:
    """What has a backup's name is whole, two are always there, and the next run tidies up."""
    chance = random.Random(7)
    folder = book.with_name("Sales backups")
    turn = 0
    for _ in range(8):
        words = [sys.executable, "-c", ENDLESS, str(book), str(turn)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT) as run:
            assert run.stdout
            run.stdout.readline()
            time.sleep(0.05 + chance.uniform(0, 0.1))
            run.send_signal(signal.SIGKILL)
        found = Backups(book).all()
        assert all(one.is_whole() for one in found)
        assert len(found) >= 2
        drafts = [path for path in folder.iterdir() if path.name.startswith(".~")]
        assert len(drafts) <= 1
        newest = int(found[0].path.read_bytes()[:8])
        assert newest >= turn
        turn = newest + 1
    keep(book, "last", found[0].at + dt.timedelta(days=1))
    left = {path.name for path in folder.iterdir()}
    assert left == {one.path.name for one in Backups(book).all()}
    with contextlib.suppress(OSError):
        assert sum(one.size for one in Backups(book).all()) < 6 * MEGABYTE
