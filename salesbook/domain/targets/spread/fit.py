"""Which matrix with given margins and bounds is nearest to a pattern?

Nearest in the sense of Kullback and Leibler: the free cells keep the pattern's proportions up to
one factor per row group and one per column. Plain proportional fitting (scale rows, scale columns,
again) ignores bounds; here every factor is found with the bounds in force, and the column factors
by Newton's method on the dual problem, which has one unknown per month.
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
_GROUP_TOLERANCE: Final = 1e-15
_LONGEST_STEP: Final = 4.0
"""Of a column's factor, as its logarithm, before a look at what lies beyond."""
_FLAT: Final = 1e-12
"""Curvature, of the largest one, below which a direction counts as straight."""


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
    largest_total = float(margins.totals.max(initial=0.0))
    largest_column = float(margins.columns.max(initial=0.0))
    tolerance = _TOLERANCE * max(1.0, largest_total, largest_column)

    dual = _Dual(pattern, lower, upper, margins)
    point = dual.point_at(np.zeros(pattern.shape[1]))
    for _ in range(_ROUNDS):
        if np.abs(point.miss).max(initial=0.0) <= tolerance:
            break
        point = dual.climb(point, dual.direction(point))
    return point.matrix


@dataclass(frozen=True, slots=True)
class _Point:
    """A try: the columns' log factors, the groups' factors that go with them, and what results."""

    log_factors: Floats
    factors: Floats
    matrix: Floats
    miss: Floats
    """By how much each column is below its sum: the slope of the dual."""


class _Dual:
    """The dual problem: choose the columns' factors; each group's factor follows from them."""

    def __init__(self, pattern: Floats, lower: Floats, upper: Floats, margins: Margins) -> None:
        self._pattern = pattern
        self._lower = lower
        self._upper = upper
        self._margins = margins
        self._is_free = lower < upper
        self._group_of_cell = np.repeat(margins.group, pattern.shape[1])

    def point_at(self, log_factors: Floats, near: _Point | None = None) -> _Point:
        """Meet the groups exactly for these column factors, and see what the columns then miss."""
        pull = self._pattern * np.exp(log_factors)
        start = near.factors if near is not None else np.ones(len(self._margins.totals))
        factors = self._group_factors(pull, start)
        cells = pull * factors[self._margins.group, None]
        matrix = np.clip(cells, self._lower, self._upper)
        miss = self._margins.columns - matrix.sum(axis=0)
        return _Point(log_factors, factors, matrix, miss)

    def direction(self, point: _Point) -> Floats:
        """Propose Newton's step; where the dual is straight, a step of limited length uphill.

        A cell at a bound does not move with its factors, so only inner cells bend the dual. Adding
        the same to all columns' logarithms changes nothing, so steps are centred.
        """
        matrix = point.matrix
        is_inner = (matrix > self._lower) & (matrix < self._upper)
        inner = np.where(is_inner, matrix, 0.0)
        by_group = np.zeros((len(self._margins.totals), matrix.shape[1]))
        np.add.at(by_group, self._margins.group, inner)

        # A column that pulls harder takes from the others of each group, by their shares in it.
        of_group = by_group.sum(axis=1, keepdims=True)
        nothing = np.zeros_like(by_group)
        shares = np.divide(by_group, of_group, out=nothing, where=of_group > 0)
        hessian = np.diag(by_group.sum(axis=0)) - by_group.T @ shares

        # Along the axes of the curvature each step can be limited by itself.
        curvature, axes = np.linalg.eigh(hessian)
        centred_miss = point.miss - point.miss.mean()
        slope = axes.T @ centred_miss
        least_curvature = _FLAT * max(1.0, float(curvature[-1]))
        newton = slope / np.maximum(curvature, least_curvature)
        limited = np.clip(newton, -_LONGEST_STEP, _LONGEST_STEP)

        step = axes @ limited
        centred_step: Floats = step - step.mean()
        return centred_step

    def climb(self, start: _Point, step: Floats) -> _Point:
        """Go along the step to where the dual, which is concave, rises at most half as steeply."""
        slope_at_start = float(start.miss @ step)
        length, shortest, longest = 1.0, 0.0, np.inf
        point = start

        for _ in range(_TRIES):
            point = self.point_at(start.log_factors + length * step, start)
            slope = float(point.miss @ step)
            if abs(slope) <= 0.5 * slope_at_start:
                break

            if slope > 0:
                shortest = length
            else:
                longest = length
            length = 2 * length if np.isinf(longest) else (shortest + longest) / 2
        return point

    def _group_factors(self, pull: Floats, start: Floats) -> Floats:
        """Find for each group the factor at which its clipped cells add up to its total.

        The sum rises with the factor along straight lines: Newton's method between brackets, for
        all groups at once.
        """
        totals = self._margins.totals
        factors = start.copy()
        least = np.zeros(len(totals))
        most = np.full(len(totals), np.inf)

        for _ in range(_ROUNDS):
            cells = pull * factors[self._margins.group, None]
            clipped = np.clip(cells, self._lower, self._upper)
            gap = totals - self._by_group(clipped)

            # The sum rises with the factor: what is too little or too much narrows the brackets.
            least = np.where(gap > 0, np.maximum(least, factors), least)
            most = np.where(gap < 0, np.minimum(most, factors), most)

            is_inner = self._is_free & (cells > self._lower) & (cells < self._upper)
            slope = self._by_group(np.where(is_inner, pull, 0.0))
            unknown = np.full_like(gap, np.nan)
            newton = factors + np.divide(gap, slope, out=unknown, where=slope > 0)
            is_between = (newton > least) & (newton < most)
            moved = np.where(is_between, newton, _middle(least, most))

            is_off = np.abs(gap) > _GROUP_TOLERANCE * totals
            moved = np.where(is_off, moved, factors)
            if np.array_equal(moved, factors):
                break
            factors = moved
        return factors

    def _by_group(self, cells: Floats) -> Floats:
        groups = len(self._margins.totals)
        sums = np.bincount(self._group_of_cell, weights=cells.ravel(), minlength=groups)
        by_group: Floats = sums.astype(np.float64)
        return by_group


def _middle(least: Floats, most: Floats) -> Floats:
    """Take a factor between the brackets, far apart as they may be: halfway in digits."""
    no_most = np.isinf(most)
    known_most = np.where(no_most, 1.0, most)
    low = np.where(least > 0, least, known_most * 1e-4)
    high = np.where(no_most, low * 1e4, most)
    middle: Floats = np.sqrt(low) * np.sqrt(high)
    return middle
