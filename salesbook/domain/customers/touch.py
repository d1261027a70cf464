"""When was a customer last in touch with us, and when is the next time due?"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.frames import Tables


def last_touches(tables: Tables, as_of: dt.date) -> pd.Series[pd.Timestamp]:
    """Day of the latest contact by customer, up to and including `as_of`.

    A touch is an activity, its customer or its deal's customer, an after-sales visit, and an answer
    to feedback. An order is none: it is the customer who came.
    """
    feedback = tables["Feedback"]
    visits = feedback[feedback["kind"] == "visit"]
    touches = pd.concat(
        [
            _activity_touches(tables),
            _touches(visits["customer_id"], visits["received_at"]),
            _touches(feedback["customer_id"], feedback["answered_at"]),
        ],
        ignore_index=True,
    )
    days = touches["on"].dt.normalize()
    has_customer = touches["customer_id"].notna()
    has_happened = days <= pd.Timestamp(as_of)
    counts = has_customer & has_happened
    customer = touches.loc[counts, "customer_id"]
    return days[counts].groupby(customer).max()


def activities_by_customer(tables: Tables) -> pd.DataFrame:
    """Activities with their customer; where one names none, its deal may."""
    activities = tables["Activities"]
    deals = tables["Deals"].drop_duplicates("deal_id").set_index("deal_id")
    customer_of_deal = activities["deal_id"].map(deals["customer_id"]).astype("str")
    customer = activities["customer_id"].fillna(customer_of_deal)
    return activities.assign(customer_id=customer)


def _activity_touches(tables: Tables) -> pd.DataFrame:
    activities = activities_by_customer(tables)
    return _touches(activities["customer_id"], activities["done_on"])


def _touches(customer: pd.Series[Any], on: pd.Series[Any]) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": customer, "on": on})


def next_touch(last: dt.date, every_days: float, calendar: WorkCalendar) -> dt.date:
    """The day of the next touch: so many days after the last, moved on to a work day."""
    due = last + dt.timedelta(days=math.ceil(every_days))
    return calendar.next_workday(due)


def next_touches(
    last: pd.Series[pd.Timestamp], every_days: pd.Series[float], calendar: WorkCalendar
) -> pd.Series[pd.Timestamp]:
    """The day of each next touch, on a work day."""
    due = last + pd.to_timedelta(every_days.map(math.ceil), unit="D")
    # Many customers fall on few days: the calendar is asked once for each different one.
    days = due.drop_duplicates()
    workday_of = {day: pd.Timestamp(calendar.next_workday(day.date())) for day in days}
    return due.map(workday_of).astype("datetime64[us]")
