"""The short form of what must not be misread, and what the page says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from figures.results import Figures, Goal, Result
from reliability import cells, conservation, dialects
from reliability.page import PAGE


def test_dirty_cells_are_understood_or_refused(tmp_path: Path) -> None:
    assert cells.run(tmp_path).misses == []


def test_dialects_are_read_as_written(tmp_path: Path) -> None:
    some = [dialect for at, dialect in enumerate(dialects.DIALECTS) if at % 5 == 0]
    assert [one for one in some if dialects._ours(tmp_path / "file.csv", *one) != "right"] == []


def test_rows_and_amounts_are_conserved(tmp_path: Path) -> None:
    assert conservation.run(tmp_path, cases=12).misses == []


def test_a_section_made_anew_leaves_the_others(tmp_path: Path) -> None:
    """The page sums up every section, and a goal that was missed shows."""
    page = replace(PAGE, path=tmp_path / "page.md")

    def result(title: str, *, met: bool) -> Result:
        return Result(
            title, "How.", (Figures(("a", "b"), ((1, "x|y"),)),), (Goal("it holds", met, "3 of 4"),)
        )

    page.write({"cells": result("Cells", met=True)})
    page.write({"kills": result("Kills", met=False)})
    text = page.path.read_text("utf-8")
    assert "- [Kills](#kills): 0 of 1 goals met\n- [Cells](#cells): 1 of 1 goals met" in text
    assert "- ✗ it holds: 3 of 4" in text
    assert "| 1 | x\\|y |" in text
