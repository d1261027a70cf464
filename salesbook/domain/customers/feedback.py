"""How satisfied are customers, and are they answered in time?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import WorkCalendar

_PROMOTERS_FROM: Final = 9
_DETRACTORS_TO: Final = 6
_SATISFIED_FROM: Final = 8


def nps(scores: Iterable[float]) -> float | None:
    """Give the net promoter score: per cent who answered 9 or 10 minus per cent who answered 0 to 6.

    Args:
        scores: answers from 0 to 10; missing ones do not count.

    Returns: -100 to 100; None without an answer.

    Source: Reichheld (2003), The One Number You Need to Grow; 10, 9, 9, 8, 7, 7, 6, 3, 10, 0 → +10.
    """
    answers = _known(scores)
    if not answers:
        return None
    promoters = sum(score >= _PROMOTERS_FROM for score in answers)
    detractors = sum(score <= _DETRACTORS_TO for score in answers)
    return 100 * (promoters - detractors) / len(answers)


def csat(scores: Iterable[float], satisfied_from: float = _SATISFIED_FROM) -> float | None:
    """Give the share of answers, 0 to 1, that are satisfied; None without an answer.

    Args:
        scores: answers from 0 to 10; missing ones do not count.
        satisfied_from: 8 is what the two best of five boxes are on a scale of 10.
    """
    answers = _known(scores)
    return sum(score >= satisfied_from for score in answers) / len(answers) if answers else None


def _known(scores: Iterable[float]) -> list[float]:
    return [score for score in scores if pd.notna(score)]


def working_hours_between(
    start: dt.datetime, end: dt.datetime, calendar: WorkCalendar, hours: tuple[dt.time, dt.time]
) -> float:
    """Count the hours between two moments that lie in the working time of work days; 0 where end is earlier.

    Args:
        hours: start and end of the working day, as `setting_values.read_hours` reads them.
    """
    if end <= start:
        return 0.0
    opens, closes = (_hour(moment) for moment in hours)
    first = _clipped(start.time(), opens, closes) if calendar.is_workday(start.date()) else closes
    last = _clipped(end.time(), opens, closes) if calendar.is_workday(end.date()) else opens
    if start.date() == end.date():
        return max(last - first, 0.0)
    between = calendar.count(start.date() + dt.timedelta(days=1), end.date() - dt.timedelta(days=1))
    return (closes - first) + between * (closes - opens) + (last - opens)


def _hour(moment: dt.time) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _clipped(moment: dt.time, opens: float, closes: float) -> float:
    return min(max(_hour(moment), opens), closes)
