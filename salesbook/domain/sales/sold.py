"""What was sold: which order lines and which won deals count, on which day, for how much?

The only answer in the house. A book may hold deals, orders or both, and a sale that stands in both
must not count twice. `sales_source` says which of the two counts; with `auto` deals count until the
month in which the first order was entered, and orders from then on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import pandas as pd

from salesbook.domain.sales.standing import (
    signed_amounts,
    signed_quantities,
    standing,
    takes_back,
    won_deals,
)
from salesbook.frames import Tables, row_keys
from salesbook.messages import Fact, Finding
from salesbook.money import three_digits
from salesbook.policy import MAIN_PIPELINE, Policy
from salesbook.tables.settings import Rules

COLUMNS: Final = (
    "by",
    "order_id",
    "line_no",
    "deal_id",
    "customer_id",
    "product",
    "source",
    "pipeline",
    "on",
    "amount",
    "quantity",
    "refund",
    "refund_of",
    "status",
    "delivered_on",
    "rep_id",
    "partner_id",
    "partner_share",
)
"""Columns of a frame of sales.

`by` is what says that it was sold, an order or a deal; a deal stands as its own order of one line.
`amount` is minor units, negative for what takes back, as is `quantity`, which is missing where
nobody typed it. `source` and `pipeline` are the deal's.
"""

_FROM_THE_START: Final = dt.date(1900, 1, 1)
"""The first day of a sheet's calendar."""


@dataclass(frozen=True)
class Sold:
    """Every sale up to a day, once."""

    lines: pd.DataFrame
    """One row per order line or won deal that counts; columns as COLUMNS."""
    from_orders: dt.date | None
    """The first day on which order lines count; None where won deals count on every day."""
    findings: tuple[Finding, ...] = ()


def sold(tables: Tables, policy: Policy, *, as_of: dt.date) -> Sold:
    """List every sale up to and including `as_of`.

    An order line counts on `ordered_on` unless it is cancelled; one that takes back (`refund_of`
    is filled, or its amount is negative) counts negative, whatever sign was typed. A won deal
    counts on `closed_on`, with its amount, 0 where that is blank. Which of the two counts on a day
    is told by `sales_source`:

    - `orders`: order lines only; `deals`: won deals only.
    - `auto`: won deals before the first day of the month of the earliest order line, or of the month
      that `orders_from` names; order lines from that day on. Without either won deals always.

    Args:
        tables: Orders and Deals.
        as_of: what is dated later has not happened yet; it moves no cut-over either.

    Returns: the sales by day, then order and line, the day of the cut-over, and findings about won
        deals that count nowhere and about partners without a share.

    Source: one order of 10 in November, deals of 150,000 won up to October: 150,010 in the year.
    """
    today = pd.Timestamp(as_of)
    orders, deals = tables["Orders"], tables["Deals"]
    counted_orders = _standing_by(orders, as_of)
    won = won_deals(deals, policy)

    from_orders = _first_day_of_orders(counted_orders, policy.rules)
    won_by_now = won[won["closed_on"] <= today]
    if from_orders is None:
        counted_orders, counted_deals = counted_orders.iloc[:0], won_by_now
    else:
        cut_over = pd.Timestamp(from_orders)
        is_early = counted_orders["ordered_on"] < cut_over
        too_early, counted_orders = counted_orders[is_early], counted_orders[~is_early]
        counted_deals = won_by_now[won_by_now["closed_on"] < cut_over]

    parts = [_of_orders(counted_orders, deals), _of_deals(counted_deals)]
    lines = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    lines = lines.sort_values(["on", "order_id", "line_no"], kind="stable", ignore_index=True)

    findings = [*_undated(won), *_no_share("Deals", counted_deals)]
    if from_orders is not None:
        from_then_on = won_by_now[won_by_now["closed_on"] >= pd.Timestamp(from_orders)]
        findings += _unordered(orders, from_then_on, policy)
        findings += _too_early(too_early, policy)
        findings += _no_share("Orders", counted_orders)
    return Sold(lines, from_orders, tuple(findings))


def cut_over_day(orders: pd.DataFrame, rules: Rules, *, as_of: dt.date) -> dt.date | None:
    """The day from which order lines count instead of won deals, as `sold` finds it.

    Returns: None where no day divides the two: a setting says which of them counts, or there is no
        order line yet.
    """
    if rules.sales_source != "auto":
        return None
    return _first_day_of_orders(_standing_by(orders, as_of), rules)


def _standing_by(orders: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """The order lines up to a day that are not cancelled."""
    standing_lines = orders[standing(orders)]
    return standing_lines[standing_lines["ordered_on"] <= pd.Timestamp(as_of)]


def _first_day_of_orders(orders: pd.DataFrame, rules: Rules) -> dt.date | None:
    """The day from which order lines count instead of won deals; None for never."""
    if rules.sales_source == "deals":
        return None
    if rules.sales_source == "orders":
        return _FROM_THE_START
    if rules.orders_from:
        # Also where the last order was cancelled: what closed months were paid by does not move.
        return dt.date.fromisoformat(f"{rules.orders_from}-01")
    if orders.empty:
        return None
    first_order: dt.date = orders["ordered_on"].min().date()
    return first_order.replace(day=1)


def _of_orders(orders: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Order lines as sales; source and pipeline are those of the deal that an order names."""
    of_deal = deals.set_index("deal_id")[["source", "pipeline"]].reindex(orders["deal_id"])
    lines = orders.assign(
        by="order",
        on=orders["ordered_on"],
        refund=takes_back(orders),
        amount=signed_amounts(orders),
        quantity=signed_quantities(orders),
        source=of_deal["source"].array,
        pipeline=of_deal["pipeline"].array,
    )
    return lines[list(COLUMNS)]


def _of_deals(won: pd.DataFrame) -> pd.DataFrame:
    """Won deals as sales: one line each, delivered or refunded never."""
    lines = won.assign(
        by="deal",
        order_id=won["deal_id"],
        line_no=1,
        on=won["closed_on"],
        amount=won["amount"].fillna(0).astype("int64"),
        pipeline=won["pipeline"].fillna(MAIN_PIPELINE),
        quantity=pd.Series(None, index=won.index, dtype="float64"),
        refund=False,
        refund_of=pd.Series(None, index=won.index, dtype="str"),
        status=pd.Series(None, index=won.index, dtype="str"),
        delivered_on=pd.Series(pd.NaT, index=won.index, dtype="datetime64[us]"),
    )
    return lines[list(COLUMNS)]


def _unordered(orders: pd.DataFrame, won: pd.DataFrame, policy: Policy) -> list[Finding]:
    """Won deals that no order names though orders count: their money stands nowhere."""
    is_missing = ~won["deal_id"].isin(set(orders["deal_id"].dropna()))
    missing = won[is_missing]
    if missing.empty:
        return []
    amount = int(missing["amount"].fillna(0).sum())
    facts: dict[str, Fact] = {
        "count": len(missing),
        "amount": three_digits(amount, policy.decimals),
    }
    return [Finding("won-without-order", "warning", "Deals", found=str(len(missing)), params=facts)]


def _too_early(orders: pd.DataFrame, policy: Policy) -> list[Finding]:
    """Order lines of before the month from which orders count: their money stands nowhere."""
    if orders.empty:
        return []
    amount = three_digits(int(signed_amounts(orders).sum()), policy.decimals)
    facts: dict[str, Fact] = {"count": len(orders), "amount": amount}
    facts["month"] = policy.rules.orders_from
    return [Finding("order-before-cut-over", "warning", "Orders", params=facts)]


def _undated(won: pd.DataFrame) -> list[Finding]:
    """Won deals that count nowhere, for nothing says when they were won."""
    undated = won.loc[won["closed_on"].isna(), "deal_id"]
    return [
        Finding(
            "won-without-day",
            "warning",
            "Deals",
            row=int(row_index),
            field="closed_on",
            row_key=str(deal_id),
        )
        for row_index, deal_id in sorted(undated.items())
    ]


def _no_share(table: str, frame: pd.DataFrame) -> list[Finding]:
    """Partners who get nothing, for nobody typed their share."""
    is_missing = frame["partner_id"].notna() & frame["partner_share"].isna()
    missing = frame[is_missing].sort_index()
    keys = row_keys(table, missing)
    return [
        Finding(
            "partner-without-share",
            "warning",
            table,
            row=int(row_index),
            field="partner_share",
            row_key=keys[row_index],
            params={"partner": str(partner)},
        )
        for row_index, partner in missing["partner_id"].items()
    ]
