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

_NO_DISTANCE: Final = 1e-9
"""A score this near to a bar stands on it: the rest is noise of calculation."""


def metric_scores(value: Floats, goal: Floats, better: str) -> Floats:
    """Give 100 × value / goal where higher is better, else 100 × goal / value, from 0 to 120.

    A missing value or goal, or a goal that is not above 0, gives no score.
    """
    usable_goal = np.where(goal > 0, goal, np.nan)
    if better == "lower":
        # Nothing at all is the best there is of what should be low: infinite, then cut to BEST.
        part, whole = usable_goal, np.maximum(value, 0)
    else:
        part, whole = value, usable_goal
    with np.errstate(divide="ignore", invalid="ignore"):
        score = 100 * part / whole
    return np.clip(score, 0, BEST)


def weighted_mean(scores: Floats, weights: Floats) -> Floats:
    """Mean of the scores that are there; the weight of missing ones is shared out among them.

    To count a missing score as 0 would punish a rep for what nobody measured.

    Args:
        scores: metrics down, reps across.
        weights: one per metric.

    Source: peoplegoal, weighted performance score: weights 30/70, scores 5 and 3 → 3.6.
    """
    shares = shared_weights(scores, weights)
    mean = (shares * np.nan_to_num(scores)).sum(axis=0)
    has_score = shares.sum(axis=0) > 0
    return np.where(has_score, mean, np.nan)


def shared_weights(scores: Floats, weights: Floats) -> Floats:
    """Give each metric's part of a rep's whole: 0 where it is missing, all of them add up to 1."""
    present = ~np.isnan(scores) * weights[:, None]
    total = present.sum(axis=0)
    return present / np.where(total > 0, total, np.inf)


def grade_of(score: float, grades: Sequence[Grade]) -> str | None:
    """Give the highest grade whose `from_score` is reached; None below all, or without a score."""
    if np.isnan(score):
        return None

    reached = [grade for grade in grades if score >= grade.from_score]
    if not reached:
        return None
    return max(reached, key=lambda grade: (grade.from_score, grade.grade)).grade


def spread(
    total: Floats, scores: Floats, shares: Floats, bounds: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Carry the metrics' intervals over to the score: weighted distances, squared and added.

    Metrics err independently of each other, so that their errors partly cancel out: added up
    plainly, they would make the score look less certain than it is.

    Args:
        total: the score of each rep.
        scores: of the metrics, metrics down and reps across, as `shares` and both bounds.
        shares: each metric's part of the rep's whole.
        bounds: the scores at both ends of the metrics' intervals, whichever is the lower one.

    Returns: the lower and the upper end, from 0 to 120.
    """
    first, second = bounds
    # Where lower is better, the upper end of a value gives the lower score.
    lower_end = np.fmin(first, second)
    upper_end = np.fmax(first, second)
    down = np.maximum(scores - lower_end, 0)
    up = np.maximum(upper_end - scores, 0)

    below = np.sqrt(np.nansum((shares * down) ** 2, axis=0))
    above = np.sqrt(np.nansum((shares * up) ** 2, axis=0))
    low = np.clip(total - below, 0, BEST)
    high = np.clip(total + above, 0, BEST)
    return low, high


def chance_apart(distance: float, error: float) -> float:
    """Give the chance that the true score is on the side of a bar where the score is.

    Args:
        distance: of score and bar, either sign; nan is no score.
        error: the score's standard error; 0 where nothing about it is uncertain.
    """
    if np.isnan(distance) or abs(distance) <= _NO_DISTANCE:
        return 0.5
    if error > 0:
        return NormalDist().cdf(abs(distance) / error)
    return 1.0
