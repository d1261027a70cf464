"""After which visits did something happen with the customer?

It is a count and no effect: reps visit those who are about to buy, and nobody knows what would have
happened without the visit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.pipeline.stages.codes import LOST, UNKNOWN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries
from salesbook.domain.sales.standing import standing, takes_back
from salesbook.frames import Tables

WITHIN_DAYS: Final = 14
"""So many days after a visit what happens with the customer is said to follow it."""


def forward_moves(deals: KnownDeals, known: Entries, codes: StageCodes) -> pd.DataFrame:
    """The days on which deals reached a later stage, or were won.

    Returns: `customer_id` and `day`; not what was only inferred, for its day is a guess.
    """
    before, after = known.code[:-1], known.code[1:]
    # A stage that Settings lack is UNKNOWN and would lead to the last one.
    is_known = (before != UNKNOWN) & (after != UNKNOWN)
    is_forward = (codes.place[after] > codes.place[before]) & (codes.kind[after] != LOST)
    is_dated = known.follows()[1:] & known.certain[1:]
    moved = np.flatnonzero(is_known & is_forward & is_dated) + 1
    customers = deals.frame["customer_id"].to_numpy(dtype=object)[known.deal[moved]]
    return pd.DataFrame(
        {
            "customer_id": pd.Series(customers, dtype="str"),
            "day": pd.Series(known.entered[moved].astype("datetime64[us]")),
        }
    )


def led_on(tables: Tables, activities: pd.DataFrame, moved: pd.DataFrame) -> Flags:
    """Say of each activity whether its customer ordered, or a deal of his began or moved, soon after.

    The day of the activity counts: an order may be signed at the visit.

    Args:
        activities: rows of Activities; one without customer goes by its deal's.
        moved: as `forward_moves` gives it.
    """
    deals, orders = tables["Deals"], tables["Orders"]
    customer_of = deals.set_index("deal_id")["customer_id"]
    of_deal = activities["deal_id"].map(customer_of).astype("str")
    customers = activities["customer_id"].fillna(of_deal)

    bought = orders[standing(orders) & ~takes_back(orders)]
    events = pd.concat(
        [
            bought[["customer_id", "ordered_on"]].set_axis(["customer_id", "day"], axis=1),
            deals[["customer_id", "created_on"]].set_axis(["customer_id", "day"], axis=1),
            moved,
        ]
    ).dropna()
    if events.empty or activities.empty:
        return np.zeros(len(activities), dtype=bool)

    # Customer and day as one number: then the next event of a customer is the next number.
    names = pd.Index(events["customer_id"].unique())
    happened = np.sort(_numbers(names, events["customer_id"], events["day"]))
    asked = _numbers(names, customers, activities["done_on"])
    place = np.minimum(np.searchsorted(happened, asked), len(happened) - 1)
    days_later = happened[place] - asked
    is_known = names.get_indexer(pd.Index(customers)) >= 0
    found: Flags = is_known & (days_later >= 0) & (days_later <= WITHIN_DAYS)
    return found


_DAYS_APART: Final = 10**6
"""More than there are days: what is further apart belongs to two customers."""


def _numbers(
    names: pd.Index[str], customers: pd.Series[str], days: pd.Series[pd.Timestamp]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    day = days.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.asarray(names.get_indexer(pd.Index(customers)).astype(np.int64) * _DAYS_APART + day)
