"""Is a month, or a quarter, better than the twelve months before it by more than chance?

Counts and money are compared by their square roots, rates by the arcsine of theirs: on these scales
luck moves a busy month as far as a quiet one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.intervals import student_quantile, z_of

MONTHS_BEFORE: Final = 12
FALSE_ALARM: Final = 0.05
"""Chance that anything at all is called better or worse in a month in which nothing is."""
FEWEST: Final = 5
"""Cases a month under which a rate or a mean says nothing."""
_WORTH_KNOWING: Final = 0.5
"""A change of this part of what is usual must have shown before anybody may say that there is none."""
_FEW_CASES: Final = 3 / 8
"""What is added to few cases, so that luck moves them on the scale as far as many."""
_SMALL: Final = 1e-9
_FREEDOM: Final = MONTHS_BEFORE - 1

Quantity = Literal["count", "money", "rate", "mean"]


@dataclass(frozen=True)
class Months:
    """What happened in months in a row: a row per case that is compared, months across."""

    count: Floats
    """Events: of a rate all, whether they hit or not."""
    total: Floats
    """Sum of the values: 1 for each that counts, money, or days."""
    squares: Floats
    """Sum of the squares of the values."""

    def part(self, columns: slice) -> Months:
        """These months only."""
        return Months(self.count[:, columns], self.total[:, columns], self.squares[:, columns])

    def of(self, rows: Flags) -> Months:
        """These cases only."""
        return Months(self.count[rows], self.total[rows], self.squares[rows])


@dataclass(frozen=True)
class Comparison:
    """A place for each case, in its own unit."""

    value: Floats
    """Of the period; of several months a month of them on average."""
    before: Floats
    change_low: Floats
    change_high: Floats
    usual_low: Floats
    """From here to `usual_high` a value is no more than the normal swing."""
    usual_high: Floats
    is_up: Flags
    is_down: Flags
    would_show: Flags
    """Whether a change by a half would have been told."""
    moved_rate: Floats
    """How far it moved, as a part of what chance may move it; above 1 it is told."""


def has_enough(quantity: Quantity, months: Months, length: int) -> Flags:
    """Which cases have enough to be compared, the months before them and their own.

    Args:
        months: the twelve before, then those of the period.
        length: how many those of the period are.
    """
    if quantity in ("count", "money"):
        return np.asarray(months.count.sum(axis=1) > 0)
    before, now = months.count[:, :-length], months.count[:, -length:]
    has_now = np.all(now >= FEWEST, axis=1)
    has_before = np.all(before >= 1, axis=1) & (before.mean(axis=1) >= FEWEST)
    return np.asarray(has_now & has_before)


def compared(quantity: Quantity, months: Months, length: int, looked_at: int) -> Comparison:
    """Compare the last months with the twelve before them.

    y is the root of a count or sum, of a mean, or the arcsine of the root of a rate; m and s are mean
    and standard deviation of y over the twelve months, and luck's own deviation is σ: ½ of a count,
    ½ √(Σ a² / Σ a) of money in sales of a each, ½ / √n of a rate of n, and that of a mean by its
    spread. Better or worse is what is further from m than the larger of z σ and t s, times
    √(1 / length + 1/12). By s alone twelve alike months would make any thirteenth a surprise; by σ
    alone the season would. z and t leave out 5 % over all that is looked at (Bonferroni).

    A rate's own √ is taken of (hits + 3/8) / (n + 3/4): of 0 of 8 at a usual 30 % the plain arcsine
    says "worse" in 6 of 100 such months, which is what chance gives. For the same reason a count has
    only fallen where √(x + 3/8) is beyond the bar: of a usual 3 a month none comes in 5 of 100.

    Args:
        months: the twelve before, then `length` more, of cases that have enough.
        looked_at: how many cases are looked at together.

    Source: months of 25 and 36 in turn, 20 cases: m 5.5, s 0.522, z 3.023, t 3.895; one month must
        be more than 2.117 away, so that 59 is better. Scales: M. Bartlett 1947, F. Anscombe 1948.
    """
    level = 1 - FALSE_ALARM / max(looked_at, 1)
    y, variance = _scaled(quantity, months)
    before, now = y[:, :-length], y[:, -length:]
    usual = before.mean(axis=1)
    spread = before.std(axis=1, ddof=1)

    luck = variance[:, -length:].sum(axis=1) / length**2
    luck = luck + variance[:, :-length].sum(axis=1) / MONTHS_BEFORE**2
    by_luck = z_of(level) * np.sqrt(luck)
    by_season = student_quantile(level, _FREEDOM) * spread
    by_season = by_season * np.sqrt(1 / length + 1 / MONTHS_BEFORE)
    # Months that are all alike differ in their last digit.
    bar = np.maximum(np.maximum(by_luck, by_season), _SMALL * (1 + usual))

    middle = now.mean(axis=1)
    fallen = _at_fewest(quantity, months, length, middle)
    value = _plain(quantity, months.part(slice(-length, None)))
    plain_before = _plain(quantity, months.part(slice(None, -length)))
    change = value - plain_before
    is_up = (middle - usual > bar) & (change > 0)
    is_down = (usual - fallen > bar) & (change < 0)
    low = _unscaled(quantity, middle - bar) - _unscaled(quantity, usual)
    high = _unscaled(quantity, fallen + bar) - _unscaled(quantity, usual)
    return Comparison(
        value=value,
        before=plain_before,
        change_low=np.minimum(low, change),
        change_high=np.maximum(high, change),
        usual_low=_lowest(quantity, _unscaled(quantity, usual - bar)),
        usual_high=_unscaled(quantity, usual + bar),
        is_up=is_up,
        is_down=is_down,
        would_show=_would_show(quantity, usual, bar),
        moved_rate=np.abs(middle - usual) / bar,
    )


def _at_fewest(quantity: Quantity, months: Months, length: int, middle: Floats) -> Floats:
    """The period on the scale by which a fall is judged: that of few cases, for a count."""
    if quantity != "count":
        return middle
    return np.asarray(np.sqrt(months.total[:, -length:] + _FEW_CASES).mean(axis=1))


def _lowest(quantity: Quantity, low: Floats) -> Floats:
    """The value under which a fall is told."""
    return np.maximum(low - _FEW_CASES, 0.0) if quantity == "count" else low


def _plain(quantity: Quantity, months: Months) -> Floats:
    """A month on average: its number or sum, or rate and mean of all cases together."""
    if quantity in ("count", "money"):
        return np.asarray(months.total.mean(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        plain: Floats = months.total.sum(axis=1) / months.count.sum(axis=1)
    return plain


def _scaled(quantity: Quantity, months: Months) -> tuple[Floats, Floats]:
    """Each month on the scale of comparison, and how far luck moves it there, squared."""
    if quantity == "count":
        return np.sqrt(months.total), np.full(months.total.shape, 0.25)
    if quantity == "rate":
        hits, cases = months.total + _FEW_CASES, months.count + 2 * _FEW_CASES
        with np.errstate(divide="ignore"):
            return np.arcsin(np.sqrt(hits / cases)), 0.25 / months.count
    if quantity == "money":
        y = np.sqrt(np.maximum(months.total, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            size = months.squares.sum(axis=1) / np.maximum(months.total.sum(axis=1), 0.0)
        return y, np.broadcast_to(0.25 * np.nan_to_num(size)[:, None], y.shape)
    return _scaled_means(months)


def _scaled_means(months: Months) -> tuple[Floats, Floats]:
    """Roots of means: √x̄ moves by sd / (2 √(n x̄))."""
    cases, total = months.count.sum(axis=1), months.total.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / cases
        deviations = months.squares.sum(axis=1) - total * mean
        spread = np.maximum(deviations, 0.0) / np.maximum(cases - 1, 1)
        y = np.sqrt(np.maximum(months.total / months.count, 0.0))
        variance = (spread / (4 * mean))[:, None] / months.count
    return y, np.nan_to_num(variance, posinf=np.inf)


def _unscaled(quantity: Quantity, y: Floats) -> Floats:
    if quantity == "rate":
        return np.asarray(np.sin(np.clip(y, 0.0, np.pi / 2)) ** 2)
    return np.asarray(np.maximum(y, 0.0) ** 2)


def _would_show(quantity: Quantity, usual: Floats, bar: Floats) -> Flags:
    """Whether half as much again, and half as little, would both be beyond the bar."""
    if quantity == "rate":
        rate = np.sin(usual) ** 2
        # A rate near 1 cannot rise by a half: half of what is missing to 1 must show.
        raised = np.minimum(rate * (1 + _WORTH_KNOWING), (1 + rate) * _WORTH_KNOWING)
        up = np.arcsin(np.sqrt(raised)) - usual
        down = usual - np.arcsin(np.sqrt(rate * (1 - _WORTH_KNOWING)))
        return np.asarray(np.minimum(up, down) >= bar)
    up = (np.sqrt(1 + _WORTH_KNOWING) - 1) * usual
    return np.asarray(up >= bar)
