"""Which whole matrix is nearest to a fractional one and adds up exactly in both directions?"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints

_PARTS: Final = 10**6
"""A fraction counts in millionths, so that noise of calculation decides no tie."""
_OUTSIDE: Final = 10**9
"""Cost of leaving a fraction's floor and ceiling, which only noise of calculation can ask for."""
_NEVER: Final = 10**14


def round_matrix(
    matrix: Floats,
    lower: Ints,
    upper: Ints,
    *,
    group: Ints,
    sums: tuple[Ints, Ints],
) -> Ints:
    """Round each cell down or up so that all groups of rows and all columns add up.

    Of all such roundings the one nearest to the matrix (least squares); ties go to the upper row,
    then to the left column. First each group gives what is left to its largest remainders; then
    units move along the cheapest ways from columns that have too much to those that lack.

    Args:
        matrix: (rows, columns), its sums whole up to noise, within the bounds.
        group: of each row, 0, 1, ...
        sums: whole sums of the groups and of the columns; they agree.

    Returns: whole cells, in the same places.
    """
    near = np.floor(matrix + 0.5)
    exact = np.abs(matrix - near) <= 1e-6 + 1e-11 * np.abs(matrix)
    cells = np.where(exact, near, matrix)
    base = np.floor(cells).astype(np.int64)
    parts = np.where(exact, 0, np.floor((cells - base) * _PARTS + 0.5)).astype(np.int64)
    costs = _Costs(base, parts, lower, upper)
    whole = base.copy()
    _share_remainders(whole, parts, group, sums[0])
    _mend_groups(whole, costs, group, sums[0])
    _mend_columns(whole, costs, group, sums[1])
    return whole


class _Costs:
    """What one unit more or less costs in each cell: the change of the squared distance, in
    millionths.
    """

    def __init__(self, base: Ints, parts: Ints, lower: Ints, upper: Ints) -> None:
        self._base, self._lower, self._upper = base, lower, upper
        top = np.where(parts > 0, _PARTS - 2 * parts, _OUTSIDE)
        beyond = np.where(parts > 0, top + _OUTSIDE, _NEVER)
        self._levels = np.stack([np.full_like(base, _OUTSIDE), np.zeros_like(base), top, beyond])

    def up(self, whole: Ints) -> Ints:
        return np.where(whole < self._upper, self._level(whole + 1) - self._level(whole), _NEVER)

    def down(self, whole: Ints) -> Ints:
        return np.where(whole > self._lower, self._level(whole - 1) - self._level(whole), _NEVER)

    def _level(self, whole: Ints) -> Ints:
        offset = whole - self._base + 1
        known = np.take_along_axis(self._levels, np.clip(offset, 0, 3)[None], axis=0)[0]
        return np.where((offset < 0) | (offset > 3), _NEVER, known)


def _share_remainders(whole: Ints, parts: Ints, group: Ints, totals: Ints) -> None:
    """Round up the largest remainders of each group, as many as it lacks."""
    columns = whole.shape[1]
    where = np.repeat(group, columns)
    lacks = totals - np.bincount(where, weights=whole.ravel(), minlength=len(totals)).astype(
        np.int64
    )
    order = np.lexsort((np.arange(where.size), -parts.ravel(), where))
    first = np.searchsorted(where[order], where[order])
    rank = np.arange(where.size) - first
    chosen = order[(rank < lacks[where[order]]) & (parts.ravel()[order] > 0)]
    whole.flat[chosen] += 1


def _mend_groups(whole: Ints, costs: _Costs, group: Ints, totals: Ints) -> None:
    """Give or take single units where noise left a group wrong by one."""
    sums = np.zeros_like(totals)
    np.add.at(sums, group, whole.sum(axis=1))
    for one in np.flatnonzero(totals != sums):
        rows = np.flatnonzero(group == one)
        step = 1 if totals[one] > sums[one] else -1
        for _ in range(abs(int(totals[one] - sums[one]))):
            price = (costs.up(whole) if step > 0 else costs.down(whole))[rows]
            row, column = divmod(int(price.argmin()), price.shape[1])
            whole[rows[row], column] += step


def _mend_columns(whole: Ints, costs: _Costs, group: Ints, sums: Ints) -> None:
    """Move units between columns along cheapest paths until all columns add up.

    Groups that ask the same price along a path move at once.
    """
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    lacks = sums - whole.sum(axis=0)
    while lacks.any():
        up, down = costs.up(whole)[order], costs.down(whole)[order]
        up_at, up_cost = _cheapest(up, starts)
        down_at, down_cost = _cheapest(down, starts)
        way = down_cost[:, :, None] + up_cost[:, None, :]
        path = _cheapest_path(way.min(axis=0), lacks)
        givers = [np.flatnonzero(way[:, j, k] == way[:, j, k].min()) for j, k in pairwise(path)]
        units = min(-int(lacks[path[0]]), int(lacks[path[-1]]), *(len(one) for one in givers))
        for (source, target), groups in zip(pairwise(path), givers, strict=True):
            one_each = groups[:units]
            whole[order[down_at[one_each, source]], source] -= 1
            whole[order[up_at[one_each, target]], target] += 1
        lacks[path[0]] += units
        lacks[path[-1]] -= units


def _cheapest(price: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Find for each group and column the first cheapest row and its price."""
    if len(starts) == len(price):
        rows = np.broadcast_to(np.arange(len(price))[:, None], price.shape)
        return rows, price
    blocks = np.split(price, starts[1:])
    rows = np.array(
        [block.argmin(axis=0) + start for block, start in zip(blocks, starts, strict=True)]
    )
    return rows, np.take_along_axis(price, rows, axis=0)


def _cheapest_path(way: Ints, lacks: Ints) -> list[int]:
    """Find the cheapest way from a column with too much to one that lacks (Bellman and Ford)."""
    columns = len(lacks)
    cost = np.where(lacks < 0, 0, 4 * _NEVER)
    before = np.full(columns, -1)
    for _ in range(columns):
        through = cost[:, None] + way
        best = through.argmin(axis=0)
        found = through[best, np.arange(columns)]
        better = found < cost
        if not better.any():
            break
        cost, before = np.where(better, found, cost), np.where(better, best, before)
    targets = np.flatnonzero(lacks > 0)
    path = [int(targets[cost[targets].argmin()])]
    if cost[path[0]] >= _NEVER:
        raise ArithmeticError(
            "no whole matrix within the bounds: the fractions do not keep their sums"
        )
    while before[path[-1]] >= 0 and len(path) <= columns:
        path.append(int(before[path[-1]]))
    return path[::-1]
