"""How metrics become a score."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from salesbook.arrays import Flags, Floats
from salesbook.domain.team.appraisal import (
    chance_apart,
    error_points,
    grade_of,
    grade_span,
    metric_scores,
    scores_by_luck,
    shared_weights,
    shown_range,
    standard_error,
    uncut_scores,
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


def test_what_reps_are_compared_by_has_no_end():
    """150 % of a goal are 150 points, also below 0; lower is better on a line through the goal."""
    value, goal = np.array([15.0, 10.0, -1.0, 0.0]), np.full(4, 10.0)
    assert uncut_scores(value, goal, "higher").tolist() == [150, 100, -10, 0]
    assert uncut_scores(value, goal, "lower").tolist() == [50, 100, 210, 200]
    no_goal = np.array([0.0, np.nan, -1.0, 0.0])
    assert np.isnan(uncut_scores(value, no_goal, "higher")).all()
    assert error_points(np.array([0.1]), np.array([0.5])).tolist() == pytest.approx([20.0])


def test_what_is_above_120_adds_nothing_to_a_range():
    """110 ± 20 ends at 120 and 80 ± 10 nowhere; of the same deals, half of the weight each.

    95 - (10 + 5) to 95 + (5 + 5); with luck of their own, the squares add up.

    Source: by hand.
    """
    of_a = scores_by_luck(np.array([0.9]), np.array([1.3]), np.array([1.0]), "higher")
    of_b = scores_by_luck(np.array([0.7]), np.array([0.9]), np.array([1.0]), "higher")
    assert [float(end[0]) for end in (*of_a, *of_b)] == pytest.approx([90, 120, 70, 90])
    lows, highs = (np.array(ends) for ends in zip(of_a, of_b, strict=True))
    scores, shares = np.array([[110.0], [80.0]]), np.full((2, 1), 0.5)
    together = shown_range(scores, lows, highs, shares, np.array([True, True]))
    assert [float(end[0]) for end in together] == pytest.approx([80, 105])
    apart = shown_range(scores, lows, highs, shares, np.array([True, False]))
    root = math.hypot(10, 5)
    assert [float(end[0]) for end in apart] == pytest.approx([95 - root, 95 + math.hypot(5, 5)])


def test_luck_of_what_should_be_low_has_its_ends_the_right_way_round():
    """4 ± 1 against a goal of 4: 80 to 120 points, cut from 133; below nothing there is nothing."""
    value, goal = np.array([4.0, 0.5, np.nan]), np.full(3, 4.0)
    lows, highs = scores_by_luck(value - 1, value + 1, goal, "lower")
    assert lows.tolist() == pytest.approx([80, 120, math.nan], nan_ok=True)
    assert highs.tolist() == pytest.approx([120, 120, math.nan], nan_ok=True)


VALUES = arrays.arrays(np.float64, (4, 3), elements=st.floats(-3, 5) | st.just(math.nan))
ERRORS = arrays.arrays(np.float64, (4, 3), elements=st.floats(0, 3) | st.just(math.nan))
IS_OF_DEALS = arrays.arrays(np.bool_, 4)
WAYS = st.lists(st.sampled_from(["higher", "lower"]), min_size=4, max_size=4)


@given(VALUES, ERRORS, WEIGHTS, IS_OF_DEALS, WAYS)
def test_a_range_holds_its_score_and_is_the_usual_one_where_nothing_is_cut(
    values: Floats, errors: Floats, weights: Floats, is_of_deals: Flags, ways: list[str]
):
    """From 0 to 120 whatever luck does; z errors to either side where no metric reaches an end."""
    goal, z = np.ones(3), 1.28
    scores = np.array(
        [metric_scores(value, goal, way) for value, way in zip(values, ways, strict=True)]
    )
    by_luck = [
        scores_by_luck(
            value - z * np.nan_to_num(error), value + z * np.nan_to_num(error), goal, way
        )
        for value, error, way in zip(values, errors, ways, strict=True)
    ]
    lows, highs = (np.array(ends) for ends in zip(*by_luck, strict=True))
    shares, total = shared_weights(scores, weights), weighted_mean(scores, weights)
    low, high = shown_range(scores, lows, highs, shares, is_of_deals)

    known = ~np.isnan(total)
    assert np.isnan(low[~known]).all()
    assert (low[known] <= total[known] + 1e-9).all()
    assert (total[known] <= high[known] + 1e-9).all()
    assert (low[known] >= 0).all()
    assert (high[known] <= 120).all()

    points = error_points(errors, goal)
    usual = z * standard_error(shares, points, is_of_deals)
    is_straight = np.array([way == "higher" for way in ways])[:, None]
    plain = 100 * values
    luck = z * np.nan_to_num(points)
    is_within = (plain - luck >= 0) & (plain + luck <= 120) & is_straight
    uncut = known & (is_within | np.isnan(scores)).all(axis=0)
    np.testing.assert_allclose(low[uncut], (total - usual)[uncut], atol=1e-6)
    np.testing.assert_allclose(high[uncut], (total + usual)[uncut], atol=1e-6)


GRADES = (
    Grade(grade="A", from_score=100),
    Grade(grade="B", from_score=85),
    Grade(grade="C", from_score=70),
    Grade(grade="D", from_score=10),
)


@pytest.mark.parametrize(
    ("low", "high", "span"),
    [
        (101, 160, ("A", "A", 0)),
        (85, 100, ("A", "B", 1)),
        (84, 100, ("A", "C", 2)),
        (70, 99, ("B", "C", 1)),
        (9, 69, ("D", None, 1)),
        (9, 70, ("C", None, 2)),
        (0, 9, (None, None, 0)),
    ],
)
def test_an_interval_reaches_over_grades(
    low: float, high: float, span: tuple[str | None, str | None, int]
):
    """In whatever order Grades stand; below the lowest grade is a step of its own."""
    assert grade_span(low, high, GRADES) == span
    assert grade_span(low, high, GRADES[::-1]) == span


def test_errors_of_the_same_deals_add_up_and_others_partly_cancel():
    """Halves of 6 and 8 points: 7 of the same deals, 5 if independent; no known error adds none."""
    shares = np.array([[0.5, 0.5], [0.5, 0.5]])
    errors = np.array([[6.0, 6.0], [8.0, np.nan]])
    both, none = np.array([True, True]), np.array([False, False])
    assert standard_error(shares, errors, both).tolist() == pytest.approx([7.0, 3.0])
    assert standard_error(shares, errors, none).tolist() == pytest.approx([5.0, 3.0])
