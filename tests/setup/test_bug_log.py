"""What our own bugs leave in the user's log."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from salesbook.setup import bug_log

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
