"""In which tier is each customer today?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesbook.domain.customers.purchases import purchase_lines, values_of
from salesbook.domain.customers.tiers import Standings, stand_values
from salesbook.domain.outcome import Task


@dataclass(frozen=True)
class CustomerValues:
    """What customers are worth, and where that puts them."""

    lines: pd.DataFrame
    """Everything they bought, see `purchase_lines`."""
    value: pd.Series[int]
    """By customer, in order of the keys."""
    standings: Standings
    """Parallel to `value`."""


def customer_values(task: Task) -> CustomerValues:
    """Stand all customers by value; found out once in a run. There must be TierRules."""
    return task.once("values of customers", lambda: _customer_values(task))


def bought_by_customer(task: Task) -> dict[str, int]:
    """What each customer bought in the last `tier_months`, net, in minor units; of who bought."""
    value = values_of(_purchases(task), task.as_of, task.policy.rules.tier_months)
    return {str(customer): int(amount) for customer, amount in value.items()}


def _purchases(task: Task) -> pd.DataFrame:
    """Everything customers bought, listed once in a run."""
    return task.once(
        "purchases of customers", lambda: purchase_lines(task.tables, task.policy, task.as_of)
    )


def _customer_values(task: Task) -> CustomerValues:
    policy, as_of = task.policy, task.as_of
    lines = _purchases(task)
    customers = task.tables["Customers"]["customer_id"].sort_values()
    value = values_of(lines, as_of, policy.rules.tier_months)
    value = value.reindex(pd.Index(customers)).fillna(0).astype("int64")
    shares = [rule.up_to_share for rule in policy.tier_rules]
    return CustomerValues(
        lines, value, stand_values(value.to_numpy(), shares, policy.rules.abc_rule)
    )


def tiers_today(task: Task) -> pd.Series[str] | None:
    """The tier of each customer, as CustomerTiers of the same day has it; None without TierRules."""
    if not task.policy.tier_rules:
        return None
    values = customer_values(task)
    names = [rule.tier for rule in task.policy.tier_rules]
    tiers = [names[place] for place in values.standings.tiers.tolist()]
    return pd.Series(tiers, index=values.value.index, dtype="str")
