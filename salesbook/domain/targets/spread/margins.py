"""What do a plan's people and months sum to, before anything is said about single cells?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from salesbook.arrays import Ints
from salesbook.domain.arithmetic.allocation import allocate, allocate_within
from salesbook.domain.targets.spread.cuts import reach
from salesbook.domain.targets.spread.months import nearest_months, tight_sets
from salesbook.domain.targets.spread.problem import Grid, Limits, PlanRequest


def people_totals(request: PlanRequest, limits: Limits) -> Ints:
    """Share out the total: fixed people and teams as they are, the others by weights within their
    bounds.
    """
    totals = limits.row_low.copy()
    fixed = limits.row_low == limits.row_high
    least = limits.lower.sum(axis=1)
    most = np.minimum(limits.upper, limits.cap).sum(axis=1)
    own_total = limits.team_low == limits.team_high
    pools = [
        (int(limits.team_low[team]), request.grid.team == team)
        for team in np.flatnonzero(own_total)
    ]
    pool = ~own_total[request.grid.team]
    pools.append((int(limits.all_low[0] - limits.team_low[own_total].sum()), pool))
    for total, members in pools:
        rows = np.flatnonzero(members & ~fixed).tolist()
        totals[rows] = allocate_within(
            total - int(totals[members & fixed].sum()),
            [request.weights[row] for row in rows],
            [(int(least[row]), int(most[row])) for row in rows],
            keys=[request.keys[row] for row in rows],
        )
    return totals


def without_empty_cells(request: PlanRequest, limits: Limits, people: Ints) -> Limits:
    """Close the cells that the pattern leaves empty, for those people who can do without them."""
    closed = np.where((request.pattern <= 0) & (limits.lower == 0), 0, limits.upper)
    enough = np.minimum(closed, limits.cap).sum(axis=1) >= people
    upper = np.where(enough[:, None], closed, limits.upper)
    constraints = [one for one in request.constraints if one.kind in ("month", "company")]
    if not any(one.kind == "month" for one in constraints):
        return replace(limits, upper=upper)
    most = reach(limits.lower, upper, people, limits.cap)
    return replace(limits, upper=upper) if _months(request, limits, most) is not None else limits


@dataclass(frozen=True, slots=True)
class PlanMargins:
    """What the matrix adds up to: groups of rows with their totals, months as exact fractions."""

    group: Ints
    totals: Ints
    months: list[Fraction]
    wanted_months: Ints
    tight: list[int]


def find_margins(request: PlanRequest, limits: Limits, people: Ints) -> PlanMargins:
    """Fix the people's totals if the months can then be met,
    else only those that constraints fix.
    """
    for group in (np.arange(request.grid.rows), _groups(request.grid, limits)):
        totals = summed(people, group)
        lower = summed(limits.lower, group)
        upper = np.minimum(summed(limits.upper, group), limits.cap)
        most = reach(lower, upper, totals, limits.cap)
        months = _months(request, limits, most)
        if months is not None:
            return PlanMargins(
                group, totals, months, _wanted(request, limits), tight_sets(months, most)
            )
    raise ArithmeticError("the months cannot be met though no cut says so")


def _groups(grid: Grid, limits: Limits) -> Ints:
    """Group the people whose totals only their weights say, by the team that has a total of its
    own.
    """
    own_total = limits.team_low == limits.team_high
    fixed = limits.row_low == limits.row_high
    named = np.where(own_total[grid.team], grid.team, -1)
    named = np.where(fixed, grid.teams + np.arange(grid.rows), named)
    group: Ints = np.unique(named, return_inverse=True)[1].astype(np.int64)
    return group


def _wanted(request: PlanRequest, limits: Limits) -> Ints:
    """Share out the total to the months: fixed ones as they are, the others by the season."""
    fixed = limits.month_low == limits.month_high
    free = np.flatnonzero(~fixed).tolist()
    wanted = limits.month_low.copy()
    left = int(limits.all_low[0] - wanted[fixed].sum())
    weights = [request.season[month] for month in free]
    if free:
        wanted[free] = allocate(left, weights if any(weights) else [1] * len(free))
    return wanted


def _months(request: PlanRequest, limits: Limits, most: Ints) -> list[Fraction] | None:
    wanted = _wanted(request, limits)
    return nearest_months(wanted.tolist(), limits.month_low == limits.month_high, most)


def summed(values: Ints, group: Ints) -> Ints:
    """Add up the rows of each group."""
    sums = np.zeros((int(group.max(initial=-1)) + 1, *values.shape[1:]), dtype=np.int64)
    np.add.at(sums, group, values)
    return sums
