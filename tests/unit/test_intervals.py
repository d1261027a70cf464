"""Intervals and shrunk rates."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesbook.domain.arithmetic.intervals import (
    beta_cdf,
    chance_above,
    coin_tail,
    shrink_rates,
    student_quantile,
    wilson,
    z_of,
)


def test_wilson_of_six_in_eight():
    low, high = wilson(6, 8, 0.8)
    assert (round(low, 3), round(high, 3)) == (0.524, 0.891)


def test_wilson_takes_columns_and_leaves_groups_without_trials_open():
    low, high = wilson(np.array([6, 0, 0, 5]), np.array([8, 0, 4, 5]), 0.8)
    assert np.isnan(low[1])
    assert np.isnan(high[1])
    assert (low[2], high[3]) == (0.0, 1.0)
    assert math.isnan(wilson(0, 0, 0.8)[0])


@given(st.integers(0, 500), st.integers(1, 500), st.floats(0.5, 0.99))
def test_wilson_holds_the_observed_rate(won, more, level):
    low, high = wilson(won, won + more, level)
    assert 0 <= low <= won / (won + more) <= high <= 1


def test_normal_quantile():
    assert z_of(0.8) == pytest.approx(1.2815515655)


def test_groups_alike_are_pooled():
    shrunk, a, b = shrink_rates([5, 6, 4], [10, 12, 8])
    assert shrunk == pytest.approx([0.5, 0.5, 0.5])
    assert a == pytest.approx(b)


def test_groups_that_differ_keep_most_of_their_rate():
    shrunk, _, _ = shrink_rates([900, 100, 2], [1000, 1000, 2])
    assert shrunk[0] == pytest.approx(0.9, abs=0.01)
    assert shrunk[1] == pytest.approx(0.1, abs=0.01)
    assert 0.5 < shrunk[2] < 1


def test_no_trials_give_the_mean_and_none_at_all_give_nothing():
    assert shrink_rates([5, 0], [10, 0])[0] == pytest.approx([0.5, 0.5])
    assert np.isnan(shrink_rates([0, 0], [0, 0])[0]).all()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12))
def test_a_shrunk_rate_lies_between_its_own_and_the_mean(groups):
    won = np.array([w for w, _ in groups], dtype=float)
    n = won + np.array([rest for _, rest in groups], dtype=float)
    shrunk, a, b = shrink_rates(won, n)
    if n.sum() == 0:
        return
    mean = a / (a + b)
    own = np.where(n > 0, won / np.maximum(n, 1), mean)
    assert (shrunk >= np.minimum(own, mean) - 1e-9).all()
    assert (shrunk <= np.maximum(own, mean) + 1e-9).all()


@given(st.floats(0.001, 0.999), st.floats(0.1, 2e6), st.floats(0.1, 2e6))
def test_beta_distribution_agrees_with_scipy(x, a, b):
    assert beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-7)


def test_chance_above():
    assert chance_above(0.5, 3, 3) == pytest.approx(0.5)
    assert chance_above(0.3, 80, 20) == pytest.approx(1)
    assert math.isnan(chance_above(0.3, math.nan, 1))


@pytest.mark.parametrize(
    ("level", "freedom", "quantile"),
    [(0.95, 11, 2.201), (0.9975, 11, 3.895), (0.99, 1, 63.657), (0.8, 30, 1.310)],
)
def test_students_quantiles_are_those_of_the_tables(level, freedom, quantile):
    assert student_quantile(level, freedom) == pytest.approx(quantile, abs=0.001)


@given(st.floats(0.5, 0.99999), st.integers(2, 400))
def test_students_quantile_is_scipys(level, freedom):
    expected = stats.t.ppf((1 + level) / 2, freedom)
    assert student_quantile(level, freedom) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("heads", "tosses", "chance"), [(6, 6, 1 / 64), (0, 4, 1), (3, 4, 5 / 16)])
def test_heads_of_a_fair_coin(heads, tosses, chance):
    assert coin_tail(heads, tosses) == chance
