"""What was ordered of each won deal, and at which discount?"""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from salesbook.domain.sales.standing import standing, takes_back, won_deals
from salesbook.frames import frame_of
from salesbook.policy import Policy

_FULLY_ORDERED: Final = 0.5
"""Part of a deal from which its orders are taken for all that will come."""
_OF_THE_DEAL: Final = ("deal_id", "rep_id", "customer_id", "closed_on", "amount")


def deal_orders(
    deals: pd.DataFrame, orders: pd.DataFrame, policy: Policy, as_of: dt.date
) -> pd.DataFrame:
    """Compare won deals with the orders that name them, up to and including `as_of`.

    Ordered is what order lines say that are neither cancelled nor refunds: what comes back later was
    no discount. The discount is the part of the deal's amount that was not ordered, negative where
    more was. It is missing where the deal has no amount, and where less than half of it was ordered:
    nobody types that a deal is ordered in full, and the rest may still be coming.

    Returns: DealOrders by key: one row per won deal that an order names.
    """
    day = pd.Timestamp(as_of)
    lines = orders[standing(orders) & ~takes_back(orders) & (orders["ordered_on"] <= day)]
    by_deal = lines.groupby("deal_id")
    sums = by_deal.agg(ordered=("amount", "sum"), orders=("order_id", "nunique"))

    # A deal that was won later was none on that day; one without a day is won, whenever it was.
    won = won_deals(deals, policy)
    won_by_then = won[~(won["closed_on"] > day)]
    is_ordered = won_by_then["deal_id"].isin(sums.index)
    compared = won_by_then[is_ordered].sort_values("deal_id", ignore_index=True)
    sums = sums.reindex(compared["deal_id"]).reset_index(drop=True)

    amount = compared["amount"].astype("float64")
    ordered = sums["ordered"].astype("float64")
    is_comparable = (amount > 0) & (ordered >= _FULLY_ORDERED * amount)
    discount = 1 - ordered / amount.where(is_comparable)
    return frame_of(
        "DealOrders",
        {
            **{name: compared[name] for name in _OF_THE_DEAL},
            **{name: sums[name] for name in ("ordered", "orders")},
            "discount_rate": discount.round(4),
        },
    )
