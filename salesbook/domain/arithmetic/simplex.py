"""At which point is a function of a few numbers lowest, where nobody knows its slope?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from salesbook.arrays import Floats

_MOST_STEPS: Final = 400
_FIRST_STEP: Final = 0.5
_SAME_COST: Final = 1e-9
_SAME_PLACE: Final = 1e-3
"""The walk has settled where all corners cost the same and lie together, within these."""

_MIRRORED: Final = -1.0
_STRETCHED: Final = -2.0
_PULLED_OUT: Final = -0.5
_PULLED_IN: Final = 0.5
"""Where a new corner lies on the line from the middle of the others (0) to the worst (1)."""

Cost = Callable[[Floats], float]


class Corner(NamedTuple):
    """A point and what it costs; corners are in order of their cost."""

    cost: float
    point: tuple[float, ...]


def lowest_point(cost: Cost, start: Floats) -> Floats | None:
    """Walk a simplex downhill: n + 1 points around the place, of which the worst is moved on.

    The problem: minimise cost(x) over all x, from values of `cost` alone. Every step puts a better
    point in place of the worst, opposite to it; where there is none, the simplex shrinks to its
    best point.

    Args:
        cost: infinite where a point is out of bounds.
        start: where to begin.

    Returns: the lowest point, or None where the walk does not settle.

    Source: Nelder and Mead (1965), A Simplex Method for Function Minimization.
    """
    # The start, and a point a step away from it in each direction.
    first_steps = np.eye(start.size) * _FIRST_STEP
    points = [start, *(start + step for step in first_steps)]
    corners = sorted(_corner(cost, point) for point in points)

    for _ in range(_MOST_STEPS):
        best, worst = corners[0], corners[-1]
        costs_are_even = worst.cost - best.cost < _SAME_COST
        if costs_are_even and _width(corners) < _SAME_PLACE:
            return np.array(best.point)
        corners = sorted(_stepped(cost, corners))
    return None


def _corner(cost: Cost, point: Floats) -> Corner:
    return Corner(cost(point), tuple(point.tolist()))


def _width(corners: list[Corner]) -> float:
    """The largest extent of the simplex in any direction."""
    points = np.array([corner.point for corner in corners])
    return float(np.ptp(points, axis=0).max())


def _stepped(cost: Cost, corners: list[Corner]) -> list[Corner]:
    """The simplex after one step, in any order."""
    best, second_worst, worst = corners[0], corners[-2], corners[-1]
    others = corners[:-1]
    middle = np.mean([corner.point for corner in others], axis=0)
    away = np.array(worst.point) - middle

    def on_line(factor: float) -> Corner:
        return _corner(cost, middle + factor * away)

    mirrored = on_line(_MIRRORED)
    if mirrored.cost < best.cost:
        # The way leads down: try twice as far.
        return [*others, min(mirrored, on_line(_STRETCHED))]
    if mirrored.cost < second_worst.cost:
        return [*others, mirrored]

    # The bottom is nearer than the mirrored point, on one side of the middle or the other.
    pulled = on_line(_PULLED_OUT if mirrored.cost < worst.cost else _PULLED_IN)
    if pulled.cost < min(mirrored.cost, worst.cost):
        return [*others, pulled]

    best_point = np.array(best.point)
    halved = [(best_point + np.array(corner.point)) / 2 for corner in corners[1:]]
    return [best, *(_corner(cost, point) for point in halved)]
