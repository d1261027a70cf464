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

_MOST_STEPS: Final = 20_000
_NO_CHANCE: Final = 1e-10
"""The sum over steps ends where so many are less likely than this."""
_LOOKED_AFTER: Final = 16
"""Steps after which customers whose sum has ended are left out."""

_NEAR_ONE: Final = 1e-9
_LARGEST_LOG: Final = 14.0
"""Beyond e¹⁴ a parameter says that customers are all alike, as well as infinity would."""

_PULL: Final = 1e-6
"""Weight of a pull to 1, which decides only where the purchases themselves say nothing."""

MOST_REGULAR: Final = 8
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
    first_may_be_last: bool = True
    """False in BG/NBD, whose customers do not stop before their second purchase."""
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
    odds_to_stop = np.zeros_like(repeats)
    may_stop = (repeats > 0) | model.first_may_be_last
    odds_to_stop[may_stop] = model.a / (model.b + repeats[may_stop])
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

    The chance to be alive, times what is to be expected of who is. A customer who is alive has taken
    j < k steps to the next purchase. The number of steps to come is negative binomial, for his rate is
    gamma; every k-th of them is a purchase, if he did not stop after one of those before. So it is
    Σ P(mk − j steps or more) · B(a, b+x+m)/B(a, b+x+1) over m = 1, 2 ...

    Source: for k = 1 that is equation 10 of Fader, Hardie and Lee; r 0.243, alpha 4.414, a 0.793,
        b 2.426, which is 1.426 here: 2 repeats, the last after 30.43 of 38.86 weeks → 1.226 in the
        next 39 weeks.
    """
    with np.errstate(over="ignore"):
        is_alive = 1 / (1 + _odds_gone(purchases, model))
    return np.asarray(is_alive * _expected_if_alive(purchases, model, ahead), dtype=np.float64)


def _expected_if_alive(purchases: Purchases, model: Parameters, ahead: float) -> Floats:
    """What to expect of each customer who is alive: the sum over m, one step of all after the other."""
    regularity = model.regularity
    rate = model.r + regularity * purchases.repeats
    since = model.alpha + purchases.age
    weights = _steps_taken(purchases, rate, model)

    # Chances of so many steps to come, by steps taken already: negative binomial, by logarithms, for
    # the chance of none is too small for a double where somebody buys every day.
    sizes = rate + np.arange(regularity)[:, None]
    log_chance = sizes * (np.log(since) - np.log(since + ahead))
    log_share_ahead = math.log(ahead) - np.log(since + ahead) if ahead > 0 else None
    expected = np.zeros_like(rate)
    if log_share_ahead is None:
        return expected

    reaches = np.ones_like(log_chance)
    stays = np.ones_like(rate)
    going = np.arange(rate.size)
    for step in range(1, _MOST_STEPS):
        # So many steps or more: what is left of 1 after the chances of fewer.
        reaches = reaches - np.exp(log_chance)
        log_chance = log_chance + np.log((sizes + step - 1) / step) + log_share_ahead
        taken = -step % regularity
        purchase = (step + taken) // regularity
        expected[going] += weights[taken] * reaches[taken] * stays
        if taken == 0:
            chosen_repeats = purchases.repeats[going]
            stays = stays * (model.b + chosen_repeats + purchase)
            stays = stays / (model.a + model.b + chosen_repeats + purchase)

        if step % _LOOKED_AFTER == 0:
            goes_on = reaches.max(axis=0) > _NO_CHANCE
            if not goes_on.any():
                break
            going, stays, log_share_ahead = going[goes_on], stays[goes_on], log_share_ahead[goes_on]
            sizes, weights, reaches, log_chance = (
                each[:, goes_on] for each in (sizes, weights, reaches, log_chance)
            )
    return expected


def _steps_taken(purchases: Purchases, rate: Floats, model: Parameters) -> Floats:
    """How likely it is that who is alive has taken 0, 1 ... k - 1 steps: a row for each number.

    They are the parts of the sum in `_steps_to_come`.
    """
    silent_share = (purchases.age - purchases.last) / (model.alpha + purchases.age)
    parts = [np.ones_like(rate)]
    for step in range(1, model.regularity):
        parts.append(parts[-1] * (rate + step - 1) / step * silent_share)
    together = np.array(parts)
    return np.asarray(together / together.sum(axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Models:
    """Two explanations of the same purchases, and how sure it is that the first one holds."""

    stopping: Parameters
    lasting: Parameters
    """In which nobody stops."""
    stops: float
    """How sure it is that customers stop at all, from 0 to 1."""

    def of_who_stopped(self) -> Parameters | Literal["alive-nobody-stops"]:
        """The model that may say who has stopped; why there is none, where it is not likelier."""
        return self.stopping if self.stops >= _RATHER_STOP else "alive-nobody-stops"

    def expected(self, purchases: Purchases, ahead: float) -> Floats:
        """Purchases to expect of each customer in the time ahead, by both, each as far as it holds."""
        if_stopping = expected_purchases(purchases, self.stopping, ahead)
        if_lasting = expected_purchases(purchases, self.lasting, ahead)
        return self.stops * if_stopping + (1 - self.stops) * if_lasting


def fit(
    purchases: Purchases, least_repeaters: int, *, most_regular: int = MOST_REGULAR
) -> Parameters | Unknown:
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
        most_regular: the largest k that is tried; 1 where the gaps are not known.

    Returns: the parameters, or why nothing can be said.

    Source: the CDNOW sample up to 30 September 1997, in weeks → r 0.525, alpha 6.183, a 0.891,
        b 1.614, as the package `lifetimes` finds; k = 1. Schwarz (1978), Estimating the dimension of
        a model, Annals of Statistics 6(2).
    """
    models = fit_models(purchases, least_repeaters, most_regular=most_regular)
    return models if isinstance(models, str) else models.of_who_stopped()


def fit_models(
    purchases: Purchases, least_repeaters: int, *, most_regular: int = MOST_REGULAR
) -> Models | Literal["alive-few-repeaters"]:
    """Find both explanations of the purchases, and how sure it is that customers stop; see `fit`."""
    repeaters = int((purchases.repeats > 0).sum())
    if repeaters < least_repeaters:
        return "alive-few-repeaters"

    scaled, unit = _to_fit(purchases)
    stopping = _likeliest(scaled, np.zeros(4), most_regular)
    lasting = _likeliest(scaled, np.zeros(2), most_regular)
    customers = scaled.repeats.size
    gain = (lasting.cost - stopping.cost) * customers - math.log(customers)
    stops = 1 / (1 + math.exp(-gain)) if gain > 0 else 0.0

    r, alpha, a, b = np.exp(stopping.logs).tolist()
    rate_r, rate_alpha = np.exp(lasting.logs).tolist()
    return Models(
        Parameters(r, alpha * unit, a, b, stopping.regularity, stops=stops),
        Parameters(rate_r, rate_alpha * unit, 0.0, 1.0, lasting.regularity, stops=0.0),
        stops,
    )


def fit_bg_nbd(purchases: Purchases) -> Parameters | None:
    """Fit BG/NBD, the model of the textbooks: gaps by chance, nobody stops before the second purchase.

    It is fitted for comparison; the book goes by `fit`.

    Returns: None where no walk comes to a lowest point.

    Source: Fader, Hardie and Lee; the CDNOW sample, first 39 weeks → r 0.243, alpha 4.414, a 0.793,
        b 2.426, which is 1.426 here.
    """
    scaled, unit = _to_fit(purchases)
    start = np.zeros(4)
    fitted = _fitted(scaled, start, 1, first_may_be_last=False)
    if (fitted.logs == start).all():
        return None
    r, alpha, a, b = np.exp(fitted.logs).tolist()
    return Parameters(r, alpha * unit, a, b - 1, first_may_be_last=False)


def _to_fit(purchases: Purchases) -> tuple[Purchases, float]:
    """Some of the customers with times in units of their mean age, and that unit."""
    every = math.ceil(purchases.repeats.size / _MOST_FITTED)
    some = purchases.part(slice(None, None, every))
    unit = max(float(some.age.mean()), _NEAR_ONE)
    return some.in_units_of(unit), unit


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The likeliest parameters found, and what they cost."""

    regularity: int
    logs: Floats
    cost: float
    """Mean negative log likelihood per customer."""


def _likeliest(purchases: Purchases, start: Floats, most_regular: int) -> _Fitted:
    """The best fit over all regularities: once a step up makes it worse, so do all further ones."""
    best = _fitted(purchases, start, 1)
    for regularity in range(2, most_regular + 1):
        more_regular = _fitted(purchases, best.logs, regularity)
        if more_regular.cost >= best.cost:
            break
        best = more_regular
    return best


def _fitted(
    purchases: Purchases, start: Floats, regularity: int, *, first_may_be_last: bool = True
) -> _Fitted:
    """Walk downhill, and on from where the walk ended until that gains nothing.

    The likelihood has long flat valleys, in which one walk settles before it has come to the lowest
    point.
    """

    def cost(logs: Floats) -> float:
        return _cost(purchases, logs, regularity, first_may_be_last)

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


def _cost(purchases: Purchases, logs: Floats, regularity: int, first_may_be_last: bool) -> float:
    """Mean negative log likelihood at the logarithms of the parameters, and the pull.

    Likelihood of a customer: Γ(r+kx)αʳ/Γ(r) · B(a, b+x+1)/B(a, b) · (q/(α+T)^(r+kx) for who never
    stopped, plus a/(b+x) · 1/(α+tₓ)^(r+kx) for who stopped after the last purchase), times
    Π gapᵏ⁻¹/Γ(k), by which regularities are compared. In BG/NBD the first purchase is survived by
    all: one factor less, and nobody who bought once has stopped.

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
        survived = repeats + 1 if first_may_be_last else repeats
        purchase = np.arange(int(survived.max()))
        factors = np.log(b + purchase) - np.log(a + b + purchase)
        log_stays = np.concatenate(([0.0], np.cumsum(factors)))
        stopped = np.full(rate.shape, -np.inf)
        may_stop = survived > 0
        odds_to_stop = a / (b + survived[may_stop] - 1)
        log_rate_ends = rate[may_stop] * np.log(alpha + purchases.last[may_stop])
        stopped[may_stop] = np.log(odds_to_stop) - log_rate_ends
        either = np.logaddexp(never_stopped, stopped)
        log_likelihood = log_bought + log_stays[survived] + either

    pull = _PULL * float((logs**2).sum())
    return pull - float(log_likelihood.mean())
