"""Win rates of single deals keep what they say: short forms of the honesty runs."""

from __future__ import annotations

import numpy as np
import pytest

from honesty import win_models
from honesty.data import real
from honesty.deal_books import draw_book
from honesty.deal_files import draw_file
from salesbook.domain.pipeline.chances.model import trial, win_model
from salesbook.domain.pipeline.chances.model.known_columns import AMOUNT
from salesbook.domain.pipeline.chances.model.trial import chosen_of

SEED = 20261130
DEALS = ("maven_crm", "sales_pipeline.csv")


@pytest.fixture(scope="module")
def file():
    """A fifth of the real file's size."""
    return draw_file(np.random.default_rng(SEED), 15_000)


def test_deals_that_were_held_out_are_foretold_nearly_as_well_as_can_be(file):
    found = win_models.random_split(file, file.late, file.chance, SEED)
    assert found.best < found.pairs < found.best + 0.010
    assert found.pairs < found.additive < found.plain < found.base - 0.02


def test_exactly_what_is_known_at_closing_only_is_left_out(file):
    assert win_model.win_model(file.task).left_out == set(file.late)


def test_a_model_that_sees_what_comes_with_closing_would_show(file, monkeypatch):
    """The rule broken on purpose: the tests of the models then look far better than any can be."""
    monkeypatch.setattr(win_model, "come_with_closing", lambda *columns: [])
    win = win_model.win_model(draw_file(np.random.default_rng(SEED), 6_000).task)
    best = float(np.mean(file.chance * (1 - file.chance)))
    assert win.trial.brier(win.trial.said[win.chosen]) < best - 0.02


def test_on_noise_the_stages_rate_stays():
    for cell in win_models.noise_cells(6, SEED, sizes=(220, 800)):
        assert cell.chosen == 0
        assert max(cell.worse) <= 0.0003


def test_choosing_whatever_looks_better_would_show(monkeypatch):
    """The rule broken on purpose: a gain counts however small, and luck makes half of all gains."""
    monkeypatch.setattr(trial, "_STANDARD_ERRORS", -1.0)
    (cell,) = win_models.noise_cells(6, SEED, sizes=(220,))
    assert cell.chosen >= 2
    assert max(cell.worse) > 0.0003


def test_a_quarter_that_is_forecast_by_deals_of_their_own_chances_holds():
    cells = dict(zip(("tells", "noise"), landings(), strict=True))
    assert cells["tells"].chosen.share == 1
    assert cells["noise"].chosen.share <= 0.4
    assert np.mean(cells["tells"].gain) > 0.03
    assert 0.8 < np.mean(cells["tells"].ratio) < 1.25


def landings():
    return win_models.landing_cells(4, SEED)


def test_what_deals_are_drawn_by_is_what_becomes_of_them():
    """The yardstick itself: as many are won as their chances say."""
    file = draw_file(np.random.default_rng(SEED), 50_000)
    assert file.won.mean() == pytest.approx(file.chance.mean(), abs=0.01)
    assert file.won.mean() == pytest.approx(file.chance_at_closing.mean(), abs=0.01)
    by_tenth = np.digitize(file.chance_at_closing, np.linspace(0.1, 0.9, 9))
    for tenth in range(10):
        rows = by_tenth == tenth
        error = 4 * 0.5 / np.sqrt(rows.sum())
        assert file.won[rows].mean() == pytest.approx(
            file.chance_at_closing[rows].mean(), abs=error
        )
    book = draw_book(np.random.default_rng(SEED), 5000)
    assert 0.3 < book.won.mean() < 0.6


@pytest.mark.skipif(real(*DEALS) is None, reason="the real deals are not beside the checkout")
def test_of_real_deals_the_rate_is_all_there_is():
    """A hardware seller: Brier 0.2287 each deal alike, as if all had one chance; and lost deals have
    an amount of 0, which open ones have not got.
    """
    path = real(*DEALS)
    assert path is not None
    maven = win_models.real_trial(path)
    assert maven is not None
    assert maven.left_out == (AMOUNT,)
    assert chosen_of(maven.trial) == "rate"
    said, won = maven.trial.said["rate"], maven.trial.won
    assert np.mean((maven.trial.base - won) ** 2) == pytest.approx(0.2287, abs=0.002)
    assert np.mean((said - won) ** 2) == pytest.approx(0.2287, abs=0.002)
