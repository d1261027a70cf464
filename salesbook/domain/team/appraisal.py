"""How do a rep's metrics become one score, one grade and, where chance allows, a rank?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.tables.settings import Grade

BEST: Final = 120.0
"""A metric's score ends here, so that one cannot make up for all others."""


def metric_scores(value: pd.Series[Any], goal: pd.Series[Any], better: str) -> pd.Series[Any]:
    """100 × value / goal where higher is better, else 100 × goal / value, from 0 to 120.

    A missing value or goal, or a goal that is not above 0, gives no score.
    """
    real = goal.where(goal > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if better == "lower":
            raw = 100 * real / value.clip(lower=0)
            raw = raw.where(value.notna())
        else:
            raw = 100 * value / real
    return raw.clip(0, BEST)


def weighted_mean(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series[Any]:
    """Mean of the scores that are there; the weight of missing ones is shared out among them.

    Source: peoplegoal, weighted performance score: weights 30/70, scores 5 and 3 → 3.6.
    """
    share = shared_weights(scores, weights)
    return (share * scores.fillna(0)).sum(axis=1).where(share.sum(axis=1) > 0)


def shared_weights(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Each present metric's part of the whole, per row; 0 where it is missing, rows add up to 1."""
    weight = scores.notna() * pd.Series(weights).reindex(scores.columns)
    total = weight.sum(axis=1)
    return weight.div(total.where(total > 0), axis=0).fillna(0.0)


def grade_of(score: float, grades: Sequence[Grade]) -> str | None:
    """The highest grade whose `from_score` the score reaches; None below all, or without a score."""
    reached = [grade for grade in grades if not np.isnan(score) and score >= grade.from_score]
    return max(reached, key=lambda grade: (grade.from_score, grade.grade)).grade if reached else None


def spread(
    total: pd.Series[Any],
    scores: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    bounds: tuple[pd.DataFrame, pd.DataFrame],
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Carry the metrics' intervals over to the score: weighted distances, squared and added."""
    below = pd.concat(bounds).groupby(level=0).min().reindex(scores.index)
    above = pd.concat(bounds).groupby(level=0).max().reindex(scores.index)
    down = np.sqrt(((shares * (scores - below).clip(lower=0)).fillna(0) ** 2).sum(axis=1))
    up = np.sqrt(((shares * (above - scores).clip(lower=0)).fillna(0) ** 2).sum(axis=1))
    return (total - down).clip(0, BEST), (total + up).clip(0, BEST)


def chance_apart(distance: float, error: float) -> float:
    """Chance that the true score is on the side of a bar where the score is.

    Args:
        distance: of score and bar, either sign; nan is no score.
        error: the score's standard error; 0 where nothing about it is uncertain.
    """
    if np.isnan(distance) or abs(distance) <= 1e-9:
        return 0.5
    return NormalDist().cdf(abs(distance) / error) if error > 0 else 1.0
