"""What is each customer worth, how far has he come, and when is the next touch due?"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.customers import alive
from salesbook.domain.customers.at_risk import customers_at_risk
from salesbook.domain.customers.bought_together import bought_together
from salesbook.domain.customers.buying_stage import (
    buying_stages,
    stage_reasons,
    with_open_deal,
    won_on,
)
from salesbook.domain.customers.buying_test import WEEKS_AHEAD, buying_test
from salesbook.domain.customers.call_list import calls_of_week
from salesbook.domain.customers.care import customer_care
from salesbook.domain.customers.entry_history import CUSTOMER_HISTORY, with_changes_noted
from salesbook.domain.customers.families import baskets
from salesbook.domain.customers.feedback_due import feedback_due
from salesbook.domain.customers.feedback_stats import feedback_stats
from salesbook.domain.customers.freshness import freshness
from salesbook.domain.customers.overview import pareto, rfm_grid, segments_table, tier_matrix
from salesbook.domain.customers.pool import pool_preview
from salesbook.domain.customers.potential import customer_potential
from salesbook.domain.customers.purchases import buying_histories, purchases_until
from salesbook.domain.customers.rfm import rfm_codes
from salesbook.domain.customers.segments import segments_of
from salesbook.domain.customers.snapshots import tiers_before, with_snapshot
from salesbook.domain.customers.tier_months import tier_months
from salesbook.domain.customers.tier_of import customer_values
from salesbook.domain.customers.tiers import Standings
from salesbook.domain.customers.touch import known_since, last_touches, next_touches, touch_rhythms
from salesbook.domain.outcome import Outcome, Task
from salesbook.frames import frame_of
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.names.forgotten import are_forgotten
from salesbook.policy import Policy

_AS_THEY_ARE: Final = (
    "value",
    "rfm",
    "segment",
    "buying_stage",
    "p_alive",
    "expected_purchases",
    "last_touch_on",
    "next_touch_on",
    "days_stale",
    "because",
)
"""Fields of CustomerTiers that are facts about a customer as they were found."""


def run(task: Task) -> Outcome:
    """Tier every customer on what is known up to the day of the run.

    Returns: CustomerTiers and what is made of it, each by key unless its function says otherwise;
        CallList, the most important call first; FeedbackDue and CustomersAtRisk likewise;
        TouchLoad by key; CustomerCare, the contract that ends next first; PoolPreview, who is free
        soonest first; TierHistory with this day's snapshot, which takes the place of an earlier one of
        the same day, and thinner earlier days.

    Raises: SettingsError where TierRules, fixed RFM cuts or a setting that is needed make no sense.
    """
    rules = task.policy.rules
    lines = customer_values(task).lines
    tested = buying_test(lines, task.as_of, rules.few, rules.interval_level)
    tiers = tier_customers(task, may_expect=tested.holds)
    to_ask = _of_those_known(feedback_due(task, tiers, lines))
    calls = calls_of_week(task, tiers, to_ask)
    values = customer_values(task).value
    bought = baskets(lines, task.policy, pd.Index(tiers["customer_id"]))
    together = bought_together(bought, rules.few, rules.interval_level)
    potential = customer_potential(task, tiers, lines, bought, together)
    return Outcome(
        {
            "CustomerTiers": tiers,
            "CallList": calls.call_list,
            "TouchLoad": calls.touch_load,
            "CustomerCare": customer_care(task, values),
            "PoolPreview": pool_preview(task, values),
            "CustomerPotential": _of_those_known(potential),
            "FeedbackStats": feedback_stats(task, tiers),
            "FeedbackDue": to_ask,
            "CustomersAtRisk": _of_those_known(customers_at_risk(task, tiers, potential, lines)),
            "TierMatrix": tier_matrix(task, tiers, potential),
            "TierMonths": tier_months(task, tiers),
            "Segments": segments_table(tiers),
            "RfmGrid": rfm_grid(tiers),
            "Pareto": pareto(tiers),
            "BoughtTogether": together.table,
            "BuyingTest": tested.table,
            "TierHistory": with_snapshot(task.as_it_stands("TierHistory"), tiers, task.as_of),
            "Freshness": freshness(task, tiers),
            CUSTOMER_HISTORY: with_changes_noted(
                task.as_it_stands(CUSTOMER_HISTORY),
                task.tables["Customers"],
                task.as_of,
                looks_back=task.looks_back,
            ),
        },
        answer=calls.answer,
    )


def _of_those_known(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows about customers without those who are forgotten: their sums count, they do not."""
    is_forgotten = np.array(are_forgotten(rows["customer_id"]), dtype=bool)
    return rows[~is_forgotten].reset_index(drop=True)


def tier_customers(task: Task, *, may_expect: bool) -> pd.DataFrame:
    """Work out CustomerTiers: one row per customer, by key.

    Args: may_expect is whether what was expected of customers came true, see `buying_test`.
    """
    policy = task.policy
    customers = task.tables["Customers"].sort_values("customer_id").set_index("customer_id")
    values = customer_values(task)
    lines, value, standings = values.lines, values.value, values.standings
    touch_days = np.array([rule.touch_days for rule in policy.tier_rules])

    facts = pd.DataFrame(index=customers.index)
    facts["value"] = value
    facts["place"] = standings.tiers
    facts["touch_days"] = touch_days[standings.tiers]
    facts = facts.join(
        _bought(lines, policy, task.as_of, may_expect=may_expect).reindex(facts.index)
    )
    # Whoever only ever got money back has no history of purchases, and yet has that money.
    facts["monetary"] = lines.groupby("customer_id")["amount"].sum().reindex(facts.index)
    facts = _in_touch(task, facts, known_since(customers))

    of_tiers = _reasons(task, value, standings)
    of_stages = stage_reasons(facts, policy)
    why_blank = zip(facts["alive_unknown"], facts["segment_unknown"], strict=True)
    because = [
        _in_one_cell(of_tier, of_stage, *unknown)
        for of_tier, of_stage, unknown in zip(of_tiers, of_stages, why_blank, strict=True)
    ]
    facts["because"] = pd.Series(because, facts.index, dtype="object")
    return _customer_tiers(task, facts)


def _in_one_cell(of_tier: Message, of_stage: Message | None, *why_blank: Any) -> Message:
    """What led to the tier, then what to the stage, then why a cell is blank."""
    more = [of_stage] if of_stage else []
    more += [reason for reason in why_blank if isinstance(reason, Message)]
    return replace(of_tier, more=tuple(more))


def _reasons(task: Task, values: pd.Series[int], standings: Standings) -> list[Message]:
    """Say for each customer what led to the tier."""
    policy = task.policy
    names = [rule.tier for rule in policy.tier_rules]
    months = policy.rules.tier_months
    is_only_one = int((values > 0).sum()) == 1

    reasons = []
    customers = zip(values.tolist(), standings.tiers, standings.before, strict=True)
    for value, place, sum_of_larger in customers:
        facts: dict[str, Fact] = {"tier": names[place]}
        if value <= 0:
            reasons.append(Message("tier-no-value", {**facts, "months": months}))
            continue

        facts |= {"value": three_digits(value, policy.decimals), "months": months}
        before = int(sum_of_larger)
        if is_only_one:
            code = "tier-only-one"
        elif policy.rules.abc_rule == "before":
            code = "tier-by-share"
            facts["before"] = before / standings.total
        else:
            code = "tier-by-own-share"
            facts["upto"] = (before + value) / standings.total
        reasons.append(Message(code, facts))
    return reasons


def _bought(
    lines: pd.DataFrame, policy: Policy, as_of: dt.date, *, may_expect: bool
) -> pd.DataFrame:
    """What customers bought; no row for those who never did.

    Args: may_expect is whether what the models expected came true.

    Returns: their history, `rfm`, `segment`, `p_alive`, `expected_purchases`, and messages `segment_unknown` and
        `alive_unknown` where these are blank.
    """
    histories = buying_histories(lines)
    purchases = purchases_until(histories, as_of)
    models = alive.fit_models(purchases, policy.rules.few)
    model = models if isinstance(models, str) else models.of_who_stopped()
    if isinstance(model, str):
        chance = np.full(len(histories), np.nan)
        unknown = Message(model, {"few": policy.rules.few})
    else:
        chance = alive.p_alive(purchases, model).round(4)
        unknown = Message("alive-bought-once")

    expected = np.full(len(histories), np.nan)
    if may_expect and not isinstance(models, str):
        expected = models.expected(purchases, WEEKS_AHEAD).round(2)

    reasons = [unknown if math.isnan(one) else None for one in chance]
    codes = rfm_codes(histories, policy, as_of)
    segments, segment_unknown = _segments(codes, policy)
    return histories.assign(
        rfm=codes,
        segment=segments,
        segment_unknown=pd.Series(segment_unknown, index=histories.index, dtype="object"),
        p_alive=chance,
        expected_purchases=expected,
        alive_unknown=pd.Series(reasons, index=histories.index, dtype="object"),
    )


def _segments(codes: pd.Series[str], policy: Policy) -> tuple[pd.Series[str], Message | None]:
    """The segment of each customer who bought, and why none has one, where that is so.

    Fifths of a handful of customers part them by luck: the only one who ever bought would be new.
    """
    rules = policy.rules
    if rules.rfm_rule == "quintiles" and len(codes) < rules.few:
        reason = Message("segment-few-buyers", {"buyers": len(codes), "few": rules.few})
        return pd.Series(None, index=codes.index, dtype="str"), reason
    return segments_of(codes), None


def _in_touch(task: Task, facts: pd.DataFrame, entered_on: pd.Series[Any]) -> pd.DataFrame:
    """Add last and next touch, silence and buying stage.

    Who was never touched is due one rhythm after the day he was entered, or at once where nobody knows
    it. What he bought since puts nothing off: it is he who came.

    Args: entered_on as `known_since` gives it.
    """
    deals = task.tables["Deals"]
    policy = task.policy
    day = pd.Timestamp(task.as_of)

    touches = last_touches(task.tables, task.as_of)
    touched = touches.reindex(facts.index).astype("datetime64[us]")
    won = won_on(deals, policy, task.as_of)
    last_won = won.reindex(facts.index)
    last_bought = _later(facts["last_on"], last_won)

    facts["last_touch_on"] = touched
    facts["days_stale"] = _days(day - touched)
    last_heard_of = _later(touched, last_bought)
    facts["silent_days"] = _days(day - last_heard_of)

    # A customer with a won deal is in `won` even where its day is missing.
    has_order = facts["last_on"].notna()
    has_won_deal = facts.index.isin(won.index)
    facts["bought"] = has_order | has_won_deal
    facts["open_deal"] = facts.index.isin(with_open_deal(deals, policy, task.as_of))
    facts["buying_stage"] = buying_stages(facts, policy)

    names = np.array([rule.tier for rule in policy.tier_rules])
    tiers = pd.Series(names[facts["place"]], index=facts.index, dtype="str")
    open_deal = facts["open_deal"].to_numpy(dtype=bool)
    rhythm = touch_rhythms(tiers, facts["buying_stage"], open_deal, policy)["days"]
    rhythm_starts = touched.fillna(entered_on)
    due_after = rhythm.where(rhythm_starts.notna(), 0.0)
    facts["next_touch_on"] = next_touches(rhythm_starts.fillna(day), due_after, task.calendar)
    return facts


def _days(spans: pd.Series[Any]) -> pd.Series[float]:
    return spans.dt.days.astype("float64")


def _later(left: pd.Series[Any], right: pd.Series[Any]) -> pd.Series[Any]:
    """The later of two days, row by row; where one is missing, the other."""
    left_holds = right.isna() | (left > right)
    return left.where(left_holds, right).astype("datetime64[us]")


def _customer_tiers(task: Task, facts: pd.DataFrame) -> pd.DataFrame:
    """The columns of CustomerTiers from what is known of each customer."""
    rules = [task.policy.tier_rules[place] for place in facts["place"].to_numpy()]
    tier = pd.Series([rule.tier for rule in rules], index=facts.index, dtype="str")
    columns = {
        "customer_id": facts.index.to_series(),
        "tier": tier,
        "recency_days": (pd.Timestamp(task.as_of) - facts["last_on"]).dt.days,
        "frequency": facts["frequency"].fillna(0),
        "monetary": facts["monetary"].fillna(0),
        "offer": pd.Series([rule.offer for rule in rules], dtype="str"),
        "moved": _moved(task, tier),
    }
    for name in _AS_THEY_ARE:
        columns[name] = facts[name]
    return frame_of("CustomerTiers", columns)


def _moved(task: Task, tiers: pd.Series[str]) -> pd.Series[str]:
    """Compare with the newest snapshot of an earlier day; a tier that is gone counts as none.

    A book that was never tiered before says nothing: there everybody would be new.
    """
    history = task.tables["TierHistory"]
    if not (history["as_of"] < pd.Timestamp(task.as_of)).any():
        return pd.Series(pd.NA, index=tiers.index, dtype="str")

    last_tiers = tiers_before(history, task.as_of)
    place_of_tier = {rule.tier: place for place, rule in enumerate(task.policy.tier_rules)}
    before = last_tiers.map(place_of_tier).reindex(tiers.index).astype("float64")
    now = tiers.map(place_of_tier)
    # The best tier has place 0: a smaller place is a move up.
    moves = np.select(
        [before.isna(), now < before, now > before], ["new", "up", "down"], default="same"
    )
    return pd.Series(moves, index=tiers.index, dtype="str")
