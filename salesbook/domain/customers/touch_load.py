"""Do the touches that were promised fit into the hours of the reps, this week and in weeks to come?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.customers.rhythm_advice import rhythm_advice
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of
from salesbook.policy import Policy

WEEKS: Final = 4
"""This week and the next three: further ahead, too much depends on what happens until then."""
USUAL_CHANNEL: Final = "phone"
"""How a customer is called where neither he nor his tier has a channel."""
_DAYS_A_WEEK: Final = 7
_MINUTES_AN_HOUR: Final = 60
_ONE_DAY: Final = dt.timedelta(days=1)
_ONE_WEEK: Final = dt.timedelta(days=_DAYS_A_WEEK)


def minutes_of(channels: pd.Series[Any], policy: Policy) -> pd.Series[float]:
    """Minutes that each touch takes on its channel."""
    minutes = policy.rules.touch_minutes._asdict()
    return channels.fillna(USUAL_CHANNEL).map(minutes).astype("float64")


def week_of(day: dt.date, calendar: WorkCalendar) -> dt.date:
    """First day of the week in which the next work day lies, `day` itself among them.

    On a Saturday nobody plans the week that is over. A week begins after the weekend, on Sunday where
    people are off on Friday and Saturday; on Monday where nobody is ever off.
    """
    next_workday = calendar.next_workday(day)
    first_weekday = next(
        (
            weekday
            for weekday in range(_DAYS_A_WEEK)
            if weekday not in calendar.weekend and (weekday - 1) % _DAYS_A_WEEK in calendar.weekend
        ),
        0,
    )
    days_into_week = (next_workday.weekday() - first_weekday) % _DAYS_A_WEEK
    return next_workday - dt.timedelta(days=days_into_week)


def weekly_hours(
    rep_ids: Iterable[str],
    first_day: dt.date,
    staff: Staff,
    policy: Policy,
    calendar: WorkCalendar,
) -> dict[str, float]:
    """Hours that each rep has for touches in a week.

    Those of Settings, times what the rep's capacity is of a full one, times the part of the usual work
    days that are worked and on which the rep is with us. Of whom Team lacks a full week is taken.
    """
    last_day = first_day + _ONE_WEEK - _ONE_DAY
    usual_days = _DAYS_A_WEEK - len(calendar.weekend)
    capacity = staff.capacity(last_day)

    hours = {}
    for rep_id in rep_ids:
        hired_on, left_on = staff.employment.get(rep_id, (None, None))
        start = first_day if hired_on is None else max(first_day, hired_on)
        end = last_day if left_on is None else min(last_day, left_on)
        worked = calendar.count(start, end) / usual_days
        hours[rep_id] = policy.rules.visit_hours_a_week * capacity.get(rep_id, 1.0) * worked
    return hours


def that_fit(calls: pd.DataFrame, hours: Mapping[str, float]) -> Flags:
    """Say of calls, the most important first, which ones the hours of their reps allow.

    What is begun comes first and is always listed; what has been made takes no time any more. A call
    that does not fit leaves room for shorter ones after it. The first call of a rep who has any time
    is always listed: else a visit longer than his week would never be made. A call that is nobody's
    takes nobody's time.

    Args:
        calls: `rep_id`, `minutes`, and the flags `is_begun` and `is_unsettled`.
        hours: of each rep of these calls.
    """
    is_begun = calls["is_begun"].to_numpy(dtype=bool)
    is_made = calls["is_unsettled"].to_numpy(dtype=bool)
    is_listed: Flags = is_begun | calls["rep_id"].isna().to_numpy(dtype=bool)
    counts = calls["rep_id"].notna().to_numpy(dtype=bool) & ~is_made
    reps = calls["rep_id"].tolist()
    minutes = calls["minutes"].tolist()

    used: dict[str, float] = {}
    for place in np.flatnonzero(is_begun & counts):
        used[reps[place]] = used.get(reps[place], 0.0) + minutes[place]
    for place in np.flatnonzero(~is_begun & counts):
        rep_id = reps[place]
        available = hours[rep_id] * _MINUTES_AN_HOUR
        before = used.get(rep_id, 0.0)
        is_first = before == 0 and available > 0
        if is_first or before + minutes[place] <= available:
            used[rep_id] = before + minutes[place]
            is_listed[place] = True
    return is_listed


def touch_load(
    touches: pd.DataFrame,
    hours_by_week: Mapping[dt.date, Mapping[str, float]],
    as_of: dt.date,
    listed: Mapping[str, int],
    waiting: pd.DataFrame,
) -> pd.DataFrame:
    """Add up per rep and week what was promised, beside the hours that there are.

    A late touch is promised for today, and each touch is followed by the next one of its rhythm.

    Args:
        touches: per customer of a rep `rep_id`, `next_touch_on`, `touch_days`, `minutes`, and what
            `rhythm_advice` wants besides.
        hours_by_week: hours of each rep by first day of the week, this week first.
        listed: this week's calls on the call list, by rep.
        waiting: `rep_id` and `minutes` of the calls that are due and wait for hours.

    Returns: TouchLoad, by key.
    """
    first = touches["next_touch_on"].clip(lower=pd.Timestamp(as_of))
    rhythm = np.maximum(np.ceil(touches["touch_days"].to_numpy(dtype=np.float64)), 1)
    minutes = touches["minutes"].to_numpy(dtype=np.float64)
    waiting_counts = waiting["rep_id"].value_counts()
    advice = rhythm_advice(touches, _usual_hours(hours_by_week), _hours_of(waiting))

    rows = []
    # Who is due on a weekend before the first week is called in it.
    already = np.zeros(len(touches))
    for place, (week, hours) in enumerate(hours_by_week.items()):
        last_day = week + _ONE_WEEK - _ONE_DAY
        so_far = _touches_until(last_day, first, rhythm)
        in_week = so_far - already
        already = so_far
        counts = _sums(touches["rep_id"], in_week)
        promised = _sums(touches["rep_id"], in_week * minutes)
        for rep_id, available in hours.items():
            promised_hours = promised.get(rep_id, 0.0) / _MINUTES_AN_HOUR
            advised = advice.get(rep_id) if place == 0 else None
            rows.append(
                {
                    "rep_id": rep_id,
                    "week": pd.Timestamp(week),
                    "touches": round(counts.get(rep_id, 0.0)),
                    "promised_hours": promised_hours,
                    "available_hours": available,
                    "load_rate": promised_hours / available if available else None,
                    "listed": listed.get(rep_id, 0) if place == 0 else None,
                    "waiting": waiting_counts.get(rep_id, 0) if place == 0 else None,
                    "relax_tier": advised.relax_tier if advised else None,
                    "relax_days": advised.relax_days if advised else None,
                    "because": advised.because if advised else None,
                }
            )
    columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
    load = frame_of("TouchLoad", columns)
    return load.sort_values(["rep_id", "week"], ignore_index=True)


def _usual_hours(hours_by_week: Mapping[dt.date, Mapping[str, float]]) -> dict[str, float]:
    """Hours of each rep in a usual week: the mean of those that are looked at."""
    sums: dict[str, float] = {}
    for hours in hours_by_week.values():
        for rep_id, available in hours.items():
            sums[rep_id] = sums.get(rep_id, 0.0) + available
    return {rep_id: total / len(hours_by_week) for rep_id, total in sums.items()}


def _hours_of(calls: pd.DataFrame) -> dict[str, float]:
    minutes = calls.groupby("rep_id")["minutes"].sum()
    return {str(rep): float(sum_) / _MINUTES_AN_HOUR for rep, sum_ in minutes.items()}


def _touches_until(day: dt.date, first: pd.Series[Any], rhythm: Floats) -> Floats:
    """How many touches of each customer lie on or before a day, from the first one on."""
    days = (pd.Timestamp(day) - first).dt.days.to_numpy(dtype=np.float64)
    touches: Floats = np.where(days < 0, 0.0, np.floor(days / rhythm) + 1)
    return touches


def _sums(rep_ids: pd.Series[Any], values: Floats) -> dict[Hashable, float]:
    sums = pd.Series(values, index=rep_ids.index).groupby(rep_ids).sum()
    return dict(zip(sums.index, sums.tolist(), strict=True))
