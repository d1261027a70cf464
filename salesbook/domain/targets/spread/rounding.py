"""Which whole matrix is nearest to a fractional one and adds up exactly in both directions?

The problem is a flow of least cost: units go from row groups to columns, a cell takes its floor for
nothing and one unit more at the price of the squared distance that this adds. Margins are whole, so
the best flow is whole too. There are few columns, so the flow is improved along cheapest ways from
column to column, all groups together, in arrays.

Equal prices are the rule here, since equal reps have equal fractions; how ties are broken decides
what people see. So it is part of the contract: see `round_matrix`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints

_PARTS: Final = 10**6
"""A fraction counts in millionths, so that noise of calculation decides no tie."""
_OUTSIDE: Final = 10**9
"""Price of leaving a fraction's floor and ceiling, which only noise of calculation can ask for."""
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

    Of all such roundings the one nearest to the matrix (least squares). First each group gives what
    is left to its largest remainders; then units move along the cheapest ways from columns that
    have too much to those that lack.

    Ties are broken by place, so that the same numbers give the same plan for ever: of equal
    remainders in a group the upper row's goes up, then the left column's; of groups that can move a
    unit at the same price the upper one moves it.

    Args:
        matrix: (rows, columns), its sums whole up to noise, within the bounds.
        group: of each row, 0, 1, ...
        sums: whole sums of the groups and of the columns; they agree.

    Returns: whole cells, in the same places.
    """
    # What is whole but for noise of calculation stays as it is, and has no fraction to round.
    nearest = np.floor(matrix + 0.5)
    is_whole = np.abs(matrix - nearest) <= 1e-6 + 1e-11 * np.abs(matrix)
    cells = np.where(is_whole, nearest, matrix)
    floors = np.floor(cells).astype(np.int64)
    millionths = np.floor((cells - floors) * _PARTS + 0.5)
    parts = np.where(is_whole, 0, millionths).astype(np.int64)

    group_sums, column_sums = sums
    prices = _Prices(floors, parts, lower, upper)
    whole = floors.copy()
    _share_remainders(whole, parts, group, group_sums)
    _mend_groups(whole, prices, group, group_sums)
    _mend_columns(whole, prices, group, column_sums)
    return whole


class _Prices:
    """What one unit more or less costs in each cell: the change of the squared distance.

    A cell with fraction f is f² away at its floor and (1 - f)² at its ceiling, so rounding it up
    costs 1 - 2f; counted in millionths. Levels are what a cell has cost in all: one below its
    floor, at its floor, at its ceiling, one above; beyond these nothing is allowed.
    """

    def __init__(self, floors: Ints, parts: Ints, lower: Ints, upper: Ints) -> None:
        self._floors = floors
        self._lower = lower
        self._upper = upper

        has_fraction = parts > 0
        below_floor = np.full_like(floors, _OUTSIDE)
        at_floor = np.zeros_like(floors)
        at_ceiling = np.where(has_fraction, _PARTS - 2 * parts, _OUTSIDE)
        above_ceiling = np.where(has_fraction, at_ceiling + _OUTSIDE, _NEVER)
        self._levels = np.stack([below_floor, at_floor, at_ceiling, above_ceiling])

    def up(self, whole: Ints) -> Ints:
        change = self._level(whole + 1) - self._level(whole)
        return np.where(whole < self._upper, change, _NEVER)

    def down(self, whole: Ints) -> Ints:
        change = self._level(whole - 1) - self._level(whole)
        return np.where(whole > self._lower, change, _NEVER)

    def _level(self, whole: Ints) -> Ints:
        position = whole - self._floors + 1
        last = len(self._levels) - 1
        is_known = (position >= 0) & (position <= last)
        nearest_known = np.clip(position, 0, last)
        level = np.take_along_axis(self._levels, nearest_known[None], axis=0)[0]
        return np.where(is_known, level, _NEVER)


def _share_remainders(whole: Ints, parts: Ints, group: Ints, totals: Ints) -> None:
    """Round up the largest remainders of each group, as many as it lacks."""
    group_of_cell = np.repeat(group, whole.shape[1])
    remainders = parts.ravel()
    sums = np.bincount(group_of_cell, weights=whole.ravel(), minlength=len(totals))
    lacks = totals - sums.astype(np.int64)

    # Cells group by group, in each the largest remainder first, of equal ones the first cell.
    cells = np.arange(group_of_cell.size)
    order = np.lexsort((cells, -remainders, group_of_cell))
    group_in_order = group_of_cell[order]
    start_of_group = np.searchsorted(group_in_order, group_in_order)
    rank_in_group = cells - start_of_group

    goes_up = (rank_in_group < lacks[group_in_order]) & (remainders[order] > 0)
    whole.flat[order[goes_up]] += 1


def _mend_groups(whole: Ints, prices: _Prices, group: Ints, totals: Ints) -> None:
    """Give or take single units where noise left a group wrong by one."""
    sums = np.zeros_like(totals)
    np.add.at(sums, group, whole.sum(axis=1))

    for wrong_group in np.flatnonzero(totals != sums):
        rows = np.flatnonzero(group == wrong_group)
        lack = int(totals[wrong_group] - sums[wrong_group])
        step = 1 if lack > 0 else -1

        for _ in range(abs(lack)):
            price = prices.up(whole) if step > 0 else prices.down(whole)
            price_in_group = price[rows]
            place = np.unravel_index(price_in_group.argmin(), price_in_group.shape)
            row, column = rows[place[0]], place[1]
            whole[row, column] += step


def _mend_columns(whole: Ints, prices: _Prices, group: Ints, sums: Ints) -> None:
    """Move units between columns along cheapest paths until all columns add up.

    A group moves a unit from one column to another by lowering its cheapest cell there and raising
    its cheapest cell here. Groups that ask the same price along a path move at once.
    """
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    lacks = sums - whole.sum(axis=0)

    while lacks.any():
        # Of each group and column: the row that a unit comes from, and the one that it goes to.
        up_row, up_price = _cheapest_rows(prices.up(whole)[order], starts)
        down_row, down_price = _cheapest_rows(prices.down(whole)[order], starts)

        # (groups, from column, to column)
        move_price = down_price[:, :, None] + up_price[:, None, :]
        path = _cheapest_path(move_price.min(axis=0), lacks)
        first, last = path[0], path[-1]

        moves = []
        for source, target in pairwise(path):
            price = move_price[:, source, target]
            movers = np.flatnonzero(price == price.min())
            moves.append((source, target, movers))

        # No more units than the first column has too many, the last lacks, and groups can move.
        fewest_movers = min(len(movers) for _, _, movers in moves)
        units = min(-int(lacks[first]), int(lacks[last]), fewest_movers)

        for source, target, movers in moves:
            upper_movers = movers[:units]
            rows_down = order[down_row[upper_movers, source]]
            rows_up = order[up_row[upper_movers, target]]
            whole[rows_down, source] -= 1
            whole[rows_up, target] += 1
        lacks[first] += units
        lacks[last] -= units


def _cheapest_rows(price: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Find for each group and column the first cheapest row and its price."""
    if len(starts) == len(price):
        every_row = np.broadcast_to(np.arange(len(price))[:, None], price.shape)
        return every_row, price

    rows_by_group = []
    for start, group_prices in zip(starts, np.split(price, starts[1:]), strict=True):
        rows_by_group.append(group_prices.argmin(axis=0) + start)
    rows = np.array(rows_by_group)
    return rows, np.take_along_axis(price, rows, axis=0)


def _cheapest_path(price: Ints, lacks: Ints) -> list[int]:
    """Find the cheapest way from a column with too much to one that lacks (Bellman and Ford).

    Dijkstra's method would not do: moving a unit back may cost less than nothing.
    """
    columns = len(lacks)
    every_column = np.arange(columns)
    cost = np.where(lacks < 0, 0, 4 * _NEVER)
    before = np.full(columns, -1)

    for _ in range(columns):
        through = cost[:, None] + price
        best = through.argmin(axis=0)
        best_cost = through[best, every_column]
        is_better = best_cost < cost
        if not is_better.any():
            break
        cost = np.where(is_better, best_cost, cost)
        before = np.where(is_better, best, before)

    lacking = np.flatnonzero(lacks > 0)
    end = int(lacking[cost[lacking].argmin()])
    if cost[end] >= _NEVER:
        raise ArithmeticError(
            "no whole matrix within the bounds: the fractions do not keep their sums"
        )

    backwards = [end]
    step_before = int(before[end])
    while step_before >= 0 and len(backwards) <= columns:
        backwards.append(step_before)
        step_before = int(before[step_before])
    return backwards[::-1]
