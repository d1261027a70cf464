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
"""Up to so many deals every outcome is weighed; beyond them the sum is close to a normal one."""
_CELLS: Final = 1024
"""Cells of the grid on which sums are weighed where amounts have no large common unit."""

_HAIR: Final = 1e-12
"""A cumulative chance that misses a quantile by no more than rounding has reached it."""

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
    money = np.asarray(amounts, dtype=np.float64)
    chance = np.nan_to_num(np.asarray(rates, dtype=np.float64))

    is_sure = chance >= 1
    sure = float(money[is_sure].sum())

    is_possible = chance > 0
    brings_money = money > 0
    is_doubtful = is_possible & ~is_sure & brings_money
    money = money[is_doubtful]
    chance = chance[is_doubtful]

    if not len(money):
        return [sure for _ in quantiles]
    if len(money) > _EXACT_DEALS:
        return [sure + value for value in _near_normal(money, chance, quantiles)]

    unit = _unit(money)
    cumulative = np.cumsum(_weights(money, chance, unit))
    units = np.searchsorted(cumulative, np.asarray(quantiles) - _HAIR)
    total = money.sum()
    return [sure + float(min(count * unit, total)) for count in units]


def _unit(money: Floats) -> float:
    """The largest unit that all amounts are multiples of, or what the grid allows."""
    total = float(money.sum())

    # Above 2**53 a double no longer holds every whole number, and a common divisor means nothing.
    are_whole = (money == np.floor(money)).all() and total < 2**53
    if are_whole:
        common = math.gcd(*(int(amount) for amount in money))
        if total / common <= _CELLS:
            return float(common)
    return total / _CELLS


def _weights(money: Floats, chance: Floats, unit: float) -> Floats:
    """Chance of each sum 0, 1, 2 ... units.

    One deal after the other: of every sum so far, its share moves up by the deal's amount. Amounts
    are laid end to end and their ends rounded to the grid, so that the total is kept; rounding
    each amount by itself would lose or add up to half a unit per deal.
    """
    ends = np.round(np.cumsum(money) / unit).astype(np.int64)
    sizes = np.diff(ends, prepend=0)

    weights = np.zeros(int(ends[-1]) + 1)
    weights[0] = 1.0
    reach = 1
    for size, rate in zip(sizes, chance, strict=True):
        won = weights[:reach] * rate
        weights[:reach] -= won
        weights[size : size + reach] += won
        reach += int(size)
    return weights


def _near_normal(money: Floats, chance: Floats, quantiles: Sequence[float]) -> list[float]:
    """Quantiles by Cornish and Fisher: those of a normal sum, moved by what its skewness asks.

    A deal of amount a won with chance p adds p a to the mean, p q a² to the variance and
    p q (q - p) a³ to the third moment, where q = 1 - p.
    """
    lost = 1 - chance
    means = money * chance
    variances = money**2 * chance * lost
    third_moments = money**3 * chance * lost * (lost - chance)

    total = float(money.sum())
    mean = float(means.sum())
    variance = float(variances.sum())
    deviation = math.sqrt(variance)
    skewness = float(third_moments.sum()) / variance**1.5

    values = []
    for quantile in quantiles:
        z = NormalDist().inv_cdf(quantile)
        correction = (z * z - 1) * skewness / 6
        value = mean + (z + correction) * deviation

        # A sum is neither negative nor above what all deals together bring.
        values.append(min(max(value, 0.0), total))
    return values
