"""When was a customer last in touch with us, and when is the next time due?"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.frames import Tables
from salesbook.policy import Policy

_BY_PHONE: Final = ("phone", "message")
"""Channels for which a phone number is needed."""


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


def known_since(customers: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """From which day on a customer may be expected to be called, under the index of Customers.

    The day of entry, else the one from which the owner has him. From it runs the time of whoever was
    never contacted, in the call list and in the public pool alike.
    """
    return customers["created_on"].fillna(customers["owner_since"]).astype("datetime64[us]")


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


def touch_rhythms(
    tiers: pd.Series[str], stages: pd.Series[str], has_open_deal: Flags, policy: Policy
) -> pd.DataFrame:
    """Say every how many days each customer is to be called, and by which rule.

    While a deal is open its rhythm holds, for then every week counts; else that of dormant customers
    for who is dormant; else the tier's. Where Settings leaves one of them blank, the tier's holds.

    Args:
        tiers: the tier of each customer, as TierRules calls it.
        stages: the buying stage of each.
        has_open_deal: parallel to them.

    Returns: `days` and `rule` (tier, open-deal or dormant), under the index of `tiers`.
    """
    rules = {rule.tier: rule for rule in policy.tier_rules}
    by_tier = {name: float(rule.touch_days) for name, rule in rules.items()}
    by_deal = {name: rule.open_deal_days for name, rule in rules.items()}
    by_dormant = {name: rule.dormant_days for name, rule in rules.items()}
    of_tier = tiers.map(by_tier).astype("float64")
    of_deal = tiers.map(by_deal).astype("float64")
    of_dormant = tiers.map(by_dormant).astype("float64")

    goes_by_deal = has_open_deal & of_deal.notna().to_numpy()
    is_dormant = (stages == "dormant").to_numpy(dtype=bool)
    goes_by_dormant = is_dormant & of_dormant.notna().to_numpy() & ~goes_by_deal
    which = [goes_by_deal, goes_by_dormant]
    days = np.select(which, [of_deal, of_dormant], default=of_tier)
    rule = np.select(which, ["open-deal", "dormant"], default="tier")
    return pd.DataFrame({"days": days, "rule": rule}, index=tiers.index)


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


def usual_channels(
    customers: pd.DataFrame, tiers: pd.Series[str], policy: Policy
) -> pd.Series[Any]:
    """How each customer is contacted: on his own channel, else on that of his tier.

    Of whom we have only the other address: by phone where the tier's is e-mail, and the other way
    round.

    Args:
        customers: `channel`, `phone` and `email` of Customers.
        tiers: under the same index.
    """
    channel_of_tier = {rule.tier: rule.channel for rule in policy.tier_rules}
    of_tier = tiers.map(channel_of_tier).astype("str")
    has_phone, has_email = customers["phone"].notna(), customers["email"].notna()
    only_phone, only_email = has_phone & ~has_email, has_email & ~has_phone
    by_phone = of_tier.mask(only_phone & of_tier.eq("email"), "phone")
    reachable = by_phone.mask(only_email & of_tier.isin(_BY_PHONE), "email")
    return customers["channel"].fillna(reachable)
