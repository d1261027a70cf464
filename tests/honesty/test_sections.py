"""What the honesty page says: figures, goals, and what was not there."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from honesty import alive, real_deals
from honesty.__main__ import main
from honesty.data import VARIABLE
from honesty.page import PAGE
from honesty.sections import BOOKS
from honesty.verdicts import INTERVALS, Bounds, Said, Tally, calibrated, cover_goals, percent

SEED = 20261129


def test_a_share_outside_its_bounds_is_a_miss():
    """So is a share of nothing: what was never tried is no promise kept."""
    assert INTERVALS.hold(0.8)
    assert not INTERVALS.hold(0.86)
    assert not INTERVALS.hold(Tally().share)
    assert Bounds(most=0.12).verdict(0.13) == "≤ 12 %: ✗"
    assert Bounds(least=0.7).verdict(0.7) == "≥ 70 %: ✓"


def test_one_bad_cell_misses_a_goal_that_the_average_meets():
    average, worst = cover_goals("80 % ranges", [0.9, 0.6, 0.8])
    assert (average.met, worst.met) == (True, False)


def test_chances_are_held_against_what_came_true():
    said = Said((0.5,))
    said.add([0.2] * 100 + [0.9] * 100, [True] * 20 + [False] * 80 + [True] * 60 + [False] * 40)
    assert said.cells() == ["20 % → 20 %", "90 % → 60 %"]
    assert said.most_off() == pytest.approx(0.3)
    assert not calibrated("chances", [said]).met
    assert math.isnan(Said((0.5,)).most_off())


def test_small_shares_keep_a_decimal():
    assert [percent(share) for share in (0.004, 0.099, 0.0996, 0.0)] == [
        "0.4 %",
        "9.9 %",
        "10 %",
        "0 %",
    ]


def test_p_alive_comes_true():
    for cell in alive.cells(3, SEED):
        assert cell.said.most_off(60) <= 0.2, cell.world.words


def test_without_real_data_nothing_is_claimed(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    result = real_deals.run(1)
    assert (result.goals, result.figures) == ((), ())
    assert "not there" in result.notes[0]


def test_the_command_writes_a_section_and_fails_where_a_goal_is_missed(
    tmp_path, monkeypatch, capsys
):
    """Here a goal that nothing can meet."""
    monkeypatch.setattr(alive, "_SILENT_BOOKS", Bounds(most=-1.0))
    page = replace(PAGE, path=tmp_path / "honesty.md")
    monkeypatch.setattr("honesty.__main__.PAGE", page)
    monkeypatch.setattr(
        "sys.argv", ["honesty", "alive", "--books", "0.04", "--data", str(tmp_path)]
    )
    monkeypatch.setenv(VARIABLE, "put back after the test")
    assert main() == 1
    text = page.path.read_text("utf-8")
    assert text == page.path.read_text("utf-8")
    assert "## Customers: P(alive)" in text
    assert "- ✗ of books are told nothing" in text
    assert "Customers: P(alive)" in capsys.readouterr().out


def test_the_committed_page_has_every_section_and_hides_no_miss():
    """Its summary counts what its sections say."""
    text = PAGE.path.read_text("utf-8")
    for name in BOOKS:
        assert f"<!-- {name} -->" in text
    summary, _, sections = text.partition("<!-- rates -->")
    met = sections.count("\n- ✓ ")
    goals = met + sections.count("\n- ✗ ")
    told = [line.rsplit(": ", 1)[1] for line in summary.splitlines() if line.startswith("- [")]
    counts = [tuple(map(int, words.removesuffix(" goals met").split(" of "))) for words in told]
    assert (sum(one for one, _ in counts), sum(all_ for _, all_ in counts)) == (met, goals)
