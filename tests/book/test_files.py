"""Files that are made are made whole, or refused by name and not there."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from salesbook.book import files
from salesbook.book.backups import Backups
from salesbook.book.elsewhere import Elsewhere
from salesbook.book.files import new_file, run_on_file, table_of_book, undo_file
from salesbook.book.report import Options
from salesbook.errors import CannotWrite, NotAWorkbook, NothingToUndo
from salesbook.hosts.package import Disk, open_package

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other pipes and links")
NO_FILES = ("pipe", "socket", "folder", "link to a folder", "link to a pipe", "link to a device")


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "Sales.xlsm"
    path.write_bytes(b"mine")
    for taken in (path, tmp_path):
        with pytest.raises(CannotWrite) as refused:
            new_file(taken, "en")
        assert (refused.value.code, refused.value.where) == ("already-there", str(taken))
    assert path.read_bytes() == b"mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits paths in other ways")
def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        new_file(tmp_path / ("x" * 300 + ".xlsm"), "en")


@pytest.mark.parametrize(
    ("place", "failing"), [(files, "_write_new"), (files, "_fill"), (Disk, "give_name")]
)
def test_whatever_fails_nothing_half_made_stays(
    tmp_path: Path, monkeypatch, place, failing
) -> None:
    """A full disk is named at the book's own path."""
    path = tmp_path / "Sales.xlsm"

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place, failing, fail)
    with pytest.raises(CannotWrite) as refused:
        new_file(path, "en", sample_as_of=dt.date(2026, 6, 1))
    assert refused.value.where == str(path)
    assert refused.value.params["found"] == "No space left on device"
    assert not list(tmp_path.iterdir())


def test_a_new_book_touches_nothing_beside_it(tmp_path: Path) -> None:
    """It keeps no backup of its own making either."""
    path, other = tmp_path / "Sales.xlsm", tmp_path / "Sales.backup.xlsm"
    other.write_bytes(b"mine")
    new_file(path, "en", sample_as_of=dt.date(2026, 6, 1))
    assert other.read_bytes() == b"mine"
    assert sorted(tmp_path.iterdir()) == sorted([path, other])


def test_a_name_taken_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "Sales.xlsm"
    fill = files._fill

    def fill_slowly(book, tables):
        path.write_bytes(b"somebody else's")
        return fill(book, tables)

    monkeypatch.setattr(files, "_fill", fill_slowly)
    with pytest.raises(CannotWrite, match="already-there"):
        new_file(path, "en", sample_as_of=dt.date(2026, 6, 1))
    assert path.read_bytes() == b"somebody else's"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses a taken name by itself")
def test_a_file_system_without_second_names_gets_the_book_too(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "Sales.xlsm"

    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    new_file(path, "en")
    assert path.read_bytes()[:2] == b"PK"
    with pytest.raises(CannotWrite, match="already-there"):
        new_file(path, "en")


def test_what_a_killed_command_left_is_swept_a_day_later(tmp_path: Path) -> None:
    """Only a draft that nobody can still be making, and no folder that holds anything else."""

    def left(name: str, *files: str, hours: float) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file in files:
            (folder / file).touch()
        then = time.time() - hours * 3600
        os.utime(folder, (then, then))
        return folder

    old = left(".salesbook-aaaaaaaa", "New.xlsm", ".~salesbook-1.lock", hours=25)
    young = left(".salesbook-bbbbbbbb", "New.xlsm", hours=23)
    others = left(".salesbook-cccccccc", "New.xlsm", "letter.txt", hours=99)
    new_file(tmp_path / "Book.xlsm", "en")
    assert (old.exists(), young.exists(), others.exists()) == (False, True, True)
    assert (others / "letter.txt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("delay", [0.3, 0.6, 0.9])
def test_a_new_book_is_whole_or_not_there_when_killed(tmp_path: Path, delay: float) -> None:
    path = tmp_path / "Sales.xlsm"
    words = [sys.executable, "-m", "salesbook", "new", str(path), "--sample", "-q"]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    process.kill()
    process.wait()
    if path.exists():
        session, table = table_of_book(path, "Deals")
        assert len(session.frame(table)) == 400


def test_a_damaged_backup_is_named_as_the_backup(with_rows: Path) -> None:
    """The workbook itself is whole, and stays as it is."""
    path, today = with_rows, dt.date(2026, 6, 1)
    run_on_file(path, "validate", Options(today), wait=1)
    (kept,) = Backups(path).all()
    content, backup = path.read_bytes(), kept.path
    backup.write_bytes(backup.read_bytes()[:5000])
    with pytest.raises(NothingToUndo) as refused:
        undo_file(path, today, wait=1)
    assert (refused.value.code, refused.value.where) == ("damaged-backup", str(backup))
    assert path.read_bytes() == content


DAY = dt.date(2026, 6, 1)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook without rows: what is asked here is where files go."""
    path = tmp_path / "Sales.xlsm"
    new_file(path, "en")
    return path


@pytest.fixture
def with_rows(tmp_path: Path, sample_book) -> Path:
    """A workbook in which a run has something to write, so that what was before is kept."""
    return sample_book("en", DAY, tmp_path / "Sales.xlsm")


def test_a_result_elsewhere_replaces_nothing_unasked(book: Path, tmp_path: Path) -> None:
    """Said before anything is calculated, and again where a file comes meanwhile."""
    out, before = tmp_path / "Other.xlsm", book.read_bytes()
    out.write_bytes(b"mine")
    with pytest.raises(CannotWrite, match="out-exists") as refused:
        run_on_file(book, "validate", Options(DAY), wait=0, out=Elsewhere(out))
    assert (refused.value.exit_code, refused.value.where) == (18, str(out))
    assert (out.read_bytes(), book.read_bytes()) == (b"mine", before)
    run_on_file(book, "validate", Options(DAY), wait=0, out=Elsewhere(out, may_replace=True))
    assert (out.read_bytes()[:2], book.read_bytes()) == (b"PK", before)


def test_a_result_goes_into_no_file_that_only_runs_write(with_rows: Path) -> None:
    """Neither a backup nor a lock, asked or not."""
    run_on_file(with_rows, "validate", Options(DAY), wait=0)
    (kept,) = Backups(with_rows).all()
    before = kept.path.read_bytes()
    for name in (kept.path, kept.path.with_name("a.xlsm"), with_rows.with_name("~$Sales.xlsm")):
        out = Elsewhere(name, may_replace=True)
        with pytest.raises(CannotWrite, match="name-of-ours"):
            run_on_file(with_rows, "tier", Options(DAY), wait=0, out=out)
    assert kept.path.read_bytes() == before


def test_a_result_into_the_book_itself_is_a_run_in_place(with_rows: Path) -> None:
    """By another spelling of its path too; then it is locked, kept and can be undone."""
    same = with_rows.parent / "." / with_rows.name
    report = run_on_file(with_rows, "validate", Options(DAY), wait=0, out=Elsewhere(same))
    assert report.kept
    assert report.kept.path
    assert undo_file(with_rows, DAY, wait=0).written


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX matters")
def test_a_new_book_has_the_rights_that_new_files_have(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        new_file(tmp_path / "Sales.xlsm", "en", sample_as_of=DAY)
    finally:
        os.umask(before)
    assert (tmp_path / "Sales.xlsm").stat().st_mode & 0o777 == 0o640


def test_a_new_book_goes_into_no_place_where_only_runs_write(tmp_path: Path, monkeypatch) -> None:
    """The folder of backups, by whatever way it is named, and a lock's or a marker's name."""
    folder = tmp_path / "b backups"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for path in (folder / "n.xlsm", Path("n.xlsm"), tmp_path / "~$b.xlsm"):
        with pytest.raises(CannotWrite, match="name-of-ours") as refused:
            new_file(path, "en")
        assert (refused.value.exit_code, refused.value.where) == (18, str(path))
    assert not list(folder.iterdir())


def no_file(kind: str, path: Path) -> None:
    """Put something there that has a file's name and is none."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        # A socket's path may have about a hundred characters.
        with socket.socket(socket.AF_UNIX) as end, contextlib.chdir(path.parent):
            end.bind(path.name)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link to a folder":
        (path.parent / "folder").mkdir()
        path.symlink_to("folder")
    elif kind == "link to a pipe":
        os.mkfifo(path.parent / "pipe")
        path.symlink_to("pipe")
    else:
        path.symlink_to("/dev/null")


@POSIX
@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("may_replace", [True, False])
@pytest.mark.parametrize("kind", NO_FILES)
def test_a_result_replaces_files_alone(
    book: Path, tmp_path: Path, kind: str, may_replace: bool
) -> None:
    """No pipe, folder or device gives way, asked or not, and none keeps the run waiting."""
    out, before = tmp_path / "Other.xlsm", book.read_bytes()
    no_file(kind, out)
    with pytest.raises(CannotWrite) as refused:
        run_on_file(book, "validate", Options(DAY), wait=0, out=Elsewhere(out, may_replace))
    code = "folder-not-file" if "folder" in kind else "device-not-file"
    assert (refused.value.code, refused.value.where) == (code, str(out))
    assert refused.value.exit_code == 18
    assert book.read_bytes() == before
    assert not out.is_file()


@POSIX
@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_takes_the_results_place_meanwhile_is_refused_too(
    book: Path, tmp_path: Path, kind: str
) -> None:
    """The save looks again."""
    out = tmp_path / "Other.xlsm"
    with open_package(book, for_writing=False) as host:
        no_file(kind, out)
        with pytest.raises(CannotWrite, match="not-file"):
            host.save(out, over=True)


@POSIX
@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("name", ["~$Sales.xlsm", ".~lock.Sales.xlsm#"])
def test_a_marker_that_is_no_file_is_refused_by_name(book: Path, kind: str, name: str) -> None:
    """Nobody can tell then whether another program has the book; it is said at once."""
    before = book.read_bytes()
    no_file(kind, book.with_name(name))
    with pytest.raises(CannotWrite, match="not-file") as refused:
        run_on_file(book, "validate", Options(DAY), wait=60)
    assert refused.value.where == str(book.with_name(name))
    assert book.read_bytes() == before


@POSIX
@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("name", ["~$Sales.xlsm", ".~lock.Sales.xlsm#"])
def test_a_marker_that_leads_in_a_circle_is_refused_by_name(book: Path, name: str) -> None:
    book.with_name(name).symlink_to(name)
    with pytest.raises(CannotWrite, match="cannot-read") as refused:
        run_on_file(book, "validate", Options(DAY), wait=0)
    assert refused.value.where == str(book.with_name(name))


@POSIX
@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("kind", NO_FILES)
def test_a_book_that_is_no_file_is_no_workbook(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "Sales.xlsm"
    no_file(kind, path)
    with pytest.raises(NotAWorkbook, match="not-file") as refused:
        run_on_file(path, "validate", Options(DAY), wait=0)
    assert refused.value.exit_code == 10


@POSIX
@pytest.mark.usefixtures("in_time")
def test_a_pipe_under_a_backups_name_is_none(with_rows: Path) -> None:
    """It is neither listed nor opened, and the next run is kept beside it."""
    run_on_file(with_rows, "validate", Options(DAY), wait=0)
    (kept,) = Backups(with_rows).all()
    kept.path.unlink()
    os.mkfifo(kept.path)
    assert not kept.is_whole()
    assert Backups(with_rows).all() == []
    assert run_on_file(with_rows, "tier", Options(DAY), wait=0).kept.path.is_file()
