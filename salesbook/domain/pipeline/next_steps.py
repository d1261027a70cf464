"""What is the next step of each open deal: its own, or else that of its newest activity?"""

from __future__ import annotations

import pandas as pd


def with_next_steps(
    deals: pd.DataFrame, activities: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    """Fill `next_on` and `next_step` of deals that have neither from their newest activity.

    A deal with either of the two typed keeps both: half a step of the deal and half of an activity
    would be a step that nobody planned.

    Args:
        deals: rows of Deals.
        activities: those up to `today` count.
    """
    has_plan = deals["next_on"].notna() | deals["next_step"].notna()

    unplanned = activities["deal_id"].isin(deals.loc[~has_plan, "deal_id"])
    done = activities[unplanned & (activities["done_on"] <= today)]

    in_time = done.sort_values(["done_on", "activity_id"])
    newest = in_time.drop_duplicates("deal_id", keep="last").set_index("deal_id")
    steps = newest[["next_on", "next_step"]].reindex(deals["deal_id"])
    steps = steps.set_axis(deals.index)

    return deals.assign(
        next_on=deals["next_on"].where(has_plan, steps["next_on"]),
        next_step=deals["next_step"].where(has_plan, steps["next_step"]),
    )
