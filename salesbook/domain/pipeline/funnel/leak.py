"""At which stage does most money leak away, and how much would a good slice's rate bring back?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.intervals import shrink_rates, z_of
from salesbook.domain.pipeline.funnel.stages import ADVANCED, Counts, Passages, ratio
from salesbook.domain.pipeline.stages.codes import OPEN, WON, KnownDeals, StageCodes
from salesbook.tables.settings import Rules

_FALSE_ALARMS: Final = 0.05
"""Chance that any leak is named although all slices are alike; half of what is allowed, as the test
is approximate for few deals."""
_TOP: Final = 0.75
_YARDSTICKS: Final = {"all": ("rep", "team"), "pipeline": ("rep", "team")}
"""Slices that a whole is held against, best first; other kinds are held against their own."""


@dataclass(frozen=True)
class Yardstick:
    """The rate that the better slices of one kind reach at one stage."""

    rate: float
    variance: float
    prior_a: float
    prior_b: float
    alike: float
    """Chance that slices with one true rate differ as much as these."""
    differ: bool = False
    """True where that chance is too small to believe."""


def leaks_of(
    counts: Sequence[Counts], passages: Passages, deals: KnownDeals, codes: StageCodes, rules: Rules
) -> dict[str, dict[str, Floats]]:
    """Say per slice and stage what closing the gap to the yardstick would bring.

    The yardstick is the upper quartile of the shrunk rates of slices of the same kind with at least
    `leak_deals` resolved deals (for all deals and for pipelines: of reps, else of teams). The gap
    is its rate less the slice's own shrunk rate; its money is gap x resolved deals x what a deal
    that advances
    brings: the share won of resolved deals that advanced x the mean amount won. The interval comes
    from both rates' posteriors at `interval_level`. The leak is 0 where it covers 0, and wherever
    the slices differ by no more than chance: a chi-squared test per kind and stage, made so strict
    that with equal true rates a run names any leak in at most 10 % of cases (Bonferroni over the
    tests made).

    Returns: by slice kind: leak_value, leak_low, leak_high in minor units as floats (nan: no
    yardstick or nothing resolved) and worst, 1 on the stage with the largest leak_low above 0 of
    each slice.
    """
    worth = advance_worth(passages, deals, codes)
    families = {one.cut.kind: one for one in counts}
    sticks = {
        kind: [_yardstick(families[kind], code, rules) for code in range(codes.count)]
        for kind in ("team", "rep", "source", "product")
    }
    tests = sum(stick is not None for row in sticks.values() for stick in row)
    bar = _FALSE_ALARMS / max(tests, 1)
    sticks = {kind: [_if_told_apart(stick, bar) for stick in row] for kind, row in sticks.items()}
    return {one.cut.kind: _leaks(one, sticks, worth, codes, rules.interval_level) for one in counts}


def advance_worth(passages: Passages, deals: KnownDeals, codes: StageCodes) -> Floats:
    """Per stage, the money that one more deal advancing past it brings: its chance to be won x mean
    amount.

    The mean is that of the pipeline's won deals; nan where none was won.
    """
    won = deals.kind == WON
    money = np.bincount(deals.pipe[won], deals.amount[won], len(codes.pipelines))
    mean = ratio(money, np.bincount(deals.pipe[won], minlength=len(codes.pipelines)))
    gone_on = (passages.state == ADVANCED) & (deals.kind[passages.deal] != OPEN)
    won_on = gone_on & won[passages.deal]
    chance = ratio(
        np.bincount(passages.code[won_on], minlength=codes.count),
        np.bincount(passages.code[gone_on], minlength=codes.count),
    )
    return chance * mean[codes.pipe]


def _if_told_apart(stick: Yardstick | None, bar: float) -> Yardstick | None:
    """The yardstick, marked where its slices differ by more than chance."""
    return stick and replace(stick, differ=stick.alike < bar)


def _yardstick(counts: Counts, code: int, rules: Rules) -> Yardstick | None:
    """The yardstick of one kind at one stage; None with fewer than two slices of enough deals."""
    advanced = counts.states[0][:, code].astype(np.float64)
    resolved = advanced + counts.states[1][:, code]
    enough = resolved >= rules.leak_deals
    if enough.sum() < 2:
        return None
    won, n = advanced[enough], resolved[enough]
    shrunk, a, b = shrink_rates(won, n)
    variance = posterior_variance(shrunk, a + b + n)
    top = max(enough.sum() * (1 - _TOP), 1.0)
    return Yardstick(
        rate=float(np.quantile(shrunk, _TOP)),
        variance=float(variance.mean()) / top,
        prior_a=a,
        prior_b=b,
        alike=chance_alike(won, n),
    )


def posterior_variance(rate: Floats, size: Floats) -> Floats:
    """Variance of a beta distribution with this mean and a + b = size."""
    return rate * (1 - rate) / (size + 1)


def chance_alike(won: Floats, n: Floats) -> float:
    """Chance that groups with one true rate differ as much as these, by the chi-squared test.

    Source: E. B. Wilson and M. M. Hilferty, The distribution of chi-square, PNAS 1931.
    """
    mean = float(won.sum() / n.sum())
    if not 0 < mean < 1:
        return 1.0
    chi2 = float((n * (won / n - mean) ** 2).sum()) / (mean * (1 - mean))
    freedom = len(n) - 1
    spread = 2 / (9 * freedom)
    z = ((chi2 / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(spread)
    return 1 - NormalDist().cdf(z)


def _leaks(
    counts: Counts,
    sticks: Mapping[str, Sequence[Yardstick | None]],
    worth: Floats,
    codes: StageCodes,
    level: float,
) -> dict[str, Floats]:
    shape = counts.shown.shape
    value, low, high = (np.full(shape, np.nan) for _ in range(3))
    kinds = _YARDSTICKS.get(counts.cut.kind, (counts.cut.kind,))
    for code in codes.open_codes():
        stick = next((found for kind in kinds if (found := sticks[kind][code])), None)
        if stick is None or math.isnan(worth[code]):
            continue
        won = counts.states[0][:, code].astype(np.float64)
        n = won + counts.states[1][:, code]
        value[:, code], low[:, code], high[:, code] = _gap_money(stick, won, n, worth[code], level)
    return {
        "leak_value": value,
        "leak_low": low,
        "leak_high": high,
        "worst": _worst(np.where(counts.shown, low, np.nan)),
    }


def _gap_money(
    stick: Yardstick, won: Floats, n: Floats, worth: float, level: float
) -> tuple[Floats, Floats, Floats]:
    """Value, low and high of the leaks of all slices at one stage."""
    size = stick.prior_a + stick.prior_b + n
    own = (stick.prior_a + won) / size
    half = z_of(level) * np.sqrt(stick.variance + posterior_variance(own, size))
    gap, money = stick.rate - own, np.where(n > 0, n, np.nan) * worth
    named = (gap - half > 0) & stick.differ
    return (
        np.where(named, gap, 0.0) * money,
        np.where(named, gap - half, 0.0) * money,
        np.maximum(gap + half, 0.0) * money,
    )


def _worst(low: Floats) -> Floats:
    """1 on each slice's stage with the largest low above 0, the first of equal ones."""
    filled = np.nan_to_num(low, nan=0.0)
    worst = np.zeros(low.shape)
    if low.shape[1]:
        at = np.argmax(filled, axis=1)
        rows = np.arange(low.shape[0])
        worst[rows, at] = filled[rows, at] > 0
    return worst
