"""Between which sums will a handful of deals end up, each won or not?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Floats

_EXACT_DEALS: Final = 200
"""Up to so many deals every outcome is weighed; beyond them the sum is near enough to a normal one.
"""
_CELLS: Final = 1024
"""Cells of the grid on which sums are weighed where amounts have no large common unit."""

QUANTILES: Final = (0.1, 0.5, 0.9)


def sum_quantiles(
    amounts: npt.ArrayLike, rates: npt.ArrayLike, quantiles: Sequence[float] = QUANTILES
) -> list[float]:
    """Give quantiles of the money won if each deal is won with its own chance, independently.

    The quantile q is the smallest sum that is not exceeded with chance q. Up to 200 deals the
    distribution is exact, on a grid of the amounts' common unit, or of a thousandth of their total
    where that is wider; beyond them it is a normal one corrected for skewness.

    Args:
        amounts: in any one unit, 0 or more, one per deal.
        rates: each deal's chance, 0 to 1; missing counts as 0.

    Source: E. A. Cornish and R. A. Fisher, Moments and cumulants in the specification of
    distributions, 1938; the exact sum is the Poisson-binomial with weights.
    """
    money, chance = (
        np.asarray(amounts, dtype=np.float64),
        np.nan_to_num(np.asarray(rates, dtype=np.float64)),
    )
    sure = float(money[chance >= 1].sum())
    doubtful = (chance > 0) & (chance < 1) & (money > 0)
    money, chance = money[doubtful], chance[doubtful]
    if not len(money):
        return [sure for _ in quantiles]
    if len(money) > _EXACT_DEALS:
        return [sure + value for value in _near_normal(money, chance, quantiles)]
    unit = _unit(money)
    cumulative = np.cumsum(_weights(money, chance, unit))
    found = np.searchsorted(cumulative, np.asarray(quantiles) - 1e-12)
    return [sure + float(min(at * unit, money.sum())) for at in found]


def _unit(money: Floats) -> float:
    """The largest unit that all amounts are multiples of, or what the grid allows."""
    total = float(money.sum())
    if (money == np.floor(money)).all() and total < 2**53:
        common = math.gcd(*(int(amount) for amount in money))
        if total / common <= _CELLS:
            return float(common)
    return total / _CELLS


def _weights(money: Floats, chance: Floats, unit: float) -> Floats:
    """Chance of each sum 0, 1, 2 ... units; amounts are laid end to end, so that their total is
    kept.
    """
    ends = np.round(np.cumsum(money) / unit).astype(np.int64)
    weights = np.zeros(int(ends[-1]) + 1)
    weights[0] = 1.0
    reach = 1
    for size, rate in zip(np.diff(ends, prepend=0), chance, strict=True):
        won = weights[:reach] * rate
        weights[:reach] -= won
        weights[size : size + reach] += won
        reach += int(size)
    return weights


def _near_normal(money: Floats, chance: Floats, quantiles: Sequence[float]) -> list[float]:
    lost = 1 - chance
    mean, variance = float((money * chance).sum()), float((money**2 * chance * lost).sum())
    skew = float((money**3 * chance * lost * (lost - chance)).sum()) / variance**1.5
    found = []
    for quantile in quantiles:
        z = NormalDist().inv_cdf(quantile)
        value = mean + (z + (z * z - 1) * skew / 6) * math.sqrt(variance)
        found.append(min(max(value, 0.0), float(money.sum())))
    return found
