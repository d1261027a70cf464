"""Who takes over which customers, deals and tasks: by load, and by who knows them?

Everything that belongs to one customer goes to one rep, so that nobody has to ask twice. The largest
piece is given first, each to whoever is then least loaded; what a rep already knows of a customer
counts in his favour as if he had so much less to do. It is one sum for all, so that the reason of each
choice can be told and no order of rows moves it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.customers.handover import open_complaints, open_leads, open_of, open_steps
from salesbook.domain.customers.rhythm_advice import weekly_touch_hours
from salesbook.domain.customers.tier_of import tiers_today
from salesbook.domain.customers.touch import activities_by_customer
from salesbook.domain.customers.touch_load import USUAL_CHANNEL, minutes_of
from salesbook.domain.outcome import Task

_WORKS_ON_IT: Final = 1.0
"""In weeks of hours: an open deal of the customer is his, or the customer already."""
_HAS_MET: Final = 0.25
"""He was in touch with the customer within a year."""
_SAME_REGION: Final = 0.1
_SAME_INDUSTRY: Final = 0.1
"""He has customers there."""
_A_YEAR: Final = dt.timedelta(days=365)
_USUAL_DAYS: Final = 30.0
"""Between two touches, where Settings has no tiers."""
_MINUTES_AN_HOUR: Final = 60


@dataclass(frozen=True)
class Given:
    """Who takes each piece, and what that does to everybody's week."""

    piece_of: pd.Series[str]
    """Parallel to what is in hand: the piece that each cell belongs to."""
    taker_of: dict[str, str]
    """By piece."""
    why: dict[str, str]
    """By piece: works-on-it, has-met, same-area or least-load."""
    before: dict[str, float]
    """Hours a week of each successor, as promised before and after."""
    after: dict[str, float]
    available: dict[str, float]


def give(task: Task, items: pd.DataFrame, leaver: str, successors: Sequence[str]) -> Given:
    """Give each piece of what is in hand to one of the successors.

    The load of a rep is what a usual week asks of him: each customer's touch in its rhythm, on its
    channel, and a phone call a week for each open deal, lead, complaint and step; divided by the
    hours that he has for them. A piece goes to whoever has the least load with it, less what he knows:
    a week's hours for who already works on it, a quarter for who was in touch within a year, a tenth
    each for customers in the same region and the same industry.

    Args:
        items: as `in_hand` gives it.
        successors: reps at work with hours, one at least.
    """
    reps = sorted(successors)
    pieces = _pieces(items)
    hours_of_customer = _customer_hours(task)
    a_call = minutes_of(pd.Series([USUAL_CHANNEL]), task.policy).iloc[0] / _MINUTES_AN_HOUR
    capacity = task.once("capacity today", lambda: _capacity(task))
    week = task.policy.rules.visit_hours_a_week
    available = np.array([week * capacity.get(rep, 1.0) for rep in reps])
    loads = _loads(task, hours_of_customer, a_call)
    hours = np.array([loads.get(rep, 0.0) for rep in reps])
    before = dict(zip(reps, hours.tolist(), strict=True))

    known = _Knowledge(task, reps, leaver)
    sizes = _sizes(items, pieces, hours_of_customer, a_call)
    taker_of, why = {}, {}
    for piece, size, customer in sizes.itertuples(index=False):
        favour, reason = known.of(customer, items.index[pieces == piece], items)
        place = int(np.argmin((hours + size) / available - favour))
        hours[place] += size
        taker_of[piece] = reps[place]
        why[piece] = reason[place]
    after = dict(zip(reps, hours.tolist(), strict=True))
    return Given(pieces, taker_of, why, before, after, dict(zip(reps, available, strict=True)))


def _pieces(items: pd.DataFrame) -> pd.Series[str]:
    """What belongs together: by customer, else by deal, else the row by itself."""
    by_row = items["table"] + " " + items["row_key"]
    by_deal = ("deal " + items["deal_id"].astype("str")).where(items["deal_id"].notna())
    by_customer = ("customer " + items["customer_id"].astype("str")).where(
        items["customer_id"].notna()
    )
    return by_customer.fillna(by_deal).fillna(by_row)


def _customer_hours(task: Task) -> pd.Series[float]:
    """Hours a week of each customer's touches, by key."""
    customers = task.tables["Customers"].drop_duplicates("customer_id").set_index("customer_id")
    tiers = tiers_today(task)
    rules = {rule.tier: rule for rule in task.policy.tier_rules}
    channel = customers["channel"]
    days = pd.Series(_USUAL_DAYS, index=customers.index)
    if tiers is not None:
        of_tier = tiers.reindex(customers.index)
        days = of_tier.map({name: float(rule.touch_days) for name, rule in rules.items()})
        usual = of_tier.map({name: rule.channel for name, rule in rules.items()})
        channel = channel.fillna(usual.astype("str"))
    asked = pd.DataFrame({"touch_days": days, "minutes": minutes_of(channel, task.policy)})
    return weekly_touch_hours(asked)


def _capacity(task: Task) -> dict[str, float]:
    from salesbook.domain.team.staff import staff_of_run

    return staff_of_run(task).capacity(task.as_of)


def _loads(task: Task, hours_of_customer: pd.Series[float], a_call: float) -> dict[Any, float]:
    """Hours a week that each rep has promised, by rep."""
    customers = task.tables["Customers"]
    of_customers = hours_of_customer.reindex(customers["customer_id"]).to_numpy()
    parts = [
        pd.Series(of_customers, index=customers["owner_id"]),
        *(
            pd.Series(a_call, index=named.dropna())
            for named in (
                open_of(task)["rep_id"],
                open_leads(task)["rep_id"],
                open_complaints(task)["owner_id"],
                open_steps(task)["owner_id"],
            )
        ),
    ]
    both = pd.concat([part for part in parts if len(part)] or parts[:1])
    sums: dict[Any, float] = both.groupby(level=0).sum().to_dict()
    return sums


def _sizes(
    items: pd.DataFrame, pieces: pd.Series[str], hours_of_customer: pd.Series[float], a_call: float
) -> pd.DataFrame:
    """`piece`, `size` in hours a week and `customer_id`, the largest first, ties by name.

    A customer of somebody else stays his: of him only the task moves.
    """
    is_customer = items["table"] == "Customers"
    touches = items["customer_id"].map(hours_of_customer).astype("float64")
    hours = touches.where(is_customer, a_call).fillna(a_call)
    facts = items.assign(piece=pieces, size=hours)
    sums = facts.groupby("piece").agg(
        size=("size", "sum"), amount=("amount", "sum"), customer_id=("customer_id", "first")
    )
    ordered = sums.reset_index().sort_values(
        ["size", "amount", "piece"], ascending=[False, False, True]
    )
    return ordered[["piece", "size", "customer_id"]]


class _Knowledge:
    """What each successor already knows of customers, as weeks of hours in his favour."""

    def __init__(self, task: Task, reps: Sequence[str], leaver: str) -> None:
        self._place = {rep: place for place, rep in enumerate(reps)}
        self._works_on = self._pairs(_working(task))
        self._has_met = self._pairs(_met(task))
        customers = task.tables["Customers"].drop_duplicates("customer_id")
        self._facts = customers.set_index("customer_id")[["region", "industry"]]
        his = customers[customers["owner_id"] != leaver]
        self._areas = {
            name: self._pairs(his[[name, "owner_id"]].dropna()) for name in ("region", "industry")
        }
        deals = open_of(task)
        self._on_deal = self._pairs(_on_deals(deals, task))

    def of(
        self, customer: Any, places: pd.Index[int], items: pd.DataFrame
    ) -> tuple[Floats, list[str]]:
        """What counts in favour of each successor for a piece, and the best reason of each."""
        favour = np.zeros(len(self._place))
        reason = ["least-load"] * len(self._place)
        if isinstance(customer, str) and customer in self._facts.index:
            region, industry = self._facts.loc[customer, ["region", "industry"]]
            weights = ((region, "region", _SAME_REGION), (industry, "industry", _SAME_INDUSTRY))
            for value, name, weight in weights:
                self._add(self._areas[name].get(value, ()), weight, "same-area", favour, reason)
            self._add(self._has_met.get(customer, ()), _HAS_MET, "has-met", favour, reason)
        working = set(self._works_on.get(customer, ())) if isinstance(customer, str) else set()
        for deal in items.loc[places, "deal_id"].dropna():
            working |= set(self._on_deal.get(deal, ()))
        self._add(sorted(working), _WORKS_ON_IT, "works-on-it", favour, reason)
        return favour, reason

    def _pairs(self, pairs: pd.DataFrame) -> dict[Any, tuple[int, ...]]:
        """Places of the successors by what they know; `pairs` has the subject, then the rep."""
        of_them = pairs[pairs.iloc[:, 1].isin(self._place)].drop_duplicates()
        found: dict[Any, list[int]] = {}
        for subject, rep in of_them.itertuples(index=False, name=None):
            found.setdefault(subject, []).append(self._place[rep])
        return {subject: tuple(sorted(places)) for subject, places in found.items()}

    @staticmethod
    def _add(
        places: Sequence[int], weight: float, why: str, favour: Floats, reason: list[str]
    ) -> None:
        for place in places:
            favour[place] += weight
            reason[place] = why


def _working(task: Task) -> pd.DataFrame:
    """Customer and rep, of owners and of those who have an open deal of the customer."""
    customers, deals = task.tables["Customers"], open_of(task)
    parts = [
        customers[["customer_id", "owner_id"]],
        deals[["customer_id", "rep_id"]],
        deals[["customer_id", "partner_id"]],
    ]
    columns = ["customer_id", "rep_id"]
    return pd.concat([part.set_axis(columns, axis=1) for part in parts]).dropna()


def _on_deals(deals: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Deal and rep, of all who work on open deals."""
    members = task.tables["DealTeam"]
    parts = [
        deals[["deal_id", "rep_id"]],
        deals[["deal_id", "partner_id"]],
        members.loc[members["deal_id"].isin(deals["deal_id"]), ["deal_id", "rep_id"]],
    ]
    return pd.concat([part.set_axis(["deal_id", "rep_id"], axis=1) for part in parts]).dropna()


def _met(task: Task) -> pd.DataFrame:
    """Customer and rep, of contacts within a year up to the day of the run."""
    activities = activities_by_customer(task.tables)
    today = pd.Timestamp(task.as_of)
    is_recent = activities["done_on"].between(today - _A_YEAR, today)
    return activities.loc[is_recent, ["customer_id", "rep_id"]].dropna()
