"""How far does luck move counts, rates and survey means of a rep?"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from salesbook.arrays import Days, Flags, Floats, Ints

_WEEKS: Final = 13
"""Weekly counts are looked at over a quarter at least: a month has only four."""
ANY_ANSWER_DEVIATION: Final = 10 / math.sqrt(12)
"""Standard deviation of survey scores given at random from 0 to 10."""


def rate_error(team_rate: Floats, closed: Floats, few: int) -> Floats:
    """Give the standard error of a rate, that is drawn towards its team's by so `few` deals.

    √(p (1 − p) / (n + few)), p the team's rate: the own rate would be "certain" at 0 of 5 and at
    5 of 5. A rate that is not drawn in has a `few` of 0.

    Args:
        team_rate: of each rep's peers.
        closed: n, the rep's closed deals.
    """
    error: Floats = np.sqrt(team_rate * (1 - team_rate) / (closed + few))
    return error


def survey_error(squares: float, freedom: int, answers: Floats, few: int) -> Floats:
    """Give the standard error of each rep's mean survey score: pooled sd / √max(1, answers).

    The sd is pooled over all reps; one rep's own would be 0 for a single answer, and "certain".
    While fewer than `few` degrees of freedom are known, the missing ones count as those of scores
    given at random from 0 to 10, so that two equal answers are not certain either.

    Args:
        squares: of the distances of all answers from their rep's mean, added up.
        freedom: answers less reps who have any.
        answers: of each rep.
    """
    unknown = max(few - freedom, 0)
    variance = (squares + unknown * ANY_ANSWER_DEVIATION**2) / (freedom + unknown)
    return np.sqrt(variance / np.maximum(answers, 1))


def weekly_variance(
    days: Days, rep: Ints, employed: tuple[Days, Days], window: tuple[np.datetime64, np.datetime64]
) -> float:
    """Give the mean variance, within reps, of the counts of a week.

    Reps differ in how much they do; what one does differs from week to week by chance. Whole weeks
    are counted back from the window's end, a quarter of them or as many as the window has, none
    before the first event or the window and none in which a rep was not there all the time.

    Args:
        days: of the events.
        rep: the rep of each event, as a place in `employed`; -1 for somebody else.
        employed: first and last day of each rep.
        window: its first and its last day.

    Returns: the variance; where no rep has two weeks, that of a count at random, its mean.
    """
    start, end = window
    if not days.size:
        return 0.0
    dates = days.astype("datetime64[D]")
    # Before the first event nobody may have logged anything; in the window nothing means none.
    known_from = min(start, dates.min())
    weeks_known = _whole_weeks_between(known_from, end)
    weeks_wanted = max(_WEEKS, _whole_weeks_between(start, end))
    weeks = max(1, min(weeks_wanted, weeks_known))

    weeks_ago = (end - dates).astype(np.int64) // 7
    counted = (dates <= end) & (weeks_ago < weeks) & (rep >= 0)
    reps = len(employed[0])
    cells = rep[counted] * weeks + weeks_ago[counted]
    counts = np.bincount(cells, minlength=reps * weeks).reshape(reps, weeks).astype(np.float64)

    there = _whole_weeks(employed, end, weeks)
    weeks_there = there.sum(axis=1)
    known = weeks_there >= 2
    if not known.any():
        all_weeks = weeks_there.sum()
        return float(counts[there].sum() / all_weeks) if all_weeks else float(counts.sum())

    means = (counts * there).sum(axis=1)[known] / weeks_there[known]
    squares = ((counts[known] - means[:, None]) ** 2 * there[known]).sum(axis=1)
    return float((squares / (weeks_there[known] - 1)).mean())


def _whole_weeks_between(first: np.datetime64, last: np.datetime64) -> int:
    return int((last - first).astype(np.int64) + 1) // 7


def _whole_weeks(employed: tuple[Days, Days], end: np.datetime64, weeks: int) -> Flags:
    """In which weeks each rep was there on all days: reps down, weeks across, the last one first."""
    first, last = employed
    ends = end - 7 * np.arange(weeks)
    begins = ends - 6
    there: Flags = (first[:, None] <= begins) & (last[:, None] >= ends)
    return there
