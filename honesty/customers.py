"""Customers of whom it is known whether they stopped buying, and what the book sees of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats
from salesbook.domain.customers.alive import Parameters, Purchases

_MOST: Final = 400
"""Purchases of one customer that are drawn at most."""


@dataclass(frozen=True)
class World:
    """How customers buy and stop."""

    words: str
    model: Parameters
    """As fitted parameters say it; how even gaps are stands in them too."""
    weeks: float = 78.0
    """That have gone since the first customers came; the others came at any time since."""


@dataclass(frozen=True)
class Customers:
    """What the book sees, and what is true."""

    seen: Purchases
    are_alive: Flags
    repeats_on: Floats
    """When each purchase after the first came, in weeks since that; infinite for none."""


def customers(random: np.random.Generator, world: World, count: int) -> Customers:
    """Draw customers: a steady rate of one's own, and a chance of one's own to stop each time."""
    model = world.model
    rate = random.gamma(model.r, 1 / model.alpha, count)
    stop = random.beta(model.a, model.b, count)
    age = random.uniform(0.1, 1.0, count) * world.weeks

    shape = model.regularity
    steps = random.gamma(shape, 1.0, (count, _MOST)) / (shape * rate[:, None])
    days = np.cumsum(steps, axis=1)
    # Whoever stops does so right after a purchase, maybe after the first one already.
    stops = random.random((count, _MOST)) < stop[:, None]
    repeats_at_last = np.where(stops.any(axis=1), stops.argmax(axis=1), _MOST)
    is_real = np.arange(_MOST) < repeats_at_last[:, None]

    is_seen = is_real & (days <= age[:, None])
    repeats = is_seen.sum(axis=1)
    last = np.where(is_seen, days, 0.0).max(axis=1)
    log_gaps = np.where(is_seen, np.log(np.diff(days, axis=1, prepend=0.0)), 0.0).sum(axis=1)
    return Customers(
        seen=Purchases(repeats.astype(np.float64), last, age, log_gaps),
        are_alive=repeats < repeats_at_last,
        repeats_on=np.where(is_real, days, np.inf),
    )


def silent_for_long(seen: Purchases, times: float) -> Flags:
    """The common way: silent for longer than so many times the usual time between purchases."""
    has_repeats = seen.repeats > 0
    rhythm = seen.last / np.where(has_repeats, seen.repeats, np.inf)
    silent: Floats = seen.age - seen.last
    return has_repeats & (silent > times * rhythm)
