"""Whose entry is old or lacks what tier and stage need, and which five should a rep mend first?"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.checks.stage_checks import standards
from salesbook.domain.customers.buying_stage import open_deals
from salesbook.domain.customers.entry_history import CUSTOMER_HISTORY, last_changes
from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import staff_of_run
from salesbook.frames import frame_of
from salesbook.messages import Fact, Message, joined
from salesbook.money import three_digits
from salesbook.names.forgotten import are_forgotten
from salesbook.policy import MAIN_PIPELINE, Policy
from salesbook.tables import TABLES
from salesbook.tables.lists import list_items, list_text

_FRESHNESS: Final = "Freshness"
_REACHED_BY: Final = {"phone": "phone", "message": "phone", "email": "email"}
"""What has to be known of a customer to get in touch on a channel."""
_INTENT_NEEDS: Final = ("needs", "budget", "buying_on")
"""What has to be known of who means to buy, where no tier names fields of its own."""


def freshness(task: Task, tiers: pd.DataFrame) -> pd.DataFrame:
    """List the customers whose entry is old or incomplete, those worth most first.

    An entry is incomplete where a field is blank that its tier or its stage needs, or where an open
    deal lacks what the deal's stage needs. It is old where nothing in it has changed for
    `fresh_days`, by its content: a date that somebody types makes nothing fresh. What an entry is
    worth is what hangs on it: the customer's value and his open deals.

    Args:
        tiers: CustomerTiers of this run.

    Returns: Freshness, by rep and place; the first five places are what a rep mends first.
    """
    customers = task.tables["Customers"].sort_values("customer_id").set_index("customer_id")
    facts = pd.DataFrame(index=customers.index)
    of_tiers = tiers.set_index("customer_id").reindex(facts.index)
    facts["rep_id"] = _reps(task, customers)

    deals = open_deals(task.tables["Deals"], task.policy, task.as_of)
    deals = deals[deals["customer_id"].notna()]
    open_amounts = deals.groupby("customer_id")["amount"].sum().reindex(facts.index).fillna(0)
    facts["worth"] = (of_tiers["value"].clip(lower=0) + open_amounts).astype("Int64")

    missing = _missing(customers, of_tiers, task.policy)
    facts["missing_fields"], facts["missing_count"] = _as_lists(missing)
    facts = facts.join(_deals_with_gaps(deals, task.policy))

    changes = last_changes(task.tables[CUSTOMER_HISTORY], task.tables["Customers"], task.as_of)
    facts = facts.join(changes)
    newest = facts["changed_on"].fillna(facts["seen_on"])
    facts["days_stale"] = (pd.Timestamp(task.as_of) - newest).dt.days.clip(lower=0)
    facts["is_old"] = facts["days_stale"] >= task.policy.rules.fresh_days

    is_incomplete = (facts["missing_count"] > 0) | facts["deal_id"].notna()
    # Of who is forgotten nothing is to be filled in again.
    is_forgotten = np.array(are_forgotten(facts.index), dtype=bool)
    to_mend = facts[(is_incomplete | facts["is_old"]) & ~is_forgotten]
    return _freshness(task, to_mend)


def _reps(task: Task, customers: pd.DataFrame) -> pd.Series[str]:
    """Who is to mend it: whoever calls the customer, as on the call list."""
    owners = customers["owner_id"]
    acting = staff_of_run(task).who_calls(owners.dropna().unique(), task.as_of)
    return owners.map(acting).astype("str")


def _missing(
    customers: pd.DataFrame, of_tiers: pd.DataFrame, policy: Policy
) -> dict[str, pd.Series[bool]]:
    """By field of Customers where it is needed and blank."""
    needed = _needed(customers, of_tiers, policy)
    return {
        name: where & customers[name].isna()
        for name in TABLES["Customers"].field_names
        if (where := needed.get(name)) is not None
    }


def _needed(
    customers: pd.DataFrame, of_tiers: pd.DataFrame, policy: Policy
) -> dict[str, pd.Series[bool]]:
    """By field of Customers who must have it filled.

    Everybody has an owner and what is needed to reach him on his channel, or on his tier's. A tier
    may name more. Where none does, who means to buy needs what an offer is made of.
    """
    rules = policy.tier_rules
    tier = of_tiers["tier"]
    nowhere = pd.Series(data=False, index=customers.index)
    needed = {"owner_id": ~nowhere}

    of_tier = tier.map({rule.tier: rule.channel for rule in rules}).astype("str")
    channel = customers["channel"].fillna(of_tier)
    address = channel.map(_REACHED_BY)
    has_no_address = customers["phone"].isna() & customers["email"].isna()
    for name in ("phone", "email"):
        needed[name] = (address == name).fillna(value=False)
    # On a visit, or on no channel at all, one of the two has to be known.
    needed["phone"] |= address.isna() & has_no_address

    for rule in rules:
        for name in rule.needs:
            if name in TABLES["Customers"].field_names:
                needed[name] = needed.get(name, nowhere) | (tier == rule.tier)
    if not any(rule.needs for rule in rules):
        means_to_buy = of_tiers["buying_stage"] == "intent"
        needed |= dict.fromkeys(_INTENT_NEEDS, means_to_buy)
    return needed


def _as_lists(missing: dict[str, pd.Series[bool]]) -> tuple[pd.Series[str], pd.Series[int]]:
    """The fields that each row lacks, as one text each, and how many they are."""
    names = list(missing)
    rows = pd.DataFrame(missing)
    counts = rows.sum(axis=1)
    texts = {
        row: list_text(name for name, lacks in zip(names, flags, strict=True) if lacks)
        for row, flags in zip(rows.index, rows.to_numpy(dtype=bool), strict=True)
        if flags.any()
    }
    return pd.Series(texts, index=rows.index, dtype="str"), counts


def _deals_with_gaps(deals: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Per customer the largest open deal that lacks what its stage needs, and what it lacks.

    Returns: `deal_id`, `stage`, `deal_fields` by customer.
    """
    pipelines = deals["pipeline"].fillna(MAIN_PIPELINE)
    lacking: dict[str, Flags] = {}
    for (pipeline, stage), fields in standards(policy).items():
        is_there = ((deals["stage"] == stage) & (pipelines == pipeline)).to_numpy(dtype=bool)
        for name in fields:
            is_blank = deals[name].isna().to_numpy(dtype=bool)
            lacks = is_there & is_blank
            lacking[name] = lacking[name] | lacks if name in lacking else lacks

    columns = {name: pd.Series(flags, index=deals.index) for name, flags in lacking.items()}
    in_order = [name for name in TABLES["Deals"].field_names if name in columns]
    rows = deals[["customer_id", "deal_id", "stage", "amount"]]
    if not in_order:
        rows = rows.iloc[:0].assign(deal_fields=pd.Series(dtype="str"))
    else:
        texts, counts = _as_lists({name: columns[name] for name in in_order})
        rows = rows.assign(deal_fields=texts)[(counts > 0).to_numpy()]
    largest = rows.sort_values(
        ["amount", "deal_id"], ascending=[False, True], na_position="last"
    ).drop_duplicates("customer_id")
    return largest.set_index("customer_id")[["deal_id", "stage", "deal_fields"]]


def _freshness(task: Task, to_mend: pd.DataFrame) -> pd.DataFrame:
    """The columns of Freshness, each rep's in the order in which they are worth mending."""
    in_order = to_mend.reset_index(names="customer_id").sort_values(
        ["rep_id", "worth", "missing_count", "days_stale", "customer_id"],
        ascending=[True, False, False, False, True],
        na_position="last",
    )
    place = in_order.groupby("rep_id", dropna=False, sort=False).cumcount() + 1
    columns = {name: in_order[name] for name in ("customer_id", "rep_id", "changed_on")}
    return frame_of(
        _FRESHNESS,
        columns
        | {
            "place": place,
            "worth": in_order["worth"],
            "missing_fields": in_order["missing_fields"],
            "deal_id": in_order["deal_id"],
            "deal_fields": in_order["deal_fields"],
            "changed_fields": in_order["changed_fields"],
            "days_stale": in_order["days_stale"],
            "because": pd.Series(_reasons(task, in_order), index=in_order.index, dtype="object"),
        },
    )


class _Entry(NamedTuple):
    """What is said of one customer's entry."""

    missing_fields: Any
    deal_id: Any
    stage: Any
    deal_fields: Any
    is_old: bool
    changed_on: Any
    seen_on: Any
    days_stale: int
    worth: int


def _reasons(task: Task, rows: pd.DataFrame) -> list[Message]:
    """What is to be done about each entry, and what hangs on it."""
    columns = [rows[name].tolist() for name in _Entry._fields]
    return [joined(_said(task, _Entry(*facts))) for facts in zip(*columns, strict=True)]


def _said(task: Task, entry: _Entry) -> list[Message]:
    messages = []
    if not pd.isna(entry.missing_fields):
        blank = _named("Customers", entry.missing_fields)
        messages.append(Message("fresh-fill", {"fields": blank}))
    if not pd.isna(entry.deal_id):
        lacking = _named("Deals", entry.deal_fields)
        facts: dict[str, Fact] = {"deal": str(entry.deal_id), "stage": str(entry.stage)}
        messages.append(Message("fresh-deal", facts | {"fields": lacking}))
    if entry.is_old:
        days = int(entry.days_stale)
        if pd.isna(entry.changed_on):
            seen = entry.seen_on.date()
            messages.append(Message("fresh-never-changed", {"since": seen, "days": days}))
        else:
            changed = entry.changed_on.date()
            messages.append(Message("fresh-old", {"since": changed, "days": days}))
    if entry.worth > 0:
        amount = three_digits(int(entry.worth), task.policy.decimals)
        messages.append(Message("fresh-worth", {"amount": amount}))
    return messages


@cache
def _named(table: str, fields: str) -> tuple[str, ...]:
    """Fields as a sentence takes them, which calls them by their headers."""
    return tuple(f"{table}.{name}" for name in list_items(fields))
