"""Can all constraints of a plan be kept at once?

A plan is a flow: company → teams → people → months → company, where each constraint bounds an arc.
By Hoffman's theorem it exists if and only if no set of places must send out more than it may take
in. A year has twelve months, so all 4,096 choices of months are tried at once, each with the worst
choice of people, teams and company: exact, in whole numbers, and without searching for paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Ints
from salesbook.domain.targets.spread.problem import (
    Constraint,
    Grid,
    Limits,
    apply_constraints,
    limits_of,
)
from salesbook.errors import SettingsError

_BLOCK: Final = 256
"""Rows worked on at once: 8 MB per array."""


def subset_sums(values: Ints) -> Ints:
    """Sum the columns of each subset: (rows, n) → (rows, 2 ** n); bit j of the position is column
    j.
    """
    sums = np.zeros((len(values), 1), dtype=np.int64)
    for column in range(values.shape[1]):
        sums = np.concatenate([sums, sums + values[:, column : column + 1]], axis=1)
    return sums


class CutTable:
    """The worst cut for each set of months, kept up to date while constraints come and go."""

    def __init__(self, grid: Grid, constraints: Sequence[Constraint]) -> None:
        self._grid = grid
        self._constraints = tuple(constraints)
        self._active = np.ones(len(constraints), dtype=bool)
        self._limits = limits_of(grid, constraints)
        if self._limits.cap * (2 * grid.rows + 2 * grid.teams + grid.months + 4) > 2**62:
            raise SettingsError("amount-too-large", found=self._limits.cap)
        self._of_row: dict[int, list[int]] = {}
        self._of_sum: list[int] = []
        for at, one in enumerate(self._constraints):
            (self._of_row.setdefault(one.row, []) if one.row >= 0 else self._of_sum).append(at)
        rows = np.arange(grid.rows)
        self._cuts = self._cuts_of(rows)
        self._crossed = self._crossed_in(rows)

    def shortfall(self) -> int:
        """Say by how much the worst cut fails;
        0 where all active constraints can be kept at once.
        """
        limits, months = self._limits, self._grid.months
        inside, outside = self._cuts[:, 0], self._cuts[:, 1]
        company_in = np.minimum(inside, outside - limits.team_low[:, None]).sum(axis=0)
        company_out = np.minimum(inside + limits.team_high[:, None], outside).sum(axis=0)
        if not months:
            return max(0, self._crossed)
        highs = subset_sums(limits.month_high[None, :])[0]
        taken = highs[-1] - highs
        sent = subset_sums(limits.month_low[None, :])[0]
        least = min(
            int((company_in + taken).min()),
            int((company_in - sent).min()) + int(limits.all_high[0]),
            int((company_out + taken).min()) - int(limits.all_low[0]),
            int((company_out - sent).min()),
        )
        return max(-least, self._crossed)

    def switch(self, positions: Sequence[int], *, on: bool) -> None:
        """Drop constraints, or take them back, by their positions."""
        touched = sorted({self._constraints[at].row for at in positions} - {-1})
        rows = np.array(touched, dtype=np.int64)
        self._cuts -= self._cuts_of(rows)
        self._crossed -= self._crossed_in(rows)
        self._active[list(positions)] = on
        self._rebuild(rows)
        self._cuts += self._cuts_of(rows)
        self._crossed += self._crossed_in(rows)

    def _rebuild(self, rows: Ints) -> None:
        limits = self._limits
        for low, high in ((limits.lower, limits.upper), (limits.row_low, limits.row_high)):
            low[rows], high[rows] = 0, limits.cap
        for low, high in (
            (limits.team_low, limits.team_high),
            (limits.month_low, limits.month_high),
            (limits.all_low, limits.all_high),
        ):
            low[:], high[:] = 0, limits.cap
        at = [*self._of_sum, *(one for row in rows.tolist() for one in self._of_row.get(row, ()))]
        apply_constraints(limits, [self._constraints[one] for one in at if self._active[one]])

    def _crossed_in(self, rows: Ints) -> int:
        """Count the cells whose least is above their most, which no cut shows."""
        return int((self._limits.lower[rows] > self._limits.upper[rows]).sum())

    def _cuts_of(self, rows: Ints) -> Ints:
        """Sum the rows' worst cuts by team: (teams, team inside or outside, sets of months)."""
        limits = self._limits
        cuts = np.zeros((self._grid.teams, 2, 2**self._grid.months), dtype=np.int64)
        tight = (limits.lower[rows] > 0) | (limits.upper[rows] < limits.cap)
        bound: Flags = np.any(tight, axis=1)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK][bound[start : start + _BLOCK]]
            if len(block):
                np.add.at(cuts, self._grid.team[block], row_cuts(limits, block))
        self._add_free(cuts, rows[~bound])
        return cuts

    def _add_free(self, cuts: Ints, rows: Ints) -> None:
        """Add rows whose cells are free: they pass on everything unless no month is in the set."""
        limits = self._limits
        for team in np.unique(self._grid.team[rows]):
            of_team = rows[self._grid.team[rows] == team]
            cuts[team, 0, 0] -= limits.row_low[of_team].sum()
            cuts[team, 1, 1:] += limits.row_high[of_team].sum()


def row_cuts(limits: Limits, rows: Ints) -> Ints:
    """Find each row's worst cut for each set of months: (rows, team inside or outside, sets)."""
    lower = subset_sums(limits.lower[rows])
    inside = lower - lower[:, -1:]
    outside = np.minimum(subset_sums(np.minimum(limits.upper[rows], limits.cap)), limits.cap)
    low, high = limits.row_low[rows, None], limits.row_high[rows, None]
    return np.stack(
        [
            np.minimum(inside, outside - low),
            np.minimum(np.minimum(inside + high, outside), limits.cap),
        ],
        axis=1,
    )


def reach(lower: Ints, upper: Ints, totals: Ints, cap: int) -> Ints:
    """Say how much the rows together can put into each set of months, each keeping its total and
    bounds.

    Args:
        lower: (rows, months), `upper` likewise with `cap` for no limit.
        totals: of each row, within its bounds.

    Returns: (2 ** months,); bit j of the position is month j.
    """
    most = np.zeros(2 ** lower.shape[1], dtype=np.int64)
    for start in range(0, len(totals), _BLOCK):
        block = slice(start, start + _BLOCK)
        low = subset_sums(lower[block])
        elsewhere = totals[block, None] + low - low[:, -1:]
        most += np.minimum(np.minimum(subset_sums(upper[block]), cap), elsewhere).sum(axis=0)
    return most


def bits(mask: int | Ints, months: int) -> Flags:
    """Say which months are in a set; a column of sets gives a row for each."""
    chosen: Flags = (mask >> np.arange(months)) & 1 == 1
    return chosen
