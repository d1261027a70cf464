"""How long does something last when part of it is still going on? Survival curves and shares by
exit.
"""

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
    """A step function: `values[i]` holds from `times[i]` on;
    before the first time it is the start.
    """

    times: Floats
    values: Floats


def kaplan_meier(
    lasted: npt.ArrayLike, ended: npt.ArrayLike, entered: npt.ArrayLike | None = None
) -> Curve:
    """Estimate the share that lasts longer than t, where some have not ended yet.

    Ended after 2, 4, 6 days, going on at 4 and 9 → 0.8, 0.6, 0.3. What is going on at t counts as
    at risk at t. What was first seen at an age is at risk only from there on; nothing is learned
    from what was not watched at all.

    Args:
        lasted: how long so far, any unit.
        ended: False where it is still going on.
        entered: age at which watching began; 0 or missing: from the start.

    Returns: the survival at each time at which something ended.
    Source: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA
    1958.
    """
    times, deaths, at_risk = _risk_table(lasted, np.asarray(ended, dtype=bool), entered)
    return Curve(times, _survival(deaths, at_risk))


def aalen_johansen(
    lasted: npt.ArrayLike, exit_by: npt.ArrayLike, entered: npt.ArrayLike | None = None
) -> dict[int, Curve]:
    """Estimate per exit the share that has left by it up to t; exits compete.

    Args: exit_by numbers the exit from 1; 0 where it is still going on. Others as in
    `kaplan_meier`.

    Returns: by exit; all shares and the survival add up to 1 at any time.
    Source: O. Aalen and S. Johansen, An empirical transition matrix, Scand. J. Statistics 1978.
    """
    by = np.asarray(exit_by, dtype=np.int64)
    lasted_all = np.asarray(lasted, dtype=np.float64)
    times, deaths, at_risk = _risk_table(lasted_all, by > 0, entered)
    before = np.concatenate([[1.0], _survival(deaths, at_risk)])[: len(times)]
    watched = lasted_all > _starts(entered, lasted_all.shape)
    curves = {}
    for one in sorted({int(exit_) for exit_ in by} - {0}):
        left = np.sort(lasted_all[(by == one) & watched])
        here = np.searchsorted(left, times, "right") - np.searchsorted(left, times, "left")
        curves[one] = Curve(times, np.cumsum(before * here / at_risk))
    return curves


def time_until(curve: Curve, share: float) -> float:
    """The smallest time by which this share has ended; nan where the curve does not get there.

    0.5 gives the median: the smallest t with S(t) at most 0.5.
    """
    reached = np.flatnonzero(curve.values <= 1 - share + _HAIR)
    return float(curve.times[reached[0]]) if len(reached) else float("nan")


def _starts(entered: npt.ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    """Age at which watching began; -inf from the start on, so that what ends at 0 counts too."""
    if entered is None:
        return np.full(shape, -np.inf)
    ages = np.asarray(entered, dtype=np.float64)
    return np.where(ages > 0, ages, -np.inf)


def _risk_table(
    lasted: npt.ArrayLike, ended: Flags, entered: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Times at which something ended, how much did, and how much was at risk just before."""
    ages = np.asarray(lasted, dtype=np.float64)
    starts = _starts(entered, ages.shape)
    watched = ages > starts
    times, deaths = np.unique(ages[watched & ended], return_counts=True)
    ages, starts = np.sort(ages[watched]), np.sort(starts[watched])
    at_risk = np.searchsorted(starts, times, "left") - np.searchsorted(ages, times, "left")
    return times, deaths.astype(np.float64), at_risk.astype(np.float64)


def _survival(deaths: Floats, at_risk: Floats) -> Floats:
    return np.asarray(np.cumprod(1 - deaths / at_risk), dtype=np.float64)
