"""Who differs from the others by more than luck?"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.domain.arithmetic.comparisons import (
    Comparison,
    bar_for,
    lasting_apart,
    rates_apart,
)


def test_the_chance_of_a_rate_is_fishers():
    """Of 8 cups, 4 of each kind, 4 named right: one in 70, to either side one in 35.

    Source: R. A. Fisher, The Design of Experiments, 1935.
    """
    found = rates_apart(np.array([4, 0]), np.array([4, 4]))
    assert found.chance == pytest.approx([1 / 35, 1 / 35])
    assert found.least == pytest.approx([1 / 35, 1 / 35])
    assert found.is_lower.tolist() == [False, True]


def test_nobody_is_compared_with_nobody():
    assert np.isnan(rates_apart(np.array([3]), np.array([5])).chance).all()
    assert np.isnan(rates_apart(np.array([3, 0]), np.array([5, 0])).chance).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=5))
def test_the_chance_is_that_of_drawing_from_an_urn(groups):
    """Against the plain sum over ways to draw."""
    hits = np.array([left for left, _ in groups])
    sizes = hits + np.array([right for _, right in groups])
    found = rates_apart(hits, sizes)
    for place, size in enumerate(sizes.tolist()):
        if not 0 < size < sizes.sum():
            assert np.isnan(found.chance[place])
            continue
        whole, right = int(sizes.sum()), int(hits.sum())
        ways = [
            math.comb(right, count) * math.comb(whole - right, size - count)
            for count in range(size + 1)
        ]
        at = int(hits[place])
        below, above = sum(ways[: at + 1]), sum(ways[at:])
        expected = min(1.0, 2 * min(below, above) / math.comb(whole, size))
        assert found.chance[place] == pytest.approx(expected)
        assert found.least[place] <= found.chance[place] + 1e-12


def test_the_log_rank_test():
    """Leukaemia, weeks in remission with 6-MP and without: chi-squared 16.79.

    Source: E. J. Freireich et al. 1963, as in D. R. Cox 1972 and R's MASS::gehan.
    """
    with_drug = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    ended_with = [True] * 9 + [False] * 12
    without = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    lasted = np.array([*with_drug, *without], dtype=float)
    found = lasting_apart(
        np.repeat([0, 1], 21),
        lasted,
        np.array([*ended_with, *[True] * 21]),
        np.zeros(42),
        2,
    )
    both_sides = math.erfc(math.sqrt(16.793 / 2))
    assert found.chance == pytest.approx([both_sides, both_sides], rel=0.01)
    assert found.is_lower.tolist() == [False, True]


def test_what_was_found_at_an_age_is_not_at_risk_before():
    """Two that lasted 5, one watched from the start and one from 4 on: at 3 only one was there."""
    found = lasting_apart(
        np.array([0] * 30 + [1] * 30),
        np.array([5.0] * 60),
        np.ones(60, dtype=bool),
        np.array([0.0] * 30 + [4.0] * 30),
        2,
    )
    assert found.chance.tolist() == [1.0, 1.0]


def test_fewer_than_ten_expected_ends_are_too_few():
    found = lasting_apart(
        np.array([0] * 5 + [1] * 40),
        np.arange(45, dtype=float),
        np.ones(45, dtype=bool),
        np.zeros(45),
        2,
    )
    assert found.least.tolist() == [1.0, 1.0]
    assert found.chance.tolist() == [1.0, 1.0]


def of_least(*least: float) -> Comparison:
    values = np.array(least)
    return Comparison(values, values, np.zeros(len(least), dtype=bool))


def test_who_could_never_be_told_apart_takes_nothing_from_the_others():
    """Tarone's rule: with three that can come under 0.05/3 and a hundred that cannot, the bar is 0.05/3."""
    assert bar_for([of_least(0.001, 0.001, 0.001)], 0.05) == pytest.approx(0.05 / 3)
    assert bar_for([of_least(0.001, 0.001, 0.001, *[0.03] * 100)], 0.05) == pytest.approx(0.05 / 3)
    assert bar_for([of_least(*[0.0] * 100)], 0.05) == pytest.approx(0.05 / 100)
    assert bar_for([], 0.05) == 0.05
