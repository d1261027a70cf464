"""What did each rep do on each work day of the last weeks, against what was planned for it?"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.domain.pipeline.watch.led_on import led_on
from salesbook.domain.pipeline.watch.planned_steps import planned_steps, plans_steps
from salesbook.domain.sales.credit import credits_of_run
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of, sorted_by_key

WORKDAYS: Final = 60
"""Work days that the table looks back: a quarter. Of 300 reps these are 18,000 rows."""
_VISIT: Final = "visit"
_CALL: Final = "phone"
_COUNTS: Final = ("visits", "calls", "other", "orders_amount", "planned", "kept", "visits_followed")
_KEY: Final = ["rep_id", "day"]


def rep_days(task: Task, staff: Staff, deals: KnownDeals, moved: pd.DataFrame) -> pd.DataFrame:
    """Count contacts, sales and planned steps per rep and work day.

    Each rep has a row for every work day on which he was with us and not away: hired, not left, with a
    capacity above 0, and no manager, who visits when it is needed and not by the day. Whatever somebody
    did on another day, on a Sunday or as a manager, has a row as well, so that the rows add up to all
    contacts of the time.

    Nothing logged is said of a work day before the day of the run, in a book that logs contacts, and
    only of days since its first one.

    Args:
        moved: days on which deals moved forward, as `forward_moves` gives them.

    Returns: RepDays, by key.
    """
    days = last_workdays(task.as_of, task.calendar, WORKDAYS)
    if not days:
        return frame_of("RepDays", {})
    counted = pd.concat(
        [
            _contacts(task, days[0], moved),
            _sold(task, days[0]),
            planned_steps(task, deals, days[0]),
        ],
        ignore_index=True,
    )
    events = counted.groupby(_KEY)[list(_COUNTS)].sum().astype("int64")
    expected = _expected(task, staff, days)
    rows = events.reindex(events.index.union(expected), fill_value=0)

    # Without any plan, none was planned for no day.
    without = () if plans_steps(task.tables) else ("planned", "kept")
    columns: dict[str, Any] = {name: rows[name] for name in _COUNTS if name not in without}
    columns |= {
        "rep_id": rows.index.get_level_values("rep_id").to_series(),
        "day": rows.index.get_level_values("day").to_series(),
        "no_log": _has_no_log(rows, expected, task),
    }
    return sorted_by_key("RepDays", frame_of("RepDays", columns))


def last_workdays(as_of: dt.date, calendar: WorkCalendar, count: int) -> list[dt.date]:
    """The last so many work days up to a day, the oldest first; fewer in a week of few."""
    days: list[dt.date] = []
    # Bounded, for a week without a work day would be searched without end.
    for step in range(10 * count):
        day = as_of - dt.timedelta(days=step)
        if calendar.is_workday(day):
            days.append(day)
        if len(days) == count:
            break
    return days[::-1]


def _contacts(task: Task, since: dt.date, moved: pd.DataFrame) -> pd.DataFrame:
    """Visits, calls and other contacts of the time, and which visits led on."""
    activities = task.tables["Activities"]
    is_recent = _is_recent(activities["done_on"], since, task.as_of)
    recent = activities[is_recent]
    is_visit = (recent["kind"] == _VISIT).to_numpy(dtype=bool)
    is_call = (recent["kind"] == _CALL).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "rep_id": recent["rep_id"],
            "day": recent["done_on"],
            "visits": is_visit.astype("int64"),
            "calls": is_call.astype("int64"),
            "other": (~is_visit & ~is_call).astype("int64"),
            "visits_followed": (is_visit & led_on(task.tables, recent, moved)).astype("int64"),
        }
    ).reindex(columns=[*_KEY, *_COUNTS], fill_value=0)


def _sold(task: Task, since: dt.date) -> pd.DataFrame:
    """What each rep is credited with, by day: as everywhere, by `domain.sales`."""
    credits = credits_of_run(task)
    lines = credits.lines
    recent = lines[_is_recent(lines["on"], since, task.as_of)]
    named = recent[recent["rep_id"].notna()]
    sold = pd.DataFrame(
        {"rep_id": named["rep_id"], "day": named["on"], "orders_amount": named["amount"]}
    )
    return sold.reindex(columns=[*_KEY, *_COUNTS], fill_value=0)


def _is_recent(days: pd.Series[Any], since: dt.date, as_of: dt.date) -> Flags:
    recent: Flags = days.between(pd.Timestamp(since), pd.Timestamp(as_of)).to_numpy(dtype=bool)
    return recent


def _expected(task: Task, staff: Staff, days: list[dt.date]) -> pd.MultiIndex:
    """Every rep on every work day on which he was there to work."""
    managers = staff.managers(task.as_of)
    changes = task.tables["Assignments"]["valid_from"]
    pairs: list[tuple[str, pd.Timestamp]] = []
    capacity: dict[str, float] = {}
    for before, day in pairwise([days[0], *days]):
        # What a rep can take on changes on few days.
        if not capacity or changes.between(pd.Timestamp(before), pd.Timestamp(day)).any():
            capacity = staff.capacity(day)
        stamp = pd.Timestamp(day)
        pairs += [
            (rep, stamp)
            for rep in staff.employed(day, day)
            if rep not in managers and capacity.get(rep, 1.0) > 0
        ]
    reps = pd.Series([rep for rep, _ in pairs], dtype="str")
    stamps = pd.Series([stamp for _, stamp in pairs], dtype="datetime64[us]")
    return pd.MultiIndex.from_arrays([reps, stamps], names=_KEY)


def _has_no_log(rows: pd.DataFrame, expected: pd.MultiIndex, task: Task) -> Flags:
    first_logged = task.tables["Activities"]["done_on"].min()
    if pd.isna(first_logged):
        return np.zeros(len(rows), dtype=bool)
    day = rows.index.get_level_values("day")
    contacts = rows["visits"] + rows["calls"] + rows["other"]
    is_over = (day < pd.Timestamp(task.as_of)) & (day >= first_logged)
    no_log: Flags = (contacts == 0).to_numpy() & np.asarray(is_over) & rows.index.isin(expected)
    return no_log
