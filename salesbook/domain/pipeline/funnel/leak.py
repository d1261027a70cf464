"""At which stage does most money leak away, and what would a good slice's rate bring a quarter?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.intervals import z_of
from salesbook.domain.pipeline.funnel.gaps import Better, better_slices
from salesbook.domain.pipeline.funnel.pace import Pace
from salesbook.domain.pipeline.funnel.stages import ADVANCED, Counts, Passages, ratio
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.tables.settings import Rules

_FALSE_ALARMS: Final = 0.05
"""Chance that any leak is named although all slices are alike; half of what is allowed, as the test
is approximate for few deals."""
_YARDSTICKS: Final = {"all": ("rep", "team"), "pipeline": ("rep", "team")}
"""Slices that a whole is held against, best first; other kinds are held against their own."""
_MEASURED_KINDS: Final = ("team", "rep", "source", "product")
"""Kinds whose slices are compared with each other: whoever is slow may learn from the others."""
_A_BIT_MORE: Final = 0.5
"""Deals that a count is surer than its number: none in a quarter may be one in the next."""
_SPREAD_OF_ONE: Final = 1.0
"""Variance of an amount over the squared mean, as one more won deal would have it."""


@dataclass(frozen=True)
class Yardstick:
    """The rate that the better slices of one kind reach at one stage."""

    better: Better
    alike: float
    """Chance that slices with one true rate differ as much as these."""
    differ: bool = False
    """True where that chance is too small to believe."""


@dataclass(frozen=True)
class Worth:
    """The money that one more deal advancing past each stage brings."""

    money: Floats
    """Per stage, minor units; nan where none was won."""
    doubt: Floats
    """Variance of its logarithm: how far a few won deals leave it open."""


def leaks_of(
    counts: Sequence[Counts], pace: Pace, deals: KnownDeals, codes: StageCodes, rules: Rules
) -> dict[str, dict[str, Floats]]:
    """Say per slice and stage what closing the gap to the yardstick would bring in a quarter.

    The yardstick is the upper quartile of the shrunk rates of slices of the same kind with at least
    `leak_deals` resolved deals (for all deals and for pipelines: of reps, else of teams). The gap
    is its rate less the slice's own shrunk rate, see `gaps.py`; its money is gap x deals that the
    stage decides a quarter x what a deal that advances brings: the share won of resolved deals that
    advanced x the mean amount won. The interval is at `interval_level`, see `_range_of_money`. The
    leak is 0 where that of the gap covers 0, and wherever the slices differ by no more than chance:
    a chi-squared test per kind and stage, made so strict that with equal true rates a run names any
    leak in at most 10 % of cases (Bonferroni over the tests made).

    Returns: by slice kind: leak_value, leak_low, leak_high in minor units as floats (nan: no
    yardstick, nothing resolved, or no day known), worst, 1 on the stage with the largest leak_low
    above 0 of each slice, benchmark, the yardstick's rate, and decided, the deals a quarter.
    """
    worth = worth_of(pace.passages, deals, codes)
    counts_by_kind = {part.cut.kind: part for part in counts}

    yardsticks = {
        kind: [_yardstick(counts_by_kind[kind], code, rules) for code in range(codes.count)]
        for kind in _MEASURED_KINDS
    }

    # Many slices are tested in one run, and some would differ by luck alone: the bar is shared out.
    test_count = sum(stick is not None for row in yardsticks.values() for stick in row)
    bar = _FALSE_ALARMS / max(test_count, 1)
    judged = {
        kind: [_if_told_apart(stick, bar) for stick in row] for kind, row in yardsticks.items()
    }

    return {
        part.cut.kind: _leaks(
            part,
            pace.recent(part.cut, codes.count),
            judged,
            _Scale(worth, pace.quarters, rules.interval_level),
            codes,
        )
        for part in counts
    }


def worth_of(passages: Passages, deals: KnownDeals, codes: StageCodes) -> Worth:
    """Per stage, what one more deal advancing past it brings: chance x mean amount won.

    The chance is the share won of closed deals that advanced, the mean that of the pipeline's won
    deals. Its doubt is (1 - chance) / won deals + CV² / won deals, where one more won deal counts
    for the CV: of a single amount nobody knows how much the next one differs.
    """
    is_won = deals.is_won
    pipe_count = len(codes.pipelines)
    pipe, amount = deals.pipe[is_won], deals.amount[is_won]
    won_deals = np.bincount(pipe, minlength=pipe_count)
    mean_won = ratio(np.bincount(pipe, amount, pipe_count), won_deals)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.bincount(pipe, (amount / mean_won[pipe] - 1) ** 2, pipe_count)
    doubt_of_mean = ratio(squares + _SPREAD_OF_ONE, won_deals**2)

    is_closed = ~deals.is_open[passages.deal]
    went_on = (passages.state == ADVANCED) & is_closed
    went_on_and_won = went_on & is_won[passages.deal]
    won_beyond = np.bincount(passages.code[went_on_and_won], minlength=codes.count)
    chance = ratio(won_beyond, np.bincount(passages.code[went_on], minlength=codes.count))
    doubt_of_chance = ratio(1 - chance, won_beyond)

    return Worth(chance * mean_won[codes.pipe], doubt_of_chance + doubt_of_mean[codes.pipe])


@dataclass(frozen=True)
class _Scale:
    """What makes a gap of rates money a quarter, and the level of the interval."""

    worth: Worth
    quarters: float
    level: float


def _if_told_apart(stick: Yardstick | None, bar: float) -> Yardstick | None:
    """The yardstick, marked where its slices differ by more than chance."""
    if stick is None:
        return None
    return replace(stick, differ=stick.alike < bar)


def _yardstick(counts: Counts, code: int, rules: Rules) -> Yardstick | None:
    """The yardstick of one kind at one stage; None with fewer than two slices of enough deals."""
    advanced_counts, lost_counts, _ = counts.states
    all_advanced = advanced_counts[:, code].astype(np.float64)
    all_resolved = all_advanced + lost_counts[:, code]

    has_enough = all_resolved >= rules.leak_deals
    slice_count = has_enough.sum()
    if slice_count < 2:
        return None

    advanced, resolved = all_advanced[has_enough], all_resolved[has_enough]
    return Yardstick(
        better=better_slices(advanced, resolved), alike=chance_alike(advanced, resolved)
    )


def chance_alike(won: Floats, trials: Floats) -> float:
    """Chance that groups with one true rate differ as much as these, by the chi-squared test.

    The statistic is the sum over groups of n (rate - mean)² / (mean (1 - mean)). Its cube root is
    nearly normal, which gives the chance without a table.

    Source: E. B. Wilson and M. M. Hilferty, The distribution of chi-square, PNAS 1931.
    """
    mean = float(won.sum() / trials.sum())
    if not 0 < mean < 1:
        return 1.0

    rates = won / trials
    squares = trials * (rates - mean) ** 2
    by_chance = mean * (1 - mean)
    chi_squared = float(squares.sum()) / by_chance
    freedom = len(trials) - 1

    # The cube root of chi² / freedom has mean 1 - 2 / (9 freedom) and variance 2 / (9 freedom).
    variance = 2 / (9 * freedom)
    expected = 1 - variance
    cube_root = (chi_squared / freedom) ** (1 / 3)
    z = (cube_root - expected) / math.sqrt(variance)
    return 1 - NormalDist().cdf(z)


def _leaks(
    counts: Counts,
    recent: Floats,
    yardsticks: Mapping[str, Sequence[Yardstick | None]],
    scale: _Scale,
    codes: StageCodes,
) -> dict[str, Floats]:
    """Value, low and high of each slice's leak at each stage, and which stage is the worst."""
    shape = counts.shown.shape
    value, low, high, benchmark = (np.full(shape, np.nan) for _ in range(4))
    advanced_counts, lost_counts, _ = counts.states

    for code in codes.open_codes():
        stick = _first_yardstick(yardsticks, counts.cut.kind, int(code))
        if stick is None or math.isnan(scale.worth.money[code]):
            continue
        advanced = advanced_counts[:, code].astype(np.float64)
        resolved = advanced + lost_counts[:, code]
        gap, error = stick.better.gaps(advanced, resolved)
        half_width = z_of(scale.level) * error

        is_named = (gap > half_width) & stick.differ
        money, doubt = _a_quarter(recent[:, code], resolved, scale, int(code))
        lower, upper = _range_of_money(gap, half_width, z_of(scale.level) * doubt)
        value[:, code] = np.where(is_named, gap, 0.0) * money
        low[:, code] = np.where(is_named, lower, 0.0) * money
        high[:, code] = upper * money
        benchmark[:, code] = stick.better.rate

    shown_low = np.where(counts.shown, low, np.nan)
    return {
        "leak_value": value,
        "leak_low": low,
        "leak_high": high,
        "worst": _worst(shown_low),
        "benchmark": benchmark,
        "decided": recent / scale.quarters,
    }


def _a_quarter(recent: Floats, resolved: Floats, scale: _Scale, code: int) -> tuple[Floats, Floats]:
    """What a gap of 1 would bring each slice in a quarter, and the error of its logarithm.

    A count of n deals is off by its root; the worth of one has a doubt of its own.
    """
    pace = np.where(resolved > 0, recent / scale.quarters, np.nan)
    variance = 1 / (recent + _A_BIT_MORE) + scale.worth.doubt[code]
    return pace * scale.worth.money[code], np.sqrt(variance)


def _range_of_money(gap: Floats, half_width: Floats, log_width: Floats) -> tuple[Floats, Floats]:
    """The range of gap x money, in units of the money: both are uncertain, each by itself.

    Of a product of two figures a and b with ranges of their own the lower end is
    ab - sqrt((a b')² + (a' b)² - (a' b')²), where a' and b' are how far their lower ends are below
    them, and the upper end ab + sqrt((a b')² + (a' b)² + (a' b')²). To multiply both lower ends
    would say that both are low at once.

    Args:
        gap: of rates, with half its range.
        log_width: half the range of the money's logarithm.

    Source: G. Y. Zou, A. Donner, Construction of confidence limits about effect measures: a general
        approach, Statistics in Medicine 2008 (method of variance estimates recovery).
    """
    below = -np.expm1(-log_width)
    above = np.expm1(log_width)
    # Below the half width nothing is named, and the lower end is 0.
    wide_gap = np.maximum(gap, half_width)
    down = np.sqrt(half_width**2 + (wide_gap**2 - half_width**2) * below**2)
    up = np.sqrt(half_width**2 + (np.maximum(gap, 0.0) ** 2 + half_width**2) * above**2)
    return np.maximum(wide_gap - down, 0.0), np.maximum(gap + up, 0.0)


def _first_yardstick(
    yardsticks: Mapping[str, Sequence[Yardstick | None]], kind: str, code: int
) -> Yardstick | None:
    """The best yardstick that there is for a kind of slice at a stage."""
    for other_kind in _YARDSTICKS.get(kind, (kind,)):
        stick = yardsticks[other_kind][code]
        if stick is not None:
            return stick
    return None


def _worst(low: Floats) -> Floats:
    """1 on each slice's stage with the largest low above 0, the first of equal ones."""
    worst = np.zeros(low.shape)
    stage_count = low.shape[1]
    if not stage_count:
        return worst

    known = np.nan_to_num(low, nan=0.0)
    largest = np.argmax(known, axis=1)
    rows = np.arange(low.shape[0])
    worst[rows, largest] = known[rows, largest] > 0
    return worst
