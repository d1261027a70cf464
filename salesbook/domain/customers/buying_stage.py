"""How far has a customer come: prospect, intent, customer, or dormant again?"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.sales.standing import won_deals
from salesbook.policy import Policy


def with_open_deal(deals: pd.DataFrame, policy: Policy, as_of: dt.date) -> frozenset[str]:
    """Customers with a deal that was open on that day, or was closed only later."""
    day = pd.Timestamp(as_of)
    # A deal without `created_on` has begun: only a typed later day says that it had not.
    has_begun = ~(deals["created_on"] > day)
    is_open_now = (stage_kinds(deals, policy) == "open").fillna(False)
    closed_later = deals["closed_on"] > day
    was_open = has_begun & (is_open_now | closed_later)
    return frozenset(deals.loc[was_open, "customer_id"].dropna())


def won_on(deals: pd.DataFrame, policy: Policy, as_of: dt.date) -> pd.Series[pd.Timestamp]:
    """Day of the last won deal by customer up to `as_of`; missing where no day was typed."""
    won = won_deals(deals, policy)
    has_customer = won["customer_id"].notna()
    won_later = won["closed_on"] > pd.Timestamp(as_of)
    won_by_then = won[has_customer & ~won_later]
    return won_by_then.groupby("customer_id")["closed_on"].max()


def buying_stages(customers: pd.DataFrame, policy: Policy) -> pd.Series[str]:
    """Say how far each customer has come.

    prospect: no open deal and nothing bought; intent: an open deal; customer: bought; dormant:
    bought, but silent (no touch, no purchase) for longer than `dormant_factor` times the tier's
    rhythm, or P(alive) below `p_alive_low`. Who has bought is judged by that, open deal or not.

    Args:
        customers: `open_deal`, `bought` (flags), `silent_days` (missing: not known), `touch_days`
            of the tier, `p_alive` (missing: not known).
    """
    rules = policy.rules
    longest_silence = customers["touch_days"] * rules.dormant_factor
    is_silent = customers["silent_days"] > longest_silence
    is_unlikely_alive = customers["p_alive"] < rules.p_alive_low
    is_dormant = is_silent | is_unlikely_alive

    has_bought = customers["bought"]
    stages = np.select(
        [has_bought & is_dormant, has_bought, customers["open_deal"]],
        ["dormant", "customer", "intent"],
        default="prospect",
    )
    return pd.Series(stages, index=customers.index, dtype="str")
