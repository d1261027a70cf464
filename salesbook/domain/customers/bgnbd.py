"""How likely is it that a customer who has bought several times will ever buy again, and how often?

The BG/NBD model: while alive, a customer buys at a steady rate of his own; after each purchase he
may stop for good, with a chance of his own; rates and chances differ between customers as gamma and
beta.

Source: Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2); their note on computing P(alive).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from salesbook.arrays import Floats

_MOST_TERMS = 200_000
_MOST_STEPS = 400
_TOLERANCE = 1e-9
_LARGEST_LOG = 7.0
_PULL = 1e-6
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
    """Purchases after the first."""
    last: Floats
    """From the first purchase to the last."""
    age: Floats
    """From the first purchase to now."""


def p_alive(purchases: Purchases, model: Parameters) -> Floats:
    """Give the chance that each customer is still one; NaN where there was no repeat purchase.

    Without a repeat purchase the formula gives 1, which says nothing about the customer.
    """
    x = purchases.repeats
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        odds = model.a / (model.b + x - 1) * _silence(purchases, model)
        alive = 1 / (1 + odds)
    return np.where(x > 0, alive, np.nan)


def _silence(purchases: Purchases, model: Parameters) -> Floats:
    ratio = (model.alpha + purchases.age) / (model.alpha + purchases.last)
    return np.asarray(ratio ** (model.r + purchases.repeats), dtype=np.float64)


def expected_purchases(purchases: Purchases, model: Parameters, ahead: float) -> Floats:
    """Give the number of purchases to expect of each customer in the time ahead.

    Source: equation 10 of the paper; r 0.243, alpha 4.414, a 0.793, b 2.426: 2 repeats, the last
        after 30.43 of 38.86 weeks → 1.226 in the next 39 weeks.
    """
    one_by_one = zip(purchases.repeats, purchases.age, strict=True)
    still = np.array([_if_alive_at_last(x, age, model, ahead) for x, age in one_by_one])
    x = purchases.repeats
    denominator = np.where(x > 0, 1 + model.a / (model.b + x - 1) * _silence(purchases, model), 1.0)
    return np.asarray(still / denominator, dtype=np.float64)


def _if_alive_at_last(x: float, age: float, model: Parameters, ahead: float) -> float:
    a = model.a if abs(model.a - 1) > 1e-9 else 1 + 1e-9
    rate, z = model.r + x, ahead / (model.alpha + age + ahead)
    top = a + model.b + x - 1
    gone: float = (1 - z) ** rate * _hypergeometric(rate, model.b + x, top, z)
    return top / (a - 1) * (1 - gone)


def _hypergeometric(a: float, b: float, c: float, z: float) -> float:
    """Gauss's 2F1 by its series, for 0 ≤ z < 1."""
    total = term = 1.0
    for n in range(_MOST_TERMS):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        if abs(term) <= 1e-15 * abs(total):
            break
    return total


def fit(purchases: Purchases, least_repeaters: int) -> Parameters | None:
    """Find the parameters under which these purchases are likeliest.

    Returns: None where fewer customers than asked have bought again, or where the likelihood has no
        maximum within reason; then the model has nothing to say.

    Source: table 2 of the paper; the CDNOW sample up to 30 September 1997, in weeks → r 0.243,
        alpha 4.414, a 0.793, b 2.426.
    """
    if int((purchases.repeats > 0).sum()) < least_repeaters:
        return None
    unit = max(float(purchases.age.mean()), 1e-9)
    scaled = Purchases(purchases.repeats, purchases.last / unit, purchases.age / unit)
    best = _lowest(lambda logs: _cost(scaled, logs), np.zeros(4))
    if best is None or float(np.abs(best).max()) > _LARGEST_LOG:
        return None
    r, alpha, a, b = np.exp(best).tolist()
    return Parameters(r, alpha * unit, a, b)


def _cost(purchases: Purchases, logs: Floats) -> float:
    """Mean negative log likelihood at the logarithms of the parameters, and the pull."""
    if float(np.abs(logs).max()) > 2 * _LARGEST_LOG:
        return math.inf
    r, alpha, a, b = np.exp(logs)
    x = purchases.repeats.astype(np.int64)
    steps = np.arange(int(x.max()))
    rising = np.log(r + steps) + np.log(b + steps) - np.log(a + b + steps)
    upto = np.concatenate(([0.0], np.cumsum(rising)))
    never_stopped = -(r + x) * np.log(alpha + purchases.age)
    stopped = np.log(a / np.maximum(b + x - 1, 1e-300)) - (r + x) * np.log(alpha + purchases.last)
    either = np.where(x > 0, np.logaddexp(never_stopped, stopped), never_stopped)
    likelihood = float((upto[x] + r * np.log(alpha) + either).mean())
    return _PULL * float((logs**2).sum()) - likelihood


def _lowest(cost: Callable[[Floats], float], start: Floats) -> Floats | None:
    """Walk a simplex downhill to the lowest point; None where it does not settle.

    Source: Nelder and Mead (1965), A Simplex Method for Function Minimization.
    """
    points = [start, *(start + step for step in np.eye(start.size) * 0.5)]
    corners = sorted((cost(point), tuple(point)) for point in points)
    for _ in range(_MOST_STEPS):
        if corners[-1][0] - corners[0][0] < _TOLERANCE and _spread(corners) < 1e-3:
            return np.array(corners[0][1])
        middle = np.mean([point for _, point in corners[:-1]], axis=0)
        corners = sorted(_stepped(cost, corners, middle))
    return None


Corner = tuple[float, tuple[float, ...]]


def _spread(corners: list[Corner]) -> float:
    points = np.array([point for _, point in corners])
    return float(np.ptp(points, axis=0).max())


def _stepped(
    cost: Callable[[Floats], float], corners: list[Corner], middle: Floats
) -> list[Corner]:
    """The simplex after one step: its worst corner reflected, stretched or pulled in, or all
    shrunk.
    """
    worst = np.array(corners[-1][1])

    def at(factor: float) -> Corner:
        point = middle + factor * (worst - middle)
        return cost(point), tuple(point.tolist())

    reflected = at(-1.0)
    if reflected[0] < corners[0][0]:
        return [*corners[:-1], min(reflected, at(-2.0))]
    if reflected[0] < corners[-2][0]:
        return [*corners[:-1], reflected]
    pulled = at(-0.5 if reflected[0] < corners[-1][0] else 0.5)
    if pulled[0] < min(reflected[0], corners[-1][0]):
        return [*corners[:-1], pulled]
    best = np.array(corners[0][1])
    halved = [(best + np.array(point)) / 2 for _, point in corners[1:]]
    return [corners[0], *((cost(point), tuple(point.tolist())) for point in halved)]
