"""Whom do we ask how content he is, about what, and how?

Nobody is asked while he waits for us to settle a complaint, and nobody twice within
`survey_rest_days`. That somebody was asked says a row of Feedback: a survey, with a score once he has
answered.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.customers.feedback_entries import entries_of_run
from salesbook.domain.customers.touch import next_touches, usual_channels
from salesbook.domain.outcome import Task
from salesbook.domain.sales.standing import standing, takes_back
from salesbook.domain.team.staff import staff_of_run
from salesbook.frames import frame_of
from salesbook.messages import Fact, Message

_OCCASIONS: Final = ("after-complaint", "delivered", "rhythm")
"""What is asked about, the one that tells most first."""

_NEVER_ASKED: Final = (Message("ask.never-asked"),)
_SAID: Final = ("occasion", "since_on", "order_id", "asked_on", "tier", "days")
"""What a reason goes by."""


def feedback_due(task: Task, tiers: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """List who is to be asked, the most telling occasion first.

    The occasions are a complaint that was settled, a delivery, and the rhythm of the tier, each from
    a number of days on; the first two pass when somebody was asked after them, or `survey_rest_days`
    after they fell due. By rhythm only who buys is asked: nobody who is dormant or never bought.

    Args:
        tiers: CustomerTiers of this run.
        lines: as `purchase_lines` gives them.

    Returns: FeedbackDue: by occasion, then tier, the most value first.
    """
    today = pd.Timestamp(task.as_of)
    facts = _facts(task, tiers)
    occasions = [
        _after_complaint(task, facts),
        _delivered(task, facts),
        _by_rhythm(task, facts, tiers, lines),
    ]
    due = pd.concat(occasions, ignore_index=True)
    due["due_on"] = _rested(due["due_on"], due["asked_on"], task.policy.rules.survey_rest_days)
    due["due_on"] = next_touches(due["due_on"], pd.Series(0.0, due.index), task.calendar)
    due = due[(due["due_on"] <= today) & ~due["has_trouble"]]
    # One question covers whatever there is to ask about.
    due = due.drop_duplicates("customer_id")

    places = {rule.tier: place for place, rule in enumerate(task.policy.tier_rules)}
    due["place"] = due["tier"].map(places)
    due["which"] = due["occasion"].map({name: place for place, name in enumerate(_OCCASIONS)})
    order = ["which", "place", "value", "customer_id"]
    return _feedback_due(task, due.sort_values(order, ascending=[True, True, False, True]))


def _facts(task: Task, tiers: pd.DataFrame) -> pd.DataFrame:
    """Of each customer who he is, when he was last asked and whether a complaint is open."""
    entries = entries_of_run(task)
    surveys = entries[entries["kind"] == "survey"]
    asked_on = surveys.groupby("customer_id")["day"].max()
    facts = tiers[["customer_id", "tier", "value"]].copy()
    keys = facts["customer_id"]
    facts["asked_on"] = _of_each(keys, asked_on).astype("datetime64[us]")
    facts["has_trouble"] = keys.isin(entries.loc[entries["is_open"], "customer_id"])
    return facts


def _after_complaint(task: Task, facts: pd.DataFrame) -> pd.DataFrame:
    """Who had a complaint settled, of each the latest that is old enough to be asked about."""
    entries = entries_of_run(task)
    days = task.policy.rules.survey_after_complaint_days
    # Whoever complains often would never be asked if a fresh one hid those that are due.
    is_due = entries["resolved_at"].dt.normalize() <= _latest_that_is_due(task, days)
    settled = entries[entries["is_resolved"] & is_due].sort_values(["resolved_at", "feedback_id"])
    latest = settled.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    about = _of_each(facts["customer_id"], latest["feedback_id"])
    since = _of_each(facts["customer_id"], latest["resolved_at"].dt.normalize())
    found = facts.assign(occasion="after-complaint", since_on=since, feedback_id=about)
    return _not_passed(task, found, days)


def _delivered(task: Task, facts: pd.DataFrame) -> pd.DataFrame:
    """Who had something delivered, of each the latest that is old enough to be asked about."""
    rules = task.policy.rules
    orders = task.tables["Orders"]
    # What has passed is left out here already: most deliveries of a book are long ago. What is not
    # due yet must not hide what is: whoever gets something every week would never be asked.
    last = _latest_that_is_due(task, rules.survey_after_days)
    passed_before = last - pd.Timedelta(days=rules.survey_rest_days)
    is_due = (orders["delivered_on"] <= last) & (orders["delivered_on"] >= passed_before)
    orders = orders[is_due.to_numpy(dtype=bool)]
    sent = orders[standing(orders) & ~takes_back(orders)]
    in_time = sent.sort_values(["delivered_on", "order_id", "line_no"])
    latest = in_time.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    about = _of_each(facts["customer_id"], latest["order_id"])
    since = _of_each(facts["customer_id"], latest["delivered_on"])
    found = facts.assign(occasion="delivered", since_on=since, order_id=about)
    return _not_passed(task, found, rules.survey_after_days)


def _latest_that_is_due(task: Task, days: int) -> pd.Timestamp:
    """The last day after which so many have gone by: what happened later is not asked about yet."""
    return pd.Timestamp(task.as_of) - pd.Timedelta(days=days)


def _of_each(customer_ids: pd.Series[str], known: pd.Series[Any]) -> pd.Series[Any]:
    """What is known by customer, for each of these; missing where nothing is."""
    return known.reindex(customer_ids).set_axis(customer_ids.index)


def _not_passed(task: Task, found: pd.DataFrame, days: int) -> pd.DataFrame:
    """Occasions after which nobody has asked yet and that are no old story."""
    rest = pd.Timedelta(days=task.policy.rules.survey_rest_days)
    since = found["since_on"].astype("datetime64[us]")
    due_on = since + pd.Timedelta(days=days)
    was_asked = found["asked_on"] >= since
    is_fresh = pd.Timestamp(task.as_of) <= due_on + rest
    return found.assign(since_on=since, due_on=due_on)[is_fresh & ~was_asked]


def _by_rhythm(
    task: Task, facts: pd.DataFrame, tiers: pd.DataFrame, lines: pd.DataFrame
) -> pd.DataFrame:
    """Who buys and has not been asked for the days of his tier, counted from the first purchase."""
    every = {rule.tier: rule.survey_days for rule in task.policy.tier_rules}
    days = facts["tier"].map(every).astype("float64").to_numpy()
    first_on = lines[lines["bought"]].groupby("customer_id")["on"].min()
    bought = _of_each(facts["customer_id"], first_on)
    since = facts["asked_on"].fillna(bought).astype("datetime64[us]")
    buys = (tiers["buying_stage"] == "customer").to_numpy(dtype=bool)
    is_asked = buys & since.notna().to_numpy(dtype=bool) & ~np.isnan(days)
    found = facts.assign(occasion="rhythm", since_on=since, days=days)[is_asked]
    return found.assign(
        since_on=found["asked_on"],
        due_on=found["since_on"] + pd.to_timedelta(np.ceil(found["days"]), unit="D"),
    )


def _rested(due_on: pd.Series[Any], asked_on: pd.Series[Any], rest: int) -> pd.Series[Any]:
    """Not before whoever was asked has had his rest."""
    rested_on = asked_on + pd.Timedelta(days=rest)
    return due_on.where(~(rested_on > due_on), rested_on)


def _feedback_due(task: Task, due: pd.DataFrame) -> pd.DataFrame:
    """The columns of FeedbackDue: who asks, how, and why now."""
    customers = task.tables["Customers"].set_index("customer_id").loc[due["customer_id"]]
    callers = staff_of_run(task).who_calls(customers["owner_id"].dropna().unique(), task.as_of)
    tiers = due["tier"].set_axis(customers.index)
    because = [_because(row) for row in due[list(_SAID)].itertuples(index=False)]
    same = ["customer_id", "tier", "occasion", "since_on", "order_id", "feedback_id", "due_on"]
    return frame_of(
        "FeedbackDue",
        {
            **{name: due[name].to_numpy() for name in [*same, "asked_on", "value"]},
            "rep_id": customers["owner_id"].map(callers).astype("str").to_numpy(),
            "channel": usual_channels(customers, tiers, task.policy).to_numpy(),
            "contact": customers["name"].to_numpy(),
            "phone": customers["phone"].to_numpy(),
            "email": customers["email"].to_numpy(),
            "because": np.array([*because, None], dtype=object)[:-1],
        },
    )


def _because(row: Any) -> Message:
    """The occasion, and when the customer was last asked."""
    asked: dict[str, Fact] = {}
    if pd.notna(row.asked_on):
        asked = {"asked": row.asked_on.date()}
    more = (Message("ask.asked-before", asked),) if asked else _NEVER_ASKED
    if row.occasion == "rhythm":
        return Message("ask.rhythm", {"tier": row.tier, "days": float(row.days)}, more)
    facts = {"on": row.since_on.date()}
    if row.occasion == "delivered":
        return Message("ask.delivered", {**facts, "order": str(row.order_id)}, more)
    return Message("ask.after-complaint", facts, more)
