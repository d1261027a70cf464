"""Files that are made are made whole, or refused by name and not there."""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from salesbook.book import files
from salesbook.book.files import new_file, run_on_file, table_of_book, undo_file
from salesbook.book.report import Options
from salesbook.errors import CannotWrite, NothingToUndo
from salesbook.hosts.package import backup_path

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.mark.parametrize("failing", ["_write_new", "_fill", "_move_to_free_name"])
def test_whatever_fails_nothing_half_made_stays(tmp_path: Path, monkeypatch, failing) -> None:
    """A full disk is named at the book's own path."""
    path = tmp_path / "Sales.xlsm"

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, failing, fail)
    with pytest.raises(CannotWrite) as refused:
        new_file(path, "en", sample_as_of=dt.date(2026, 6, 1))
    assert refused.value.where == str(path)
    assert refused.value.params["found"] == "No space left on device"
    assert not list(tmp_path.iterdir())


def test_a_new_book_touches_nothing_beside_it(tmp_path: Path) -> None:
    """Not even a file that is called like a backup of the book to come."""
    path = tmp_path / "Sales.xlsm"
    backup_path(path).write_bytes(b"mine")
    new_file(path, "en", sample_as_of=dt.date(2026, 6, 1))
    assert backup_path(path).read_bytes() == b"mine"
    assert sorted(tmp_path.iterdir()) == sorted([path, backup_path(path)])


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


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("delay", [0.2, 0.6, 1.0, 1.4])
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


def test_a_damaged_backup_is_named_as_the_backup(tmp_path: Path) -> None:
    """The workbook itself is whole, and stays as it is."""
    path, today = tmp_path / "Sales.xlsm", dt.date(2026, 6, 1)
    new_file(path, "en")
    run_on_file(path, "validate", Options(today), wait=1)
    content, backup = path.read_bytes(), backup_path(path)
    backup.write_bytes(backup.read_bytes()[:5000])
    with pytest.raises(NothingToUndo) as refused:
        undo_file(path, today, wait=1)
    assert (refused.value.code, refused.value.where) == ("damaged-backup", str(backup))
    assert path.read_bytes() == content
