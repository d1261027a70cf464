"""How far can a rate be trusted: intervals, shrunk rates, chances to be above a bar?"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Floats

_POOLED: Final = 1e6
"""Size of the prior, in trials, that stands for groups which do not differ at all."""
_TINY: Final = 1e-300
"""What a denominator of 0 is taken as, so that a continued fraction goes on."""
_HALVINGS: Final = 60
"""After so many a double does not change any more."""
_EXACT_ENOUGH: Final = 1e-14
"""A factor that differs from 1 by less changes no digit of a double worth reading."""


def z_of(level: float) -> float:
    """Half-width in standard errors of a two-sided normal interval: 0.8 → 1.2816."""
    return NormalDist().inv_cdf((1 + level) / 2)


@overload
def wilson(successes: float, trials: float, level: float) -> tuple[float, float]: ...
@overload
def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, level: float) -> tuple[Any, Any]: ...
def wilson(successes: Any, trials: Any, level: float) -> tuple[Any, Any]:
    """Give Wilson's interval of a rate; no trials give nan.

    The interval holds the rates p that the observed one does not contradict: those from which it is
    no more than z standard errors sqrt(p (1 - p) / n) away. Rate ± z standard errors of the
    observed rate would be 0 wide at 0 of 5 and 5 of 5, and reach below 0 and above 1 beside them.

    Returns: low and high; numbers give floats, arrays give arrays.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA
    1927. 6 of 8 at 0.8 → 0.524 to 0.891.
    """
    won = np.asarray(successes, dtype=np.float64)
    n = np.asarray(trials, dtype=np.float64)
    z2 = z_of(level) ** 2

    with np.errstate(divide="ignore", invalid="ignore"):
        rate = won / n
        shrinking = 1 + z2 / n
        middle = (rate + z2 / (2 * n)) / shrinking
        variance = rate * (1 - rate) / n + z2 / (4 * n * n)
        half_width = np.sqrt(z2 * variance) / shrinking

    # The ends are exact there; the formula would miss them by a rounding error.
    low = np.where(won <= 0, 0.0, middle - half_width)
    high = np.where(won >= n, 1.0, middle + half_width)

    has_trials = n > 0
    low = np.where(has_trials, low, np.nan)
    high = np.where(has_trials, high, np.nan)
    if low.ndim == 0:
        return float(low), float(high)
    return low, high


def shrink_rates(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[Floats, float, float]:
    """Draw each group's rate towards the rate of all, the more so the fewer its trials.

    1 of 1 is no proof of a rate of 100 %, 80 of 100 says a lot. Empirical Bayes: true rates are
    taken to follow a beta distribution, fitted by moments to the groups at hand, and each group's
    rate is the mean of what it may be after its own trials. Groups that differ by no more than
    chance are pooled. A group without trials gets the prior's mean; no trials at all give nan.

    Returns: the shrunk rates and the prior's a and b (a group's posterior is a + s, b + n - s).

    Source: J. C. Kleinman, Proportions with extraneous variance, JASA 1973.
    """
    won = np.asarray(successes, dtype=np.float64)
    n = np.asarray(trials, dtype=np.float64)
    all_won, all_trials = float(won.sum()), float(n.sum())
    if all_trials <= 0:
        return np.full(n.shape, np.nan), math.nan, math.nan

    mean = all_won / all_trials
    if 0 < mean < 1:
        has_trials = n > 0
        size = _prior_size(won[has_trials], n[has_trials], mean)
    else:
        # All won or all lost: groups do not differ, and half a success keeps the mean inside.
        mean = (all_won + 0.5) / (all_trials + 1)
        size = _POOLED

    a = mean * size
    b = (1 - mean) * size
    return (a + won) / (size + n), a, b


def _prior_size(won: Floats, n: Floats, mean: float) -> float:
    """Trials that the prior is worth: 1/ρ - 1 for the correlation ρ within groups.

    ρ is what the groups' rates spread beyond chance. By chance alone the sum of
    n (rate - mean)² / (mean (1 - mean)) comes to groups - 1; what is above that, over the most that
    it could be above, is ρ.
    """
    total = float(n.sum())
    by_chance = n.size - 1

    rates = won / n
    squares = n * (rates - mean) ** 2
    variance = mean * (1 - mean)
    spread = float(squares.sum()) / variance

    squared_sizes = float((n * n).sum())
    most_beyond = total - squared_sizes / total - by_chance
    if by_chance < 1 or most_beyond <= 0:
        return _POOLED

    rho = (spread - by_chance) / most_beyond
    if rho <= 0:
        return _POOLED
    return min(max(1 / rho - 1, 1.0), _POOLED)


def chance_above(bar: float, a: float, b: float) -> float:
    """Chance that a rate with posterior beta(a, b) lies above `bar`; nan where a or b is nan."""
    if math.isnan(a) or math.isnan(b) or math.isnan(bar):
        return math.nan
    return 1 - beta_cdf(bar, a, b)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Give the chance that a beta(a, b) variable is at most x: the incomplete beta function.

    It is x^a (1 - x)^b / (a B(a, b)) times a continued fraction that converges quickly for x below
    its mean; above it, the chance of being more than x is computed in the same way, with a and b
    exchanged.

    Source: W. Press et al., Numerical Recipes, 3rd edition, section 6.4 (continued fraction by
    Lentz).
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0

    # By logarithms, for gamma(a + b) leaves the range of a double soon after 170.
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    log_front += a * math.log(x)
    log_front += b * math.log1p(-x)
    front = math.exp(log_front)

    about_mean = (a + 1) / (a + b + 2)
    if x < about_mean:
        below = front * _beta_fraction(x, a, b) / a
        return min(1.0, below)
    above = front * _beta_fraction(1 - x, b, a) / b
    return max(0.0, 1 - above)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction 1/(1+ d1/(1+ d2/(1+ ...))) of the incomplete beta function.

    Lentz's method: the value is multiplied, step by step, by the ratio of two neighbouring
    convergents, c of their numerators and 1 / d of their denominators, until that ratio is 1.
    """
    c = 1.0
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d

    # Large a and b need about sqrt(max(a, b)) steps.
    most_steps = 200 + int(5 * math.sqrt(max(a, b)))
    for m in range(1, most_steps):
        for term in _beta_terms(m, x, a, b):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= d * c

        if abs(d * c - 1) < _EXACT_ENOUGH:
            break
    return value


def _beta_terms(m: int, x: float, a: float, b: float) -> tuple[float, float]:
    """The terms d(2m) and d(2m + 1) of the fraction."""
    middle = a + 2 * m
    even = m * (b - m) * x / ((middle - 1) * middle)
    odd = -(a + m) * (a + b + m) * x / (middle * (middle + 1))
    return even, odd


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def student_quantile(level: float, freedom: int) -> float:
    """Half-width in standard errors of a two-sided interval by Student's t: 0.9975, 11 → 3.895.

    Found by halving: P(|T| > t) is the incomplete beta function of f / (f + t²) with f / 2 and 1/2.

    Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.1.
    """
    low, high = 0.0, 1.0
    while _outside(high, freedom) > 1 - level:
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _outside(middle, freedom) > 1 - level:
            low = middle
        else:
            high = middle
    return high


def _outside(t: float, freedom: int) -> float:
    """Chance that Student's t is further than t from 0 on either side."""
    return beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5)


def coin_tail(heads: int, tosses: int) -> float:
    """Chance of so many heads or more in tosses of a fair coin: 6 of 6 → 1/64."""
    ways = sum(math.comb(tosses, count) for count in range(max(heads, 0), tosses + 1))
    return float(ways / 2**tosses)
