"""Survival curves with what is still going on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.arithmetic.survival import (
    aalen_johansen,
    kaplan_meier,
    time_until,
    watched_until,
)


def test_moved_after_two_four_and_six_days_open_at_four_and_nine():
    curve = kaplan_meier([2, 4, 6, 4, 9], [True, True, True, False, False])
    assert curve.times.tolist() == [2, 4, 6]
    assert curve.values == pytest.approx([0.8, 0.6, 0.3])
    assert time_until(curve, 0.5) == 6
    assert math.isnan(time_until(curve, 0.8))


def test_what_was_first_seen_at_an_age_counts_from_there_on():
    """At 2 only the first is watched; at 6 all three are."""
    curve = kaplan_meier([2, 6, 8], [True, True, False], [0, 3, 5])
    assert curve.values == pytest.approx([0.0, 0.0])
    late = kaplan_meier([4, 6, 8], [True, True, False], [0, 5, 5])
    assert late.values == pytest.approx([0.0, 0.0])
    watched = kaplan_meier([4, 6, 8], [True, True, False], [0, 3, 5])
    assert watched.values == pytest.approx([0.5, 0.25])


def test_what_was_not_watched_at_all_says_nothing():
    curve = kaplan_meier([5, 7], [True, False], [5, 7])
    assert curve.times.tolist() == []
    assert math.isnan(time_until(curve, 0.5))


def test_a_curve_ends_where_few_speak_for_many_that_are_watched_later():
    """Two from the start, gone at 4; three others from 10 on, of which no early end was seen."""
    lasted, entered = [3, 4, 12, 14, 15], [0, 0, 10, 10, 10]
    assert watched_until(lasted, entered, 2) == 3
    assert watched_until(lasted, entered, 1) == 4
    assert watched_until(lasted, [0, 0, 2, 2, 2], 2) == math.inf
    assert watched_until([20, 30], [10, 10], 1) == 0


def test_a_curve_of_what_was_watched_from_the_start_ends_nowhere():
    assert watched_until([2, 4, 6], None, 5) == math.inf
    assert watched_until([], [], 5) == math.inf


def test_leaving_at_once_counts():
    assert kaplan_meier([0, 3], [True, True]).values == pytest.approx([0.5, 0])


def test_exits_compete():
    """Won at 1, lost at 2, won at 3, one still open at 4."""
    curves = aalen_johansen([1, 2, 3, 4], [1, 2, 1, 0])
    assert curves[1].values == pytest.approx([0.25, 0.25, 0.5])
    assert curves[2].values == pytest.approx([0, 0.25, 0.25])


spells = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2), st.integers(0, 10)), max_size=30)


@given(spells)
def test_shares_of_exits_and_what_is_left_add_up(rows):
    lasted = [float(days + seen) for days, _, seen in rows]
    exit_by, seen = [by for _, by, _ in rows], [float(s) for _, _, s in rows]
    left = kaplan_meier(lasted, np.array(exit_by) > 0, seen)
    curves = aalen_johansen(lasted, exit_by, seen)
    total = left.values + sum(curve.values for curve in curves.values())
    assert total == pytest.approx(np.ones(len(left.times)))


@given(spells)
def test_without_open_ones_the_curve_is_the_plain_share(rows):
    lasted = np.array([float(days) for days, _, _ in rows])
    curve = kaplan_meier(lasted, np.ones(len(rows), dtype=bool))
    assert curve.values == pytest.approx([(lasted > time).mean() for time in curve.times])
