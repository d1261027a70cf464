"""What must a split of a target over people and months keep, and in which numbers?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.errors import SettingsError
from salesbook.money import Number

Kind = Literal["lock", "min", "max", "employment", "rep", "team", "month", "company"]

KINDS: Final[tuple[Kind, ...]] = (
    "max",
    "min",
    "lock",
    "month",
    "rep",
    "team",
    "company",
    "employment",
)
"""From the one that a manager gives up most easily to the one that nobody can."""

_LARGEST_CUT: Final = 2**62
"""Cuts add up limits in int64; half of its range keeps differences of two cuts in it as well."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that a split must keep.

    `lock`, `min` and `max` hold for the cell of `row` and `month`; `employment` keeps the `months`
    of a row empty; `rep`, `team`, `month` and `company` fix the sum of a row, of a team's rows, of
    a month, of all. `amount` is 0 or more.
    """

    kind: Kind
    amount: int = 0
    key: str = ""
    """Names it to a person: `R07|2026-03`."""
    row: int = -1
    team: int = -1
    month: int = -1
    months: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Constraints as arrays: least and most of each cell, (rows, months), and of each sum."""

    lower: Ints
    upper: Ints
    row_low: Ints
    row_high: Ints
    team_low: Ints
    team_high: Ints
    month_low: Ints
    month_high: Ints
    all_low: Ints
    all_high: Ints
    """Of shape (1,)."""
    cap: int
    """Stands for no upper limit: more than all amounts together, so no cell's most is above it."""

    @property
    def row_is_fixed(self) -> Flags:
        """Rows whose sum a constraint fixes."""
        is_fixed: Flags = self.row_low == self.row_high
        return is_fixed

    @property
    def team_is_fixed(self) -> Flags:
        """Teams whose sum a constraint fixes."""
        is_fixed: Flags = self.team_low == self.team_high
        return is_fixed

    @property
    def month_is_fixed(self) -> Flags:
        """Months whose sum a constraint fixes."""
        is_fixed: Flags = self.month_low == self.month_high
        return is_fixed

    @property
    def total(self) -> int:
        """What is split: a constraint fixes the company's sum."""
        return int(self.all_low[0])


@dataclass(frozen=True, slots=True)
class Grid:
    """The shape of a split: how many months and teams, and the team (0, 1, ...) of each row."""

    months: int
    teams: int
    team: Ints

    @property
    def rows(self) -> int:
        """Number of people."""
        return len(self.team)


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """What to split: rows are people, in order of their keys, columns months.

    `constraints` name the company's total, which is the amount to split. `weights` share it out to
    the people whose total no constraint fixes; `pattern` (rows, months), 0 or more, says how each
    person's total leans to the months; `season` how the company's does, where no constraint fixes a
    month.
    """

    grid: Grid
    keys: tuple[str, ...]
    weights: Sequence[Number]
    pattern: Floats
    season: Sequence[Number]
    constraints: tuple[Constraint, ...]
    unit: int = 1


def limits_of(grid: Grid, constraints: Sequence[Constraint]) -> Limits:
    """Turn constraints into arrays; several on the same cell narrow it down.

    Raises: SettingsError `amount-too-large` where sums of limits would not fit into 64 bits.
    """
    cap = 1 + sum(constraint.amount for constraint in constraints)
    most_limits_in_a_cut = 2 * grid.rows + 2 * grid.teams + grid.months + 4
    if cap * most_limits_in_a_cut > _LARGEST_CUT:
        raise SettingsError("amount-too-large", found=cap)

    limits = Limits(
        *_no_limits((grid.rows, grid.months), cap),
        *_no_limits((grid.rows,), cap),
        *_no_limits((grid.teams,), cap),
        *_no_limits((grid.months,), cap),
        *_no_limits((1,), cap),
        cap,
    )
    apply_constraints(limits, constraints)
    return limits


def apply_constraints(limits: Limits, constraints: Iterable[Constraint]) -> None:
    """Narrow the arrays by these constraints, in place."""
    for constraint in constraints:
        amount = constraint.amount
        row = constraint.row
        cell = row, constraint.month

        if constraint.kind in ("lock", "min"):
            limits.lower[cell] = max(limits.lower[cell], amount)

        if constraint.kind in ("lock", "max"):
            limits.upper[cell] = min(limits.upper[cell], amount)

        match constraint.kind:
            case "employment":
                limits.upper[row, list(constraint.months)] = 0
            case "rep":
                limits.row_low[row] = amount
                limits.row_high[row] = amount
            case "team":
                limits.team_low[constraint.team] = amount
                limits.team_high[constraint.team] = amount
            case "month":
                limits.month_low[constraint.month] = amount
                limits.month_high[constraint.month] = amount
            case "company":
                limits.all_low[0] = amount
                limits.all_high[0] = amount


def _no_limits(shape: tuple[int, ...], cap: int) -> tuple[Ints, Ints]:
    least = np.zeros(shape, dtype=np.int64)
    most = np.full(shape, cap, dtype=np.int64)
    return least, most
