"""How far has a customer come: prospect, intent, customer, or dormant again?"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.sales.standing import won_deals
from salesbook.messages import Message
from salesbook.policy import Policy

_MORE_LIKELY_THAN_NOT: Final = 0.5


def open_deals(deals: pd.DataFrame, policy: Policy, as_of: dt.date) -> pd.DataFrame:
    """The deals that were open on that day, or were closed only later."""
    day = pd.Timestamp(as_of)
    # A deal without `created_on` has begun: only a typed later day says that it had not.
    has_begun = ~(deals["created_on"] > day)
    is_open_now = (stage_kinds(deals, policy) == "open").fillna(False)
    closed_later = deals["closed_on"] > day
    return deals[has_begun & (is_open_now | closed_later)]


def with_open_deal(deals: pd.DataFrame, policy: Policy, as_of: dt.date) -> frozenset[str]:
    """Customers with a deal that was open on that day, or was closed only later."""
    return frozenset(open_deals(deals, policy, as_of)["customer_id"].dropna())


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
    bought, but P(alive) below `p_alive_low`, or silent (no touch, no purchase) for longer than
    `dormant_factor` times the tier's rhythm. Who has bought is judged by that, open deal or not.

    Silence makes nobody dormant who is more likely than not to buy again: our rhythm of touches
    says how often we mean to call, and P(alive) goes by how often he buys. Who buys once in half a
    year and was not called for two months was neglected, and is no lost customer.

    Args:
        customers: `open_deal`, `bought` (flags), `silent_days` (missing: not known), `touch_days`
            of the tier, `p_alive` (missing: not known).
    """
    is_unlikely = customers["p_alive"] < policy.rules.p_alive_low
    is_likely = customers["p_alive"] >= _MORE_LIKELY_THAN_NOT
    is_dormant = is_unlikely | (_is_silent(customers, policy) & ~is_likely)

    has_bought = customers["bought"]
    stages = np.select(
        [has_bought & is_dormant, has_bought, customers["open_deal"]],
        ["dormant", "customer", "intent"],
        default="prospect",
    )
    return pd.Series(stages, index=customers.index, dtype="str")


def _is_silent(customers: pd.DataFrame, policy: Policy) -> pd.Series[bool]:
    longest_silence = customers["touch_days"] * policy.rules.dormant_factor
    return customers["silent_days"] > longest_silence


def stage_reasons(customers: pd.DataFrame, policy: Policy) -> list[Message | None]:
    """Say of each customer why he is dormant, or why his silence does not make him so.

    Args:
        customers: as for `buying_stages`, with its answer as `buying_stage`.

    Returns: one message per customer in their order; None where nothing needs a reason.
    """
    rules = policy.rules
    is_dormant = customers["buying_stage"] == "dormant"
    asks_for_reason = customers["bought"] & (is_dormant | _is_silent(customers, policy))
    facts = zip(
        asks_for_reason,
        is_dormant,
        customers["p_alive"],
        customers["silent_days"],
        customers["touch_days"] * rules.dormant_factor,
        strict=True,
    )

    reasons: list[Message | None] = []
    for asks, dormant, chance, days, limit in facts:
        if not asks:
            reasons.append(None)
        elif chance < rules.p_alive_low:
            unlikely = {"chance": chance, "low": rules.p_alive_low}
            reasons.append(Message("dormant-unlikely", unlikely))
        elif dormant:
            reasons.append(Message("dormant-silent", {"days": days, "limit": limit}))
        else:
            likely = {"days": days, "limit": limit, "chance": chance}
            reasons.append(Message("silent-yet-alive", likely))
    return reasons
