"""Which lead has a deal that several leads name?"""

from __future__ import annotations

import pandas as pd


def later_namers(leads: pd.DataFrame) -> pd.Series[bool]:
    """Which leads name a deal that another one named before: the first is who came in first, then by key."""
    in_time = leads.sort_values(["received_at", "lead_id"])
    names_again = in_time["deal_id"].notna() & in_time["deal_id"].duplicated()
    return names_again.reindex(leads.index).astype("bool")
