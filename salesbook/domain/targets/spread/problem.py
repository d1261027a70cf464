"""What must a plan of people × months keep, and in which numbers?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from salesbook.arrays import Floats, Ints
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


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that a plan must keep.

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
    """Constraints as arrays: least and most of each cell and sum, shape (rows, months), (rows,) and
    so on.

    `cap` stands for no upper limit: more than all amounts together.
    """

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


@dataclass(frozen=True, slots=True)
class Grid:
    """The shape of a plan: how many months and teams, and the team (0, 1, ...) of each row."""

    months: int
    teams: int
    team: Ints

    @property
    def rows(self) -> int:
        """Number of people."""
        return len(self.team)


@dataclass(frozen=True, slots=True)
class PlanRequest:
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
    """Turn constraints into arrays; several on the same cell narrow it down."""
    cap = 1 + sum(one.amount for one in constraints)
    shape = (grid.rows, grid.months)
    limits = Limits(
        *(_free(shape, cap)),
        *(_free((grid.rows,), cap)),
        *(_free((grid.teams,), cap)),
        *(_free((grid.months,), cap)),
        *(_free((1,), cap)),
        cap,
    )
    apply_constraints(limits, constraints)
    return limits


def apply_constraints(limits: Limits, constraints: Iterable[Constraint]) -> None:
    """Narrow the arrays by these constraints, in place."""
    sums = {
        "rep": (limits.row_low, limits.row_high),
        "team": (limits.team_low, limits.team_high),
        "month": (limits.month_low, limits.month_high),
        "company": (limits.all_low, limits.all_high),
    }
    for one in constraints:
        if one.kind in ("lock", "min"):
            limits.lower[one.row, one.month] = max(limits.lower[one.row, one.month], one.amount)
        if one.kind in ("lock", "max"):
            limits.upper[one.row, one.month] = min(limits.upper[one.row, one.month], one.amount)
        if one.kind == "employment":
            limits.upper[one.row, list(one.months)] = 0
        if one.kind in sums:
            at = {"rep": one.row, "team": one.team, "month": one.month, "company": 0}[one.kind]
            low, high = sums[one.kind]
            low[at] = high[at] = one.amount


def _free(shape: tuple[int, ...], cap: int) -> tuple[Ints, Ints]:
    return np.zeros(shape, dtype=np.int64), np.full(shape, cap, dtype=np.int64)
