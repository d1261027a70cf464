"""How much of a deal is still to come as sales, where its orders count and not the deal?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.forecast.basis import Basis

_USUAL_WAIT: Final = 30.0
"""Days from winning to ordering by which nearly all is ordered, while nobody knows."""
_FEWEST_WAITS: Final = 5
_WAIT_SHARE: Final = 0.9


@dataclass(frozen=True)
class Ordering:
    """How won deals become orders, as known on a day."""

    ordered: Floats
    """Per deal: money of order lines that name it."""
    share: float
    """Of the money of won deals, the part that is ordered under their names; 1 where the deal
    itself is the sale.

    Where orders name no deals their money is in what is repeated, and must not count twice.
    """
    usual_days: float
    """Median days from winning to the first order; 0 where the deal itself is the sale."""
    longest_days: float
    """Days after which nine in ten first orders had come."""


@dataclass(frozen=True)
class Awaited:
    """Deals that are won and not, or not wholly, ordered yet."""

    place: Ints
    amount: Floats
    """What is not ordered yet."""
    chance: float
    days_left: Floats
    """Days from today by which the order comes if it does, on any of them alike."""

    def closing_chance(self, horizon: float) -> Floats:
        """The chance of each that its order comes within so many days, if it comes."""
        return np.asarray(np.minimum(max(horizon, 0.0) / self.days_left, 1.0), dtype=np.float64)


def ordering_at(basis: Basis, day: float) -> Ordering:
    """Tell how won deals had become orders by the end of a day.

    The share is that of deals won after orders began to count and long enough ago for their orders
    to have come; one more deal counts as ordered in full, so that the first one decides nothing.
    """
    size = len(basis.deals.closed)
    if not basis.orders_count(day):
        return Ordering(np.zeros(size), 1.0, 0.0, 0.0)

    facts, sales = basis.deals, basis.sales
    known = sales.ordered_day <= day
    deal, on = sales.ordered_deal[known], sales.ordered_day[known]
    ordered = np.bincount(deal, sales.ordered_amount[known], size).astype(np.float64)

    first_order = np.full(size, np.inf)
    np.minimum.at(first_order, deal, on)
    is_won = facts.is_won & np.isfinite(facts.closed) & (facts.closed <= day)
    has_order = is_won & np.isfinite(first_order)
    waits = np.maximum(first_order[has_order] - facts.closed[has_order], 0.0)
    usual, longest = 0.0, _USUAL_WAIT
    if len(waits) >= _FEWEST_WAITS:
        usual = float(np.median(waits))
        longest = float(np.quantile(waits, _WAIT_SHARE))

    is_due = is_won & (facts.closed <= day - longest) & (facts.closed >= sales.orders_from)
    due, came = facts.amount[is_due], ordered[is_due]
    one_more = facts.amount[is_won].mean() if is_won.any() else 0.0
    total = due.sum() + one_more
    came_in_all = np.clip(came, 0.0, due).sum() + one_more
    share = float(came_in_all / total) if total > 0 else 1.0
    return Ordering(ordered, share, usual, longest)


def awaited_at(basis: Basis, day: float, ordering: Ordering) -> Awaited:
    """List the deals won so lately that their orders may still come.

    Source: won 100,000, ordered 40,000: 60,000 times the share of won money that is ordered.
    """
    facts = basis.deals
    gone = day - facts.closed
    is_recent = facts.is_won & (gone >= 0) & (gone < ordering.longest_days)
    left = np.maximum(facts.amount - ordering.ordered, 0.0)
    place = np.flatnonzero(is_recent & (left > 0) & facts.takes_part)
    return Awaited(
        place=place,
        amount=left[place],
        chance=ordering.share,
        days_left=ordering.longest_days - gone[place],
    )
