"""Who owes how much for delivered orders, and how long is it overdue?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of, sorted_by_key

_AGES: Final[Mapping[str, tuple[float, float]]] = {
    "to_30": (0, 30),
    "to_60": (30, 60),
    "to_90": (60, 90),
    "over_90": (90, float("inf")),
}
"""Days after the due day: more than the first, up to the second."""


def receivables(task: Task, staff: Staff, orders: pd.DataFrame) -> pd.DataFrame:
    """Add up per customer what is owed, by how many days it is past its due day.

    What is owed for an order says `unpaid_orders`, by which alerts go as well; an order is as old as
    its last due day. Without one it is never late. What was overpaid is no negative debt of some age
    but stands by itself, so that it hides no overdue order.

    Args: orders is what `unpaid_orders` finds.

    Returns: Receivables, by key; total = all ages − credit.
    """
    today = pd.Timestamp(task.as_of)
    if orders.empty:
        return frame_of("Receivables", {})

    days_late = (today - orders["due_on"].astype("datetime64[us]")).dt.days.fillna(0)
    owed = orders["owed"]
    parts = {"not_due": owed.where(days_late <= 0, 0)}
    for name, (after, up_to) in _AGES.items():
        parts[name] = owed.where((days_late > after) & (days_late <= up_to), 0)
    is_overdue = (days_late > 0) & (owed > 0)
    sums = (
        orders.assign(**parts, oldest=orders["due_on"].where(is_overdue))
        .groupby("customer_id")
        .agg({**dict.fromkeys((*parts, "owed", "credit"), "sum"), "oldest": "min"})
    )
    return sorted_by_key(
        "Receivables",
        frame_of(
            "Receivables",
            {
                "customer_id": sums.index.to_series(),
                "rep_id": _who_asks(orders, sums.index, task, staff),
                **{name: sums[name] for name in (*parts, "credit")},
                "total": sums["owed"] - sums["credit"],
                "oldest_due_on": sums["oldest"],
            },
        ),
    )


def _who_asks(
    orders: pd.DataFrame, customers: pd.Index[Any], task: Task, staff: Staff
) -> pd.Series[str]:
    """The customer's owner, else the rep of the order due first; of one who left, the manager."""
    known = task.tables["Customers"].drop_duplicates("customer_id").set_index("customer_id")
    in_order = orders.reset_index().sort_values(["due_on", "order_id"], na_position="last")
    of_order = in_order.drop_duplicates("customer_id").set_index("customer_id")["rep_id"]
    owner = known["owner_id"].reindex(customers)
    reps = owner.fillna(of_order.reindex(customers))
    can_act = {rep: staff.responsible(rep, task.as_of) for rep in reps.dropna().unique()}
    return reps.map(can_act).astype("str")
