"""How likely is it that a customer who has bought several times will ever buy again, and how often?

The MBG/CNBD-k model: while alive, a customer buys at a rate of his own, more or less regularly;
after each purchase, the first included, he may stop for good, with a chance of his own; rates and
chances differ between customers as gamma and beta. Gaps between purchases are Erlang-k: with k = 1
the next purchase may come at any time (Poisson), the larger k the more evenly they come. Companies
reorder evenly, and whoever takes their silence for chance thinks everybody alive.

Nobody's stopping is ever seen. A model may say so only where it explains the purchases better than
one in which nobody stops and some merely buy seldom.

Source: Reutterer, Platzer and Schröder (2021), Leveraging purchase regularity for predicting
customer behavior the easy way, International Journal of Research in Marketing 38(1); Batislam,
Denizel and Filiztekin (2007), Empirical validation and comparison of models for customer base
analysis, in the same journal 24(3), for stopping after the first purchase; Fader, Hardie and Lee
(2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), for the BG/NBD model that
both build on. Its customers cannot stop before their second purchase: of those who came back its b
is ours plus 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.simplex import lowest_point

Unknown = Literal["alive-few-repeaters", "alive-nobody-stops"]
"""Why nothing can be said: the message's code."""

_MOST_TERMS: Final = 200_000
_ENOUGH: Final = 1e-15
"""The series ends where a term adds less than this part of the sum."""

_NEAR_ONE: Final = 1e-9
_LARGEST_LOG: Final = 14.0
"""Beyond e¹⁴ a parameter says that customers are all alike, as well as infinity would."""

_PULL: Final = 1e-6
"""Weight of a pull to 1, which decides only where the purchases themselves say nothing."""

_MOST_REGULAR: Final = 8
"""Erlang-8 gaps vary by a third of their mean: more evenly nobody buys who has no subscription."""

_MOST_WALKS: Final = 6
_SAME: Final = 1e-6
"""A walk that gains less than this per customer has come to where the last one ended."""

_MOST_FITTED: Final = 4000
"""Customers that the parameters are found from; more would make them hardly surer."""

_RATHER_STOP: Final = 0.5
"""How sure it must be that customers stop at all, before anybody is said to have stopped."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """r and alpha of the buying rates (gamma), a and b of the chances to stop (beta)."""

    r: float
    alpha: float
    a: float
    b: float
    regularity: int = 1
    """k of the gaps between purchases (Erlang)."""
    stops: float = 1.0
    """How sure it is that customers stop at all, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Purchases:
    """What the model knows of customers, parallel arrays; times in one unit, as weeks."""

    repeats: Floats
    """Purchases after the first: x of the paper."""
    last: Floats
    """From the first purchase to the last: tₓ."""
    age: Floats
    """From the first purchase to now: T."""
    log_gaps: Floats
    """Sum of the logarithms of the gaps between purchases: says how regular they are."""

    def part(self, chosen: slice) -> Purchases:
        """Only some of the customers."""
        return Purchases(
            self.repeats[chosen], self.last[chosen], self.age[chosen], self.log_gaps[chosen]
        )

    def in_units_of(self, unit: float) -> Purchases:
        """The same purchases with times in another unit."""
        log_gaps = self.log_gaps - self.repeats * math.log(unit)
        return Purchases(self.repeats, self.last / unit, self.age / unit, log_gaps)


def p_alive(purchases: Purchases, model: Parameters) -> Floats:
    """Give the chance that each customer is still one; NaN where there was no repeat purchase.

    As far as it is unsure whether anybody stops, it is 1.

    Of who bought once the model's own assumption speaks and no data: on the CDNOW sample BG/NBD
    says 1.00 of all of them, and this model 0.41, and both are as likely.
    """
    has_repeats = purchases.repeats > 0
    with np.errstate(over="ignore"):
        gone = 1 - 1 / (1 + _odds_gone(purchases, model))
    return np.where(has_repeats, 1 - model.stops * gone, np.nan)


def _odds_gone(purchases: Purchases, model: Parameters) -> Floats:
    """The odds that a customer stopped after the last purchase.

    They are a/(b+x) · ((α+T)/(α+tₓ))^(r+kx) / q, where q says how much likelier silence is if the
    next purchase takes k steps than if one will do. The longer the silence since the last purchase,
    and the oftener and more regularly he bought before, the higher the odds.
    """
    repeats = purchases.repeats
    rate = model.r + model.regularity * repeats
    silence = (model.alpha + purchases.age) / (model.alpha + purchases.last)
    odds_to_stop = model.a / (model.b + repeats)
    steps = _steps_to_come(purchases, rate, model.alpha, model.regularity)
    return np.asarray(odds_to_stop * silence**rate / steps, dtype=np.float64)


def _steps_to_come(purchases: Purchases, rate: Floats, alpha: float, regularity: int) -> Floats:
    """How much likelier silence is if the next purchase takes k steps than if one will do.

    A customer who is alive and silent has taken fewer than k of them. It is Σ Γ(g+j)/(Γ(g)·j!) ·
    ((T−tₓ)/(α+T))ʲ over j < k, where g = r + kx; for k = 1 it is 1.
    """
    silent_share = (purchases.age - purchases.last) / (alpha + purchases.age)
    term = total = np.ones_like(rate)
    for step in range(1, regularity):
        term = term * (rate + step - 1) / step * silent_share
        total = total + term
    return total


def expected_purchases(purchases: Purchases, model: Parameters, ahead: float) -> Floats:
    """Give the number of purchases to expect of each customer in the time ahead.

    Raises: ValueError for a model of regular gaps, for which nobody has found a formula.

    Source: equation 10 of Fader, Hardie and Lee; r 0.243, alpha 4.414, a 0.793, b 2.426, which is
        1.426 here: 2 repeats, the last after 30.43 of 38.86 weeks → 1.226 in the next 39 weeks.
    """
    if model.regularity != 1:
        raise ValueError("expected purchases are known for gaps of any length only")
    customers = zip(purchases.repeats, purchases.age, strict=True)
    if_alive = np.array(
        [_expected_if_alive(repeats, age, model, ahead) for repeats, age in customers]
    )
    return np.asarray(if_alive / (1 + _odds_gone(purchases, model)), dtype=np.float64)


def _expected_if_alive(repeats: float, age: float, model: Parameters, ahead: float) -> float:
    """The numerator of equation 10: what to expect of who was alive after the last purchase."""
    # The equation divides by a − 1; right beside 1 its value is that of the limit.
    a = model.a
    if abs(a - 1) <= _NEAR_ONE:
        a = 1 + _NEAR_ONE

    rate = model.r + repeats
    stays = model.b + 1 + repeats
    base = a + stays - 1
    share_ahead = ahead / (model.alpha + age + ahead)
    series = _hypergeometric(rate, stays, base, share_ahead)
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


def fit(purchases: Purchases, least_repeaters: int) -> Parameters | Unknown:
    """Find the parameters under which these purchases are likeliest, unless nobody seems to stop.

    The problem: maximise the likelihood over r, α, a, b > 0 and k = 1, 2 ... It is searched over
    the logarithms of the four, which keeps them above 0, with times in units of the mean age, which
    makes them of one size; k goes up as long as that helps. The same is done with nobody stopping.

    How sure stopping is follows from how much likelier it makes the purchases, less log n for its
    two parameters more, as two log likelihoods are compared by Schwarz's criterion. Few customers
    who buy seldom show it by chance, and those it would call gone are alive in one case of three.

    Args:
        purchases: in an order that says nothing, as that of keys: of very many customers evenly
            spread ones are taken.
        least_repeaters: customers who have bought again, below which nothing is fitted.

    Returns: the parameters, or why nothing can be said.

    Source: the CDNOW sample up to 30 September 1997, in weeks → r 0.525, alpha 6.183, a 0.891,
        b 1.614, as the package `lifetimes` finds; k = 1. Schwarz (1978), Estimating the dimension of
        a model, Annals of Statistics 6(2).
    """
    repeaters = int((purchases.repeats > 0).sum())
    if repeaters < least_repeaters:
        return "alive-few-repeaters"

    every = math.ceil(purchases.repeats.size / _MOST_FITTED)
    some = purchases.part(slice(None, None, every))
    unit = max(float(some.age.mean()), _NEAR_ONE)
    scaled = some.in_units_of(unit)

    stopping = _likeliest(scaled, np.zeros(4))
    lasting = _likeliest(scaled, np.zeros(2))
    customers = scaled.repeats.size
    gain = (lasting.cost - stopping.cost) * customers - math.log(customers)
    stops = 1 / (1 + math.exp(-gain)) if gain > 0 else 0.0
    if stops < _RATHER_STOP:
        return "alive-nobody-stops"

    r, alpha, a, b = np.exp(stopping.logs).tolist()
    return Parameters(r, alpha * unit, a, b, stopping.regularity, stops)


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The likeliest parameters found, and what they cost."""

    regularity: int
    logs: Floats
    cost: float
    """Mean negative log likelihood per customer."""


def _likeliest(purchases: Purchases, start: Floats) -> _Fitted:
    """The best fit over all regularities: once a step up makes it worse, so do all further ones."""
    best = _fitted(purchases, start, 1)
    for regularity in range(2, _MOST_REGULAR + 1):
        more_regular = _fitted(purchases, best.logs, regularity)
        if more_regular.cost >= best.cost:
            break
        best = more_regular
    return best


def _fitted(purchases: Purchases, start: Floats, regularity: int) -> _Fitted:
    """Walk downhill, and on from where the walk ended until that gains nothing.

    The likelihood has long flat valleys, in which one walk settles before it has come to the lowest
    point.
    """

    def cost(logs: Floats) -> float:
        return _cost(purchases, logs, regularity)

    logs, lowest = start, cost(start)
    for _ in range(_MOST_WALKS):
        end = lowest_point(cost, logs)
        if end is None:
            break
        gain = lowest - cost(end)
        logs, lowest = end, cost(end)
        if gain < _SAME:
            break
    return _Fitted(regularity, logs, lowest)


def _cost(purchases: Purchases, logs: Floats, regularity: int) -> float:
    """Mean negative log likelihood at the logarithms of the parameters, and the pull.

    Likelihood of a customer: Γ(r+kx)αʳ/Γ(r) · B(a, b+x+1)/B(a, b) · (q/(α+T)^(r+kx) for who never
    stopped, plus a/(b+x) · 1/(α+tₓ)^(r+kx) for who stopped after the last purchase), times
    Π gapᵏ⁻¹/Γ(k), by which regularities are compared.

    Args:
        logs: of r, α, a and b; of r and α alone where nobody stops.
    """
    if float(np.abs(logs).max()) > _LARGEST_LOG:
        return math.inf

    r, alpha, *stop = np.exp(logs).tolist()
    repeats = purchases.repeats.astype(np.int64)
    rate = r + regularity * purchases.repeats

    # Γ(r+kx)/Γ(r) is a product over the steps: worked out once, every customer looks his own up.
    steps = np.arange(regularity * int(repeats.max()))
    log_steps = np.concatenate(([0.0], np.cumsum(np.log(r + steps))))
    log_bought = log_steps[regularity * repeats] + r * np.log(alpha)
    log_bought += (regularity - 1) * purchases.log_gaps - repeats * math.lgamma(regularity)

    steps_to_come = _steps_to_come(purchases, rate, alpha, regularity)
    never_stopped = np.log(steps_to_come) - rate * np.log(alpha + purchases.age)
    if not stop:
        log_likelihood = log_bought + never_stopped
    else:
        a, b = stop
        # B(a, b+x+1)/B(a, b) is such a product as well, over the purchases after which he stayed.
        purchase = np.arange(int(repeats.max()) + 1)
        log_stays = np.cumsum(np.log(b + purchase) - np.log(a + b + purchase))
        stopped = np.log(a / (b + repeats)) - rate * np.log(alpha + purchases.last)
        either = np.logaddexp(never_stopped, stopped)
        log_likelihood = log_bought + log_stays[repeats] + either

    pull = _PULL * float((logs**2).sum())
    return pull - float(log_likelihood.mean())
