"""How large are sales that do not exist yet? As large as those before them, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints

_DOUBT: Final = 10
"""Sales for which the doubt counts whether the past ones are like those to come."""
_UNKNOWN_SPREAD: Final = 1.0
"""Variance of one amount over the squared mean, where fewer than two are known."""
_MOST_SPREAD: Final = 9.0
_STEPS: Final = 2**14
_ONE_BY_ONE: Final = 5.0
"""Mean count from which on a sum of amounts is near a normal one."""


@dataclass(frozen=True)
class AmountPool:
    """Amounts of past sales, each with its chance to be the next one's."""

    values: Floats
    chances: Floats
    known: int
    """How many sales the pool speaks for."""

    @cached_property
    def mean(self) -> float:
        """The mean amount; 0 of an empty pool."""
        return float((self.values * self.chances).sum())

    @cached_property
    def mean_square(self) -> float:
        """The mean of the squared amount."""
        return float((self.values**2 * self.chances).sum())

    @cached_property
    def _ladder(self) -> Floats:
        """As many amounts as there are steps, each as often as its chance: quick to pick from."""
        limits = np.cumsum(self.chances)
        middles = (np.arange(_STEPS) + 0.5) / _STEPS * limits[-1]
        return np.asarray(self.values[np.searchsorted(limits, middles)])

    def level_draws(self, random: np.random.Generator, size: int) -> Floats:
        """Draw how the mean of all amounts to come compares to the mean of the known ones.

        Gamma with mean 1 and variance CV² / (n + 10), where CV² is the variance of one amount over
        the square of the mean: ten known deals leave their mean in doubt, a thousand do not.
        """
        mean = self.mean
        spread = _UNKNOWN_SPREAD
        if self.known > 1 and mean > 0:
            spread = min(self.mean_square / mean**2 - 1, _MOST_SPREAD)
        variance = max(spread, 0.0) / (self.known + _DOUBT)
        if variance < 1e-9:
            return np.ones(size)
        return random.gamma(1 / variance, variance, size)

    def sums(self, counts: Ints, random: np.random.Generator) -> Floats:
        """Draw the sum of as many amounts as each count says."""
        total = int(counts.sum())
        if not total or not len(self.values):
            return np.zeros(len(counts))
        if total > _ONE_BY_ONE * len(counts):
            variance = max(self.mean_square - self.mean**2, 0.0)
            noise = random.standard_normal(len(counts))
            return np.asarray(counts * self.mean + np.sqrt(counts * variance) * noise)

        amounts = self._ladder[random.integers(_STEPS, size=total)]
        draw_of = np.repeat(np.arange(len(counts)), counts)
        return np.bincount(draw_of, amounts, len(counts)).astype(np.float64)


def pool_of(values: Floats) -> AmountPool:
    """A pool in which every amount is as likely as another."""
    size = len(values)
    return AmountPool(values, np.full(size, 1 / size) if size else np.zeros(0), size)


def mixed_pool(won: Floats, still_open: Floats) -> AmountPool:
    """Amounts of won deals with chance n / (n + 10), where n of them are known, else of open ones.

    Open deals are typed larger than what is signed in the end, but while few are won they say more
    of what a deal is worth than three won ones do.
    """
    if not len(won) or not len(still_open):
        return pool_of(won if len(won) else still_open)

    share_of_won = len(won) / (len(won) + _DOUBT)
    chances = np.concatenate(
        [
            np.full(len(won), share_of_won / len(won)),
            np.full(len(still_open), (1 - share_of_won) / len(still_open)),
        ]
    )
    return AmountPool(np.concatenate([won, still_open]), chances, len(won))
