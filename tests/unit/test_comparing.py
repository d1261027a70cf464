"""Two rates are compared exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from salesbook.domain.arithmetic.comparing import cases_needed, fisher

COUNTS = st.tuples(st.integers(0, 60), st.integers(0, 60))


@given(COUNTS, COUNTS)
def test_fishers_test_is_that_of_scipy(one: tuple[int, int], other: tuple[int, int]) -> None:
    (won, lost), (others_won, others_lost) = one, other
    chance = fisher(won, won + lost, others_won, others_won + others_lost)
    assert chance == pytest.approx(fisher_exact([[won, lost], [others_won, others_lost]])[1])


def test_the_published_examples() -> None:
    assert fisher(8, 10, 1, 6) == pytest.approx(0.0350, abs=5e-5)
    assert cases_needed(0.2, 0.1, false_alarm=0.05, power=0.8) == 86


def test_so_many_cases_find_the_difference_as_often_as_they_say() -> None:
    """86 cases at 20 % are told from 10 % in about 80 % of draws."""
    generator = np.random.default_rng(7)
    needed = cases_needed(0.2, 0.1, false_alarm=0.05, power=0.8)
    won = generator.binomial(needed, 0.2, 2000)
    error = np.sqrt(0.1 * 0.9 / needed)
    found = np.abs(won / needed - 0.1) > 1.96 * error
    assert 0.75 < found.mean() < 0.87
