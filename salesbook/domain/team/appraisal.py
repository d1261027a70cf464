"""How do a rep's metrics become one score, one grade and, where chance allows, a rank?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats
from salesbook.tables.settings import Grade

BEST: Final = 120.0
"""A metric's score ends here, so that one cannot make up for all others."""

ON_GOAL: Final = 100.0
"""The score of who reaches every goal."""

_USUAL_SPREAD: Final = 25.0
"""Standard deviation, in points, of what reps are truly worth around their goals, before anything
is known of this team."""
_USUAL_REPS: Final = 10
"""Reps that the usual spread counts for beside those of the team."""

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
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        score = 100 * part / whole
    return np.clip(score, 0, BEST)


def uncut_scores(value: Floats, goal: Floats, better: str) -> Floats:
    """Give the same as `metric_scores` on a straight line without an end, to compare reps by.

    A score that ends at 120 looks certain to whoever is far above it, and luck that lifts a rep no
    further still pulls him down: both would rank reps whom only luck divides. Where lower is better
    the line goes through 100 at the goal, 200 at nothing, 0 at twice the goal.

    A missing value or goal, or a goal that is not above 0, gives no score.
    """
    usable_goal = np.where(goal > 0, goal, np.nan)
    part = value / usable_goal
    if better == "lower":
        part = 2 - part
    scores: Floats = 100 * part
    return scores


def scores_by_luck(low: Floats, high: Floats, goal: Floats, better: str) -> tuple[Floats, Floats]:
    """Give the points that a metric would show at either end of its value's range.

    That is `metric_scores`, from 0 to 120 as well: whoever is beyond 120 can only lose by luck.

    Returns: the lower and the higher points; missing where an end or the goal is.
    """
    one_side = metric_scores(low, goal, better)
    other_side = metric_scores(high, goal, better)
    return np.minimum(one_side, other_side), np.maximum(one_side, other_side)


def error_points(error: Floats, goal: Floats) -> Floats:
    """Carry a value's standard error over to `uncut_scores`; missing where the error is."""
    points: Floats = 100 * error / np.where(goal > 0, goal, np.nan)
    return points


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


def grade_span(
    low: float, high: float, grades: Sequence[Grade]
) -> tuple[str | None, str | None, int]:
    """Say from which grade to which a score's interval reaches.

    Returns: the best and the worst grade, None below all grades, and how many steps apart they are:
        1 for neighbours.
    """
    best = grade_of(high, grades)
    worst = grade_of(low, grades)
    falling = sorted(grades, key=lambda grade: (-grade.from_score, grade.grade))
    places = {grade.grade: place for place, grade in enumerate(falling)}
    below_all = len(falling)
    place_of_best = places[best] if best is not None else below_all
    place_of_worst = places[worst] if worst is not None else below_all
    return best, worst, place_of_worst - place_of_best


def shown_range(
    scores: Floats, lows: Floats, highs: Floats, shares: Floats, is_of_deals: Flags
) -> tuple[Floats, Floats]:
    """Give the range of the score that is shown; it always holds the score.

    What luck may take from each metric, or add to it, is put together as `standard_error` does.
    Where no metric reaches 0 or 120 and the higher value is the better, the range is z standard
    errors to either side; a metric at 120 adds nothing to the upper one.

    Args:
        scores: of the metrics, metrics down and reps across; missing where there is none.
        lows, highs: see `scores_by_luck`.
        shares: each metric's part of the rep's whole.
        is_of_deals: one per metric.

    Returns: the lower and the upper end for each rep; missing where nobody scored a metric.
    """
    mean = (shares * np.nan_to_num(scores)).sum(axis=0)
    total = np.where(shares.sum(axis=0) > 0, mean, np.nan)
    below = standard_error(shares, scores - lows, is_of_deals)
    above = standard_error(shares, highs - scores, is_of_deals)
    # Calculation may leave them a hair outside.
    return np.maximum(total - below, 0.0), np.minimum(total + above, BEST)


def standard_error(shares: Floats, errors: Floats, is_of_deals: Flags) -> Floats:
    """Carry the metrics' errors over to the score.

    Metrics that are made of the same deals have their luck in common: who wins a large one by luck
    has more revenue, more attainment and a better win rate, so that their errors add up. The others
    err independently of these and of each other, so that theirs partly cancel out: squares add up.

    Args:
        shares: each metric's part of the rep's whole, metrics down and reps across.
        errors: standard errors in points; missing where a metric has none.
        is_of_deals: one per metric.

    Returns: the standard error of each rep's score, in points.
    """
    parts = np.nan_to_num(shares * errors)
    of_deals = parts[is_of_deals].sum(axis=0)
    of_others = (parts[~is_of_deals] ** 2).sum(axis=0)
    error: Floats = np.sqrt(of_deals**2 + of_others)
    return error


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


def chances_above_goal(scores: Floats, errors: Floats) -> Floats:
    """Give each rep's chance to be truly above goal, in the light of how much reps differ at all.

    A score of 150 with an error of 60 is mostly luck where reps differ by 20 points: most who have
    it are worth little more than 100. To take the distance from the goal over the error alone for a
    chance would say 80 %, and two in three would come true. So the distance is drawn in by
    B = S² / (S² + e²), the part of the spread that is no luck; what is left errs by √B · e, and the
    chance is Φ(√B · (score − 100) / e).

    S, the spread of what reps are truly worth around the goal, is what the team shows beyond luck,
    Σ ((score − 100)² − e²), together with ten reps of the usual spread: a small team shows nothing.

    Args:
        scores: uncut, in points; missing where a rep has none.
        errors: their standard errors.

    Returns: one per rep; missing where there is no score or no error.

    Source: simulation, honesty/score_cards.py.
    """
    is_known = ~np.isnan(scores) & (errors > 0)
    known, error = scores[is_known], errors[is_known]
    beyond_luck = float(((known - ON_GOAL) ** 2 - error**2).sum())
    usual = _USUAL_REPS * _USUAL_SPREAD**2
    spread = (usual + max(beyond_luck, 0.0)) / (_USUAL_REPS + len(known))

    drawn_in = np.sqrt(spread / (spread + error**2))
    distances = drawn_in * (known - ON_GOAL) / error
    chances = np.full(len(scores), np.nan)
    chances[is_known] = [NormalDist().cdf(distance) for distance in distances]
    return chances
