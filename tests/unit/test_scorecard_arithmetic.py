"""How metrics become a score."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from salesbook.arrays import Floats
from salesbook.domain.team.appraisal import (
    chance_apart,
    grade_of,
    metric_scores,
    shared_weights,
    spread,
    weighted_mean,
)
from salesbook.tables.settings import Grade


def test_weights_30_70_with_5_and_3_give_3_6():
    assert weighted_mean(np.array([[5.0], [3.0]]), np.array([30, 70])).tolist() == pytest.approx(
        [3.6]
    )


def test_a_missing_metric_shares_out_its_weight():
    """It is not zero; nobody present means no score."""
    scores = np.array([[5.0, np.nan], [np.nan, np.nan], [2.0, np.nan]])
    found = weighted_mean(scores, np.array([10, 80, 10]))
    assert (found[0], math.isnan(found[1])) == (3.5, True)


@pytest.mark.parametrize(
    ("value", "goal", "better", "score"),
    [
        (8.0, 10.0, "higher", 80.0),
        (20.0, 10.0, "higher", 120.0),
        (-1.0, 10.0, "higher", 0.0),
        (20.0, 10.0, "lower", 50.0),
        (0.0, 10.0, "lower", 120.0),
        (np.nan, 10.0, "higher", None),
        (np.nan, 10.0, "lower", None),
        (5.0, 0.0, "higher", None),
        (5.0, np.nan, "lower", None),
    ],
)
def test_a_metric_scores_value_against_goal(
    value: float, goal: float, better: str, score: float | None
):
    found = metric_scores(np.array([value]), np.array([goal]), better)[0]
    assert (None if math.isnan(found) else found) == score


def test_grades_begin_at_their_score():
    grades = (
        Grade(grade="A", from_score=100),
        Grade(grade="B", from_score=85),
        Grade(grade="D", from_score=0),
    )
    found = [grade_of(score, grades) for score in (120.0, 100.0, 99.99, 85.0, 0.0, math.nan)]
    assert found == ["A", "A", "B", "B", "D", None]


def test_the_chance_to_be_apart_is_that_of_the_error():
    """1.2816 standard errors off are 90 %; without an error it is certain."""
    assert chance_apart(-12.816, 10) == pytest.approx(0.9, abs=1e-4)
    assert chance_apart(1, 0) == 1.0
    assert chance_apart(0, 10) == chance_apart(math.nan, 10) == 0.5


SCORES = st.floats(0, 120) | st.just(math.nan)
TEAMS = arrays.arrays(np.float64, (4, 3), elements=SCORES)
WEIGHTS = arrays.arrays(np.float64, 4, elements=st.floats(0.1, 100))


@given(TEAMS, WEIGHTS)
def test_shares_add_up_and_the_score_lies_among_the_metrics(scores: Floats, weights: Floats):
    """A rep without any metric has no share and no score."""
    shares, total = shared_weights(scores, weights), weighted_mean(scores, weights)
    for rep in range(scores.shape[1]):
        known = scores[:, rep][~np.isnan(scores[:, rep])]
        assert shares[:, rep].sum() == pytest.approx(1.0 if known.size else 0.0)
        assert (shares[:, rep][np.isnan(scores[:, rep])] == 0).all()
        if known.size:
            assert known.min() - 1e-9 <= total[rep] <= known.max() + 1e-9
        else:
            assert math.isnan(total[rep])


@given(TEAMS, WEIGHTS, TEAMS, TEAMS)
def test_an_interval_holds_its_score_and_its_ends_may_be_given_in_any_order(
    scores: Floats, weights: Floats, one: Floats, other: Floats
):
    """Each rep's interval is the same, were the rep alone."""
    total, shares = weighted_mean(scores, weights), shared_weights(scores, weights)
    low, high = spread(total, scores, shares, (one, other))
    known = ~np.isnan(total)
    assert ((low <= total + 1e-9) & (total <= high + 1e-9))[known].all()
    assert np.isnan(low[~known]).all()
    np.testing.assert_array_equal(spread(total, scores, shares, (other, one)), (low, high))
    alone = spread(total[:1], scores[:, :1], shares[:, :1], (one[:, :1], other[:, :1]))
    np.testing.assert_array_equal(alone, (low[:1], high[:1]))
