"""How much could a customer buy, beside what he buys, and what would suit him next?

A customer's potential is the larger of two sums that are his own: the budget that somebody typed, and
the most that he ever bought in as many months as value counts. Of who has neither, half of those who
buy in his industry bring that or more. Nothing is made up for who has no such others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Ints
from salesbook.domain.customers.bought_together import Together, next_families
from salesbook.domain.customers.buying_stage import open_deals
from salesbook.domain.customers.families import Baskets, families_on_sale
from salesbook.domain.customers.purchases import months_before
from salesbook.domain.customers.suiting import suiting_products
from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import staff_of_run
from salesbook.frames import frame_of
from salesbook.messages import Fact, Message, joined
from salesbook.money import round_half_away

_SOON_DAYS: Final = 90
"""Who wants to buy within so many days and has no open deal is asked now."""
_TYPED: Final = (
    "needs",
    "purpose",
    "preference",
    "budget",
    "price_sensitive",
    "urgency",
    "buying_on",
)
"""What somebody typed of a customer's wishes."""


def customer_potential(
    task: Task, tiers: pd.DataFrame, lines: pd.DataFrame, baskets: Baskets, together: Together
) -> pd.DataFrame:
    """Say of each customer what he could buy, what he wants, what he has and what may come next.

    Args:
        tiers: CustomerTiers.
        lines: as `purchase_lines` gives them.
        baskets: what the customers of `tiers` have bought, in their order.

    Returns: CustomerPotential: one row per customer, by key.
    """
    typed = task.tables["Customers"].set_index("customer_id").loc[tiers["customer_id"]]
    typed = typed.reset_index()
    value = tiers["value"].astype("int64").to_numpy()
    potentials = _potentials(task, typed, value, lines)
    open_amount = _open_amounts(task, typed["customer_id"])
    next_family, next_because = next_families(baskets, together, families_on_sale(task.policy))
    suiting = suiting_products(typed, task.policy)
    moment = _buying_moments(task, typed, open_amount, tiers["recency_days"])

    because = [
        joined(message for message in several if message is not None)
        for several in zip(
            potentials.because,
            potentials.doubts,
            moment,
            next_because,
            suiting.because,
            strict=True,
        )
    ]
    known = potentials.amount.notna()
    amount = potentials.amount.to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Who got more back than he bought has reached no part of what he could buy.
        reached = np.where((amount > 0) & (value >= 0), value / amount, np.nan)
    columns: dict[str, Any] = {
        "customer_id": tiers["customer_id"],
        "rep_id": _who_acts(task, typed["owner_id"]),
        "tier": tiers["tier"],
        "buying_stage": tiers["buying_stage"],
        "value": value,
        "potential": potentials.amount,
        "potential_from": pd.Series(potentials.origin, dtype="str"),
        "gap": (pd.Series(value, dtype="Int64") - potentials.amount).where(known),
        "reached_rate": reached,
        "open_amount": open_amount,
        **{name: typed[name] for name in _TYPED},
        "bought": baskets.by_money.reindex(typed["customer_id"]).reset_index(drop=True),
        "next_family": pd.Series(next_family, dtype="str"),
        "suiting": pd.Series(suiting.names, dtype="str"),
        "because": pd.Series(because, dtype="object"),
    }
    return frame_of("CustomerPotential", columns)


def _who_acts(task: Task, owners: pd.Series[str]) -> pd.Series[str]:
    """Whoever calls the customer, as on the call list."""
    acting = staff_of_run(task).who_calls(owners.dropna().unique(), task.as_of)
    return owners.map(acting).astype("str")


@dataclass(frozen=True)
class _Potentials:
    """What customers could buy, in their order."""

    amount: pd.Series[int]
    """Minor units; missing where nothing is known."""
    origin: list[str | None]
    because: list[Message]
    doubts: list[Message | None]
    """Why a budget does not count."""


def _potentials(task: Task, typed: pd.DataFrame, value: Ints, lines: pd.DataFrame) -> _Potentials:
    policy, months = task.policy, task.policy.rules.tier_months
    budget, is_unlikely = _budgets(typed["budget"], policy.rules.magnitude_factor)
    best = np.maximum(best_months(lines, typed["customer_id"], months), value)
    own = np.maximum(budget, best)
    by_budget = budget >= best
    peers = _peers(typed["industry"], value, policy.rules.few)

    amounts: list[int | None] = []
    origins: list[str | None] = []
    because: list[Message] = []
    doubts: list[Message | None] = []
    # The amounts stand in the row itself, so that one sentence serves many customers.
    of_budget = Message("potential.budget", {"months": months})
    of_best = Message("potential.best-months", {"months": months})
    unknown = Message("potential.unknown", {"few": policy.rules.few})
    not_counted = Message("potential.budget-unlikely", {"factor": policy.rules.magnitude_factor})
    customers = zip(own.tolist(), by_budget.tolist(), peers, is_unlikely.tolist(), strict=True)
    for amount, is_budget, peer, has_unlikely_budget in customers:
        if amount > 0:
            amounts.append(amount)
            origins.append("budget" if is_budget else "best-months")
            because.append(of_budget if is_budget else of_best)
        elif peer is not None:
            amounts.append(peer.middle)
            origins.append("peers")
            because.append(peer.because)
        else:
            amounts.append(None)
            origins.append(None)
            because.append(unknown)
        doubts.append(not_counted if has_unlikely_budget else None)
    return _Potentials(pd.Series(amounts, dtype="Int64"), origins, because, doubts)


def _budgets(typed: pd.Series[int], factor: float) -> tuple[Ints, Flags]:
    """Budgets in minor units, 0 for none, and which of them cannot be meant.

    The check of magnitudes names those as many times the middle one, and one of them would stand for
    more than all other customers together: they do not count.
    """
    budgets = typed.fillna(0).astype("int64").to_numpy()
    some = budgets[budgets > 0]
    if not some.size:
        return budgets, np.zeros(budgets.size, dtype=bool)
    is_unlikely = budgets >= factor * float(np.median(some))
    return np.where(is_unlikely, 0, budgets), is_unlikely


def best_months(
    lines: pd.DataFrame, customers: Sequence[str] | pd.Series[str], months: int
) -> Ints:
    """The most that each customer bought in so many months in a row, from day to day.

    The months end on any day of a purchase and begin after the same day so many months earlier, as
    those of value do: calendar months would miss the best ones where they begin in the middle of one.
    What was taken back counts against the day of its order: else months before the refund would count
    as good.

    Args: lines as `purchase_lines` gives them.

    Source: by hand: 30 on 5 March, 50 on 1 June, 10 on 4 March after: 90 in twelve months; on 5 March: 80.
    """
    keys = pd.Index(customers)
    rows = keys.get_indexer(pd.Index(lines["customer_id"]))
    is_listed = rows >= 0
    best = np.zeros(len(keys), dtype=np.int64)
    if not is_listed.any():
        return best
    ordered_on = lines[lines["bought"]].groupby("order_id")["on"].min()
    of_order = lines["refund_of"].map(ordered_on.to_dict()).astype("datetime64[us]")
    on = of_order.fillna(lines["on"])[is_listed]
    day_before_first = {day: pd.Timestamp(months_before(day.date(), months)) for day in on.unique()}
    ends = on.to_numpy(dtype="datetime64[D]").astype(np.int64)
    starts = on.map(day_before_first).to_numpy(dtype="datetime64[D]").astype(np.int64)

    # One row of numbers for all: customer by customer, each from the first day to the last.
    a_customer = np.int64(ends.max() - starts.min() + 1)
    first = starts.min()
    of_customer = rows[is_listed].astype(np.int64) * a_customer
    places = of_customer + ends - first
    in_order = np.argsort(places, kind="stable")
    amounts = lines["amount"][is_listed].to_numpy(dtype=np.int64)[in_order]
    up_to = np.concatenate([[0], np.cumsum(amounts)])
    sorted_places = places[in_order]
    last = np.searchsorted(sorted_places, places, side="right")
    before = np.searchsorted(sorted_places, of_customer + starts - first, side="right")
    np.maximum.at(best, rows[is_listed], up_to[last] - up_to[before])
    return best


@dataclass(frozen=True, slots=True)
class _Peers:
    """What those bring who buy in an industry."""

    middle: int
    because: Message


def _peers(industry: pd.Series[str], value: Ints, few: int) -> list[_Peers | None]:
    """By customer the middle value of those who buy in his industry; None where they are too few."""
    buying = pd.Series(value, index=industry.index)[value > 0]
    by_industry: dict[str, _Peers] = {}
    for name, group in buying.groupby(industry[value > 0]):
        if len(group) >= few:
            facts: dict[str, Fact] = {"count": len(group), "industry": str(name)}
            middle = round_half_away(float(group.median()))
            by_industry[str(name)] = _Peers(middle, Message("potential.peers", facts))
    return [by_industry.get(name) if isinstance(name, str) else None for name in industry]


def _open_amounts(task: Task, customers: pd.Series[str]) -> pd.Series[int]:
    """The sum of each customer's open deals; missing where he has none with an amount."""
    deals = open_deals(task.tables["Deals"], task.policy, task.as_of)
    sums = deals.groupby("customer_id")["amount"].sum(min_count=1)
    return sums.reindex(customers).reset_index(drop=True)


def _buying_moments(
    task: Task, typed: pd.DataFrame, open_amount: pd.Series[int], recency: pd.Series[float]
) -> list[Message | None]:
    """Of whom it is time to ask: who wants to buy soon, or wanted to and did not."""
    day = pd.Timestamp(task.as_of)
    has_deal = set(
        open_deals(task.tables["Deals"], task.policy, task.as_of)["customer_id"].dropna()
    )
    days_ahead = (typed["buying_on"] - day).dt.days
    reasons: list[Message | None] = []
    for customer, ahead, on, bought_ago in zip(
        typed["customer_id"],
        days_ahead,
        typed["buying_on"],
        recency.astype("float64"),
        strict=True,
    ):
        code = None
        if pd.isna(ahead) or customer in has_deal:
            code = None
        elif 0 <= ahead <= _SOON_DAYS:
            code = "potential.buys-soon"
        elif ahead < 0 and not bought_ago <= -ahead:
            code = "potential.day-passed"
        reasons.append(Message(code, {"on": on.date()}) if code else None)
    return reasons
