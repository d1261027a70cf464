"""How likely is it that a customer who has bought several times will ever buy again, and how often?

The BG/NBD model: while alive, a customer buys at a steady rate of his own; after each purchase he
may stop for good, with a chance of his own; rates and chances differ between customers as gamma and
beta.

Source: Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2); their note on computing P(alive).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.simplex import lowest_point

_MOST_TERMS: Final = 200_000
_ENOUGH: Final = 1e-15
"""The series ends where a term adds less than this part of the sum."""

_NEAR_ONE: Final = 1e-9
_TINY: Final = 1e-300

_LARGEST_LOG: Final = 7.0
"""Beyond e⁷ or below e⁻⁷ a parameter says that the likelihood rises without end."""

_PULL: Final = 1e-6
"""Weight of a pull to 1, which decides only where the purchases themselves say nothing."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """r and alpha of the buying rates (gamma), a and b of the chances to stop (beta)."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Purchases:
    """What the model knows of customers, parallel arrays; times in one unit, as weeks."""

    repeats: Floats
    """Purchases after the first: x of the paper."""
    last: Floats
    """From the first purchase to the last: tₓ."""
    age: Floats
    """From the first purchase to now: T."""


def p_alive(purchases: Purchases, model: Parameters) -> Floats:
    """Give the chance that each customer is still one; NaN where there was no repeat purchase.

    Without a repeat purchase the formula gives 1, which says nothing about the customer: in this
    model nobody can stop before having come back once.
    """
    has_repeats = purchases.repeats > 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        alive = 1 / (1 + _odds_gone(purchases, model))
    return np.where(has_repeats, alive, np.nan)


def _odds_gone(purchases: Purchases, model: Parameters) -> Floats:
    """The odds that a customer stopped after the last purchase: a/(b+x−1) · ((α+T)/(α+tₓ))^(r+x).

    The longer the silence since the last purchase, and the oftener he bought before, the higher.
    """
    repeats = purchases.repeats
    silence = (model.alpha + purchases.age) / (model.alpha + purchases.last)
    odds_to_stop = model.a / (model.b + repeats - 1)
    return np.asarray(odds_to_stop * silence ** (model.r + repeats), dtype=np.float64)


def expected_purchases(purchases: Purchases, model: Parameters, ahead: float) -> Floats:
    """Give the number of purchases to expect of each customer in the time ahead.

    Source: equation 10 of the paper; r 0.243, alpha 4.414, a 0.793, b 2.426: 2 repeats, the last
        after 30.43 of 38.86 weeks → 1.226 in the next 39 weeks.
    """
    customers = zip(purchases.repeats, purchases.age, strict=True)
    if_alive = np.array(
        [_expected_if_alive(repeats, age, model, ahead) for repeats, age in customers]
    )
    has_repeats = purchases.repeats > 0
    denominator = np.where(has_repeats, 1 + _odds_gone(purchases, model), 1.0)
    return np.asarray(if_alive / denominator, dtype=np.float64)


def _expected_if_alive(repeats: float, age: float, model: Parameters, ahead: float) -> float:
    """The numerator of equation 10: what to expect of who was alive after the last purchase."""
    # The equation divides by a − 1; right beside 1 its value is that of the limit.
    a = model.a
    if abs(a - 1) <= _NEAR_ONE:
        a = 1 + _NEAR_ONE

    rate = model.r + repeats
    base = a + model.b + repeats - 1
    share_ahead = ahead / (model.alpha + age + ahead)
    series = _hypergeometric(rate, model.b + repeats, base, share_ahead)
    gone: float = (1 - share_ahead) ** rate * series
    return base / (a - 1) * (1 - gone)


def _hypergeometric(a: float, b: float, c: float, z: float) -> float:
    """Gauss's 2F1 by its series, for 0 ≤ z < 1."""
    total = term = 1.0
    for n in range(_MOST_TERMS):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        if abs(term) <= _ENOUGH * abs(total):
            break
    return total


def fit(purchases: Purchases, least_repeaters: int) -> Parameters | None:
    """Find the parameters under which these purchases are likeliest.

    The problem: maximise the likelihood over r, α, a, b > 0. It is searched over their logarithms,
    which keeps them above 0, with times in units of the mean age, which makes all four of one size.

    Returns: None where fewer customers than asked have bought again, or where the likelihood has no
        maximum within reason; then the model has nothing to say.

    Source: table 2 of the paper; the CDNOW sample up to 30 September 1997, in weeks → r 0.243,
        alpha 4.414, a 0.793, b 2.426.
    """
    repeaters = int((purchases.repeats > 0).sum())
    if repeaters < least_repeaters:
        return None

    unit = max(float(purchases.age.mean()), _NEAR_ONE)
    scaled = Purchases(purchases.repeats, purchases.last / unit, purchases.age / unit)
    logs = lowest_point(lambda point: _cost(scaled, point), np.zeros(4))
    if logs is None or float(np.abs(logs).max()) > _LARGEST_LOG:
        return None

    r, alpha, a, b = np.exp(logs).tolist()
    return Parameters(r, alpha * unit, a, b)


def _cost(purchases: Purchases, logs: Floats) -> float:
    """Mean negative log likelihood at the logarithms of the parameters, and the pull.

    Likelihood of a customer: B(a, b+x)/B(a, b) · Γ(r+x)αʳ/Γ(r) · (1/(α+T)^(r+x) for who never
    stopped, plus a/(b+x−1) · 1/(α+tₓ)^(r+x) for who stopped after the last purchase).

    Source: equation 6 of the paper.
    """
    if float(np.abs(logs).max()) > 2 * _LARGEST_LOG:
        return math.inf

    r, alpha, a, b = np.exp(logs)
    repeats = purchases.repeats.astype(np.int64)
    rate = r + repeats

    # Both quotients of gamma and beta functions are products over the repeats, Π (r+i)(b+i)/(a+b+i):
    # worked out once up to the largest number of repeats, every customer looks his own up.
    steps = np.arange(int(repeats.max()))
    log_steps = np.log(r + steps)
    log_steps += np.log(b + steps)
    log_steps -= np.log(a + b + steps)
    log_products = np.concatenate(([0.0], np.cumsum(log_steps)))

    never_stopped = -rate * np.log(alpha + purchases.age)
    odds_to_stop = a / np.maximum(b + repeats - 1, _TINY)
    stopped = np.log(odds_to_stop) - rate * np.log(alpha + purchases.last)
    # Nobody stops before having come back once.
    has_repeats = repeats > 0
    either = np.where(has_repeats, np.logaddexp(never_stopped, stopped), never_stopped)

    log_likelihood = log_products[repeats] + r * np.log(alpha) + either
    pull = _PULL * float((logs**2).sum())
    return pull - float(log_likelihood.mean())
