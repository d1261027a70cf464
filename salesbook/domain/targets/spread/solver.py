"""How is a target split so that everything adds up and every constraint is kept?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.arithmetic.allocation import effective_unit
from salesbook.domain.targets.spread.clashes import find_clashes, is_feasible, smallest_release
from salesbook.domain.targets.spread.fit import Margins, fit_matrix
from salesbook.domain.targets.spread.margins import (
    SumsToMeet,
    find_sums,
    people_totals,
    summed,
    without_empty_cells,
)
from salesbook.domain.targets.spread.month_sets import months_in_set
from salesbook.domain.targets.spread.problem import Constraint, Limits, SplitRequest, limits_of
from salesbook.domain.targets.spread.rounding import round_matrix
from salesbook.errors import SplitInfeasible

_FAINT: Final = 1e-9
"""Weight, of the largest one, of a cell that the pattern leaves empty and that is needed anyway."""
_LEAN: Final = 1e-6
"""Of a unit: enough to order months that are equal, too little to order others."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A sum that could not be what weights or season asked for, of a row or a month."""

    index: int
    wanted: int
    planned: int


@dataclass(frozen=True, slots=True)
class SplitResult:
    """Whole amounts (rows, months), and the fractions that the free ones are rounded from."""

    amounts: Ints
    fractions: Floats
    unit: int
    """Every free amount is whole in it; smaller than asked where `unit_breakers` are not."""
    unit_breakers: tuple[Constraint, ...]
    moved_months: tuple[Moved, ...]
    moved_people: tuple[Moved, ...]


def split_matrix(request: SplitRequest) -> SplitResult:
    """Split a target over people and months: every fixed sum exact, every bound kept.

    First feasibility; then people's totals from their weights within their bounds; then the months,
    by the season as nearly as those totals allow; then the matrix nearest to the pattern with these
    margins; then whole units. Only where fixed months forbid the people's totals do these move too.

    Raises: SplitInfeasible `split-infeasible` with `clashes`, lists of constraints that cannot be
        kept together, and `release`, one smallest list of constraints to give up; each as dict of
        kind, key, amount.
    """
    refuse_clashes(request)

    # From here on everything is counted in units, so that what is whole is an integer.
    unit, breakers = _unit_of(request)
    limits = limits_of(request.grid, in_units(request.constraints, unit))

    people = people_totals(request, limits)
    limits = without_empty_cells(request, limits, people)
    sums = find_sums(request, limits, people)

    lower, upper = _with_forced_cells(limits, sums)
    fractions = _nearest_fractions(request, lower, upper, people, sums)
    whole = _rounded(fractions, lower, upper, sums)

    return SplitResult(
        amounts=whole * unit,
        fractions=fractions * unit,
        unit=unit,
        unit_breakers=breakers,
        moved_months=_moved(sums.wanted_months, whole.sum(axis=0), unit),
        moved_people=_moved(people, whole.sum(axis=1), unit),
    )


def refuse_clashes(request: SplitRequest) -> None:
    """Refuse constraints that no split keeps. Raises: SplitInfeasible as `split_matrix`."""
    if is_feasible(request.grid, request.constraints):
        return

    clashes = find_clashes(request.grid, request.constraints)
    release = smallest_release(request.grid, request.constraints, clashes)
    raise SplitInfeasible(
        "split-infeasible",
        clashes=[[_as_fact(constraint) for constraint in clash] for clash in clashes],
        release=[_as_fact(constraint) for constraint in release],
    )


def _as_fact(constraint: Constraint) -> dict[str, str | int]:
    return {"kind": constraint.kind, "key": constraint.key, "amount": constraint.amount}


def in_units(constraints: Sequence[Constraint], unit: int) -> tuple[Constraint, ...]:
    """Count the amounts in units; a least that is not whole is rounded up, a most down."""
    counted = []
    for constraint in constraints:
        units = constraint.amount // unit
        if constraint.kind == "min":
            units = -(-constraint.amount // unit)
        counted.append(replace(constraint, amount=units))
    return tuple(counted)


def _unit_of(request: SplitRequest) -> tuple[int, tuple[Constraint, ...]]:
    """Find the unit in which all that is fixed is whole, and what keeps it smaller than asked.

    Bounds need not be whole in it, unless no split in that unit would keep them.
    """
    constraints = request.constraints
    amounts_given = [constraint for constraint in constraints if constraint.kind != "employment"]
    must_be_whole = [
        constraint for constraint in amounts_given if constraint.kind not in ("min", "max")
    ]
    unit = effective_unit(request.unit, *(constraint.amount for constraint in must_be_whole))

    if unit > 1 and not is_feasible(request.grid, in_units(constraints, unit)):
        must_be_whole = amounts_given
        unit = effective_unit(unit, *(constraint.amount for constraint in must_be_whole))

    if unit == request.unit:
        return unit, ()
    breakers = [constraint for constraint in must_be_whole if constraint.amount % request.unit]
    return unit, tuple(breakers)


def _with_forced_cells(limits: Limits, sums: SumsToMeet) -> tuple[Ints, Ints]:
    """Fix the cells that have no choice, since the fit needs room in all others.

    Where a set of months takes all that can be put into it, every row puts there what it can:
    either its cells in these months are full, or those in all other months are as low as allowed.
    """
    lower, upper = limits.lower.copy(), limits.upper.copy()
    months = lower.shape[1]
    least = summed(limits.lower, sums.group)
    most = summed(limits.upper, sums.group)

    for full_set in sums.full_sets:
        inside = months_in_set(full_set, months)
        room_inside = most[:, inside].sum(axis=1)
        needed_outside = least[:, ~inside].sum(axis=1)
        left_for_inside = sums.totals - needed_outside

        is_full = (room_inside <= left_for_inside)[sums.group]
        is_drained = (room_inside >= left_for_inside)[sums.group]
        full_cells = np.ix_(is_full, inside)
        drained_cells = np.ix_(is_drained, ~inside)
        lower[full_cells] = limits.upper[full_cells]
        upper[drained_cells] = limits.lower[drained_cells]
    return lower, upper


def _nearest_fractions(
    request: SplitRequest, lower: Ints, upper: Ints, people: Ints, sums: SumsToMeet
) -> Floats:
    """Fit the fractional matrix to the pattern, each row scaled to the person's total.

    A cell without weight that has to take something after all gets a faint one: factors cannot
    raise it from 0.
    """
    largest = float(request.pattern.max(initial=0.0)) or 1.0
    relative = np.maximum(request.pattern / largest, _FAINT)
    row_totals = np.maximum(people, _FAINT)
    row_scale = row_totals / relative.sum(axis=1)
    pattern = relative * row_scale[:, None]

    margins = Margins(
        group=sums.group,
        totals=sums.totals.astype(np.float64),
        columns=np.array([float(amount) for amount in sums.months]),
    )
    least = lower.astype(np.float64)
    most = upper.astype(np.float64)
    return fit_matrix(pattern, least, most, margins)


def _rounded(fractions: Floats, lower: Ints, upper: Ints, sums: SumsToMeet) -> Ints:
    """Round the matrix; months that are no whole number round with a row of slack.

    Each such month may be its floor or its ceiling. So all columns add up to ceilings, and a row
    that nobody sees takes, a unit at most each, what months are below them.
    """
    ceilings = np.array([math.ceil(amount) for amount in sums.months], dtype=np.int64)
    slack = np.array(
        [
            float(ceiling - amount)
            for ceiling, amount in zip(ceilings.tolist(), sums.months, strict=True)
        ]
    )

    # What the slack row takes a month lacks, so of equal months the last must come first in it.
    has_slack = slack > 0
    leaning = np.where(has_slack, slack + _LEAN * np.arange(len(slack)), 0.0)
    slack_total = int(ceilings.sum() - sums.totals.sum())
    slack_group = len(sums.totals)

    whole = round_matrix(
        np.vstack([fractions, leaning]),
        np.vstack([lower, np.zeros_like(ceilings)]),
        np.vstack([upper, np.where(has_slack, 1, 0)]),
        group=np.append(sums.group, slack_group),
        sums=(np.append(sums.totals, slack_total), ceilings),
    )
    return whole[:-1]


def _moved(wanted: Ints, planned: Ints, unit: int) -> tuple[Moved, ...]:
    moved = []
    for index in np.flatnonzero(wanted != planned).tolist():
        moved.append(Moved(index, int(wanted[index]) * unit, int(planned[index]) * unit))
    return tuple(moved)
