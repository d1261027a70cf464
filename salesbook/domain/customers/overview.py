"""How do all customers look together: by segment, by scores, by tier and stage, by size?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Ints
from salesbook.domain.outcome import Task
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away, three_digits
from salesbook.policy import Policy

STAGES: Final = ("customer", "dormant", "intent", "prospect")
"""Buying stages in the order in which a manager looks at them."""
_TENTHS: Final = 10


def segments_table(tiers: pd.DataFrame) -> pd.DataFrame:
    """Sum up each segment, with one thing to do about it.

    Args: tiers is CustomerTiers.

    Returns: Segments: one row per segment that has customers, by key; none without segments.
    """
    named = tiers[tiers["segment"].notna()]
    money_of_all = int(named["monetary"].sum())
    rows = []
    for name, customers in named.groupby("segment"):
        money, orders = int(customers["monetary"].sum()), int(customers["frequency"].sum())
        rows.append(
            {
                "segment": name,
                "customers": len(customers),
                "orders": orders,
                "monetary": money,
                "order_average": round_half_away(money / orders) if orders else None,
                "value_rate": money / money_of_all if money_of_all > 0 else None,
                "do": Message(f"segment.{name}"),
            }
        )
    return sorted_by_key("Segments", frame_from_rows("Segments", rows))


def rfm_grid(tiers: pd.DataFrame) -> pd.DataFrame:
    """Count customers by their scores of recency and frequency.

    Returns: RfmGrid: one row for each two scores that some customer has, by key.
    """
    scored = tiers[tiers["rfm"].notna()]
    recency, frequency = scored["rfm"].str[0].astype("int64"), scored["rfm"].str[1].astype("int64")
    groups = scored.groupby([recency.rename("recency"), frequency.rename("frequency")])
    rows = [
        {
            "recency": scores[0],
            "frequency": scores[1],
            "customers": len(customers),
            "monetary": int(customers["monetary"].sum()),
        }
        for scores, customers in groups
    ]
    return sorted_by_key("RfmGrid", frame_from_rows("RfmGrid", rows))


def pareto(tiers: pd.DataFrame) -> pd.DataFrame:
    """Say what each tenth of the customers of value brings, the largest first.

    Returns: Pareto: up to ten rows; fewer customers than ten are a row each.
    """
    value = np.sort(tiers["value"].astype("int64").to_numpy())[::-1]
    value = value[value > 0]
    total = int(value.sum())
    rows: list[dict[str, Any]] = []
    reached = 0
    for tenth in np.array_split(value, min(_TENTHS, max(value.size, 1))):
        if not tenth.size:
            continue
        brought = int(tenth.sum())
        reached += brought
        rows.append(
            {
                "tenth": len(rows) + 1,
                "customers": tenth.size,
                "value": brought,
                "value_rate": brought / total,
                "reached_rate": reached / total,
            }
        )
    return frame_from_rows("Pareto", rows)


def tier_matrix(task: Task, tiers: pd.DataFrame, potential: pd.DataFrame) -> pd.DataFrame:
    """Sum up the customers of each tier by buying stage, with one thing to do.

    Who never bought is in the last tier whatever he could buy. So each cell also says how many could
    rise: whose potential is no less than what some customer of a better tier brings.

    Args: tiers is CustomerTiers, potential is CustomerPotential; the same customers in one order.

    Returns: TierMatrix: one row per tier and stage that has customers, best tier first.
    """
    policy = task.policy
    place = _places(tiers, policy)
    could_be = _places_by_potential(tiers, place, potential)
    facts = pd.DataFrame(
        {
            "place": place,
            "buying_stage": tiers["buying_stage"],
            "value": tiers["value"].astype("int64"),
            "open_amount": potential["open_amount"].fillna(0).astype("int64"),
            "is_late": (tiers["next_touch_on"] < pd.Timestamp(task.as_of)).astype("bool"),
            "could_rise": could_be < place,
            "to_gain": (-potential["gap"]).fillna(0).clip(lower=0).astype("int64"),
            "buys_soon": potential["buying_on"] >= pd.Timestamp(task.as_of),
        }
    )
    # What the column adds up to: the parts are 100 % then, though somebody got more back than he bought.
    value_of_all = int(facts["value"].sum())
    cells = dict(iter(facts.groupby(["place", "buying_stage"])))
    rows = [
        _matrix_row(rule_place, stage, cells[rule_place, stage], value_of_all, policy)
        for rule_place in range(len(policy.tier_rules))
        for stage in STAGES
        if (rule_place, stage) in cells
    ]
    return frame_from_rows("TierMatrix", rows)


def _places(tiers: pd.DataFrame, policy: Policy) -> Ints:
    """Of each customer the place of his tier, 0 the best."""
    place_of = {rule.tier: place for place, rule in enumerate(policy.tier_rules)}
    return np.asarray(tiers["tier"].map(place_of), dtype=np.int64)


def _places_by_potential(tiers: pd.DataFrame, place: Ints, potential: pd.DataFrame) -> Ints:
    """Of each customer the place of the best tier in which somebody brings no more than he could."""
    value = tiers["value"].astype("int64").to_numpy()
    could = potential["potential"].fillna(0).astype("int64").to_numpy()
    could_be = place.copy()
    for better in sorted(set(place.tolist()), reverse=True):
        members = value[(place == better) & (value > 0)]
        if members.size:
            could_be = np.where((could >= members.min()) & (better < could_be), better, could_be)
    return could_be


def _matrix_row(
    place: int, stage: str, customers: pd.DataFrame, value_of_all: int, policy: Policy
) -> dict[str, Any]:
    rule = policy.tier_rules[place]
    value = int(customers["value"].sum())
    rises = customers["could_rise"]
    row = {
        "tier": rule.tier,
        "buying_stage": stage,
        "customers": len(customers),
        "value": value,
        "value_rate": value / value_of_all if value_of_all > 0 else None,
        "open_amount": int(customers["open_amount"].sum()),
        "late": int(customers["is_late"].sum()),
        "could_rise": int(rises.sum()),
        "to_gain": int(customers.loc[rises, "to_gain"].sum()),
        "offer": rule.offer,
    }
    soon = int(customers["buys_soon"].sum())
    return row | {"do": _matrix_advice(row, soon, is_best=place == 0, decimals=policy.decimals)}


def _matrix_advice(row: dict[str, Any], soon: int, *, is_best: bool, decimals: int) -> Message:
    """One thing to do about the customers of a cell.

    Who went quiet is won back, who waits is called, who could rise is grown; who has a deal open is
    closed, and of who has nothing those are asked first who said that they want to buy.
    """
    stage = row["buying_stage"]
    facts: dict[str, Fact] = {"count": row["customers"]}
    if stage == "dormant":
        facts["value"] = three_digits(max(0, row["value"]), decimals)
        return Message("matrix.win-back" if is_best else "matrix.ask-why", facts)
    if stage == "intent":
        facts["amount"] = three_digits(row["open_amount"], decimals)
        return Message("matrix.first-order", facts)
    if stage == "customer" and row["late"] and is_best:
        return Message("matrix.call", {**facts, "late": row["late"]})
    if row["could_rise"]:
        rising = {"rising": row["could_rise"], "gain": three_digits(row["to_gain"], decimals)}
        return Message("matrix.grow", {**facts, **rising})
    if stage == "customer":
        return Message("matrix.keep", facts)
    if soon:
        return Message("matrix.wants-soon", {**facts, "soon": soon})
    return Message("matrix.ask-needs", facts)
