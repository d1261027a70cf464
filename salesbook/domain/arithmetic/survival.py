"""How long does something last when part of it is still going on? Survival curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Flags, Floats

_HAIR: Final = 1e-12
"""A survival that misses a bar by no more than rounding has reached it."""


@dataclass(frozen=True)
class Curve:
    """A step function: `values[i]` holds from `times[i]` on; before the first time, the start."""

    times: Floats
    values: Floats


def kaplan_meier(
    lasted: npt.ArrayLike, ended: npt.ArrayLike, entered: npt.ArrayLike | None = None
) -> Curve:
    """Estimate the share that lasts longer than t, where some have not ended yet.

    At each time at which something ended, the share so far is multiplied by 1 - ended / at risk. To
    leave out what is still going on, or to take it as ended now, would make everything look quicker
    than it is: what lasts long is what is still going on.

    What is going on at t counts as at risk at t. What was first seen at an age is at risk only from
    there on; nothing is learned from what was not watched at all.

    Args:
        lasted: how long so far, any unit.
        ended: False where it is still going on.
        entered: age at which watching began; 0 or missing: from the start.

    Returns: the survival at each time at which something ended.

    Source: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA
    1958. Ended after 2, 4, 6 days, going on at 4 and 9 → 0.8, 0.6, 0.3.
    """
    is_ended = np.asarray(ended, dtype=bool)
    times, ended_counts, at_risk = _risk_table(lasted, is_ended, entered)
    return Curve(times, _survival(ended_counts, at_risk))


def aalen_johansen(
    lasted: npt.ArrayLike, exit_by: npt.ArrayLike, entered: npt.ArrayLike | None = None
) -> dict[int, Curve]:
    """Estimate per exit the share that has left by it up to t; exits compete.

    At each time, of the share that is still there, left / at risk leave by the exit; the steps add
    up. A Kaplan-Meier curve per exit, with the others as going on, would claim more: together its
    shares may exceed 1, for whoever left by one exit can no longer leave by another.

    Args: exit_by numbers the exit from 1; 0 where it is still going on. Others as in
    `kaplan_meier`.

    Returns: by exit; all shares and the survival add up to 1 at any time.

    Source: O. Aalen and S. Johansen, An empirical transition matrix, Scand. J. Statistics 1978.
    """
    exits = np.asarray(exit_by, dtype=np.int64)
    ages = np.asarray(lasted, dtype=np.float64)
    times, ended_counts, at_risk = _risk_table(ages, exits > 0, entered)

    # Before the first time everybody is there.
    survival = _survival(ended_counts, at_risk)
    still_there = np.concatenate([[1.0], survival])[: len(times)]

    is_watched = ages > _starts(entered, ages.shape)
    curves = {}
    for exit_number in np.unique(exits[exits != 0]).tolist():
        left_at = np.sort(ages[(exits == exit_number) & is_watched])
        left_counts = _count_at(left_at, times)
        steps = still_there * left_counts / at_risk
        curves[exit_number] = Curve(times, np.cumsum(steps))
    return curves


def time_until(curve: Curve, share: float) -> float:
    """The smallest time by which this share has ended; nan where the curve does not get there.

    0.5 gives the median: the smallest t with S(t) at most 0.5.
    """
    bar = 1 - share + _HAIR
    reached = np.flatnonzero(curve.values <= bar)
    if not len(reached):
        return float("nan")
    return float(curve.times[reached[0]])


def watched_until(lasted: npt.ArrayLike, entered: npt.ArrayLike | None, least: int) -> float:
    """Give the age up to which a survival curve says something; infinite where it does throughout.

    A curve is a product, so that an early step drawn from a handful spoils all that follows. Where
    everything is watched from the start, what is at risk thins out by itself, and only the end of
    the curve is uncertain. What begins to be watched at an age is another matter: before that age a
    few others speak for it, or nobody does. So the curve ends where fewer than `least` are watched
    while some are watched from a later age only.

    Args: as in `kaplan_meier`.
    """
    ages = np.asarray(lasted, dtype=np.float64)
    starts = _starts(entered, ages.shape)
    is_watched = ages > starts
    began, over = np.sort(starts[is_watched]), np.sort(ages[is_watched])

    # At risk falls only where something is over; just after that it is as low as it gets.
    falls = np.unique(np.append(over, 0.0))
    at_risk = np.searchsorted(began, falls, "right") - np.searchsorted(over, falls, "right")

    begin_later = len(began) - np.searchsorted(began, falls, "right")

    is_thin = (at_risk < least) & (begin_later > 0)
    return float(falls[is_thin].min(initial=np.inf))


def _starts(entered: npt.ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    """Age at which watching began; -inf from the start on, so that what ends at 0 counts too."""
    if entered is None:
        return np.full(shape, -np.inf)
    ages = np.asarray(entered, dtype=np.float64)
    return np.where(ages > 0, ages, -np.inf)


def _risk_table(
    lasted: npt.ArrayLike, is_ended: Flags, entered: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Times at which something ended, how much did, and how much was at risk just before."""
    ages = np.asarray(lasted, dtype=np.float64)
    starts = _starts(entered, ages.shape)
    is_watched = ages > starts
    times, ended_counts = np.unique(ages[is_watched & is_ended], return_counts=True)

    # At risk is what began to be watched before the time, less what was over before it.
    began = np.searchsorted(np.sort(starts[is_watched]), times, "left")
    over = np.searchsorted(np.sort(ages[is_watched]), times, "left")
    at_risk = began - over
    return times, ended_counts.astype(np.float64), at_risk.astype(np.float64)


def _count_at(in_order: Floats, times: Floats) -> Floats:
    """How many of the values, given in order, are equal to each time."""
    after = np.searchsorted(in_order, times, "right")
    before = np.searchsorted(in_order, times, "left")
    return (after - before).astype(np.float64)


def _survival(ended_counts: Floats, at_risk: Floats) -> Floats:
    shares_kept = 1 - ended_counts / at_risk
    return np.asarray(np.cumprod(shares_kept), dtype=np.float64)
