"""On which day of this week is there time for each call of the call list?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import Staff

_ONE_DAY = dt.timedelta(days=1)
_DAYS_A_WEEK = 7
_MINUTES_AN_HOUR = 60


def call_days(
    calls: pd.DataFrame, hours: Mapping[str, float], week: dt.date, task: Task, staff: Staff
) -> pd.Series[pd.Timestamp]:
    """Give each call a day of this week, the most important ones the earliest.

    A rep's calls fill the work days that are left of the week, from the day of the run on: each day
    holds its part of the week's hours, or an equal part of what is listed where the days left cannot
    hold it so. A call that does not fit into a day goes to the next one; one that is longer than a
    day has a day of its own. A call that falls due later in the week comes after those, on the first
    day from then on that has room.

    Args:
        calls: the list in its order, with `rep_id`, `minutes`, `due_on` and the flag
            `is_unsettled`.
        hours: that each rep has in the whole week.
        week: its first day.

    Returns: a day for each call, under the index of `calls`; missing for a call that is made already
        and for one that is nobody's.
    """
    left = [day for day in _days_of(week) if day >= task.as_of and task.calendar.is_workday(day)]
    in_week = sum(task.calendar.is_workday(day) for day in _days_of(week))
    is_to_do = (calls["rep_id"].notna() & ~calls["is_unsettled"]).to_numpy(dtype=bool)
    minutes = calls["minutes"].tolist()
    calls_of: dict[str, list[int]] = {}
    for place, rep in zip(np.flatnonzero(is_to_do), calls["rep_id"][is_to_do], strict=True):
        calls_of.setdefault(str(rep), []).append(int(place))

    days = np.full(len(calls), np.datetime64("NaT"), dtype="datetime64[us]")
    for rep, places in calls_of.items():
        his_days = [day for day in left if staff.is_at_work(rep, day)]
        if not his_days:
            continue
        a_day = hours[rep] * _MINUTES_AN_HOUR / max(in_week, 1)
        starts = np.array(his_days, dtype="datetime64[us]")
        due_on = calls["due_on"].to_numpy(dtype="datetime64[us]")[places]
        # Who is due after the rep's last day of the week is called on it.
        earliest = np.minimum(np.searchsorted(starts, due_on), len(his_days) - 1)
        spread = _spread(
            [minutes[place] for place in places], earliest.tolist(), a_day, len(his_days)
        )
        days[places] = [np.datetime64(his_days[day]) for day in spread]
    return pd.Series(days, index=calls.index)


def _days_of(week: dt.date) -> list[dt.date]:
    return [week + step * _ONE_DAY for step in range(_DAYS_A_WEEK)]


def _spread(
    minutes: Sequence[Any], earliest: Sequence[int], a_day: float, day_count: int
) -> list[int]:
    """The place of the day for each call; the last day takes whatever is left.

    Args:
        minutes: of each call, the most important one first.
        earliest: the place of the first day on which each may be called.
    """
    holds = max(a_day, sum(minutes) / day_count)
    used = [0.0] * day_count
    places = [0] * len(minutes)

    def has_room(day: int, needed: float) -> bool:
        return used[day] == 0 or used[day] + needed <= holds

    day = 0
    for call, needed in enumerate(minutes):
        if earliest[call] > 0:
            continue
        if not has_room(day, needed) and day < day_count - 1:
            day += 1
        used[day] += needed
        places[call] = day

    for call, needed in enumerate(minutes):
        if earliest[call] == 0:
            continue
        days = range(earliest[call], day_count)
        with_room = [day for day in days if has_room(day, needed)]
        places[call] = with_room[0] if with_room else min(days, key=lambda day: used[day])
        used[places[call]] += needed
    return places
