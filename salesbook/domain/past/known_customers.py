"""Which customers did we know on a day, whatever day of entry stands with them?"""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.past.days import is_later
from salesbook.frames import Tables
from salesbook.tables import TABLES

_DEEDS: Final = {
    "Orders": "ordered_on",
    "Activities": "done_on",
    "Deals": "created_on",
    "Feedback": "received_at",
}
"""Table and the day on which something happened with the customer whom its row names."""


def first_deeds(tables: Tables, day: dt.date) -> pd.Series[pd.Timestamp]:
    """The first day, up to `day`, on which something happened with each customer, by key.

    An order, an activity, a deal that was opened, or feedback: whoever did one of them was known. Only
    the tables at hand are asked; whoever did nothing is not in it.
    """
    parts = []
    for table, field in _DEEDS.items():
        if table not in tables:
            continue
        rows = tables[table]
        kind = TABLES[table].field(field).kind
        counts = rows["customer_id"].notna() & rows[field].notna()
        counts &= ~is_later(rows[field], kind, day)
        customers = rows.loc[counts, "customer_id"]
        parts.append(rows.loc[counts, field].dt.normalize().groupby(customers).min())
    if not parts:
        return pd.Series(dtype="datetime64[us]")
    all_of_them = pd.concat(parts)
    return all_of_them.groupby(level=0).min().astype("datetime64[us]")


def known_by_deeds(customers: pd.DataFrame, tables: Tables, day: dt.date) -> Flags:
    """True for customers who are entered as of a later day, and of whom there is something before.

    Who has ordered is a customer. A year that was mistyped in *Created on* must not take him, and what
    he bought, out of every list while the sum of all sales still holds it.
    """
    is_ahead = is_later(customers["created_on"], TABLES["Customers"].field("created_on").kind, day)
    if not is_ahead.any():
        return is_ahead
    has_deeds: Flags = customers["customer_id"].isin(first_deeds(tables, day).index).to_numpy(bool)
    return is_ahead & has_deeds
