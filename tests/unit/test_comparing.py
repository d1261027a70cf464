"""Two rates are compared exactly, and many comparisons are allowed for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from salesbook.domain.arithmetic.comparing import cases_needed, fisher, holm

COUNTS = st.tuples(st.integers(0, 60), st.integers(0, 60))


@given(COUNTS, COUNTS)
def test_fishers_test_is_that_of_scipy(one: tuple[int, int], other: tuple[int, int]) -> None:
    (won, lost), (others_won, others_lost) = one, other
    chance = fisher(won, won + lost, others_won, others_won + others_lost)
    assert chance == pytest.approx(fisher_exact([[won, lost], [others_won, others_lost]])[1])


def test_the_published_examples() -> None:
    assert fisher(8, 10, 1, 6) == pytest.approx(0.0350, abs=5e-5)
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]).tolist() == []
    assert cases_needed(0.2, 0.1, false_alarm=0.05, power=0.8) == 86


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_allowance_lowers_no_chance_and_keeps_their_order(chances: list[float]) -> None:
    raised = holm(chances)
    assert (raised >= np.array(chances)).all()
    assert (raised <= 1).all()
    order = np.argsort(chances, kind="stable")
    assert (np.diff(raised[order]) >= 0).all()


def test_so_many_cases_find_the_difference_as_often_as_they_say() -> None:
    """86 cases at 20 % are told from 10 % in about 80 % of draws."""
    generator = np.random.default_rng(7)
    needed = cases_needed(0.2, 0.1, false_alarm=0.05, power=0.8)
    won = generator.binomial(needed, 0.2, 2000)
    error = np.sqrt(0.1 * 0.9 / needed)
    found = np.abs(won / needed - 0.1) > 1.96 * error
    assert 0.75 < found.mean() < 0.87
