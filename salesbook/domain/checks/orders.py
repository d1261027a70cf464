"""Do refunds and payments fit the orders they belong to?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from salesbook.domain.checks.entry_checks import amount_of, flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.domain.sales.standing import standing
from salesbook.messages import Finding


def refunds(task: Task) -> Iterator[Finding]:
    """A negative line says which order it takes back; what takes back is negative and not above the
    order.
    """
    if not has_rows(task, "Orders"):
        return
    orders = task.tables["Orders"]
    amount, of = orders["amount"], orders["refund_of"]
    kept = standing(orders)
    nameless = kept & (amount < 0) & of.isna()
    yield from flag(task, "Orders.refund_of", nameless, "refund-without-order")
    yield from flag(
        task, "Orders.amount", of.notna() & (amount > 0), "refund-not-negative", order=of
    )
    yield from flag(
        task, "Orders.refund_of", (of == orders["order_id"]).fillna(False), "refund-of-itself"
    )
    taken_back = orders["order_id"].isin(of.dropna())
    sold = orders[kept & (amount > 0) & taken_back].groupby("order_id")["amount"].sum()
    back = -orders[kept & (amount < 0)].groupby("refund_of")["amount"].sum()
    limit = of.map(sold)
    above = kept & (amount < 0) & (of.map(back) > limit)
    last = orders[above].sort_values(["ordered_on", "order_id", "line_no"])
    worst = last.index[~last["refund_of"].duplicated(keep="last")]
    facts = pd.Series(
        {row: amount_of(task, limit[row]) for row in worst}, index=orders.index, dtype="object"
    )
    wrong = pd.Series(orders.index.isin(worst), index=orders.index)
    yield from flag(task, "Orders.amount", wrong, "refund-too-large", order=of, sold=facts)


def payments(task: Task) -> Iterator[Finding]:
    """Payments of an order do not exceed it; the last payment is named.

    An order is worth its positive lines that are not cancelled.
    """
    if not has_rows(task, "Payments", "Orders"):
        return
    orders, paid = task.tables["Orders"], task.tables["Payments"]
    worth = orders["amount"].where(standing(orders) & (orders["amount"] > 0), 0)
    owed = paid["order_id"].map(worth.groupby(orders["order_id"], sort=False).sum())
    total = paid.groupby("order_id", sort=False)["amount"].transform("sum")
    ordered = paid[(total > owed).fillna(False)].sort_values(["paid_on", "payment_id"])
    last = ordered.index[~ordered["order_id"].duplicated(keep="last")]
    wrong = pd.Series(paid.index.isin(last), index=paid.index)
    owed_shown, total_shown = (
        pd.Series(
            {row: amount_of(task, amounts[row]) for row in last}, index=paid.index, dtype="object"
        )
        for amounts in (owed, total)
    )
    yield from flag(
        task,
        "Payments.amount",
        wrong,
        "overpaid",
        order=paid["order_id"],
        paid=total_shown,
        owed=owed_shown,
    )
