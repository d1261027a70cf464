"""Which families of products did each customer buy?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.policy import Policy

_MOST_FAMILIES: Final = 12
"""The families bought by most customers; of the others hardly anything can be told."""


@dataclass(frozen=True)
class Baskets:
    """Who has bought what, whenever it was."""

    customers: pd.Index[str]
    families: tuple[str, ...]
    """In order of their names."""
    has: Flags
    """A row per customer, a column per family."""
    by_money: pd.Series[str]
    """By customer all he bought, also of other families, most money first; joined by commas."""


def baskets(lines: pd.DataFrame, policy: Policy, customers: pd.Index[str]) -> Baskets:
    """Sort out by customer and family what was bought and not taken back in full.

    A product without a family stands for itself, as does one that Products does not know.

    Args: lines as `purchase_lines` gives them.
    """
    family_of = {row.product: row.family or row.product for row in policy.products}
    named = lines[lines["product"].notna()]
    family = named["product"].map(family_of).fillna(named["product"])
    sums = named.groupby([named["customer_id"], family.rename("family")]).agg(
        amount=("amount", "sum"), bought=("bought", "any")
    )
    kept = sums[(sums["amount"] > 0) & sums["bought"]].reset_index()
    kept = kept[kept["customer_id"].isin(customers)]

    most_first = kept.sort_values(["amount", "family"], ascending=[False, True])
    by_money = most_first.groupby("customer_id")["family"].agg(", ".join)
    buyers = kept["family"].value_counts().rename_axis("family").reset_index(name="buyers")
    by_buyers = buyers.sort_values(["buyers", "family"], ascending=[False, True])
    families = sorted(by_buyers["family"].head(_MOST_FAMILIES))

    has = np.zeros((len(customers), len(families)), dtype=bool)
    of_these = kept[kept["family"].isin(families)]
    rows = customers.get_indexer(pd.Index(of_these["customer_id"]))
    columns = pd.Index(families).get_indexer(pd.Index(of_these["family"]))
    has[rows, columns] = True
    return Baskets(customers, tuple(families), has, by_money)


def families_on_sale(policy: Policy) -> frozenset[str]:
    """Families with a product that is not marked as inactive."""
    return frozenset(
        row.family or row.product for row in policy.products if row.active is not False
    )
