"""How many working hours lie between two moments, for whole columns of them?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.arithmetic.calendar import WorkCalendar, hour_of

_HOUR = np.timedelta64(1, "h") / np.timedelta64(1, "s")


def working_hours(
    starts: pd.Series[Any],
    ends: pd.Series[Any],
    calendar: WorkCalendar,
    hours: tuple[dt.time, dt.time],
) -> Floats:
    """Count the working hours between pairs of moments, as `working_hours_between` does for one.

    The calendar is asked once for each day of the span; the days between two moments are then a
    difference of running totals.

    Args:
        hours: start and end of the working day, in that order.

    Returns: hours, 0 where the end is not after the start; nan where a moment is missing.
    """
    begin = starts.to_numpy(dtype="datetime64[s]")
    end = ends.to_numpy(dtype="datetime64[s]")
    is_known = ~(np.isnat(begin) | np.isnat(end))
    is_span = is_known & (end > begin)
    counted = np.where(is_known, 0.0, np.nan)
    if not is_span.any():
        return counted
    counted[is_span] = _hours_of_spans(begin[is_span], end[is_span], calendar, hours)
    return counted


def hours_to_answer(
    starts: pd.Series[Any],
    ends: pd.Series[Any],
    calendar: WorkCalendar,
    hours: tuple[dt.time, dt.time],
) -> Floats:
    """Count the working hours until something was answered, as `working_hours` does.

    An answer from before the question is a wrong date: no speed at all, and none of 0 hours.

    Returns: hours; nan where a moment is missing or the end lies before the start.
    """
    counted = working_hours(starts, ends, calendar, hours)
    is_impossible = (ends < starts).to_numpy(dtype=bool)
    return np.asarray(np.where(is_impossible, np.nan, counted), dtype=np.float64)


def _hours_of_spans(
    begin: np.ndarray[Any, Any],
    end: np.ndarray[Any, Any],
    calendar: WorkCalendar,
    hours: tuple[dt.time, dt.time],
) -> Floats:
    opens, closes = (hour_of(moment) for moment in hours)
    first_day, last_day = begin.astype("datetime64[D]"), end.astype("datetime64[D]")
    origin = first_day.min()
    days = np.arange(origin, last_day.max() + 1)
    is_worked = np.array([calendar.is_workday(day) for day in days.tolist()], dtype=bool)
    # `before[n]` is how many of the first n days are worked.
    before: Ints = np.concatenate([[0], np.cumsum(is_worked)])
    first, last = (first_day - origin).astype(np.int64), (last_day - origin).astype(np.int64)

    # A first day that is not worked counts as over, a last one as not begun.
    first_hour = np.where(is_worked[first], _hour_of(begin, first_day, opens, closes), closes)
    last_hour = np.where(is_worked[last], _hour_of(end, last_day, opens, closes), opens)
    on_one_day = np.maximum(last_hour - first_hour, 0.0)
    days_between = before[last] - before[np.minimum(first + 1, last)]
    over_days = (closes - first_hour) + days_between * (closes - opens) + (last_hour - opens)
    return np.asarray(np.where(first == last, on_one_day, over_days), dtype=np.float64)


def _hour_of(
    moments: np.ndarray[Any, Any], days: np.ndarray[Any, Any], opens: float, closes: float
) -> Floats:
    """The time of day in hours, moved into the working day."""
    seconds = (moments - days) / np.timedelta64(1, "s")
    return np.asarray(np.clip(seconds / _HOUR, opens, closes), dtype=np.float64)
