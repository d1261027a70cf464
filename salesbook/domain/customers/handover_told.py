"""Who gets which customer and which deal in a handover, by name?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import pandas as pd

from salesbook.domain.customers.tier_of import bought_by_customer, tiers_today
from salesbook.domain.outcome import Task
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal

_MOST: Final = 12
"""Customers, and deals, that are named of each successor; of the others how many and how much."""


class _Item(NamedTuple):
    """Something that one successor gets."""

    key: str
    called: str
    amount: int | None
    """In minor units: what a customer bought, what a deal is worth; None for a deal without amount."""


def who_gets_what(
    task: Task, taken: pd.DataFrame, names: Mapping[str, str], most_reps: int
) -> Iterator[Message]:
    """List for each successor the customers, the largest first, then the deals.

    Args:
        taken: as `handover.in_hand` gives it, with `to`.
        names: the successors by key, as sentences call them.
        most_reps: of so many successors the first are told.
    """
    bought, tiers = bought_by_customer(task), tiers_today(task)
    customers, deals = (
        task.tables[table].drop_duplicates(key).set_index(key)
        for table, key in (("Customers", "customer_id"), ("Deals", "deal_id"))
    )
    for rep in sorted(names)[:most_reps]:
        his = taken[taken["to"] == rep]
        keys = his.loc[his["table"] == "Customers", "customer_id"]
        of_deals = his[(his["table"] == "Deals") & (his["field"] == "rep_id")]
        about: dict[str, Fact] = {"rep": (names[rep],)}

        his_customers = [_customer(key, customers, bought) for key in keys]
        if his_customers:
            yield Message("reassign.list-customers", about)
            told = _largest(his_customers)
            yield from (_customer_told(task, item, tiers) for item in told)
            yield from _others("customers", his_customers, told, task.policy.decimals)

        his_deals = [_deal(key, deals) for key in of_deals["deal_id"]]
        if his_deals:
            yield Message("reassign.list-deals", about)
            told = _largest(his_deals)
            yield from (_deal_told(task, item) for item in told)
            yield from _others("deals", his_deals, told, task.policy.decimals)


def _customer(key: str, customers: pd.DataFrame, bought: Mapping[str, int]) -> _Item:
    """A customer by the company, where one is named."""
    row = customers.loc[key]
    name = row["company"] if pd.notna(row["company"]) else row["name"]
    return _Item(key, f"{key} ({name})", bought.get(key, 0))


def _deal(key: str, deals: pd.DataFrame) -> _Item:
    row = deals.loc[key]
    amount = None if pd.isna(row["amount"]) else int(row["amount"])
    return _Item(key, key if pd.isna(row["name"]) else f"{key} ({row['name']})", amount)


def _largest(items: Iterable[_Item]) -> list[_Item]:
    return sorted(items, key=lambda item: (-(item.amount or 0), item.key))[:_MOST]


def _customer_told(task: Task, item: _Item, tiers: pd.Series[str] | None) -> Message:
    facts: dict[str, Fact] = {
        "customer": (item.called,),
        "value": to_decimal(item.amount or 0, task.policy.decimals),
    }
    if tiers is None:
        return Message("reassign.customer", facts)
    return Message("reassign.customer-of-tier", {**facts, "tier": str(tiers[item.key])})


def _deal_told(task: Task, item: _Item) -> Message:
    if item.amount is None:
        return Message("reassign.deal-without-amount", {"deal": (item.called,)})
    amount = to_decimal(item.amount, task.policy.decimals)
    return Message("reassign.deal", {"deal": (item.called,), "amount": amount})


def _others(
    what: str, items: Sequence[_Item], told: Sequence[_Item], decimals: int
) -> Iterator[Message]:
    """How many more there are, and how much they are together."""
    count = len(items) - len(told)
    if count:
        rest = sum(item.amount or 0 for item in items) - sum(item.amount or 0 for item in told)
        yield Message(
            f"reassign.more-{what}", {"count": count, "amount": to_decimal(rest, decimals)}
        )
