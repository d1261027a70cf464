"""Which order lines and which deals count as sales?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from salesbook.domain.sales.stages import stage_kinds
from salesbook.policy import Policy


def standing(orders: pd.DataFrame) -> pd.Series[Any]:
    """True for each order line that is not cancelled; a blank status is not cancelled."""
    is_kept = orders["status"] != "cancelled"
    return is_kept.fillna(True).astype("bool")


def takes_back(orders: pd.DataFrame) -> pd.Series[Any]:
    """True for each order line that is a refund: it names an order, or its amount is negative."""
    names_an_order = orders["refund_of"].notna()
    is_negative = (orders["amount"] < 0).fillna(False).astype("bool")
    return names_an_order | is_negative


def signed_amounts(orders: pd.DataFrame) -> pd.Series[Any]:
    """The money of each order line, minor units; negative for a refund whatever sign was typed."""
    typed = orders["amount"].astype("int64")
    return typed.where(~takes_back(orders), -typed.abs())


def signed_quantities(orders: pd.DataFrame) -> pd.Series[Any]:
    """The pieces of each order line; negative for a refund whatever sign was typed."""
    typed = orders["quantity"].astype("float64")
    return typed.where(~takes_back(orders), -typed.abs())


def billed_orders(orders: pd.DataFrame) -> pd.Series[Any]:
    """The order that each line belongs to: a refund's is the one that it takes back."""
    return orders["refund_of"].fillna(orders["order_id"])


def won_deals(deals: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The deals whose stage, by its present or an earlier name, is a won one."""
    return deals[stage_kinds(deals, policy) == "won"]
