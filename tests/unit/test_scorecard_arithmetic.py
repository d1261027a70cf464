"""How metrics become a score."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from salesbook.domain.team.appraisal import chance_apart, grade_of, metric_scores, weighted_mean
from salesbook.tables.settings import Grade


def test_weights_30_70_with_5_and_3_give_3_6():
    scores = pd.DataFrame({"a": [5.0], "b": [3.0]})
    assert weighted_mean(scores, {"a": 30, "b": 70}).tolist() == pytest.approx([3.6])


def test_a_missing_metric_shares_out_its_weight():
    """It is not zero; nobody present means no score."""
    scores = pd.DataFrame({"a": [5.0, np.nan], "b": [np.nan, np.nan], "c": [2.0, np.nan]})
    found = weighted_mean(scores, {"a": 10, "b": 80, "c": 10})
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
def test_a_metric_scores_value_against_goal(value: float, goal: float, better: str, score: float | None):
    found = metric_scores(pd.Series([value]), pd.Series([goal]), better)[0]
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
