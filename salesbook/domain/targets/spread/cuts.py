"""Can all constraints of a split be kept at once?

A split is a flow: start → teams → people → months → end, and back from end to start, where each
constraint bounds an arc. By Hoffman's circulation theorem it exists if and only if no set of places
must send out more than it may take in: for each set, upper limits of the arcs into it, less lower
limits of the arcs out of it, are 0 or more. We call that difference a *cut*.

All 4,096 sets of months are tried at once. For each, every person joins the set or stays outside,
whichever makes the cut smaller, then every team, then start and end: exact, in whole numbers, and
without searching for paths.

Source: Hoffman, "Some recent applications of the theory of linear inequalities", 1960.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salesbook.arrays import Flags, Ints
from salesbook.domain.targets.spread.month_sets import ROWS_AT_ONCE, subset_sums
from salesbook.domain.targets.spread.problem import (
    Constraint,
    Grid,
    Limits,
    apply_constraints,
    limits_of,
)


class CutTable:
    """The smallest cut of each set of months, kept up to date while constraints come and go.

    Finding clashes asks about hundreds of selections of constraints that differ by a few people. So
    sums by team are kept, and only the people whose constraints change are reckoned anew.
    """

    def __init__(self, grid: Grid, constraints: Sequence[Constraint]) -> None:
        self._grid = grid
        self._constraints = tuple(constraints)
        self._active = np.ones(len(constraints), dtype=bool)
        self._limits = limits_of(grid, constraints)

        self._of_row: dict[int, list[int]] = {}
        self._of_sums: list[int] = []
        for position, constraint in enumerate(self._constraints):
            if constraint.row >= 0:
                self._of_row.setdefault(constraint.row, []).append(position)
            else:
                self._of_sums.append(position)

        all_rows = np.arange(grid.rows)
        self._cuts = self._cuts_of(all_rows)
        self._crossed = self._crossed_in(all_rows)

    def shortfall(self) -> int:
        """Say by how much the smallest cut fails; 0 where all active constraints can be kept."""
        if not self._grid.months:
            return max(0, self._crossed)

        limits = self._limits
        team_inside = self._cuts[:, 0]
        team_outside = self._cuts[:, 1]

        # Arcs from start to the teams: out of the set by their least, into it by their most.
        leaves_start = team_outside - limits.team_low[:, None]
        start_inside = np.minimum(team_inside, leaves_start).sum(axis=0)
        enters_team = team_inside + limits.team_high[:, None]
        start_outside = np.minimum(enters_team, team_outside).sum(axis=0)

        # Arcs from the months to end: months outside of the set enter it where end is inside,
        # months in the set leave it where end is outside.
        month_highs = subset_sums(limits.month_high[None, :])[0]
        enters_end = month_highs[-1] - month_highs
        leaves_months = subset_sums(limits.month_low[None, :])[0]

        # The arc back from end to start bounds the whole total.
        total_low = int(limits.all_low[0])
        total_high = int(limits.all_high[0])
        smallest = min(
            int((start_inside + enters_end).min()),
            int((start_inside - leaves_months).min()) + total_high,
            int((start_outside + enters_end).min()) - total_low,
            int((start_outside - leaves_months).min()),
        )
        return max(-smallest, self._crossed)

    def switch(self, positions: Sequence[int], *, on: bool) -> None:
        """Drop constraints, or take them back, by their positions."""
        touched = {self._constraints[position].row for position in positions}
        rows = np.array(sorted(touched - {-1}), dtype=np.int64)

        self._cuts -= self._cuts_of(rows)
        self._crossed -= self._crossed_in(rows)

        self._active[list(positions)] = on
        self._rebuild_limits(rows)

        self._cuts += self._cuts_of(rows)
        self._crossed += self._crossed_in(rows)

    def _rebuild_limits(self, rows: Ints) -> None:
        """Take the limits of these rows, and those of all sums, from the active constraints."""
        limits = self._limits
        for low, high in ((limits.lower, limits.upper), (limits.row_low, limits.row_high)):
            low[rows] = 0
            high[rows] = limits.cap

        for low, high in (
            (limits.team_low, limits.team_high),
            (limits.month_low, limits.month_high),
            (limits.all_low, limits.all_high),
        ):
            low[:] = 0
            high[:] = limits.cap

        positions = list(self._of_sums)
        for row in rows.tolist():
            positions.extend(self._of_row.get(row, ()))

        apply_constraints(
            limits,
            [self._constraints[position] for position in positions if self._active[position]],
        )

    def _crossed_in(self, rows: Ints) -> int:
        """Count the cells whose least is above their most, which no cut shows."""
        crossed = self._limits.lower[rows] > self._limits.upper[rows]
        return int(crossed.sum())

    def _cuts_of(self, rows: Ints) -> Ints:
        """Sum the rows' smallest cuts by team: (teams, team inside or outside, sets of months)."""
        limits = self._limits
        cuts = np.zeros((self._grid.teams, 2, 2**self._grid.months), dtype=np.int64)

        is_bounded = (limits.lower[rows] > 0) | (limits.upper[rows] < limits.cap)
        has_bounded_cell: Flags = np.any(is_bounded, axis=1)

        bounded_rows = rows[has_bounded_cell]
        for start in range(0, len(bounded_rows), ROWS_AT_ONCE):
            some_rows = bounded_rows[start : start + ROWS_AT_ONCE]
            np.add.at(cuts, self._grid.team[some_rows], _row_cuts(limits, some_rows))

        self._add_free_rows(cuts, rows[~has_bounded_cell])
        return cuts

    def _add_free_rows(self, cuts: Ints, rows: Ints) -> None:
        """Add rows whose cells are all free, most of a company, without trying every set.

        Such a row passes on all that it is given unless no month is in the set; so with no month
        its least counts against the set, and with any month its most is what it can bring in.
        """
        team_of_row = self._grid.team[rows]
        for team in np.unique(team_of_row):
            members = rows[team_of_row == team]
            cuts[team, 0, 0] -= self._limits.row_low[members].sum()
            cuts[team, 1, 1:] += self._limits.row_high[members].sum()


def _row_cuts(limits: Limits, rows: Ints) -> Ints:
    """Find each row's smallest cut: (rows, team inside or outside, sets of months)."""
    # A person inside sends to the months outside of the set at least what their cells ask for.
    lower = subset_sums(limits.lower[rows])
    person_inside = lower - lower[:, -1:]

    # A person outside brings into the months of the set at most what their cells allow.
    upper = subset_sums(limits.upper[rows])
    person_outside = np.minimum(upper, limits.cap)

    # The arc from team to person counts where one of them is inside and the other is not.
    row_low = limits.row_low[rows, None]
    row_high = limits.row_high[rows, None]
    team_inside = np.minimum(person_inside, person_outside - row_low)
    team_outside = np.minimum(person_inside + row_high, person_outside)
    return np.stack([team_inside, np.minimum(team_outside, limits.cap)], axis=1)
