"""How do a rep's metrics become one score, one grade and, where chance allows, a rank?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.tables.settings import Grade

BEST: Final = 120.0
"""A metric's score ends here, so that one cannot make up for all others."""


def metric_scores(value: Floats, goal: Floats, better: str) -> Floats:
    """100 × value / goal where higher is better, else 100 × goal / value, from 0 to 120.

    A missing value or goal, or a goal that is not above 0, gives no score.
    """
    real = np.where(goal > 0, goal, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = 100 * real / np.maximum(value, 0) if better == "lower" else 100 * value / real
    return np.clip(raw, 0, BEST)


def weighted_mean(scores: Floats, weights: Floats) -> Floats:
    """Mean of the scores that are there; the weight of missing ones is shared out among them.

    Args:
        scores: metrics down, reps across.
        weights: one per metric.

    Source: peoplegoal, weighted performance score: weights 30/70, scores 5 and 3 → 3.6.
    """
    shares = shared_weights(scores, weights)
    mean = (shares * np.nan_to_num(scores)).sum(axis=0)
    return np.where(shares.sum(axis=0) > 0, mean, np.nan)


def shared_weights(scores: Floats, weights: Floats) -> Floats:
    """Each present metric's part of a rep's whole; 0 where it is missing, a rep's parts add up to
    1.
    """
    present = ~np.isnan(scores) * weights[:, None]
    total = present.sum(axis=0)
    return present / np.where(total > 0, total, np.inf)


def grade_of(score: float, grades: Sequence[Grade]) -> str | None:
    """The highest grade whose `from_score` the score reaches; None below all,
    or without a score.
    """
    reached = [grade for grade in grades if not np.isnan(score) and score >= grade.from_score]
    return (
        max(reached, key=lambda grade: (grade.from_score, grade.grade)).grade if reached else None
    )


def spread(
    total: Floats, scores: Floats, shares: Floats, bounds: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Carry the metrics' intervals over to the score: weighted distances, squared and added.

    Args:
        bounds: the scores at both ends of the metrics' intervals, whichever is the lower one.
    """
    down = np.maximum(scores - np.fmin(*bounds), 0)
    up = np.maximum(np.fmax(*bounds) - scores, 0)
    below, above = (np.sqrt(np.nansum((shares * off) ** 2, axis=0)) for off in (down, up))
    return np.clip(total - below, 0, BEST), np.clip(total + above, 0, BEST)


def chance_apart(distance: float, error: float) -> float:
    """Chance that the true score is on the side of a bar where the score is.

    Args:
        distance: of score and bar, either sign; nan is no score.
        error: the score's standard error; 0 where nothing about it is uncertain.
    """
    if np.isnan(distance) or abs(distance) <= 1e-9:
        return 0.5
    return NormalDist().cdf(abs(distance) / error) if error > 0 else 1.0
