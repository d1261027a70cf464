"""Do refunds and payments fit the orders they belong to?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from salesbook.domain.checks.entry_checks import amounts_of, flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.sales.standing import (
    billed_orders,
    signed_amounts,
    standing,
    takes_back,
)
from salesbook.messages import Finding


def refunds(task: Task) -> Iterator[Finding]:
    """A refund says which order it takes back, is negative, and not above the order."""
    if not has_rows(task, "Orders"):
        return
    orders = task.tables["Orders"]
    amount, refunded = orders["amount"], orders["refund_of"]

    nameless = standing(orders) & (amount < 0) & refunded.isna()
    yield from flag(task, "Orders.refund_of", nameless, "refund-without-order")

    not_negative = refunded.notna() & (amount > 0)
    yield from flag(task, "Orders.amount", not_negative, "refund-not-negative", order=refunded)

    of_itself = (refunded == orders["order_id"]).fillna(False)
    yield from flag(task, "Orders.refund_of", of_itself, "refund-of-itself")
    yield from _too_large(task, orders)


def of_deals(task: Task) -> Iterator[Finding]:
    """An order is its deal's customer's, and its deal is won."""
    if not has_rows(task, "Orders", "Deals"):
        return
    orders, deals = task.tables["Orders"], task.tables["Deals"]
    of_deal = deals.assign(kind=stage_kinds(deals, task.policy)).set_index("deal_id")
    of_deal = of_deal[~of_deal.index.duplicated()]
    named = of_deal.reindex(orders["deal_id"]).set_axis(orders.index)

    customer = named["customer_id"]
    of_other = (orders["customer_id"] != customer) & customer.notna()
    yield from flag(
        task, "Orders.customer_id", of_other, "order-of-other-customer", customer=customer
    )

    is_kept = standing(orders) & ~takes_back(orders)
    not_won = is_kept & named["kind"].isin(["open", "lost"])
    yield from flag(task, "Orders.deal_id", not_won, "order-of-unwon-deal", stage=named["stage"])


def _too_large(task: Task, orders: pd.DataFrame) -> Iterator[Finding]:
    """Refunds of one order do not exceed what was sold in it together; the last one is named."""
    amount, refunded = signed_amounts(orders), orders["refund_of"]
    is_kept = standing(orders)
    is_refund = is_kept & takes_back(orders)

    is_refunded_sale = is_kept & (amount > 0) & orders["order_id"].isin(refunded.dropna())
    sold_by_order = orders[is_refunded_sale].groupby("order_id")["amount"].sum()
    refunded_by_order = -amount[is_refund].groupby(refunded[is_refund]).sum()

    sold = refunded.map(sold_by_order)
    is_above = is_refund & (refunded.map(refunded_by_order) > sold)
    in_time = orders[is_above].sort_values(["ordered_on", "order_id", "line_no"])
    last = _last_of_each(in_time["refund_of"])

    yield from flag(
        task,
        "Orders.amount",
        _rows_among(orders, last),
        "refund-too-large",
        order=refunded,
        sold=amounts_of(task, sold, last),
    )


def of_people(task: Task) -> Iterator[Finding]:
    """Who has an order had been hired by then.

    Before his first day he is in no team, so that the order counts for the company and for no team.
    """
    if not has_rows(task, "Orders", "Reps"):
        return
    orders = task.tables["Orders"]
    # Whoever is hired after the day of the run stands in the workbook, too.
    hired_by_rep = task.as_it_stands("Reps").set_index("rep_id")["hired_on"]
    hired_on = orders["rep_id"].map(hired_by_rep)
    too_early = standing(orders) & (orders["ordered_on"] < hired_on)
    yield from flag(task, "Orders.rep_id", too_early, "order-before-hire", hired=hired_on)


def payments(task: Task) -> Iterator[Finding]:
    """Payments of an order do not exceed it; the last payment is named.

    An order is worth its positive lines that are not cancelled.
    """
    if not has_rows(task, "Payments", "Orders"):
        return
    orders, paid = task.tables["Orders"], task.tables["Payments"]

    counts = standing(orders) & ~takes_back(orders)
    worth_of_line = orders["amount"].where(counts, 0)
    worth = worth_of_line.groupby(orders["order_id"], sort=False).sum()

    owed = paid["order_id"].map(worth)
    total_paid = paid.groupby("order_id", sort=False)["amount"].transform("sum")
    is_overpaid = (total_paid > owed).fillna(False)
    in_time = paid[is_overpaid].sort_values(["paid_on", "payment_id"])
    last = _last_of_each(in_time["order_id"])

    yield from flag(
        task,
        "Payments.amount",
        _rows_among(paid, last),
        "overpaid",
        order=paid["order_id"],
        paid=amounts_of(task, total_paid, last),
        owed=amounts_of(task, owed, last),
    )


def paid_back(task: Task) -> Iterator[Finding]:
    """Money is paid back only where more had come in than the order comes to.

    A negative payment says that it was. What a customer sends back is a refund line of Orders, which
    lowers what the order comes to; without one a payment of -70 is likely one of 70.
    """
    if not has_rows(task, "Payments", "Orders"):
        return
    orders, paid = task.tables["Orders"], task.tables["Payments"]

    kept = orders[standing(orders)]
    comes_to = signed_amounts(kept).groupby(billed_orders(kept), sort=False).sum()
    owed = paid["order_id"].map(comes_to).fillna(0).astype("int64")
    total_paid = paid.groupby("order_id", sort=False)["amount"].transform("sum")
    too_much_back = (paid["amount"] < 0) & (total_paid < owed)
    rows = paid.index[too_much_back.fillna(False).astype("bool")]

    yield from flag(
        task,
        "Payments.amount",
        too_much_back,
        "paid-back-too-much",
        order=paid["order_id"],
        paid=amounts_of(task, total_paid, rows),
        owed=amounts_of(task, owed, rows),
    )


def _last_of_each(orders: pd.Series[str]) -> pd.Index[Any]:
    """Rows that are the last of their order."""
    is_followed = orders.duplicated(keep="last")
    return orders.index[~is_followed]


def _rows_among(frame: pd.DataFrame, rows: pd.Index[Any]) -> pd.Series[bool]:
    return pd.Series(frame.index.isin(rows), index=frame.index)
