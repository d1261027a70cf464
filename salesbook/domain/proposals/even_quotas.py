"""Which is the smallest change of quotas after which nobody carries far more than the others?

The problem: quotas q, potentials p > 0 and a band [low, high] around the company's rate
r = Σq ÷ Σp. Find changes x that sum to 0, so that every quota lies within low·r·p and high·r·p,
with the least Σ|x|. Whoever is above must come down by what is too much, and whoever is below must
come up; the larger of the two sums must be moved in any case, and is enough: what has to go
somewhere goes to those who have room, the least loaded first.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints

BAND: Final = 0.2
"""A quota is even with the others within a fifth of the company's rate of quota to potential."""
_STEPS: Final = 60
"""Halvings after which a level is as exact as a double can be."""


def even_bounds(quotas: Ints, potentials: Ints) -> tuple[Ints, Ints]:
    """The least and the most that each quota may be, in whole units.

    Args: potentials, each above 0.
    """
    rate = float(quotas.sum()) / float(potentials.sum())
    least = np.ceil(potentials * rate * (1 - BAND)).astype(np.int64)
    most = np.floor(potentials * rate * (1 + BAND)).astype(np.int64)
    return least, np.maximum(most, least)


def smallest_change(quotas: Ints, potentials: Ints) -> Ints:
    """What to add to each quota; the changes sum to 0.

    Source: by hand: quotas 150, 100, 50 and potentials of 100 each: rate 1, band 80 to 120; 30 must
        come down and 30 come up: −30, 0, +30.
    """
    least, most = even_bounds(quotas, potentials)
    into_bounds = np.clip(quotas, least, most) - quotas
    missing = int(into_bounds.sum())
    within = quotas + into_bounds
    if missing < 0:
        return into_bounds + _shared_out(-missing, within, most, potentials)
    if missing > 0:
        # What is needed is taken from the most loaded: they are the least loaded seen from below.
        return into_bounds - _shared_out(missing, -within, -least, potentials)
    return into_bounds


def _shared_out(total: int, start: Ints, end: Ints, potentials: Ints) -> Ints:
    """Raise to a common level of start ÷ potential, none above its end, until the total is given.

    What rounding leaves goes to the first who have room.
    """
    levels = start / potentials

    def given(level: float) -> Floats:
        raised = np.clip(level * potentials, start, end)
        return np.asarray(raised - start, dtype=np.float64)

    low, high = float(levels.min()), float((end / potentials).max())
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if given(middle).sum() <= total else (low, middle)
    shared = np.floor(given(low)).astype(np.int64)

    # Rounding leaves less than a unit each.
    left = total - int(shared.sum())
    for place in np.flatnonzero(end - start > shared)[:left].tolist():
        shared[place] += 1
    return shared
