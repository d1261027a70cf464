"""How far a rate can be trusted: intervals, rates shrunk to the group's,
chances to be above a bar.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Floats

_POOLED: Final = 1e6
"""Size of the prior, in trials, that stands for groups which do not differ at all."""


def z_of(level: float) -> float:
    """Half-width in standard errors of a two-sided normal interval: 0.8 → 1.2816."""
    return NormalDist().inv_cdf((1 + level) / 2)


@overload
def wilson(successes: float, trials: float, level: float) -> tuple[float, float]: ...
@overload
def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, level: float) -> tuple[Any, Any]: ...
def wilson(successes: Any, trials: Any, level: float) -> tuple[Any, Any]:
    """Give Wilson's interval of a rate; numbers give floats, arrays give arrays; no trials give
    nan.

    6 of 8 at 0.8 → 0.524 to 0.891.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA
    1927.
    """
    won, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    z2 = z_of(level) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = won / n
        middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    low = np.where(n > 0, np.where(won <= 0, 0.0, middle - half), np.nan)
    high = np.where(n > 0, np.where(won >= n, 1.0, middle + half), np.nan)
    if low.ndim == 0:
        return float(low), float(high)
    return low, high


def shrink_rates(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[Floats, float, float]:
    """Draw each group's rate towards the rate of all, the more so the fewer its trials.

    Empirical Bayes with a beta prior fitted by moments. Groups that differ by no more than chance
    are pooled. A group without trials gets the prior's mean; no trials at all give nan.

    Returns: the shrunk rates and the prior's a and b (a group's posterior is a + s, b + n − s).
    Source: J. C. Kleinman, Proportions with extraneous variance, JASA 1973.
    """
    won, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    total = float(n.sum())
    if total <= 0:
        return np.full(n.shape, np.nan), math.nan, math.nan
    mean = float(won.sum()) / total
    if not 0 < mean < 1:
        mean = (float(won.sum()) + 0.5) / (total + 1)
        size = _POOLED
    else:
        size = _prior_size(won[n > 0], n[n > 0], mean)
    a, b = mean * size, (1 - mean) * size
    return (a + won) / (size + n), a, b


def _prior_size(won: Floats, n: Floats, mean: float) -> float:
    """Trials that the prior is worth: 1/ρ − 1 for the correlation ρ within groups."""
    total, freedom = float(n.sum()), n.size - 1
    spread = float((n * (won / n - mean) ** 2).sum()) / (mean * (1 - mean))
    room = total - float((n * n).sum()) / total - freedom
    if freedom < 1 or room <= 0:
        return _POOLED
    rho = (spread - freedom) / room
    return min(max(1 / rho - 1, 1.0), _POOLED) if rho > 0 else _POOLED


def chance_above(bar: float, a: float, b: float) -> float:
    """Chance that a rate with posterior beta(a, b) lies above `bar`; nan where a or b is nan."""
    if math.isnan(a) or math.isnan(b) or math.isnan(bar):
        return math.nan
    return 1 - beta_cdf(bar, a, b)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Give the chance that a beta(a, b) variable is at most x.

    Source: W. Press et al., Numerical Recipes, 3rd edition, section 6.4 (continued fraction by
    Lentz).
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    front = math.exp(log_front)
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _beta_fraction(x, a, b) / a)
    return max(0.0, 1 - front * _beta_fraction(1 - x, b, a) / b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1), tiny)
    value = d
    # Large a and b need about sqrt(max(a, b)) steps.
    for m in range(1, 200 + int(5 * math.sqrt(max(a, b)))):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _not_zero(1 + step * d, tiny)
            c = _not_zero(1 + step / c, tiny)
            value *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return value


def _not_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
