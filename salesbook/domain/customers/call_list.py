"""Which customers are due, who calls them, and on which channel?"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from salesbook.frames import frame_of
from salesbook.messages import Message
from salesbook.policy import Policy


def list_calls(
    customer_tiers: pd.DataFrame, customers: pd.DataFrame, policy: Policy, as_of: dt.date
) -> pd.DataFrame:
    """List the customers whose next touch is due by `as_of`.

    The owner calls, on the customer's channel, or on that of the tier where the customer has none.

    Args:
        customer_tiers: CustomerTiers.
        customers: Customers.

    Returns: CallList, longest late first, then by customer.
    """
    day = pd.Timestamp(as_of)
    is_due = customer_tiers["next_touch_on"] <= day
    due = customer_tiers[is_due].set_index("customer_id")
    customer = customers.set_index("customer_id").loc[due.index]

    channels = {rule.tier: rule.channel for rule in policy.tier_rules}
    rhythms = {rule.tier: rule.touch_days for rule in policy.tier_rules}
    tier_channel = due["tier"].map(channels).astype("str")
    rhythm = due["tier"].map(rhythms)

    because = [
        _because(*facts)
        for facts in zip(due["tier"], rhythm, due["last_touch_on"], due["days_stale"], strict=True)
    ]
    calls = frame_of(
        "CallList",
        {
            "customer_id": due.index.to_series(),
            "rep_id": customer["owner_id"],
            "due_on": due["next_touch_on"],
            "days_late": (day - due["next_touch_on"]).dt.days,
            "channel": customer["channel"].fillna(tier_channel),
            "tier": due["tier"],
            "because": pd.Series(because, dtype="object"),
        },
    )
    return calls.sort_values(
        ["days_late", "customer_id"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _because(tier: str, rhythm: float, last: pd.Timestamp, days: float) -> Message:
    """Why the call is due: never touched, or not since so many days."""
    if pd.isna(last):
        return Message("call-first", {"tier": tier, "every": rhythm})
    return Message("call-late", {"days": days, "last": last.date(), "tier": tier, "every": rhythm})
