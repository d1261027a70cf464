"""Terms of columns: what they make largest, and what keeps them small."""

import numpy as np
import pytest
from hypothesis import given

from salesbook.domain.pipeline.chances.model.additive import (
    Block,
    chance_of,
    fitted_terms,
    log_odds_of,
    shifted,
)
from salesbook.domain.pipeline.chances.model.columns import Column, binning_of
from salesbook.domain.pipeline.chances.model.deal_model import Rows, fit_additive, fit_pairs
from tests.drawn_tables import FEW, SEEDS


def words(values, name="word"):
    names = sorted(set(values) - {None})
    numbers = [names.index(value) if value is not None else -1 for value in values]
    return Column(name, True, words=np.array(numbers), vocabulary=tuple(names))


def numbers(values, name="number"):
    return Column(name, True, numbers=np.array(values, dtype=np.float64))


def rows_of(random, size, columns, log_odds):
    won = (random.random(size) < chance_of(log_odds)).astype(np.float64)
    share = won.mean()
    return Rows(columns, np.full(size, log_odds_of(np.array([share]))[0]), won, np.ones(size))


@given(SEEDS)
@FEW
def test_every_value_falls_into_a_bin_and_missing_ones_into_the_first(seed):
    random = np.random.default_rng(seed)
    size = int(random.integers(30, 400))
    drawn = np.round(random.normal(size=size), int(random.integers(0, 3)))
    drawn[random.random(size) < 0.2] = np.nan
    column = numbers(drawn)
    binning = binning_of(column)
    assert binning is not None

    asked = numbers([-1e9, *random.normal(0, 3, 50), 1e9, np.nan])
    bins = binning.bins(asked)
    assert ((bins >= 0) & (bins < binning.count)).all()
    assert bins[-1] == 0
    assert (bins[:-1] > 0).all()
    # A larger number is in no lower bin, and bins of a coarser cut are in the same order.
    order = np.argsort(asked.numbers[:-1])
    assert (np.diff(bins[:-1][order]) >= 0).all()
    assert (np.diff(binning.coarse[bins[:-1][order]]) >= 0).all()


def test_a_number_that_is_met_often_has_a_bin_of_its_own():
    column = numbers([0.0] * 500 + list(np.linspace(1, 2, 500)))
    binning = binning_of(column)
    assert binning is not None
    of_zero, of_one = binning.bins(numbers([0.0, 1.0]))
    assert of_zero != of_one


def test_words_that_are_seldom_met_share_a_bin_with_those_never_met():
    column = words(["often"] * 20 + ["seldom", "rarely", None])
    binning = binning_of(column)
    assert binning is not None
    often, seldom, rarely, missing = binning.bins(words(["often", "seldom", "rarely", None]))
    assert seldom == rarely
    assert len({often, seldom, missing}) == 3


def test_a_column_that_is_the_same_everywhere_says_nothing():
    assert binning_of(words(["x"] * 50)) is None
    assert binning_of(numbers([7.0] * 50)) is None
    assert binning_of(numbers([np.nan] * 50)) is None


@given(SEEDS)
@FEW
def test_terms_are_at_the_top_of_what_they_make_largest(seed):
    """At the top no term can move: what was won beyond what is expected is what its ridge takes.

    Of one column of words, with so many deals that the ridge is near the least one.
    """
    random = np.random.default_rng(seed)
    bins = random.integers(0, 5, 4000)
    truth = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    won = (random.random(4000) < chance_of(truth[bins])).astype(np.float64)
    [term] = fitted_terms([Block(bins, 5)], won, np.ones(4000), np.zeros(4000))
    surplus = np.bincount(bins, won - chance_of(term[bins]), 5)
    ridge = (surplus @ term) / (term @ term)
    assert ridge == pytest.approx(1.0, abs=2.0)
    assert np.abs(surplus - ridge * term).max() < 1.0
    assert np.abs(term - truth).max() < 0.5


@given(SEEDS)
@FEW
def test_the_order_of_deals_means_nothing(seed):
    random = np.random.default_rng(seed)
    size = 600
    columns = [numbers(random.normal(size=size)), words(list(random.choice(list("abc"), size)))]
    rows = rows_of(random, size, columns, random.normal(size=size))
    shuffled = random.permutation(size)
    here, there = fit_additive(rows), fit_additive(rows.part(shuffled))
    for one, other in zip(here.terms, there.terms, strict=True):
        assert one.names == other.names
        assert one.by_bin == pytest.approx(other.by_bin, abs=1e-6)


def test_noise_is_drawn_to_nothing_and_what_tells_is_not():
    random = np.random.default_rng(1)
    size = 3000
    tells = random.normal(size=size)
    columns = [numbers(tells, "tells"), numbers(random.normal(size=size), "noise")]
    model = fit_additive(rows_of(random, size, columns, 1.2 * tells))
    spread = {
        term.names[0]: float(part.std())
        for term, part in zip(model.terms, model.parts(columns), strict=True)
    }
    assert spread["tells"] == pytest.approx(1.2, abs=0.2)
    assert spread["noise"] < 0.1


def test_two_columns_that_only_say_something_together_become_a_pair():
    """Each by itself is even; what tells is whether both are the same."""
    random = np.random.default_rng(2)
    size = 4000
    left, right = random.integers(0, 2, size), random.integers(0, 2, size)
    columns = [
        words([str(value) for value in left], "left"),
        words([str(value) for value in right], "right"),
        words([str(value) for value in random.integers(0, 4, size)], "noise"),
    ]
    rows = rows_of(random, size, columns, np.where(left == right, 1.5, -1.5))
    additive = fit_additive(rows)
    model = fit_pairs(rows, additive)
    assert [term.names for term in model.terms if term.is_pair] == [("left", "right")]
    chance = chance_of(rows.offset + model.shift(columns, size))
    assert chance[left == right].mean() == pytest.approx(chance_of(np.array(1.5)), abs=0.05)
    assert chance[left != right].mean() == pytest.approx(chance_of(np.array(-1.5)), abs=0.05)


def test_of_noise_no_pair_is_made():
    """With an allowance for all pairs that are looked at: of 20 books one may have one."""
    with_pairs = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        columns = [numbers(random.normal(size=1500), str(place)) for place in range(6)]
        rows = rows_of(random, 1500, columns, np.zeros(1500))
        model = fit_pairs(rows, fit_additive(rows))
        with_pairs += any(term.is_pair for term in model.terms)
    assert with_pairs <= 3


def test_under_a_thousand_deals_no_pairs_are_looked_for():
    random = np.random.default_rng(3)
    left, right = random.integers(0, 2, 900), random.integers(0, 2, 900)
    columns = [words([str(v) for v in left], "left"), words([str(v) for v in right], "right")]
    rows = rows_of(random, 900, columns, np.where(left == right, 2.0, -2.0))
    additive = fit_additive(rows)
    assert fit_pairs(rows, additive) is additive


@given(SEEDS)
@FEW
def test_moved_rates_stay_rates_and_move_back(seed):
    random = np.random.default_rng(seed)
    rate, shift = random.random(50), random.normal(0, 3, 50)
    moved = shifted(rate, shift)
    assert ((moved > 0) & (moved < 1)).all()
    assert ((moved > rate) == (shift > 0)).all()
    assert shifted(moved, -shift) == pytest.approx(rate, abs=1e-9)
    assert shifted(rate, np.zeros(50)) == pytest.approx(rate, abs=1e-12)
    edges = shifted(np.array([0.0, 1.0, np.nan]), np.array([5.0, -5.0, 1.0]))
    assert edges[:2].tolist() == [0.0, 1.0]
    assert np.isnan(edges[2])
