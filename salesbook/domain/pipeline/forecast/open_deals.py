"""What will the deals bring that are open today?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.chances.model.additive import shifted
from salesbook.domain.pipeline.forecast.closing import closing_chance
from salesbook.domain.pipeline.forecast.remaining import Awaited
from salesbook.domain.pipeline.forecast.windows import Window
from salesbook.domain.pipeline.funnel.slices import groups

ONE_BY_ONE: Final = 40
"""Deals up to which each is drawn by itself; the sum of more is as good by mean and variance."""
_GRID_DAYS: Final = 7.5
"""Expected days are rounded to a grid for mean and variance, between its points by their distance.
"""
_FARTHEST: Final = 240.0
"""Days before and after which the chance to close does not depend on the expected day any more."""
_MOST_POINTS: Final = 300
"""Points of the grid; what is expected in six years is as good as never."""
_SHIFTS: Final = 16
"""Groups of like deals of a stage, each of which moves with the draws in its own way."""
_TINY: Final = 1e-300
"""What a mean of 0 is taken as, where nothing is divided by it anyway."""
_NEARLY_SURE: Final = 1 - 1e-12
"""The largest chance that has odds."""
_SURE: Final = 5.0
"""Concentration that every rate has beside what closed deals give it."""


def drawn_rates(rates: Floats, weight: Floats, random: np.random.Generator, size: int) -> Floats:
    """Draw how likely deals now in each stage are won: a row per draw, a column per stage.

    Beta(p (m + 5), (1 - p) (m + 5)). One draw holds for all deals of all reps: if the rate is lower
    than we think it is lower for everybody. And it is low or high in all stages together, so that
    the draws stand in order: the stages learned from the same few deals. Stages drawn each by
    itself make up for each other, and ten closed deals then seem to tell more than they do.

    Args:
        rates: p, nan where nothing is known: nothing is expected of these deals.
        weight: m, how many closed deals p rests on.

    Source: simulation, honesty/forecasts.py: 20 open and 10 closed deals, a quarter: the range holds
        73 % with draws in order, 65 % without.
    """
    known = np.nan_to_num(rates)
    is_doubtful = (known > 0) & (known < 1)
    mean = np.where(is_doubtful, known, 0.5)
    certainty = weight + _SURE
    draws = np.sort(
        random.beta(mean * certainty, (1 - mean) * certainty, (size, len(rates))), axis=0
    )
    return np.where(is_doubtful, draws, known)


@dataclass(frozen=True)
class OpenMoney:
    """Deals open today with what they may bring, and the draws that decide about all of them."""

    place: Ints
    """Each deal's place among all."""
    amount: Floats
    """What each brings if it is won: what is not ordered yet."""
    code: Ints
    days_to_expected: Floats
    awaited: Awaited
    rates: Floats
    """Per stage: how likely its deals are won on average."""
    rate_draws: Floats
    """A row per draw, a column per stage."""
    hazards: Floats
    """A row per draw, a column per bin of slips."""
    wait: float
    """Days from closing to the sale: to the order, where orders count."""
    shift: Floats | None = None
    """By how much each deal's log odds differ from those of its stage; None where none do."""
    sooner: Floats | None = None
    """Per stage: days by which its deals close sooner than they would; missing: as they would."""

    @cached_property
    def chance(self) -> Floats:
        """How likely each deal is won on average."""
        rate = np.nan_to_num(self.rates)[self.code]
        return rate if self.shift is None else shifted(rate, self.shift)

    def expected(self, window: Window) -> tuple[Floats, Floats]:
        """The mean that each open and each awaited deal brings in a window."""
        # Deals with one expected day share their chance.
        days, sooner, number = self._alike()
        closing = self._closing(days, window, sooner).mean(axis=0)[number]
        return self.amount * self.chance * closing, self.awaited.amount * self._awaited_chance(
            window
        )

    def moments(
        self, window: Window, slice_of: Ints, awaited_slice: Ints, size: int
    ) -> tuple[Floats, Floats]:
        """Mean and variance of what each slice brings, given the rates: a row per draw.

        A deal of amount a that is won with p and closes in the window with q adds a p q to the
        mean and a² p q (1 - p q) to the variance. Where deals of a stage have chances of their own
        they go up and down with the draws as the stage's money does as a whole.
        """
        grid = _grid_of(self.days_to_expected)
        closing_by_days: dict[float, Floats] = {}
        mean = np.zeros((len(self.hazards), size))
        variance = np.zeros((len(self.hazards), size))

        # Seven digits are enough for what is drawn, and twice as fast.
        rate_draws = self.rate_draws.astype(np.float32)
        for code in np.unique(self.code[slice_of >= 0]):
            sooner = 0.0 if self.sooner is None else float(self.sooner[code])
            if sooner not in closing_by_days:
                closing = self._closing(grid.days, window, sooner)
                closing_by_days[sooner] = closing.astype(np.float32)
            closing = closing_by_days[sooner]
            rows = np.flatnonzero((self.code == code) & (slice_of >= 0))
            if self.shift is not None:
                of_mean, of_variance = self._moments_of_own(
                    rows, grid, self._swing(code)[:, None] * closing, slice_of, size
                )
                mean += of_mean
                variance += of_variance
                continue
            money = grid.sums(self.amount[rows], rows, slice_of[rows], size).astype(np.float32)
            squares = grid.sums(self.amount[rows] ** 2, rows, slice_of[rows], size).astype(
                np.float32
            )
            chance = rate_draws[:, [code]] * closing
            mean += chance @ money
            variance += (chance * (1 - chance)) @ squares

        in_slice = awaited_slice >= 0
        chance = self._awaited_chance(window)[in_slice]
        amount, number = self.awaited.amount[in_slice], awaited_slice[in_slice]
        mean += np.bincount(number, amount * chance, size)
        variance += np.bincount(number, amount**2 * chance * (1 - chance), size)
        return mean, variance

    def _moments_of_own(
        self,
        rows: Ints,
        grid: _Grid,
        happens: Floats,
        slice_of: Ints,
        size: int,
    ) -> tuple[Floats, Floats]:
        """Mean and variance where each deal has its own chance: a p q and a² (p q - p² q²).

        Args: happens is q, by draw and point of the grid, and how p swings with the draws.
        """
        chance, amount = self.chance[rows], self.amount[rows]

        def sums(values: Floats) -> Floats:
            of_slices = grid.sums(values, rows, slice_of[rows], size)
            return np.asarray(of_slices.astype(np.float32))

        mean = happens @ sums(amount * chance)
        squares = happens @ sums(amount**2 * chance)
        squared = (happens**2) @ sums((amount * chance) ** 2)
        return mean, np.maximum(squares - squared, 0.0)

    def _swing(self, code: int) -> Floats:
        """Per draw: the money that a stage's deals are expected to bring, over its mean."""
        if self.shift is None:
            return np.ones(len(self.hazards), dtype=np.float32)
        rows = np.flatnonzero(self.code == code)
        order = rows[np.argsort(self.shift[rows], kind="stable")]
        draws = self.rate_draws[:, code]

        # Deals of like shifts move alike: a few of them stand for all.
        total = np.zeros(len(draws))
        for part in np.array_split(order, min(_SHIFTS, len(order))):
            weight = float(self.amount[part].sum())
            total += weight * shifted(draws, np.full(len(draws), self.shift[part].mean()))
        mean = total.mean()
        swing = total / mean if mean > 0 else np.ones(len(draws))
        return np.asarray(swing.astype(np.float32))

    def _chance_draws(self, rows: Ints) -> Floats:
        """How likely each of some deals is won, a column per draw; its mean is the deal's chance."""
        if self.shift is None:
            return self.rate_draws.T[self.code[rows]]
        odds = self._odds_draws[self.code[rows]] * np.exp(self.shift[rows])[:, None]
        moved = odds / (1 + odds)
        mean = np.maximum(moved.mean(axis=1), _TINY)
        return np.asarray(np.minimum(moved * (self.chance[rows] / mean)[:, None], 1.0))

    @cached_property
    def _odds_draws(self) -> Floats:
        """Per stage the odds to win, a column per draw."""
        draws = np.minimum(self.rate_draws.T, _NEARLY_SURE)
        return np.asarray(draws / (1 - draws))

    def draws(
        self,
        window: Window,
        slice_of: Ints,
        awaited_slice: Ints,
        randoms: Sequence[np.random.Generator],
    ) -> Floats:
        """Draw what each slice brings in a window: a row per slice, a column per draw.

        A slice of few deals is drawn deal by deal, for its sums are few and far between. One of
        many is drawn by mean and variance.

        Args:
            slice_of: the slice of each open deal, -1 for none; awaited_slice of each awaited one.
            randoms: one per slice, so that a rep who joins changes nobody else's draws.
        """
        size = len(randoms)
        counts = np.bincount(slice_of[slice_of >= 0], minlength=size)
        counts += np.bincount(awaited_slice[awaited_slice >= 0], minlength=size)
        draws = np.zeros((size, len(self.hazards)))

        is_large = counts > ONE_BY_ONE
        if is_large.any():
            # Large slices get numbers of their own, so that no column is made for the small ones.
            number = np.append(np.where(is_large, np.cumsum(is_large) - 1, -1), -1)
            large = np.flatnonzero(is_large)
            means, variances = self.moments(
                window, number[slice_of], number[awaited_slice], len(large)
            )
            for column, place in enumerate(large.tolist()):
                draws[place] = sum_draws(means[:, column], variances[:, column], randoms[place])

        is_small = (counts > 0) & ~is_large
        if is_small.any():
            days, sooner_of, day_of = self._alike()
            closing = self._closing(days, window, sooner_of).T
            awaited_chance = self._awaited_chance(window)
            rows_of = dict(groups(slice_of))
            awaited_of = dict(groups(awaited_slice))
            none = np.zeros(0, dtype=np.int64)
            for place in np.flatnonzero(is_small).tolist():
                rows = rows_of.get(place, none)
                chance = self._chance_draws(rows) * closing[day_of[rows]]
                happens = _happens(self.place[rows], chance, randoms[place])
                draws[place] = self.amount[rows] @ happens

                rows = awaited_of.get(place, none)
                chance = np.repeat(awaited_chance[rows, None], len(self.hazards), axis=1)
                happens = _happens(self.awaited.place[rows], chance, randoms[place])
                draws[place] += self.awaited.amount[rows] @ happens
        return draws

    def credited(
        self, rows: Ints, shares: Floats, awaited_rows: Ints, awaited: Floats
    ) -> OpenMoney:
        """The same deals, one row for each who is credited with a share of one."""
        return dataclasses.replace(
            self,
            place=self.place[rows],
            amount=self.amount[rows] * shares,
            code=self.code[rows],
            shift=None if self.shift is None else self.shift[rows],
            days_to_expected=self.days_to_expected[rows],
            awaited=dataclasses.replace(
                self.awaited,
                place=self.awaited.place[awaited_rows],
                amount=self.awaited.amount[awaited_rows] * awaited,
                days_left=self.awaited.days_left[awaited_rows],
            ),
        )

    def _alike(self) -> tuple[Floats, Floats, Ints]:
        """Days to the expected one and days sooner that occur, and which of them each deal has."""
        if self.sooner is None:
            days, number = np.unique(self.days_to_expected, return_inverse=True)
            return days, np.zeros(len(days)), number
        both = np.column_stack([self.days_to_expected, self.sooner[self.code]])
        pairs, number = np.unique(both, axis=0, return_inverse=True)
        return pairs[:, 0], pairs[:, 1], np.ravel(number)

    def _closing(self, days: Floats, window: Window, sooner: Floats | float) -> Floats:
        """Chance to close in the window for each count of days to the expected one; per draw.

        Who closes d days sooner closes in the window what would have closed in one that is d days
        later.
        """
        by_end = self._closing_by(days, window.until + sooner)
        if window.after <= 0:
            return by_end
        return by_end - self._closing_by(days, window.after + sooner)

    def _closing_by(self, days: Floats, horizon: Floats | float) -> Floats:
        """Chance that a deal is sold within so many days if it is won; a row per draw."""
        left = np.maximum(horizon - self.wait, 0.0)
        if not left.any():
            return np.zeros((len(self.hazards), len(days)))
        return closing_chance(self.hazards, days, left)

    def _awaited_chance(self, window: Window) -> Floats:
        by_end = self.awaited.closing_chance(window.until)
        return self.awaited.chance * (by_end - self.awaited.closing_chance(window.after))


def _happens(place: Ints, chance: Floats, random: np.random.Generator) -> Floats:
    """1 where a deal comes in, by deal and draw; the shares of one deal come in together."""
    deals, number = np.unique(place, return_inverse=True)
    luck = random.random((len(deals), chance.shape[1]))[number]
    return (luck < chance).astype(np.float64)


@dataclass(frozen=True)
class _Grid:
    """Expected days on a grid: far fewer than there are deals."""

    days: Floats
    lower: Ints
    """Per deal: the point at or below its expected day."""
    share: Floats
    """How far the day is to the next point, 0 to 1."""

    def sums(self, values: Floats, rows: Ints, slice_of: Ints, slices: int) -> Floats:
        """Add values up by grid point and slice, each shared between the two points beside it."""
        cell = self.lower[rows] * slices + slice_of
        share = self.share[rows]
        size = len(self.days) * slices
        below = np.bincount(cell, values * (1 - share), size)
        above = np.bincount(cell + slices, values * share, size)
        return np.asarray(below + above, dtype=np.float64).reshape(-1, slices)


def _grid_of(days: Floats) -> _Grid:
    """Lay a grid over the expected days; beyond its ends the chance to close is the same."""
    if not len(days):
        return _Grid(np.zeros(2), np.zeros(0, dtype=np.int64), np.zeros(0))
    within = np.clip(days, -_FARTHEST, None)
    first = np.floor(within.min() / _GRID_DAYS) * _GRID_DAYS
    within = np.minimum(within, first + _MOST_POINTS * _GRID_DAYS)
    count = int((within.max() - first) // _GRID_DAYS) + 2
    position = (within - first) / _GRID_DAYS
    lower = np.floor(position).astype(np.int64)
    return _Grid(first + _GRID_DAYS * np.arange(count), lower, position - lower)


def sum_draws(mean: Floats, variance: Floats, random: np.random.Generator) -> Floats:
    """Draw sums of many deals of which mean and variance are known: gamma, never negative."""
    is_open = (mean > 0) & (variance > 0)
    safe_mean = np.where(is_open, mean, 1.0)
    safe_variance = np.where(is_open, variance, 1.0)
    draws = random.gamma(safe_mean**2 / safe_variance, safe_variance / safe_mean)
    return np.where(is_open, draws, mean)
