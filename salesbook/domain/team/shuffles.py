"""Does the best, or the weakest, of a team stand out by more than luck?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from salesbook.arrays import Flags, Floats

SHUFFLES: Final = 1000
_SEED: Final = 20260101
"""Fixed: the same book gives the same answer on every day."""
_CERTAIN: Final = 0.95
_SLOTS: Final = 2**16
"""Places of the table by which deals are dealt out: a 16-bit number finds its rep at once."""
_MANY: Final = 20
"""With more deals a rep, sums are drawn from a distribution that is as good as theirs."""
_AT_ONCE: Final = 4_000_000
"""Deals dealt out at once, so that memory stays small."""


@dataclass(frozen=True)
class StandOut:
    """Who sold more, or less, against quota than luck explains; a place for each rep."""

    ahead: Flags
    behind: Flags


def stand_out(
    sold: Floats, quotas: Floats, deals: Floats, *, certain: float = _CERTAIN
) -> StandOut:
    """Test the largest and the smallest deviation against those that chance alone makes.

    In any team somebody is best, also where all are alike. So all deals (each with its outcome and
    its amount together) are dealt out anew 1,000 times, each to a rep at random in proportion to
    the quotas, and each time the largest and the smallest deviation are noted. A rep stands out
    only beyond 95 % of them. Lost deals bring nothing to whoever draws them, so that they need not
    be drawn.

    A deviation is (sold − quota · Σ sold / Σ quotas) / √quota: in money, a large quota deviates
    more by chance alone; as a share of the quota, a small one does.

    Args:
        sold: of each rep.
        quotas: of each rep, above 0.
        deals: the amount of each deal, whoever sold it.
        certain: the part of the shuffles beyond which somebody stands out, on each side.

    Returns: a place for each rep; nobody stands out of fewer than three.
    """
    nobody = np.zeros(len(sold), dtype=bool)
    if len(sold) < 3 or not deals.size:
        return StandOut(nobody, nobody)

    shares = quotas / quotas.sum()
    most, least = [], []
    for sums in _dealt_out(deals, shares):
        deviations = _deviations(sums, shares)
        most.append(deviations.max(axis=1))
        least.append(deviations.min(axis=1))

    deviation = _deviations(sold, shares)
    ahead = deviation > np.quantile(np.concatenate(most), certain)
    behind = deviation < np.quantile(np.concatenate(least), 1 - certain)
    return StandOut(ahead, behind)


def _deviations(sums: Floats, shares: Floats) -> Floats:
    """How far each sum is from its share of all, in a measure that luck moves alike for all."""
    expected = sums.sum(axis=-1, keepdims=True) * shares
    deviations: Floats = (sums - expected) / np.sqrt(shares)
    return deviations


def _dealt_out(deals: Floats, shares: Floats) -> list[Floats]:
    """Sums by rep of each shuffle: shuffles down, reps across, in a few blocks."""
    chance = np.random.Generator(np.random.SFC64(_SEED))
    reps = len(shares)
    if len(deals) > _MANY * reps:
        return [_sums_of_many(deals, shares, chance)]

    rep_of_slot = np.searchsorted(np.cumsum(shares) * _SLOTS, np.arange(_SLOTS) + 0.5)
    rep_of_slot = np.minimum(rep_of_slot, reps - 1)
    blocks = []
    at_once = max(1, min(SHUFFLES, _AT_ONCE // len(deals)))
    for first in range(0, SHUFFLES, at_once):
        count = min(at_once, SHUFFLES - first)
        slots = chance.integers(0, _SLOTS, size=(count, len(deals)), dtype=np.uint16)
        places = rep_of_slot[slots] + reps * np.arange(count)[:, None]
        amounts = np.broadcast_to(deals, slots.shape)
        sums: Any = np.bincount(places.ravel(), amounts.ravel(), minlength=count * reps)
        blocks.append(sums.reshape(count, reps))
    return blocks


def _sums_of_many(deals: Floats, shares: Floats, chance: np.random.Generator) -> Floats:
    """Draw the sums of many deals at once, by their mean, variance and skewness.

    What falls to a rep of share p has the cumulants p Σ a, p Σ a² and p Σ a³ (a compound Poisson
    sum); a gamma distribution, moved, has the same three. That the sums of a shuffle add up to all
    is restored by `_deviations`, which sets each against the sum of its own shuffle. A normal
    distribution would take the largest of 300 reps for less than it is, for amounts are skewed.
    """
    mean = deals.sum() * shares
    variance = (deals**2).sum() * shares
    third = (deals**3).sum() * shares
    drawn_at_once = (SHUFFLES, len(shares))
    sums: Floats
    if third[0] <= 0:
        # Large refunds: what is skewed the other way is drawn as if it were not skewed.
        sums = mean + np.sqrt(variance) * chance.standard_normal(drawn_at_once)
        return sums

    shape = 4 * variance**3 / third**2
    unit = third / (2 * variance)
    sums = mean + unit * (chance.standard_gamma(shape, drawn_at_once) - shape)
    return sums
