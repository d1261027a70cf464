"""Who is credited with which part of which sale, and when?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import months_of
from salesbook.domain.sales.standing import standing, takes_back, won_deals
from salesbook.frames import Tables, row_keys
from salesbook.messages import Finding
from salesbook.money import times_rate
from salesbook.policy import Policy

COLUMNS: Final = (
    "order_id",
    "line_no",
    "customer_id",
    "product",
    "on",
    "amount",
    "refund",
    "refund_of",
    "status",
    "delivered_on",
    "rep_id",
    "lead",
)
"""Columns of a frame of credits, and `month`.

`amount` is minor units of this rep's part, `refund` true for what takes back, `lead` true for the
rep who carries what cannot be divided: an order counted, a customer won.
"""


@dataclass(frozen=True)
class Credits:
    """Every sale, split between its rep and its partner."""

    lines: pd.DataFrame
    """One row per order line and credited rep; columns as COLUMNS, and `month`."""
    source: Literal["orders", "deals"]
    findings: tuple[Finding, ...] = ()


def credits_of(tables: Tables, policy: Policy, *, as_of: dt.date) -> Credits:
    """Split every sale between its rep and its partner, to the minor unit.

    Sales are the order lines that are not cancelled, on `ordered_on`; refunds count as negative
    sales on their own day. Only where Orders has no rows at all do won deals stand in for them,
    with their amount on `closed_on`, so that no sale ever counts twice. The partner gets
    `partner_share` of a line, rounded once, the rep the rest; a partner without a share gets
    nothing. What is dated after `as_of` has not happened yet.
    """
    orders, deals = tables["Orders"], tables["Deals"]
    won = won_deals(deals, policy)

    source: Literal["orders", "deals"]
    if len(orders):
        source, sales = "orders", _order_sales(orders)
        findings = [*_unordered(orders, won), *_no_share("Orders", orders)]
    else:
        source, sales = "deals", _deal_sales(won)
        findings = [*_undated(won), *_no_share("Deals", deals)]

    has_happened = sales["on"] <= pd.Timestamp(as_of)
    lines = _split(sales[has_happened])
    lines["month"] = months_of(lines["on"])
    return Credits(lines, source, tuple(findings))


def _order_sales(orders: pd.DataFrame) -> pd.DataFrame:
    kept = orders[standing(orders)]
    return kept.assign(on=kept["ordered_on"], refund=takes_back(kept))


def _deal_sales(won: pd.DataFrame) -> pd.DataFrame:
    """Won deals with the columns of order lines: one line each, delivered or refunded never."""
    dated = won[won["closed_on"].notna()]
    return dated.assign(
        order_id=dated["deal_id"],
        line_no=1,
        on=dated["closed_on"],
        amount=dated["amount"].fillna(0),
        refund=False,
        refund_of=None,
        status=None,
        delivered_on=pd.NaT,
    )


def _split(sales: pd.DataFrame) -> pd.DataFrame:
    """One row for the rep and, where a partner has a share, one for the partner; by day and key.

    Only the partner's part is rounded, and the rep gets what is left: two parts rounded each by
    itself may come to a cent more or less than the sale.
    """
    has_partner = sales["partner_id"].notna()
    share = sales["partner_share"].where(has_partner).fillna(0.0).to_numpy()
    amount = sales["amount"].to_numpy(dtype="int64")
    partner_amount, _ = times_rate(amount, share)

    # An order or a customer cannot be divided: whoever has the larger part carries it.
    partner_leads = share > 0.5

    common = sales.drop(columns="rep_id")
    of_reps = common.assign(
        rep_id=sales["rep_id"],
        amount=amount - partner_amount,
        lead=~partner_leads,
        turn=0,
    )
    of_partners = common.assign(
        rep_id=sales["partner_id"],
        amount=partner_amount,
        lead=partner_leads,
        turn=1,
    )
    has_share = share > 0
    parts = pd.concat([of_reps, of_partners[has_share]], ignore_index=True)

    # Concatenating an empty part may turn numbers and flags into objects.
    parts["amount"] = parts["amount"].astype(np.int64)
    parts["refund"] = parts["refund"].astype(bool)

    # `turn` puts the rep before the partner of the same line.
    order = ["on", "order_id", "line_no", "turn"]
    in_order = parts.sort_values(order, kind="stable", ignore_index=True)
    return in_order[list(COLUMNS)]


def order_counts(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per order, on its first day, with the rep who carries it; refunds are no orders."""
    is_order = lines["lead"] & ~lines["refund"]
    return lines[is_order].drop_duplicates("order_id")


def new_customers(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per customer: the first order that the table knows, with the rep who carries it."""
    is_order = lines["lead"] & ~lines["refund"]
    bought = lines[is_order & lines["customer_id"].notna()]
    return bought.drop_duplicates("customer_id")


def _unordered(orders: pd.DataFrame, won: pd.DataFrame) -> list[Finding]:
    """Won deals that nobody turned into an order, in a workbook that links orders to deals."""
    linked = set(orders["deal_id"].dropna())
    count = int((~won["deal_id"].isin(linked)).sum())
    if not linked or not count:
        return []
    return [
        Finding("won-without-order", "warning", "Deals", found=str(count), params={"count": count})
    ]


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
