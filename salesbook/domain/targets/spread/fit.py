"""Which matrix with given margins and bounds is nearest to a pattern?

Nearest in the sense of Kullback and Leibler: the free cells keep the pattern's proportions up to
one factor per row group and one per column. Plain proportional fitting ignores bounds; here every
factor is found with the bounds in force, and the column factors by Newton's method on the dual
problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints

_ROUNDS: Final = 200
_TRIES: Final = 60
_TOLERANCE: Final = 1e-12
"""Of a margin, relative to the largest one."""
_LONGEST_STEP: Final = 4.0
"""Of a column's factor, as its logarithm, before a look at what lies beyond."""


@dataclass(frozen=True, slots=True)
class Margins:
    """The sums to reach: of each group of rows (`group` says whose a row is) and of each column."""

    group: Ints
    totals: Floats
    columns: Floats


def fit_matrix(pattern: Floats, lower: Floats, upper: Floats, margins: Margins) -> Floats:
    """Find the matrix nearest to the pattern that keeps margins and bounds.

    Args:
        pattern: (rows, columns), above 0 wherever lower < upper.
        lower: least of each cell, `upper` the most. A matrix that keeps the margins with every cell
            where they differ strictly between them must exist.
        margins: row groups and columns add up to the same.

    Returns: the matrix; groups exact, columns to about 12 digits.

    Source: Csiszár, "I-divergence geometry", 1975 (existence, form of the solution).
    """
    scale = max(
        1.0, float(margins.totals.max(initial=0.0)), float(margins.columns.max(initial=0.0))
    )
    state = _State(pattern, lower, upper, margins)
    here = state.at(np.zeros(pattern.shape[1]))
    for _ in range(_ROUNDS):
        if np.abs(here.miss).max(initial=0.0) <= _TOLERANCE * scale:
            break
        here = state.climbed(here, state.direction(here))
    return here.matrix


@dataclass(frozen=True, slots=True)
class _Point:
    """A try: the columns' log factors, the groups' factors that go with them, and what results."""

    log_factors: Floats
    factors: Floats
    matrix: Floats
    miss: Floats
    """By how much each column is below its sum."""


class _State:
    def __init__(self, pattern: Floats, lower: Floats, upper: Floats, margins: Margins) -> None:
        self._pattern, self._lower, self._upper = pattern, lower, upper
        self._margins = margins
        self._free = lower < upper
        self._where = np.repeat(margins.group, pattern.shape[1])

    def at(self, log_factors: Floats, near: _Point | None = None) -> _Point:
        """Meet the groups exactly for these column factors, and see what the columns then miss."""
        pull = self._pattern * np.exp(log_factors)
        start = near.factors if near is not None else np.ones(len(self._margins.totals))
        factors = self._solve(pull, start)
        matrix = np.clip(pull * factors[self._margins.group, None], self._lower, self._upper)
        return _Point(log_factors, factors, matrix, self._margins.columns - matrix.sum(axis=0))

    def direction(self, here: _Point) -> Floats:
        """Propose Newton's step; where the dual is straight, a step of limited length uphill."""
        inner = (here.matrix > self._lower) & (here.matrix < self._upper)
        by_group = np.zeros((len(self._margins.totals), here.matrix.shape[1]))
        np.add.at(by_group, self._margins.group, np.where(inner, here.matrix, 0.0))
        of_group = by_group.sum(axis=1, keepdims=True)
        part = np.divide(by_group, of_group, out=np.zeros_like(by_group), where=of_group > 0)
        bends, axes = np.linalg.eigh(np.diag(by_group.sum(axis=0)) - by_group.T @ part)
        along = axes.T @ (here.miss - here.miss.mean())
        steps = along / np.maximum(bends, 1e-12 * max(1.0, float(bends[-1])))
        step = axes @ np.clip(steps, -_LONGEST_STEP, _LONGEST_STEP)
        centred: Floats = step - step.mean()
        return centred

    def climbed(self, here: _Point, step: Floats) -> _Point:
        """Go along the step to where the dual, which is concave, stops rising, or rises half as
        much.
        """
        rise = float(here.miss @ step)
        length, least, most = 1.0, 0.0, np.inf
        point = here
        for _ in range(_TRIES):
            point = self.at(here.log_factors + length * step, here)
            slope = float(point.miss @ step)
            if abs(slope) <= 0.5 * rise:
                break
            least, most = (length, most) if slope > 0 else (least, length)
            length = 2 * length if np.isinf(most) else (least + most) / 2
        return point

    def _solve(self, pull: Floats, start: Floats) -> Floats:
        """Find for each group the factor at which its clipped cells add up to its total.

        The sum rises with the factor along straight lines: Newton's method between brackets.
        """
        totals, where = self._margins.totals, self._where
        factors, least, most = start.copy(), np.zeros(len(totals)), np.full(len(totals), np.inf)
        for _ in range(_ROUNDS):
            cells = pull * factors[self._margins.group, None]
            inner = self._free & (cells > self._lower) & (cells < self._upper)
            gap = totals - _sums(np.clip(cells, self._lower, self._upper), where, len(totals))
            least = np.where(gap > 0, np.maximum(least, factors), least)
            most = np.where(gap < 0, np.minimum(most, factors), most)
            slope = _sums(np.where(inner, pull, 0.0), where, len(totals))
            better = factors + np.divide(gap, slope, out=np.full_like(gap, np.nan), where=slope > 0)
            moved = np.where((better > least) & (better < most), better, _middle(least, most))
            moved = np.where(np.abs(gap) > 1e-15 * totals, moved, factors)
            if np.array_equal(moved, factors):
                break
            factors = moved
        return factors


def _sums(cells: Floats, where: Ints, size: int) -> Floats:
    sums: Floats = np.bincount(where, weights=cells.ravel(), minlength=size).astype(np.float64)
    return sums


def _middle(least: Floats, most: Floats) -> Floats:
    """Take a factor between the brackets, far apart as they may be: halfway in digits."""
    low = np.where(least > 0, least, np.where(np.isinf(most), 1.0, most) * 1e-4)
    high = np.where(np.isinf(most), low * 1e4, most)
    middle: Floats = np.sqrt(low) * np.sqrt(high)
    return middle
