"""Which tier does a customer's share of all value lead to?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Ints
from salesbook.money import exact

Rule = Literal["before", "including"]


@dataclass(frozen=True, slots=True)
class Standings:
    """Where values stand among each other, parallel to them."""

    tiers: Ints
    """Position of the tier, 0 the best."""
    before: Ints
    """Sum of all larger values above 0."""
    total: int
    """Sum of all values above 0."""


def stand_values(
    values: npt.ArrayLike, shares: Sequence[float], rule: Rule = "before"
) -> Standings:
    """Sort values into tiers by the share of all value that larger ones have.

    Values up to 0 are in the last tier and count for nothing. `before`: a value is in the first
    tier whose share is above the share of all larger values. `including`: its own value is added to
    that; the first tier needs a share under its own, the others up to theirs. Equal values share a
    tier, and a sole value above 0 is in the first one. Exact: no share is rounded.

    Args:
        values: whole minor units.
        shares: upper shares of the tiers, 0 to 1, rising.

    Source: ABC analysis; 50, 30, 10, 6, 4 at 80 % and 95 % → A, A, B, B, C (before) and A, B, B, C,
        C (including).
    """
    amounts = np.asarray(values, dtype=np.int64)
    has_value = amounts > 0
    # Equal values share a tier: each different value is judged once, smallest first.
    distinct, place, counts = np.unique(amounts[has_value], return_inverse=True, return_counts=True)
    sums = distinct * counts
    total = int(sums.sum())
    sum_of_larger = total - np.cumsum(sums)
    reached = sum_of_larger if rule == "before" else sum_of_larger + distinct

    # Limits in whole money instead of shares of it: a share is rounded, and who stands right on a
    # limit would fall to either side.
    is_strict = [rule == "before" or tier == 0 for tier in range(len(shares))]
    limits = [
        _limit(share, total, strict=strict) for share, strict in zip(shares, is_strict, strict=True)
    ]
    tier_of_distinct = np.searchsorted(np.array(limits, dtype=np.int64), reached, side="right")
    if has_value.sum() == 1:
        # His own share is everything, which the rule `including` would take for the last tier.
        tier_of_distinct = np.zeros_like(tier_of_distinct)

    last_tier = len(shares) - 1
    tiers = np.full(amounts.shape, last_tier, dtype=np.int64)
    tiers[has_value] = np.minimum(tier_of_distinct, last_tier)[place]
    before = np.full(amounts.shape, total, dtype=np.int64)
    before[has_value] = sum_of_larger[place]
    return Standings(tiers, before, total)


def _limit(share: float, total: int, *, strict: bool) -> int:
    """The least whole sum that no longer is within a share of the total."""
    part = exact(share) * total
    if strict:
        return math.ceil(part)
    return math.floor(part) + 1
