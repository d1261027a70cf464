"""How satisfied are customers?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

_PROMOTERS_FROM: Final = 9
_DETRACTORS_TO: Final = 6


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
    promoters = sum(score >= _PROMOTERS_FROM for score in answers)
    detractors = sum(score <= _DETRACTORS_TO for score in answers)
    return 100 * (promoters - detractors) / len(answers)
