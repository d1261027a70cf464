"""What do people and months sum to, before anything is said about single cells?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from salesbook.arrays import Flags, Ints
from salesbook.domain.arithmetic.allocation import allocate, allocate_within
from salesbook.domain.targets.spread.month_sets import (
    months_in_set,
    reach,
    set_of_months,
    subset_sums,
)
from salesbook.domain.targets.spread.problem import Grid, Limits, SplitRequest


@dataclass(frozen=True, slots=True)
class SumsToMeet:
    """What the matrix adds up to."""

    group: Ints
    """Of each row: rows of one group have a sum together; usually each row is its own group."""
    totals: Ints
    """Of each group."""
    months: list[Fraction]
    """Exact, not always whole: where the season cannot be met, months share what is left."""
    wanted_months: Ints
    """What the season asks for, where no constraint fixes the month."""
    full_sets: list[int]
    """Sets of months that take all that can be put into them."""


def people_totals(request: SplitRequest, limits: Limits) -> Ints:
    """Share out the total to people by their weights, within their bounds.

    People with a target of their own keep it. Those of a team that has one share what is left of
    it; all others share what is left of the company's.
    """
    totals = limits.row_low.copy()
    is_fixed = limits.row_is_fixed
    least = limits.lower.sum(axis=1).tolist()
    most = limits.upper.sum(axis=1).tolist()

    for pool_total, members in _pools(request.grid, limits):
        kept = int(totals[members & is_fixed].sum())
        free_rows = np.flatnonzero(members & ~is_fixed).tolist()
        totals[free_rows] = allocate_within(
            pool_total - kept,
            [request.weights[row] for row in free_rows],
            [(least[row], most[row]) for row in free_rows],
            keys=[request.keys[row] for row in free_rows],
        )
    return totals


def _pools(grid: Grid, limits: Limits) -> list[tuple[int, Flags]]:
    """Who shares which amount: each team with a total of its own, and everybody else."""
    has_own_total = limits.team_is_fixed
    left = limits.total
    pools: list[tuple[int, Flags]] = []
    for team in np.flatnonzero(has_own_total).tolist():
        total_of_team = int(limits.team_low[team])
        pools.append((total_of_team, grid.team == team))
        left -= total_of_team

    everybody_else: Flags = ~has_own_total[grid.team]
    return [*pools, (left, everybody_else)]


def without_empty_cells(request: SplitRequest, limits: Limits, people: Ints) -> Limits:
    """Close the cells that the pattern leaves empty, for those people who can do without them.

    A month without season, or on leave, gets nothing as long as the other months have room. Where
    fixed months could not be met then, all cells stay open.
    """
    is_empty = (request.pattern <= 0) & (limits.lower == 0)
    closed = np.where(is_empty, 0, limits.upper)
    has_room = closed.sum(axis=1) >= people
    upper = np.where(has_room[:, None], closed, limits.upper)
    narrowed = replace(limits, upper=upper)

    if not any(constraint.kind == "month" for constraint in request.constraints):
        return narrowed

    most = reach(limits.lower, upper, people, limits.cap)
    can_meet_months = _months(request, limits, most) is not None
    return narrowed if can_meet_months else limits


def find_sums(request: SplitRequest, limits: Limits, people: Ints) -> SumsToMeet:
    """Fix the people's totals if the months can then be met, else only those that must be.

    In the second case people whose totals only their weights say are one group (of their team, or
    of the company), and the matrix decides what each of them gets.
    """
    each_alone = np.arange(request.grid.rows)
    for group in (each_alone, _groups(request.grid, limits)):
        totals = summed(people, group)
        lower = summed(limits.lower, group)
        upper = np.minimum(summed(limits.upper, group), limits.cap)
        most = reach(lower, upper, totals, limits.cap)

        months = _months(request, limits, most)
        if months is not None:
            wanted = _wanted_months(request, limits)
            return SumsToMeet(group, totals, months, wanted, _full_sets(months, most))

    raise ArithmeticError("the months cannot be met though no cut says so")


def summed(values: Ints, group: Ints) -> Ints:
    """Add up the rows of each group."""
    groups = int(group.max(initial=-1)) + 1
    sums = np.zeros((groups, *values.shape[1:]), dtype=np.int64)
    np.add.at(sums, group, values)
    return sums


def _groups(grid: Grid, limits: Limits) -> Ints:
    """Group the people whose totals only their weights say.

    Those of a team with a total of its own are a group, those of all other teams are one; people
    whose total is fixed stay alone.
    """
    in_fixed_team = limits.team_is_fixed[grid.team]
    label = np.where(in_fixed_team, grid.team, -1)
    own_label = grid.teams + np.arange(grid.rows)
    label = np.where(limits.row_is_fixed, own_label, label)

    _, numbered = np.unique(label, return_inverse=True)
    group: Ints = numbered.astype(np.int64)
    return group


def _wanted_months(request: SplitRequest, limits: Limits) -> Ints:
    """Share out the total to the months: fixed ones as they are, the others by the season."""
    wanted = limits.month_low.copy()
    free_months = np.flatnonzero(~limits.month_is_fixed).tolist()
    if not free_months:
        return wanted

    fixed_sum = int(wanted[limits.month_is_fixed].sum())
    weights = [request.season[month] for month in free_months]
    if not any(weights):
        weights = [1] * len(free_months)
    wanted[free_months] = allocate(limits.total - fixed_sum, weights)
    return wanted


def _months(request: SplitRequest, limits: Limits, most: Ints) -> list[Fraction] | None:
    wanted = _wanted_months(request, limits)
    return nearest_months(wanted.tolist(), limits.month_is_fixed, most)


def nearest_months(wanted: Sequence[int], fixed: Flags, most: Ints) -> list[Fraction] | None:
    """Find the month sums nearest to the wanted ones that people can reach, fixed months exactly.

    The reachable sums are the base of a submodular function, so one point is nearest by every
    measure of the months' relative change at once (Kullback and Leibler's, least squares, money
    moved): the one where the tightest set of months gives as little as it must, then the next.

    Args:
        wanted: sum of each month.
        fixed: months that must not move.
        most: how much can be put into each set of months (`month_sets.reach`).

    Returns: one sum per month, exact fractions; None where the fixed months cannot be met.

    Source: Fujishige, "Lexicographically optimal base of a polymatroid", 1980.
    """
    wanted_in_set = subset_sums(np.array([wanted], dtype=np.int64))[0]
    if (wanted_in_set <= most).all():
        return [Fraction(amount) for amount in wanted]

    fixed_set = set_of_months(fixed)
    movable_set = set_of_months(~fixed)
    left = _left_for_movable(most, wanted_in_set, fixed_set, movable_set)
    if left is None:
        return None

    result = [Fraction(amount) for amount in wanted]
    settled_set = 0
    while settled_set != movable_set:
        tightest = _tightest_set(left, wanted, movable_set, settled_set)
        newly_settled = months_in_set(tightest.months & ~settled_set, len(wanted))
        for month in np.flatnonzero(newly_settled).tolist():
            result[month] = tightest.ratio * (wanted[month] if tightest.by_weight else 1)
        settled_set = tightest.months
    return result


def _left_for_movable(
    most: Ints, wanted_in_set: Ints, fixed_set: int, movable_set: int
) -> Ints | None:
    """Say how much can go into each set of movable months once the fixed ones have theirs.

    With some fixed months a set can take no more than `most` says of them together: the tightest
    such bound. None where the fixed months ask for more than they can take, or leave more than the
    movable ones can.
    """
    every_set = np.arange(len(most))
    wanted_by_fixed = wanted_in_set[every_set & fixed_set]
    left: Ints = most - wanted_by_fixed

    for month in range(fixed_set.bit_length()):
        bit = 1 << month
        if not fixed_set & bit:
            continue
        without_month = every_set[every_set & bit == 0]
        with_month = without_month | bit
        left[without_month] = np.minimum(left[without_month], left[with_month])

    fixed_take_too_much = left[0] < 0
    total_left = most[-1] - wanted_in_set[fixed_set]
    movable_take_too_little = left[movable_set] < total_left
    return None if fixed_take_too_much or movable_take_too_little else left


@dataclass(frozen=True, slots=True)
class _TightestSet:
    """The settled months and those that are settled next, with what these get for their weight."""

    months: int
    ratio: Fraction
    by_weight: bool
    """False where no month beyond the settled ones has a weight: then each counts 1."""


def _tightest_set(
    left: Ints, weights: Sequence[int], movable_set: int, settled_set: int
) -> _TightestSet:
    """Find the largest set beyond the settled months that gets least for its weight."""
    every_set = np.arange(len(left))
    has_only_movable = every_set & ~movable_set == 0
    has_all_settled = every_set & settled_set == settled_set
    is_larger = every_set != settled_set
    candidates = every_set[has_only_movable & has_all_settled & is_larger]

    gains = left[candidates] - left[settled_set]
    beyond_settled = candidates & ~settled_set
    new_months = months_in_set(beyond_settled[:, None], len(weights))
    shares = new_months @ np.array(weights, dtype=np.int64)
    by_weight = bool((shares > 0).any())
    if not by_weight:
        shares = new_months.sum(axis=1)

    # Floats find the few candidates for the least ratio, fractions decide among them.
    without_share = np.where(gains > 0, np.inf, 0.0)
    ratios = np.divide(gains, shares, out=without_share, where=shares > 0)
    is_near_least = ratios <= ratios.min() * (1 + 1e-9)
    exact_ratios = {}
    for index in np.flatnonzero(is_near_least).tolist():
        gain, share = int(gains[index]), int(shares[index])
        exact_ratios[index] = Fraction(gain, share or 1)

    # Sets that are equally tight are tight together (submodularity), so their union is the largest.
    least = min(exact_ratios.values())
    union = 0
    for index, ratio in exact_ratios.items():
        if ratio == least:
            union |= int(candidates[index])
    return _TightestSet(union, least, by_weight)


def _full_sets(months: Sequence[Fraction], most: Ints) -> list[int]:
    """Find the sets of months that take all that can be put into them."""
    members = months_in_set(np.arange(len(most))[:, None], len(months))

    # Where the season is met all months are whole, and so are the sums of all sets at once.
    if all(amount.denominator == 1 for amount in months):
        sums = members @ np.array([int(amount) for amount in months])
        return np.flatnonzero(sums == most).tolist()

    # Else floats find the candidates, and fractions decide.
    roughly = members @ np.array([float(amount) for amount in months])
    tolerance = 0.5 + 1e-9 * np.abs(most)
    is_near = np.abs(roughly - most) <= tolerance

    full = []
    for month_set in np.flatnonzero(is_near).tolist():
        inside = np.flatnonzero(members[month_set]).tolist()
        exact_sum = sum((months[month] for month in inside), Fraction(0))
        if exact_sum == int(most[month_set]):
            full.append(month_set)
    return full
