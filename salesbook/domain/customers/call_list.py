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
    due = customer_tiers[customer_tiers["next_touch_on"] <= day].set_index("customer_id")
    own = customers.set_index("customer_id").loc[due.index]
    rules = {rule.tier: rule for rule in policy.tier_rules}
    usual = due["tier"].map({tier: rule.channel for tier, rule in rules.items()}).astype("str")
    every = due["tier"].map({tier: rule.touch_days for tier, rule in rules.items()})
    calls = frame_of(
        "CallList",
        {
            "customer_id": due.index.to_series(),
            "rep_id": own["owner_id"],
            "due_on": due["next_touch_on"],
            "days_late": (day - due["next_touch_on"]).dt.days,
            "channel": own["channel"].fillna(usual),
            "tier": due["tier"],
            "because": pd.Series(
                [
                    _because(tier, days, last, late)
                    for tier, days, last, late in zip(
                        due["tier"], every, due["last_touch_on"], due["days_stale"], strict=True
                    )
                ],
                dtype="object",
            ),
        },
    )
    return calls.sort_values(
        ["days_late", "customer_id"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _because(tier: str, every: float, last: pd.Timestamp, days: float) -> Message:
    if pd.isna(last):
        return Message("call-first", {"tier": tier, "every": every})
    return Message("call-late", {"days": days, "last": last.date(), "tier": tier, "every": every})
