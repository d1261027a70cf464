"""What is each customer worth, how far has he come, and when is the next touch due?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.checks.entry_checks import amount_of
from salesbook.domain.customers import bgnbd
from salesbook.domain.customers.buying_stage import buying_stages, with_open_deal, won_on
from salesbook.domain.customers.call_list import list_calls
from salesbook.domain.customers.purchases import buying_histories, purchase_lines, values_of
from salesbook.domain.customers.rfm import rfm_codes
from salesbook.domain.customers.tiers import Standings, stand_values
from salesbook.domain.customers.touch import last_touches, next_touches
from salesbook.domain.outcome import Outcome, Task
from salesbook.frames import frame_of, sorted_by_key
from salesbook.messages import Message
from salesbook.policy import Policy

_DAYS_A_WEEK: Final = 7


def run(task: Task) -> Outcome:
    """Tier every customer on what is known up to the day of the run.

    Returns: CustomerTiers by key; CallList, longest late first; TierHistory with this day's
        snapshot, which takes the place of an earlier one of the same day.

    Raises: SettingsError where TierRules, fixed RFM cuts or a setting that is needed make no sense.
    """
    policy = task.policy
    tiers = tier_customers(task)
    return Outcome(
        {
            "CustomerTiers": tiers,
            "CallList": list_calls(tiers, task.tables["Customers"], policy, task.as_of),
            "TierHistory": _history(task, tiers),
        }
    )


def tier_customers(task: Task) -> pd.DataFrame:
    """Work out CustomerTiers: one row per customer, by key."""
    tables, policy, as_of = task.tables, task.policy, task.as_of
    lines = purchase_lines(tables, policy, as_of)
    known = tables["Customers"].sort_values("customer_id").set_index("customer_id")
    facts = pd.DataFrame(index=known.index)
    value = values_of(lines, as_of, policy.rules.tier_months)
    facts["value"] = value.reindex(facts.index).fillna(0).astype("int64")
    shares = [rule.up_to_share for rule in policy.tier_rules]
    standings = stand_values(facts["value"].to_numpy(), shares, policy.rules.abc_rule)
    facts["place"] = standings.tiers
    facts["touch_days"] = np.array([rule.touch_days for rule in policy.tier_rules])[standings.tiers]
    facts["because"] = pd.Series(
        _reasons(task, facts["value"], standings), facts.index, dtype="object"
    )
    facts = facts.join(_bought(lines, policy, as_of).reindex(facts.index))
    facts = _in_touch(task, facts, known["created_on"])
    return _customer_tiers(task, facts)


def _reasons(task: Task, values: pd.Series[int], standings: Standings) -> list[Message]:
    """Say for each customer what led to the tier."""
    rules, names = task.policy.rules, [rule.tier for rule in task.policy.tier_rules]
    sole = int((values > 0).sum()) == 1
    reasons = []
    for value, place, before in zip(
        values.tolist(), standings.tiers, standings.before, strict=True
    ):
        if value <= 0:
            reasons.append(
                Message("tier-no-value", {"tier": names[place], "months": rules.tier_months})
            )
            continue
        facts = {"tier": names[place], "value": amount_of(task, value), "months": rules.tier_months}
        if sole:
            reasons.append(Message("tier-only-one", facts))
        elif rules.abc_rule == "before":
            share = int(before) / standings.total
            reasons.append(Message("tier-by-share", {**facts, "before": share}))
        else:
            share = (int(before) + value) / standings.total
            reasons.append(Message("tier-by-own-share", {**facts, "upto": share}))
    return reasons


def _bought(lines: pd.DataFrame, policy: Policy, as_of: dt.date) -> pd.DataFrame:
    """What customers bought: their history, RFM code and P(alive);
    no row for those who never did.
    """
    histories = buying_histories(lines)
    day = pd.Timestamp(as_of)
    purchases = bgnbd.Purchases(
        repeats=histories["buying_days"].to_numpy(dtype=np.float64) - 1,
        last=_weeks(histories["last_on"] - histories["first_on"]),
        age=_weeks(day - histories["first_on"]),
    )
    model = bgnbd.fit(purchases, policy.rules.few)
    alive = bgnbd.p_alive(purchases, model).round(4) if model else np.nan
    return histories.assign(rfm=rfm_codes(histories, policy, as_of), p_alive=alive)


def _weeks(spans: pd.Series[Any]) -> Floats:
    return np.asarray(spans.dt.days, dtype=np.float64) / _DAYS_A_WEEK


def _in_touch(task: Task, facts: pd.DataFrame, created_on: pd.Series[Any]) -> pd.DataFrame:
    """Add last and next touch, silence and buying stage.

    Who was never touched is due one rhythm after the last purchase or the day he was entered,
    whichever is later, or at once where neither is known.
    """
    deals, policy, day = task.tables["Deals"], task.policy, pd.Timestamp(task.as_of)
    touched = last_touches(task.tables, task.as_of).reindex(facts.index).astype("datetime64[us]")
    won = won_on(deals, policy, task.as_of)
    last_bought = _latest(facts["last_on"], won.reindex(facts.index))
    start = touched.fillna(_latest(last_bought, created_on))
    every = facts["touch_days"].where(start.notna(), 0.0)
    facts["last_touch_on"] = touched
    facts["next_touch_on"] = next_touches(start.fillna(day), every, policy)
    facts["days_stale"] = (day - touched).dt.days.astype("float64")
    facts["silent_days"] = (day - _latest(touched, last_bought)).dt.days.astype("float64")
    facts["bought"] = facts["last_on"].notna() | facts.index.isin(won.index)
    facts["open_deal"] = facts.index.isin(with_open_deal(deals, policy, task.as_of))
    facts["buying_stage"] = buying_stages(facts, policy)
    return facts


def _latest(left: pd.Series[Any], right: pd.Series[Any]) -> pd.Series[Any]:
    return left.where(right.isna() | (left > right), right).astype("datetime64[us]")


def _customer_tiers(task: Task, facts: pd.DataFrame) -> pd.DataFrame:
    rules = task.policy.tier_rules
    places = facts["place"].to_numpy()
    tier = pd.Series([rules[place].tier for place in places], index=facts.index, dtype="str")
    recency = (pd.Timestamp(task.as_of) - facts["last_on"]).dt.days
    return frame_of(
        "CustomerTiers",
        {
            "customer_id": facts.index.to_series(),
            "value": facts["value"],
            "tier": tier,
            "recency_days": recency,
            "frequency": facts["frequency"].fillna(0),
            "monetary": facts["monetary"].fillna(0),
            "offer": pd.Series([rules[place].offer for place in places], dtype="str"),
            "moved": _moved(task, tier),
            **{
                name: facts[name]
                for name in (
                    "rfm",
                    "buying_stage",
                    "p_alive",
                    "last_touch_on",
                    "next_touch_on",
                    "days_stale",
                )
            },
            "because": facts["because"],
        },
    )


def _moved(task: Task, tiers: pd.Series[str]) -> pd.Series[str]:
    """Compare with the newest snapshot of an earlier day; a tier that is gone counts as none."""
    history = task.tables["TierHistory"]
    earlier = history[history["as_of"] < pd.Timestamp(task.as_of)]
    newest = earlier[earlier["as_of"] == earlier["as_of"].max()].set_index("customer_id")["tier"]
    order = {rule.tier: at for at, rule in enumerate(task.policy.tier_rules)}
    before = newest.map(order).reindex(tiers.index).astype("float64")
    now = tiers.map(order)
    moves = np.select([before.isna(), now < before, now > before], ["new", "up", "down"], "same")
    return pd.Series(moves, index=tiers.index, dtype="str")


def _history(task: Task, tiers: pd.DataFrame) -> pd.DataFrame:
    day = pd.Timestamp(task.as_of)
    old = task.tables["TierHistory"]
    columns = {name: tiers[name] for name in ("customer_id", "tier", "value")}
    snapshot = frame_of("TierHistory", {"as_of": pd.Series(day, index=tiers.index), **columns})
    kept = old[old["as_of"] != day]
    return sorted_by_key("TierHistory", pd.concat([kept, snapshot], ignore_index=True))
