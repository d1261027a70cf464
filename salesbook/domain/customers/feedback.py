"""How satisfied are customers?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.intervals import z_of

PROMOTERS_FROM: Final = 9
DETRACTORS_TO: Final = 6
ENOUGH: Final = 5
"""Answers under which a score says nothing."""
_SURE: Final = 0.95
"""How sure it must be that two scores differ before anybody says so."""


def nps(scores: Iterable[float]) -> float | None:
    """Give the net promoter score: per cent of answers 9 and 10 minus per cent of 0 to 6.

    Args:
        scores: answers from 0 to 10; missing ones do not count.

    Returns: -100 to 100; None without an answer.

    Source: Reichheld (2003), The One Number You Need to Grow; 10, 9, 9, 8, 7, 7, 6, 3, 10, 0 → +10.
    """
    answers = [score for score in scores if pd.notna(score)]
    if not answers:
        return None
    promoters, detractors = _counted(answers)
    return float(nps_of(promoters, detractors, len(answers)))


def nps_of(promoters: Any, detractors: Any, answers: Any) -> Any:
    """Give the net promoter score of counted answers; arrays of counts give arrays."""
    return 100 * (promoters - detractors) / answers


def nps_range_of(
    promoters: Any, detractors: Any, answers: Any, level: float
) -> tuple[Floats, Floats]:
    """Give the range in which the net promoter score of all customers lies with that chance.

    It is the middle that `_middle_and_error` says ± z standard errors, and always holds the score
    itself.

    Args:
        promoters, detractors, answers: counted, at least one answer; arrays of counts give arrays.
        level: of the two-sided range, 0 to 1.

    Returns: both ends, from -100 to 100.
    """
    middle, error = _middle_and_error(promoters, detractors, answers, z_of(level))
    half = z_of(level) * error
    observed = nps_of(promoters, detractors, answers)
    low = np.maximum(np.minimum(middle - half, observed), -100.0)
    return low, np.minimum(np.maximum(middle + half, observed), 100.0)


def _counted(answers: list[float]) -> tuple[int, int]:
    """Promoters and detractors among answers."""
    promoters = sum(score >= PROMOTERS_FROM for score in answers)
    return promoters, sum(score <= DETRACTORS_TO for score in answers)


def _middle_and_error(promoters: Any, detractors: Any, answers: Any, z: float) -> tuple[Any, Any]:
    """Where the score of all customers lies by these answers, and its standard error.

    The variance of a score is p + d - (p - d)², p promoters and d detractors, over the answers.
    Taken as observed it is 0 where five people all answer 10, as if that were sure of everybody: of
    five answers such a range holds the truth in half of the cases. So z² answers are added that say
    nothing, a third of each kind, as one does for a rate (Wilson).

    Source: after Rocks (2016), Interval Estimation for the "Net Promoter Score", The American
        Statistician 70(4), who adds three at 95 %. How many at other levels was simulated: with z²
        77 to 88 % of ranges of 80 % hold the truth, from 5 answers on and for scores of -50 to +94;
        with three 54 to 89 %.
    """
    added = z**2
    count = answers + added
    up, down = (promoters + added / 3) / count, (detractors + added / 3) / count
    middle = up - down
    return 100 * middle, 100 * np.sqrt((up + down - middle**2) / count)


def is_beyond_luck(
    before: Iterable[float], after: Iterable[float], sure: float = _SURE
) -> bool | None:
    """Say whether the net promoter score changed by more than chance makes of equals.

    Args:
        before, after: answers of two spans of time.
        sure: two-sided chance that equals are not taken for different.

    Returns: None where one of them has no answer.
    """
    old = [score for score in before if pd.notna(score)]
    new = [score for score in after if pd.notna(score)]
    if not old or not new:
        return None
    z = z_of(sure)
    middle_before, error_before = _middle_and_error(*_counted(old), len(old), z)
    middle_after, error_after = _middle_and_error(*_counted(new), len(new), z)
    return bool(abs(middle_after - middle_before) > z * math.hypot(error_before, error_after))
