"""How far is each slice below the better ones, when how much slices truly differ is not known?

A rate is drawn towards the mean of all slices, the more so the less these truly differ. How much
they do is itself a guess from a few slices. To settle for the likeliest guess would often settle
for "not at all": then every gap is 0, and surely so, also where the best slice is 20 points above
the weakest. So several guesses stand beside each other, each with the weight that the counts give
it; gaps are means over them, and how much the guesses disagree is part of how uncertain they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats

_CORRELATIONS: Final = np.array([0.002, 0.004, 0.008, 0.016, 0.03, 0.06, 0.12, 0.25])
"""Guesses of how much slices differ: ρ, the part of a single deal's variance that lies between
slices. True rates around one half would spread by 2 points, 3, 4 ... up to 25.
"""
_TOP: Final = 0.75
"""The rate of the upper quartile is the yardstick: the best slice's would be mostly luck."""
_HALF: Final = 0.5
"""Of a deal; it keeps the mean of slices that all won, or all lost, off 1 and 0."""
_ROUNDING: Final = 1e-6


@dataclass(frozen=True)
class Better:
    """What the better slices reach, under each guess of how much slices differ."""

    mean: float
    """The rate of all slices together."""
    sizes: Floats
    """Trials that the mean counts for in each slice: 1/ρ - 1."""
    weights: Floats
    """How believable each guess is; they add up to 1."""
    rates: Floats
    """The upper quartile of true rates."""
    variances: Floats
    """Of these quartiles."""

    @property
    def rate(self) -> float:
        """The upper quartile as it is shown: the mean over the guesses."""
        return float(self.weights @ self.rates)

    def gaps(self, advanced: Floats, resolved: Floats) -> tuple[Floats, Floats]:
        """Give each slice's gap to the better ones and its standard error; a place per slice.

        Args:
            advanced: deals of the slice that advanced.
            resolved: those that advanced or were lost.
        """
        rate, variance = _posterior(self.mean, self.sizes, advanced, resolved)
        gap_by_guess = self.rates[:, None] - rate
        variance_by_guess = self.variances[:, None] + variance

        gap: Floats = self.weights @ gap_by_guess
        within_guesses = self.weights @ variance_by_guess
        between_guesses = self.weights @ (gap_by_guess - gap) ** 2
        return gap, np.sqrt(within_guesses + between_guesses)


def better_slices(advanced: Floats, resolved: Floats) -> Better:
    """Say what the better ones of these slices reach.

    Under a guess ρ a slice's true rate is a beta variable with the mean of all and size 1/ρ - 1,
    and after its own deals it is one with the mean (mean · size + advanced) / (size + resolved). A
    guess weighs what the normal distribution with the variance mean (1 - mean) (1/resolved + ρ)
    gives the rates at hand. The drawn rates lie closer together than the true ones, for what each
    may still differ by is missing in them; so their upper quartile is moved away from their mean by
    the ratio of both spreads.

    Args:
        advanced, resolved: per slice with enough deals, at least two of them.

    Source: T. A. Louis, Estimating a population of parameter values using Bayes and empirical Bayes
        methods, JASA 1984; simulation, honesty/leaks.py.
    """
    mean = float((advanced.sum() + _HALF) / (resolved.sum() + 2 * _HALF))
    sizes = 1 / _CORRELATIONS - 1

    of_one_deal = mean * (1 - mean)
    variance_of_rate = of_one_deal * (1 / resolved + _CORRELATIONS[:, None])
    squares = (advanced / resolved - mean) ** 2 / variance_of_rate
    log_likelihood = -0.5 * (squares + np.log(variance_of_rate)).sum(axis=1)
    likelihood = np.exp(log_likelihood - log_likelihood.max())

    drawn, variance = _posterior(mean, sizes, advanced, resolved)
    centre = drawn.mean(axis=1)
    spread_of_drawn = drawn.var(axis=1)
    spread_of_true = spread_of_drawn + variance.mean(axis=1)
    # Slices that are exactly alike spread by rounding alone, which must not be blown up.
    apart = np.sqrt(spread_of_true / np.maximum(spread_of_drawn, _ROUNDING * spread_of_true))
    above_centre = np.quantile(drawn, _TOP, axis=1) - centre

    # The quartile rests on about a quarter of the slices, so its variance is that of their mean.
    slices_above = max(len(resolved) * (1 - _TOP), 1.0)
    return Better(
        mean=mean,
        sizes=sizes,
        weights=likelihood / likelihood.sum(),
        rates=centre + apart * above_centre,
        variances=variance.mean(axis=1) / slices_above,
    )


def _posterior(
    mean: float, sizes: Floats, advanced: Floats, resolved: Floats
) -> tuple[Floats, Floats]:
    """Each slice's drawn rate and its variance: guesses down, slices across."""
    size = sizes[:, None] + resolved
    rate = (mean * sizes[:, None] + advanced) / size
    variance = rate * (1 - rate) / (size + 1)
    return rate, variance
