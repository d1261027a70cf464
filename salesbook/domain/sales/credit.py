"""Who is credited with which part of which sale, and when?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import months_of
from salesbook.domain.sales.standing import standing, takes_back, won_deals
from salesbook.frames import Tables
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
    if len(orders):
        sales, source = _order_sales(orders), "orders"
        findings = [*_unordered(orders, won), *_no_share("Orders", orders)]
    else:
        sales, source = _deal_sales(won), "deals"
        findings = [*_undated(won), *_no_share("Deals", deals)]
    lines = _split(sales[sales["on"] <= pd.Timestamp(as_of)])
    lines["month"] = months_of(lines["on"])
    return Credits(lines, source, tuple(findings))  # type: ignore[arg-type]


def _order_sales(orders: pd.DataFrame) -> pd.DataFrame:
    kept = orders[standing(orders)]
    return kept.assign(on=kept["ordered_on"], refund=takes_back(kept))


def _deal_sales(won: pd.DataFrame) -> pd.DataFrame:
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
    """One row for the rep and, where a partner has a share, one for the partner; by day and key."""
    share = sales["partner_share"].where(sales["partner_id"].notna()).fillna(0.0)
    partners, _ = times_rate(sales["amount"].to_numpy(dtype="int64"), share.to_numpy())
    amounts = sales["amount"].to_numpy(dtype="int64")
    plain = sales.drop(columns="rep_id")
    reps = plain.assign(
        rep_id=sales["rep_id"], amount=amounts - partners, lead=share.to_numpy() <= 0.5, turn=0
    )
    helped = share.to_numpy() > 0
    partner = plain.assign(
        rep_id=sales["partner_id"], amount=partners, lead=share.to_numpy() > 0.5, turn=1
    )[helped]
    both = pd.concat([reps, partner], ignore_index=True)
    both["amount"] = both["amount"].astype(np.int64)
    both["refund"] = both["refund"].astype(bool)
    both = both.sort_values(["on", "order_id", "line_no", "turn"], kind="stable", ignore_index=True)
    return both[list(COLUMNS)]


def order_counts(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per order, on its first day, with the rep who carries it; refunds are no orders."""
    return lines[lines["lead"] & ~lines["refund"]].drop_duplicates("order_id")


def new_customers(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per customer: the first order that the table knows, with the rep who carries it."""
    bought = lines[lines["lead"] & ~lines["refund"] & lines["customer_id"].notna()]
    return bought.drop_duplicates("customer_id")


def _unordered(orders: pd.DataFrame, won: pd.DataFrame) -> list[Finding]:
    """Won deals that nobody turned into an order, in a workbook that links orders to deals."""
    linked = set(orders["deal_id"].dropna())
    missing = won[~won["deal_id"].isin(linked)]
    if not linked or missing.empty:
        return []
    params = {"count": len(missing)}
    return [
        Finding("won-without-order", "warning", "Deals", found=str(len(missing)), params=params)
    ]


def _undated(won: pd.DataFrame) -> list[Finding]:
    missing = won[won["closed_on"].isna()]
    return [
        Finding(
            "won-without-day", "warning", "Deals", row=int(at), field="closed_on", row_key=str(deal)
        )
        for at, deal in sorted(missing["deal_id"].items())
    ]


def _no_share(table: str, frame: pd.DataFrame) -> list[Finding]:
    missing = frame[frame["partner_id"].notna() & frame["partner_share"].isna()]
    key = "order_id" if table == "Orders" else "deal_id"
    return [
        Finding(
            "partner-without-share",
            "warning",
            table,
            row=int(at),
            field="partner_share",
            row_key=f"{row[key]}|{row['line_no']}" if table == "Orders" else str(row[key]),
            found="",
            params={"partner": str(row["partner_id"])},
        )
        for at, row in missing.sort_index().iterrows()
    ]
