"""Which lead has a deal that several leads name?"""

from __future__ import annotations

import pandas as pd


def first_namers(leads: pd.DataFrame) -> pd.Series[str]:
    """The lead, by its key, that was the first to name the deal of each: who came in first, then by key.

    Missing where a lead names no deal.
    """
    in_time = leads.sort_values(["received_at", "lead_id"])
    first = in_time.drop_duplicates("deal_id").dropna(subset=["deal_id"])
    return leads["deal_id"].map(first.set_index("deal_id")["lead_id"])


def later_namers(leads: pd.DataFrame) -> pd.Series[bool]:
    """Which leads name a deal that another one named before."""
    first = first_namers(leads)
    return first.notna() & (first != leads["lead_id"]).fillna(False).astype("bool")
