"""Files that are made are made whole, or refused by name and not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from salesbook.book import files
from salesbook.book.files import new_file
from salesbook.errors import CannotWrite


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
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
