"""Whom do we call this week, in which order, and what should the caller know?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.customers.buying_stage import open_deals, with_open_deal
from salesbook.domain.customers.call_days import call_days
from salesbook.domain.customers.calls_done import begun_calls
from salesbook.domain.customers.feedback_entries import entries_of_run
from salesbook.domain.customers.touch import (
    activities_by_customer,
    known_since,
    next_touches,
    touch_rhythms,
    usual_channels,
)
from salesbook.domain.customers.touch_load import (
    WEEKS,
    minutes_of,
    that_fit,
    touch_load,
    week_of,
    weekly_hours,
)
from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import Staff, names_of_reps, staff_of_run
from salesbook.frames import Tables, frame_of
from salesbook.messages import Fact, Message, joined
from salesbook.names.forgotten import are_forgotten

_MOST_REPS: Final = 5
"""Reps whose waiting calls a sentence counts; TouchLoad has all."""
_ORDER: Final = ["is_waiting", "place", "value", "days_late", "p_alive", "buying_on", "customer_id"]
_IS_RISING: Final = [False, True, False, False, True, True, True]
"""Who waits for an answer, then best tier, most value, longest late, least chance to buy again, buying
soonest; ties by key."""


@dataclass(frozen=True)
class CallsOfWeek:
    """The calls of a week, and how much of what is due they are."""

    call_list: pd.DataFrame
    touch_load: pd.DataFrame
    answer: tuple[Message, ...]
    """How many calls wait for hours, where any do."""


def calls_of_week(task: Task, customer_tiers: pd.DataFrame, to_ask: pd.DataFrame) -> CallsOfWeek:
    """List the customers who are due this week, as far as the hours of the reps allow.

    A customer is due from the day of the next touch on; nobody is called twice on one day. Who is due
    by the day of the run gets time first; then, in the hours that are left, who falls due until the
    week ends. The owner
    calls, or who can act for one who has left or is on leave; on the customer's channel, or on that of
    the tier: by phone where the tier's is e-mail and only a phone number is known, and the other way
    round. Each call has a day of this week on which there is time for it, and none is before it is due.

    A customer whose complaint nobody has answered is due from that day on, before everybody else. Who
    is to be asked how content he is gets no call of his own: it is said in the one that is due.

    A call on which somebody has typed something is begun: it keeps its place while the customer is
    due, whatever the hours. One that was typed as done and is no activity yet stays in any case, so
    that whoever typed it can mend it where it stands.

    Args:
        customer_tiers: CustomerTiers.
        to_ask: FeedbackDue.
    """
    staff = staff_of_run(task)
    customers = _customers(task, customer_tiers, staff)
    begun = begun_calls(task).set_index("customer_id")
    unsettled = begun[begun["is_unsettled"]]
    customers["is_begun"] = customers["customer_id"].isin(begun.index)
    customers["is_unsettled"] = customers["customer_id"].isin(unsettled.index)

    day = pd.Timestamp(task.as_of)
    first_week = week_of(task.as_of, task.calendar)
    next_week = pd.Timestamp(first_week + dt.timedelta(weeks=1))
    is_late = (customers["due_on"] <= day) & (customers["last_touch_on"] != day)
    falls_due = (customers["due_on"] > day) & (customers["due_on"] < next_week)
    is_due = is_late | falls_due
    due = pd.concat([_in_order(customers[is_late]), _in_order(customers[falls_due])])
    reps = _reps(staff, customers, task)
    weeks = [first_week + dt.timedelta(weeks=step) for step in range(WEEKS)]
    hours = {week: weekly_hours(reps, week, staff, task.policy, task.calendar) for week in weeks}
    # Who manages without an hour of his own would keep them waiting for ever, on no list: they are
    # anybody's to take.
    is_nobodys = due["rep_id"].isin(_without_capacity(staff, task.as_of)).to_numpy(dtype=bool)
    is_listed = that_fit(due, hours[first_week]) | is_nobodys
    is_his = is_listed & ~is_nobodys
    due = due.assign(rep_id=due["rep_id"].mask(is_nobodys))

    rows = _in_order(pd.concat([due[is_listed], customers[customers["is_unsettled"] & ~is_due]]))
    rows["call_on"] = call_days(rows, hours[first_week], first_week, task, staff)
    listed = Counter(due.loc[is_his, "rep_id"].dropna())
    waiting = Counter(due.loc[~is_listed, "rep_id"].dropna())
    that_wait = due[~is_listed & due["rep_id"].notna()]
    owned = customers[customers["rep_id"].notna()]
    return CallsOfWeek(
        _call_list(task, rows, begun, to_ask),
        touch_load(owned, hours, task.as_of, listed, that_wait),
        _answer(waiting, task.tables["Reps"]),
    )


def _without_capacity(staff: Staff, day: dt.date) -> list[str]:
    """Reps who have no time for customers on a day, though they may be there and manage."""
    return [rep for rep, rate in staff.capacity(day).items() if rate == 0]


def _in_order(customers: pd.DataFrame) -> pd.DataFrame:
    """The most important first."""
    return customers.sort_values(_ORDER, ascending=_IS_RISING, na_position="last")


def _customers(task: Task, customer_tiers: pd.DataFrame, staff: Staff) -> pd.DataFrame:
    """What has to be known of each customer to decide on a call."""
    policy, day = task.policy, pd.Timestamp(task.as_of)
    tiers = customer_tiers.set_index("customer_id", drop=False)
    typed = task.tables["Customers"].set_index("customer_id").loc[tiers.index]
    place_of_tier = {rule.tier: place for place, rule in enumerate(policy.tier_rules)}
    caller_of_owner = staff.who_calls(typed["owner_id"].dropna().unique(), task.as_of)

    names = ["customer_id", "tier", "value", "p_alive", "last_touch_on", "next_touch_on"]
    facts = tiers[[*names, "days_stale"]].copy()
    facts["place"] = tiers["tier"].map(place_of_tier)
    with_deal = with_open_deal(task.tables["Deals"], policy, task.as_of)
    has_open_deal = tiers["customer_id"].isin(with_deal).to_numpy(dtype=bool)
    rhythms = touch_rhythms(tiers["tier"], tiers["buying_stage"], has_open_deal, policy)
    facts["touch_days"] = rhythms["days"]
    facts["rhythm"] = rhythms["rule"]
    complaints = _unanswered(task).reindex(tiers.index)
    facts["complaint_id"], facts["complained_on"] = complaints["feedback_id"], complaints["day"]
    facts["is_waiting"] = facts["complaint_id"].notna()
    facts["due_on"] = _due_on(task, tiers, facts["complained_on"])
    facts["days_late"] = (day - facts["due_on"]).dt.days
    facts["rep_id"] = typed["owner_id"].map(caller_of_owner).astype("str")
    facts["channel"] = usual_channels(typed, tiers["tier"], policy)
    facts["minutes"] = minutes_of(facts["channel"], policy)
    facts["contact"] = typed["name"]
    facts["phone"] = typed["phone"]
    facts["entered_on"] = known_since(typed)
    facts["buying_on"] = typed["buying_on"]
    # Nobody calls who asked to be forgotten.
    is_reached = ~np.array(are_forgotten(facts["customer_id"]), dtype=bool)
    return facts[is_reached].reset_index(drop=True)


def _unanswered(task: Task) -> pd.DataFrame:
    """By customer `feedback_id` and `day` of the oldest complaint that nobody has answered."""
    entries = entries_of_run(task)
    waiting = entries[entries["is_unanswered"]].sort_values(["received_at", "feedback_id"])
    oldest = waiting.drop_duplicates("customer_id").set_index("customer_id")
    return oldest[["feedback_id", "day"]]


def _due_on(task: Task, tiers: pd.DataFrame, complained_on: pd.Series[Any]) -> pd.Series[Any]:
    """The day of the next touch, or that of a complaint that waits where it is earlier.

    Who was called since is called again on the day after, as another call: what was typed of the
    first one is no longer about this.
    """
    day_after = tiers["last_touch_on"] + pd.Timedelta(days=1)
    was_called_since = day_after > complained_on
    from_on = complained_on.mask(was_called_since, day_after)
    waits = from_on.notna()
    answer_on = next_touches(from_on[waits], pd.Series(0.0, from_on[waits].index), task.calendar)
    answer_on = answer_on.reindex(tiers.index)
    is_earlier = answer_on < tiers["next_touch_on"]
    return tiers["next_touch_on"].mask(is_earlier, answer_on)


def _reps(staff: Staff, customers: pd.DataFrame, task: Task) -> list[str]:
    """Whose hours are looked at: who has customers, and everybody at work who is no manager."""
    with_customers = set(customers["rep_id"].dropna())
    managers = staff.managers(task.as_of)
    at_work = {rep for rep in staff.ids if staff.is_at_work(rep, task.as_of)}
    return sorted(with_customers | (at_work - managers))


def _call_list(
    task: Task, rows: pd.DataFrame, begun: pd.DataFrame, to_ask: pd.DataFrame
) -> pd.DataFrame:
    """CallList of these customers, in their order, and of unsettled rows of customers unknown."""
    keys = rows["customer_id"]
    # The day on which a call was due is its name: what was typed of it goes on being about that call.
    due_on = _of_each(keys, begun["due_on"]).fillna(rows["due_on"])
    days_late = (pd.Timestamp(task.as_of) - due_on).dt.days.clip(lower=0)
    what_to_ask = dict(zip(to_ask["customer_id"], to_ask["because"], strict=True))
    because = [
        _with_feedback(_because(row), row.complained_on, what_to_ask.get(row.customer_id))
        for row in rows.itertuples(index=False)
    ]
    words = _last_words(task.tables, keys)
    deals = _open_deals(task, keys)
    calls = frame_of(
        "CallList",
        {
            "customer_id": keys,
            "contact": rows["contact"],
            "tier": rows["tier"],
            "rep_id": rows["rep_id"],
            "channel": rows["channel"],
            "phone": rows["phone"],
            "due_on": due_on,
            "days_late": days_late,
            "last_word": words["outcome"],
            "last_word_on": words["done_on"],
            "open_amount": deals["open_amount"],
            "next_step": deals["next_step"].fillna(words["next_step"]),
            "next_on": deals["next_on"].where(deals["next_step"].notna(), words["next_on"]),
            "call_on": rows["call_on"],
            "because": pd.Series(because, dtype="object"),
            "value": rows["value"],
            "p_alive": rows["p_alive"],
            "buying_on": rows["buying_on"],
            "deal_id": deals["deal_id"],
            "complaint_id": rows["complaint_id"],
        },
    )
    is_unknown = ~begun.index.isin(task.tables["Customers"]["customer_id"])
    of_unknown = begun[is_unknown & begun["is_unsettled"]]
    if of_unknown.empty:
        return calls
    of_unknown = of_unknown.reset_index().sort_values("customer_id")
    as_read = frame_of("CallList", {name: of_unknown[name] for name in calls.columns})
    return pd.concat([calls, as_read], ignore_index=True)


def _last_words(tables: Tables, customer_ids: pd.Series[str]) -> pd.DataFrame:
    """Per customer what the latest activity that came to something led to, and what was to follow.

    Returns: `outcome` and `done_on` of the latest activity with an outcome, `next_step` and `next_on`
        of the latest one at all; under the index of `customer_ids`.
    """
    activities = activities_by_customer(tables).sort_values(["done_on", "activity_id"])
    latest = activities.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    with_outcome = activities[activities["outcome"].notna()]
    words = with_outcome.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    return pd.DataFrame(
        {
            "outcome": _of_each(customer_ids, words["outcome"]),
            "done_on": _of_each(customer_ids, words["done_on"]),
            "next_step": _of_each(customer_ids, latest["next_step"]),
            "next_on": _of_each(customer_ids, latest["next_on"]),
        }
    )


def _open_deals(task: Task, customer_ids: pd.Series[str]) -> pd.DataFrame:
    """Per customer the sum of the open deals, and the largest one's key and next step.

    Returns: `open_amount`, `deal_id`, `next_step`, `next_on` under the index of `customer_ids`.
    """
    deals = open_deals(task.tables["Deals"], task.policy, task.as_of)
    deals = deals[deals["customer_id"].notna()]
    sums = deals.groupby("customer_id")["amount"].sum(min_count=1)
    by_size = deals.sort_values(["amount", "deal_id"], ascending=[False, True], na_position="last")
    largest = by_size.drop_duplicates("customer_id").set_index("customer_id")
    return pd.DataFrame(
        {
            "open_amount": _of_each(customer_ids, sums),
            "deal_id": _of_each(customer_ids, largest["deal_id"]),
            "next_step": _of_each(customer_ids, largest["next_step"]),
            "next_on": _of_each(customer_ids, largest["next_on"]),
        }
    )


def _of_each(customer_ids: pd.Series[str], known: pd.Series[Any]) -> pd.Series[Any]:
    """What is known by customer, for each of these; missing where nothing is."""
    return known.reindex(customer_ids).set_axis(customer_ids.index)


def _because(row: Any) -> tuple[Message, ...]:
    """Why the call is due: never touched since the entry, or not since so many days; by which rhythm."""
    more = () if row.rhythm == "tier" else (Message(f"call-rhythm-{row.rhythm}"),)
    facts: dict[str, Fact] = {"tier": row.tier, "every": row.touch_days}
    if pd.notna(row.last_touch_on):
        last = {"days": row.days_stale, "last": row.last_touch_on.date()}
        return (Message("call-late", last | facts), *more)
    if pd.isna(row.entered_on):
        return (Message("call-first", facts), *more)
    return (Message("call-never", {**facts, "since": row.entered_on.date()}), *more)


def _with_feedback(
    reasons: tuple[Message, ...], complained_on: pd.Timestamp, to_ask: Message | None
) -> Message:
    """Add to why a call is due that a complaint waits, and what to ask in the same call."""
    more = []
    if pd.notna(complained_on):
        facts: dict[str, Fact] = {"on": complained_on.date(), "list": "Feedback"}
        more.append(Message("call-complaint", facts))
    if to_ask is not None:
        # When he was last asked is no use in a call.
        more += [Message("call-ask"), Message(to_ask.code, to_ask.params)]
    return joined([*reasons, *more])


def _answer(waiting: Counter[Any], reps: pd.DataFrame) -> tuple[Message, ...]:
    """How many calls wait for hours, and whose: those with most of them by name."""
    if not waiting:
        return ()
    name_of = names_of_reps(reps)
    most_first = sorted(waiting.items(), key=lambda counted: (-counted[1], counted[0]))
    named = [f"{name_of.get(rep_id, rep_id)} {count}" for rep_id, count in most_first[:_MOST_REPS]]
    if len(most_first) > _MOST_REPS:
        named.append(f"… +{len(most_first) - _MOST_REPS}")
    facts: dict[str, Fact] = {"count": waiting.total(), "reps": tuple(named)}
    return (Message("calls-wait-for-hours", facts),)
