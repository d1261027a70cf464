"""Which of many groups differ from the others by more than luck, when all are looked at?"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.urn import Urn

_NORMAL: Final = NormalDist()
_FEWEST: Final = 10.0
"""Ends that must be expected of a group before the normal distribution describes its number."""


@dataclass(frozen=True)
class Comparison:
    """How far each group is from the others; a place per group, nan where nobody can compare."""

    chance: Floats
    """Chance that luck alone puts a group with the others' rate that far out, to either side."""
    least: Floats
    """The smallest that chance could have come to, whatever the group did."""
    is_lower: Flags
    """True where the group is below the others."""


def rates_apart(successes: Ints, trials: Ints) -> Comparison:
    """Compare the rate of each group with that of all others together; exact for any size.

    If all have one rate, then given the successes of all, those of a group are drawn from them like
    balls from an urn (hypergeometric). The chance is twice that of so few, or so many, or more
    extreme ones.

    Source: R. A. Fisher, Statistical Methods for Research Workers, 5th edition, 1934.
    """
    all_trials, all_successes = int(trials.sum()), int(successes.sum())
    urn = Urn.of(all_trials)
    groups = len(trials)
    chance, least = np.full(groups, np.nan), np.full(groups, np.nan)
    is_lower = np.zeros(groups, dtype=bool)

    for group, (hits, size) in enumerate(zip(successes.tolist(), trials.tolist(), strict=True)):
        if not 0 < size < all_trials:
            continue
        low, weights = urn.chances(size, all_successes, all_trials)
        below = float(weights[: hits - low + 1].sum())
        above = float(weights[hits - low :].sum())
        is_lower[group] = below < above
        chance[group] = min(1.0, 2 * min(below, above))
        least[group] = min(1.0, 2 * float(min(weights[0], weights[-1])))
    return Comparison(chance, least, is_lower)


def lasting_apart(
    group: Ints, lasted: Floats, ended: Flags, entered: Floats, groups: int
) -> Comparison:
    """Compare how long things last in each group with all others together: the log-rank test.

    At each time at which something ended, a group with the others' risk is expected to have the share
    of these ends that it has of what is at risk. The sum of its ends less those expected, over its
    standard error, is nearly normal where ten or more are expected. Lower is who lasts less long.

    Args:
        group: the number of each one's group.
        lasted: how long so far.
        ended: False where it is still going on.
        entered: age at which watching began, 0 for the start.
        groups: how many groups there are.

    Source: N. Mantel, Evaluation of survival data and two new rank order statistics, 1966.
    """
    is_watched = (entered <= 0) | (lasted > entered)
    group, lasted, ended = group[is_watched], lasted[is_watched], ended[is_watched]
    starts = np.where(entered[is_watched] > 0, entered[is_watched], -np.inf)
    times = np.unique(lasted[ended])
    if not len(times):
        nothing = np.full(groups, np.nan)
        return Comparison(nothing, nothing, np.zeros(groups, dtype=bool))

    ends = _at_times(group[ended], np.searchsorted(times, lasted[ended]), groups, len(times))
    at_risk = _at_risk(group, starts, lasted, times, groups)
    all_ends, all_at_risk = ends.sum(axis=0), at_risk.sum(axis=0)

    share = at_risk / all_at_risk
    expected = (share * all_ends).sum(axis=1)
    # Ends of one time are drawn without putting back.
    spread = all_ends * (all_at_risk - all_ends) / np.maximum(all_at_risk - 1, 1)
    variance = (share * (1 - share) * spread).sum(axis=1)
    gap = ends.sum(axis=1) - expected

    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, gap / np.sqrt(variance), np.nan)
    chance = np.array([2 * _NORMAL.cdf(-abs(value)) for value in np.nan_to_num(z).tolist()])
    enough = (expected >= _FEWEST) & (all_ends.sum() - expected >= _FEWEST) & (variance > 0)
    has_any = np.bincount(group, minlength=groups) > 0
    return Comparison(
        chance=np.where(has_any, np.where(enough, chance, 1.0), np.nan),
        least=np.where(has_any, np.where(enough, 0.0, 1.0), np.nan),
        is_lower=gap > 0,
    )


def _at_times(group: Ints, time: Ints, groups: int, times: int) -> Floats:
    """How many of each group there are at each time: a row per group."""
    cell = group * times + time
    return np.bincount(cell, minlength=groups * times).reshape(groups, times).astype(np.float64)


def _at_risk(group: Ints, starts: Floats, lasted: Floats, times: Floats, groups: int) -> Floats:
    """How many of each group were watched before each time and not over: a row per group."""
    size = len(times) + 1
    # Watched from before the time on: the first time after the start. Over: the first one after the end.
    came = _at_times(group, np.searchsorted(times, starts, "right"), groups, size)
    went = _at_times(group, np.searchsorted(times, lasted, "right"), groups, size)
    at_risk: Floats = np.cumsum(came - went, axis=1)[:, :-1]
    return at_risk


def bar_for(comparisons: list[Comparison], false_alarms: float) -> float:
    """The chance under which a difference may be told, so that hardly ever an equal is named.

    If many are compared, some are far out by luck. The allowed chance of any false alarm is shared
    out among the comparisons, but only among those that could come under the bar at all: who has too
    few to be told apart whatever he does takes nothing from the others.

    Source: R. E. Tarone, A modified Bonferroni method for discrete data, Biometrics 1990.
    """
    least = np.concatenate([comparison.least for comparison in comparisons] or [np.zeros(0)])
    in_order = np.sort(least[~np.isnan(least)])
    for share_of in range(1, len(in_order) + 1):
        bar = false_alarms / share_of
        if np.searchsorted(in_order, bar, "right") <= share_of:
            return bar
    return false_alarms
