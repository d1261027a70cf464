"""What our own bugs leave in the user's log."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

from salesbook import bug_log

SECRET = "Acme pays 12,000"


def fail(cell: str) -> None:
    try:
        raise KeyError(cell)
    except KeyError as first:
        raise ValueError(f"cannot read {cell}") from first


def test_the_log_names_the_place_and_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Who mends the bug sees where it happened, in both exceptions; a cell's content is nowhere."""
    monkeypatch.setattr(platformdirs, "user_log_path", lambda *_, **__: tmp_path)
    with pytest.raises(ValueError, match="cannot read") as caught:
        fail(SECRET)
    text = bug_log.keep(caught.value).read_text(encoding="utf-8")
    assert "in fail: raise KeyError(cell)" in text
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert SECRET not in text


def test_where_no_log_can_be_kept_a_temporary_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that takes no folder costs the user no traceback."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder", "utf-8")
    monkeypatch.setattr("platformdirs.user_log_path", lambda *_, **__: blocked / "salesbook")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = bug_log.keep(ValueError("Jane"))
    assert path.parent == tmp_path
    assert "ValueError" in path.read_text("utf-8")
    assert "Jane" not in path.read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other pipes and links")
@pytest.mark.parametrize("kind", ["pipe", "link"])
@pytest.mark.usefixtures("in_time")
def test_a_log_that_is_none_is_not_written_to(tmp_path: Path, monkeypatch, kind: str) -> None:
    """A pipe would keep the command for good, and a link leads into another file."""
    log, other = tmp_path / "errors.log", tmp_path / "mine.txt"
    other.write_text("mine", "utf-8")
    if kind == "pipe":
        os.mkfifo(log)
    else:
        log.symlink_to(other)
    monkeypatch.setattr(platformdirs, "user_log_path", lambda *_, **__: tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = bug_log.keep(ValueError("Jane"))
    assert path != log
    assert "ValueError" in path.read_text("utf-8")
    assert other.read_text("utf-8") == "mine"
