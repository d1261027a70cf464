"""What can the months of a plan sum to where its people's totals and bounds stand in the season's
way?
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from salesbook.arrays import Flags, Ints
from salesbook.domain.targets.spread.cuts import bits, subset_sums


def nearest_months(wanted: Sequence[int], fixed: Flags, most: Ints) -> list[Fraction] | None:
    """Find the month sums nearest to the wanted ones that the people can reach, fixed months
    exactly.

    The reachable sums are the base of a submodular function, so one point is nearest by every
    measure of the months' relative change at once (Kullback and Leibler's, least squares, money
    moved): the one where the tightest set of months gives as little as it must, then the next.

    Args:
        wanted: sum of each month.
        fixed: months that must not move.
        most: how much can be put into each set of months (`plan_cuts.reach`).

    Returns: one sum per month, exact fractions; None where the fixed months cannot be met.

    Source: Fujishige, "Lexicographically optimal base of a polymatroid", 1980.
    """
    sums = subset_sums(np.array([wanted], dtype=np.int64))[0]
    if (sums <= most).all():
        return [Fraction(one) for one in wanted]
    fixed_months = _mask(fixed)
    movable = (1 << len(wanted)) - 1 - fixed_months
    left = _without_fixed(most, sums, fixed_months, movable)
    if left is None:
        return None
    result = [Fraction(one) for one in wanted]
    done = 0
    while done != movable:
        chosen, ratio, weighed = _tightest(left, wanted, movable, done)
        for month in np.flatnonzero(bits(chosen & ~done, len(wanted))).tolist():
            result[month] = ratio * (wanted[month] if weighed else 1)
        done = chosen
    return result


def tight_sets(months: Sequence[Fraction], most: Ints) -> list[int]:
    """Find the sets of months that take all that can be put into them, as bit masks."""
    members = bits(np.arange(len(most))[:, None], len(months))
    floats = members @ np.array([float(one) for one in months])
    near = np.flatnonzero(np.abs(floats - most) <= 0.5 + 1e-9 * np.abs(most))
    if all(one.denominator == 1 for one in months):
        sums = members @ np.array([int(one) for one in months])
        return [int(mask) for mask in near if sums[mask] == most[mask]]
    return [
        int(mask)
        for mask in near
        if sum((months[at] for at in np.flatnonzero(members[mask]).tolist()), Fraction(0))
        == int(most[mask])
    ]


def _mask(months: Flags) -> int:
    return sum(1 << int(month) for month in np.flatnonzero(months))


def _without_fixed(most: Ints, sums: Ints, fixed: int, movable: int) -> Ints | None:
    """Say how much can go into each set of movable months once the fixed ones have theirs.

    With some fixed months a set can take no more than `most` says of them together: the tightest
    such bound.
    """
    masks = np.arange(len(most))
    left: Ints = most - sums[masks & fixed]
    for bit in (1 << at for at in range(fixed.bit_length()) if fixed >> at & 1):
        without = masks[masks & bit == 0]
        left[without] = np.minimum(left[without], left[without | bit])
    if left[0] < 0 or left[movable] < most[-1] - sums[fixed]:
        return None
    return left


def _tightest(
    left: Ints, weights: Sequence[int], movable: int, done: int
) -> tuple[int, Fraction, bool]:
    """Find the largest set beyond `done` that gets least for its weight.

    Returns: the set, the ratio, and whether weights count: where no month beyond has one, each
    counts 1.
    """
    masks = np.arange(len(left))
    masks = masks[(masks & ~movable == 0) & (masks & done == done) & (masks != done)]
    gains = left[masks] - left[done]
    members = bits((masks & ~done)[:, None], len(weights))
    shares = members @ np.array(weights, dtype=np.int64)
    weighed = bool((shares > 0).any())
    if not weighed:
        shares = members.sum(axis=1)
    ratios = np.divide(gains, shares, out=np.where(gains > 0, np.inf, 0.0), where=shares > 0)
    near = np.flatnonzero(ratios <= ratios.min() * (1 + 1e-9))
    exact = {int(at): Fraction(int(gains[at]), int(shares[at]) or 1) for at in near}
    least = min(exact.values())
    chosen = 0
    for at, ratio in exact.items():
        if ratio == least:
            chosen |= int(masks[at])
    return chosen, least, weighed
