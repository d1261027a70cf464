"""How far have the orders of this month, quarter and year come?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    first_day,
    month_of,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.outcome import Task
from salesbook.domain.sales.standing import signed_amounts, standing, takes_back
from salesbook.frames import frame_of, sorted_by_key

_ALL: Final = "all"
_UNDELIVERED: Final = "placed"
_UNPAID: Final = ("delivered", "invoiced")
_KEY: Final = ["period", "slice_kind", "slice", "status"]


def order_stages(task: Task, unpaid: pd.DataFrame) -> pd.DataFrame:
    """Count the order lines of the running periods by how far they have come.

    A line without a status is as far as its dates and the payments tell. Of an order that is paid in
    full every line is paid. Late is what is past its due day: a line that is not delivered counts with
    its amount, a delivered order with what is still owed for it.

    Args: unpaid is what `unpaid_orders` finds.

    Returns: OrderStages, by key: for each period all orders, and those of each rep who has some.
        Without cancelled ones the amounts of a period add up to its order lines.
    """
    today, start_month = pd.Timestamp(task.as_of), task.policy.rules.fiscal_year_start
    orders = task.tables["Orders"]
    month = month_of(task.as_of)
    periods = (
        month,
        quarter_of_month(month, start_month),
        year_of_month(month, start_month),
    )
    year_began = pd.Timestamp(first_day(periods[-1], start_month))
    is_of_year = (orders["ordered_on"] >= year_began) & (orders["ordered_on"] <= today)
    if not is_of_year.any():
        return frame_of("OrderStages", {})

    lines = _lines(orders[is_of_year], _paid_orders(task, unpaid), unpaid, today)
    parts = []
    for period in periods:
        began = pd.Timestamp(first_day(period, start_month))
        of_period = lines[lines["ordered_on"] >= began].assign(period=period)
        parts.append(of_period.assign(slice_kind=_ALL, slice=_ALL))
        parts.append(of_period.assign(slice_kind="rep", slice=of_period["rep_id"]))
    counted = pd.concat(parts, ignore_index=True).groupby(_KEY)
    sums = counted.agg(
        orders=("order_id", "nunique"),
        amount=("signed", "sum"),
        late=("late_order", "nunique"),
        late_amount=("late_amount", "sum"),
    )
    columns = sums.reset_index()
    return sorted_by_key("OrderStages", frame_of("OrderStages", dict(columns.items())))


def _paid_orders(task: Task, unpaid: pd.DataFrame) -> pd.Index[Any]:
    """Orders of which a line is marked paid, or money came in and nothing is owed any more."""
    orders, payments = task.tables["Orders"], task.tables["Payments"]
    marked = orders.loc[(orders["status"] == "paid") & ~takes_back(orders), "order_id"]
    received = payments.loc[payments["paid_on"] <= pd.Timestamp(task.as_of), "order_id"]
    settled = pd.Index(received.unique()).difference(unpaid.index[unpaid["owed"] > 0], sort=False)
    return settled.union(pd.Index(marked.unique()), sort=False)


def _lines(
    orders: pd.DataFrame, paid: pd.Index[Any], unpaid: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    """Order lines with what their status means and which part of them is late."""
    status = _status(orders, paid)
    signed = signed_amounts(orders)
    # What is owed for an order stands once, at its first delivered line.
    is_unpaid = status.isin(_UNPAID)
    places = orders.assign(is_unpaid=is_unpaid).sort_values(["order_id", "line_no"])
    first = places[places["is_unpaid"]].drop_duplicates("order_id").index
    is_first = pd.Series(orders.index.isin(first), index=orders.index)
    is_owed = unpaid["due_on"] < today
    overdue = orders["order_id"].map(unpaid["owed"].where(is_owed, 0)).fillna(0).astype("int64")

    is_undelivered = (status == _UNDELIVERED) & (orders["due_on"] < today).fillna(False)
    late_amount = signed.where(is_undelivered, 0) + overdue.where(is_first, 0)
    return pd.DataFrame(
        {
            "order_id": orders["order_id"],
            "rep_id": orders["rep_id"],
            "ordered_on": orders["ordered_on"],
            "status": status,
            "signed": signed,
            "late_amount": late_amount,
            "late_order": orders["order_id"].where(is_undelivered | (is_first & (overdue > 0))),
        }
    )


def _status(orders: pd.DataFrame, paid: pd.Index[Any]) -> pd.Series[Any]:
    """How far each line has come: as typed, else as its dates and the payments tell."""
    typed = orders["status"]
    is_delivered = orders["delivered_on"].notna() | typed.isin(("delivered", "invoiced"))
    marked = (typed == "paid").fillna(False)
    is_paid = marked | (is_delivered & orders["order_id"].isin(paid))
    status = np.select(
        [
            ~standing(orders),
            takes_back(orders),
            is_paid,
            (typed == "invoiced").fillna(False),
            is_delivered.fillna(False),
        ],
        ["cancelled", "refunded", "paid", "invoiced", "delivered"],
        default="placed",
    )
    return pd.Series(status, index=orders.index)
