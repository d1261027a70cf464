"""Which next steps stood planned for which day, and was something done then?

What was planned for a day gone stands in the activities of before: each may name the day of the next
step with its deal or customer. The call list and the touch load say only what is due from now on.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.frames import Tables

_ONE_DAY: Final = dt.timedelta(days=1)
_LONGEST_BREAK: Final = pd.Timedelta(days=31)
"""No work day follows a day off so late."""
_COLUMNS: Final = ["subject", "rep_id", "day", "planned_on"]


def plans_steps(tables: Tables) -> bool:
    """Whether anybody plans next steps in this book."""
    planned = tables["Activities"]["next_on"], tables["Deals"]["next_on"]
    return any(bool(days.notna().any()) for days in planned)


def planned_steps(task: Task, deals: KnownDeals, since: dt.date) -> pd.DataFrame:
    """Find the steps that stood planned for the work days up to today, and which were taken.

    A step stands with the newest activity of its deal, else customer, before the day: one that is
    followed by another activity early enough was moved or done by then, and counts on no day. The
    next step of an open deal stands where no activity had planned it. A step on a free day is due on
    the next work day; it is taken by an activity with the same deal or customer on the day or on the
    work day before.

    Args: since is the first day that counts.

    Returns: per step `rep_id`, `day`, `planned` 1 and `kept` 1 or 0.
    """
    activities = _with_subject(task.tables["Activities"])
    done = activities[["subject", "done_on"]]
    # A step on a free day is due on the next work day: some days before the first one count too.
    earliest_day = pd.Timestamp(since) - _LONGEST_BREAK
    is_near = activities["next_on"].between(earliest_day, pd.Timestamp(task.as_of))
    of_activities = activities[is_near & (activities["next_on"] > activities["done_on"])]
    of_activities = of_activities.sort_values(["subject", "done_on", "next_on", "activity_id"])
    of_activities = of_activities.drop_duplicates(["subject", "done_on"], keep="last")
    steps = [
        of_activities.rename(columns={"next_on": "day", "done_on": "planned_on"})[_COLUMNS],
        _of_deals(deals),
    ]
    planned = pd.concat([part for part in steps if len(part)] or steps[:1], ignore_index=True)
    planned = planned[planned["day"].notna()]
    days = pd.DatetimeIndex(planned["day"].unique())
    due = {day: pd.Timestamp(task.calendar.next_workday(day.date())) for day in days}
    planned = planned.assign(day=planned["day"].map(due).astype("datetime64[us]"))
    is_recent = planned["day"].between(pd.Timestamp(since), pd.Timestamp(task.as_of))
    planned = planned[is_recent]

    before = {day: _workday_before(day, task) for day in planned["day"].unique()}
    earliest = planned["day"].map(before).astype("datetime64[us]")
    next_done = _next_done(planned, done)
    is_kept = (next_done >= earliest) & (next_done <= planned["day"])
    # What stands on a deal today was moved by nothing that was done before.
    stands = planned["planned_on"].isna() | next_done.isna() | (next_done >= earliest)
    # The same step may be planned by an activity and stand on its deal.
    found = planned.assign(planned=1, kept=is_kept.astype("int64"))[stands]
    found = found.sort_values(["subject", "day", "planned_on"], na_position="first")
    found = found.drop_duplicates(["subject", "day"], keep="last")
    return found[["rep_id", "day", "planned", "kept"]].assign(
        visits=0, calls=0, other=0, orders_amount=0, visits_followed=0
    )


def _with_subject(activities: pd.DataFrame) -> pd.DataFrame:
    """Activities with a deal or a customer, by which steps belong together."""
    of_customer = "customer " + activities["customer_id"]
    subject = ("deal " + activities["deal_id"]).fillna(of_customer)
    return activities.assign(subject=subject)[subject.notna()]


def _of_deals(deals: KnownDeals) -> pd.DataFrame:
    """Next steps that stand on open deals; nobody knows since when."""
    still_open = deals.frame[deals.is_open]
    return pd.DataFrame(
        {
            "subject": "deal " + still_open["deal_id"],
            "rep_id": still_open["rep_id"],
            "day": still_open["next_on"],
            "planned_on": pd.Series(pd.NaT, index=still_open.index, dtype="datetime64[us]"),
        }
    )


def _workday_before(day: pd.Timestamp, task: Task) -> pd.Timestamp:
    earlier = pd.Timestamp(day).date() - _ONE_DAY
    for _ in range(400):
        if task.calendar.is_workday(earlier):
            break
        earlier -= _ONE_DAY
    return pd.Timestamp(earlier)


def _next_done(planned: pd.DataFrame, done: pd.DataFrame) -> pd.Series[Any]:
    """The first activity with the same deal or customer after the step was planned.

    Of a step that stands on a deal the last activity up to its day: what came before it took no step
    that is planned still.
    """
    wanted = planned.assign(place=np.arange(len(planned)))
    of_them = done[done["subject"].isin(planned["subject"])]
    newest = of_them.set_axis(["subject", "found"], axis=1).sort_values("found")
    is_dated: Flags = wanted["planned_on"].notna().to_numpy(dtype=bool)
    result = pd.Series(pd.NaT, index=range(len(planned)), dtype="datetime64[us]")
    after = pd.merge_asof(
        wanted[is_dated].sort_values("planned_on"),
        newest,
        left_on="planned_on",
        right_on="found",
        by="subject",
        direction="forward",
        allow_exact_matches=False,
    )
    result[after["place"].to_numpy()] = after["found"].to_numpy()
    up_to = pd.merge_asof(
        wanted[~is_dated].sort_values("day"),
        newest,
        left_on="day",
        right_on="found",
        by="subject",
    )
    result[up_to["place"].to_numpy()] = up_to["found"].to_numpy()
    return result.set_axis(planned.index)
