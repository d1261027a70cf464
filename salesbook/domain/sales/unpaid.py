"""What is still owed for each order, and since when? The one answer for alerts and tables."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Ints
from salesbook.domain.sales.standing import billed_orders, signed_amounts, standing, takes_back

COLUMNS: Final = ("customer_id", "rep_id", "line_no", "due_on", "owed", "credit")


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

    # Orders by number: of a hundred thousand names the numbers are added up ten times as fast.
    number, names = pd.factorize(kept["order_id"])
    ids, count = pd.Index(names), len(names)
    status = kept["status"].fillna("")
    is_own_line = kept["refund_of"].isna().to_numpy()
    has_day = kept["delivered_on"].notna()
    is_delivered = (has_day | status.isin(("delivered", "invoiced", "paid"))).to_numpy()
    is_marked = (status == "paid").to_numpy()
    # One line says it for the whole order: deliveries and payments are noted where it is handy.
    counts = _any(is_delivered & is_own_line, number, count)
    marked_paid = _any(is_marked & is_own_line, number, count)

    amounts = signed_amounts(kept).to_numpy(dtype=np.int64)
    billed = ids.get_indexer(pd.Index(billed_orders(kept)))
    comes_to = _sum(amounts, billed, count)
    given_back = takes_back(kept).to_numpy(dtype=bool) & is_marked
    paid_back = -_sum(np.where(given_back, amounts, 0), billed, count)
    received = payments[payments["paid_on"] <= today]
    paid = received["amount"].to_numpy(dtype=np.int64)
    came_in = _sum(paid, ids.get_indexer(pd.Index(received["order_id"])), count)

    owed = np.where(marked_paid, 0, np.maximum(comes_to - came_in, 0))
    credit = np.maximum(came_in - comes_to - paid_back, 0)
    found = counts & ((owed > 0) | (credit > 0))

    lines = kept[is_own_line & found[number]].sort_values(["order_id", "line_no"])
    first = lines.drop_duplicates("order_id").set_index("order_id")
    place = ids.get_indexer(first.index)
    return first[["customer_id", "rep_id", "line_no"]].assign(
        due_on=lines.groupby("order_id")["due_on"].max(), owed=owed[place], credit=credit[place]
    )


def _any(is_so: Flags, number: Ints, count: int) -> Flags:
    """Of each order whether any of its lines is so."""
    found = np.zeros(count, dtype=bool)
    found[number[is_so]] = True
    return found


def _sum(amounts: Ints, number: Ints, count: int) -> Ints:
    """Money by the number of the order that it belongs to; -1 belongs to none."""
    sums = np.zeros(count, dtype=np.int64)
    is_known = number >= 0
    np.add.at(sums, number[is_known], amounts[is_known])
    return sums
