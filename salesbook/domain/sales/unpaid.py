"""What is still owed for each order, and since when? The one answer for alerts and tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from salesbook.domain.sales.standing import billed_orders, signed_amounts, standing, takes_back

COLUMNS = ("customer_id", "rep_id", "line_no", "due_on", "owed", "credit")


def keeps_payments(orders: pd.DataFrame, payments: pd.DataFrame) -> bool:
    """Whether a book says what was paid; in one that does not, everything would seem unpaid."""
    return len(payments) > 0 or bool((orders["status"] == "paid").any())


def unpaid_orders(
    orders: pd.DataFrame, payments: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    """Find, per order, what the customer owes for it, or has paid too much.

    An order counts once a line of it is delivered, for before nobody has to pay. Refunds that name it
    lower what it comes to; cancelled lines are nothing. A line marked paid says it for the whole
    order, with payments or without: nothing is owed then, and of what came in only that is too much
    which exceeds all. A refund that is itself marked paid was given back in money, and is no credit
    once more. A line that lowers another order stands for no order of its own.

    Args:
        today: the last day whose payments count.

    Returns: one row per order of which something is owed or overpaid, by key: `customer_id`, `rep_id`
        and `line_no` of its first line, `due_on` the last due day of its lines, missing where none
        has one; `owed` and `credit` in minor units, one of them 0. None in a book that keeps no
        payments.
    """
    kept = orders[standing(orders)]
    if kept.empty or not keeps_payments(orders, payments):
        return pd.DataFrame(columns=list(COLUMNS)).rename_axis("order_id")

    order_id, status = kept["order_id"], kept["status"]
    is_delivered = kept["delivered_on"].notna() | status.isin(("delivered", "invoiced", "paid"))
    is_own_line = kept["refund_of"].isna()
    # One line says it for the whole order: deliveries and payments are noted where it is handy.
    counted = order_id[is_delivered & is_own_line].unique()
    lines = kept[order_id.isin(counted) & is_own_line].sort_values(["order_id", "line_no"])
    first = lines.drop_duplicates("order_id").set_index("order_id")
    order_ids = first.index

    amounts, billed = signed_amounts(kept), billed_orders(kept)
    comes_to = _sum(amounts, billed, order_ids)
    given_back = takes_back(kept) & (status == "paid").fillna(False)
    paid_back = -_sum(amounts[given_back], billed[given_back], order_ids)
    received = payments[payments["paid_on"] <= today]
    came_in = _sum(received["amount"], received["order_id"], order_ids)

    marked_paid = order_ids.isin(order_id[is_own_line & (status == "paid")])
    owed = (comes_to - came_in).clip(lower=0).mask(marked_paid, 0)
    credit = (came_in - comes_to - paid_back).clip(lower=0)
    due_on = lines.groupby("order_id")["due_on"].max()
    found = first[["customer_id", "rep_id", "line_no"]].assign(
        due_on=due_on, owed=owed, credit=credit
    )
    return found[(owed > 0) | (credit > 0)]


def _sum(amounts: pd.Series[Any], of: pd.Series[Any], order_ids: pd.Index[Any]) -> pd.Series[Any]:
    """Money by the order that it belongs to."""
    return amounts.groupby(of).sum().reindex(order_ids, fill_value=0).astype("int64")
