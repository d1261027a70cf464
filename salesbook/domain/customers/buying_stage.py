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
    begun = ~(deals["created_on"] > day)
    is_open = (stage_kinds(deals, policy) == "open").fillna(False)
    return frozenset(
        deals.loc[begun & (is_open | (deals["closed_on"] > day)), "customer_id"].dropna()
    )


def won_on(deals: pd.DataFrame, policy: Policy, as_of: dt.date) -> pd.Series[pd.Timestamp]:
    """Day of the last won deal by customer up to `as_of`; missing where no day was typed."""
    won = won_deals(deals, policy)
    past = won[won["customer_id"].notna() & ~(won["closed_on"] > pd.Timestamp(as_of))]
    return past.groupby("customer_id")["closed_on"].max()


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
    silent = customers["silent_days"] > customers["touch_days"] * rules.dormant_factor
    asleep = silent | (customers["p_alive"] < rules.p_alive_low)
    bought = customers["bought"]
    stages = np.select(
        [bought & asleep, bought, customers["open_deal"]],
        ["dormant", "customer", "intent"],
        "prospect",
    )
    return pd.Series(stages, index=customers.index, dtype="str")
