"""Files that are made are made whole, or refused by name and not there."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest

from salesbook.book import files
from salesbook.book.files import new_file, run_on_file, undo_file
from salesbook.book.report import Options
from salesbook.errors import CannotWrite, NothingToUndo
from salesbook.hosts.package import backup_path


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


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only Linux has a disk that is always full"
)
def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing half written stays."""
    path = tmp_path / "Sales.xlsm"
    opened = Path.open

    def full(self: Path, mode: str = "r", **how):
        if mode != "xb":
            return opened(self, mode, **how)
        opened(self, mode).close()
        return opened(Path("/dev/full"), "wb")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(CannotWrite) as refused:
        new_file(path, "en")
    assert refused.value.where == str(path)
    assert not path.exists()


def test_a_sample_that_cannot_be_written_leaves_no_file(tmp_path: Path, monkeypatch) -> None:
    def fail(*_):
        raise CannotWrite("disk-full", where="x")

    monkeypatch.setattr(files, "_fill", fail)
    with pytest.raises(CannotWrite):
        new_file(tmp_path / "Sales.xlsm", "en", sample_as_of=files.dt.date(2026, 6, 1))
    assert not list(tmp_path.iterdir())


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
