"""How does a target spread over people and months so that everything adds up and every constraint
is kept?
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.arithmetic.allocation import effective_unit
from salesbook.domain.targets.spread.cuts import bits
from salesbook.domain.targets.spread.feasibility import find_clashes, is_feasible, smallest_release
from salesbook.domain.targets.spread.fit import Margins, fit_matrix
from salesbook.domain.targets.spread.margins import (
    PlanMargins,
    find_margins,
    people_totals,
    summed,
    without_empty_cells,
)
from salesbook.domain.targets.spread.problem import Constraint, Limits, PlanRequest, limits_of
from salesbook.domain.targets.spread.rounding import round_matrix
from salesbook.errors import SplitInfeasible

_FAINT: Final = 1e-9
"""Weight, of the largest one, of a cell that the pattern leaves empty and that is needed all the
same.
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A sum that could not be what weights or season asked for; `at` is its row or month."""

    at: int
    wanted: int
    planned: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Whole amounts (rows, months), and the fractions of which each free one is the floor or the
    ceiling.
    """

    amounts: Ints
    fractions: Floats
    unit: int
    """Every free amount is whole in it; smaller than asked where `unit_breakers` are not."""
    unit_breakers: tuple[Constraint, ...]
    moved_months: tuple[Moved, ...]
    moved_people: tuple[Moved, ...]


def split_matrix(request: PlanRequest) -> Plan:
    """Split a target over people and months: every row, column and fixed sum exact, every bound
    kept.

    First feasibility; then people's totals from their weights within their bounds; then the months,
    by the season as nearly as those totals allow; then the matrix nearest to the pattern with these
    margins; then whole units. Only where fixed months forbid the people's totals do these move too.

    Raises: SplitInfeasible `split-infeasible` with `clashes`, lists of constraints that cannot be
        kept together, and `release`, one smallest list of constraints to give up; each as dict of
        kind, key, amount.
    """
    refuse_clashes(request)
    unit, breakers = _unit_of(request)
    limits = limits_of(request.grid, in_units(request.constraints, unit))
    people = people_totals(request, limits)
    limits = without_empty_cells(request, limits, people)
    margins = find_margins(request, limits, people)
    whole, fractions = _matrix(request, limits, people, margins)
    return Plan(
        amounts=whole * unit,
        fractions=fractions * unit,
        unit=unit,
        unit_breakers=breakers,
        moved_months=_moved(margins.wanted_months, whole.sum(axis=0), unit),
        moved_people=_moved(people, whole.sum(axis=1), unit),
    )


def in_units(constraints: Sequence[Constraint], unit: int) -> tuple[Constraint, ...]:
    """Count the amounts in units; a least that is not whole is rounded up, a most down."""
    return tuple(
        replace(one, amount=-(-one.amount // unit) if one.kind == "min" else one.amount // unit)
        for one in constraints
    )


def refuse_clashes(request: PlanRequest) -> None:
    """Refuse constraints that no plan keeps. Raises: SplitInfeasible as `split_matrix`."""
    if is_feasible(request.grid, request.constraints):
        return
    clashes = find_clashes(request.grid, request.constraints)
    release = smallest_release(request.grid, request.constraints, clashes)
    raise SplitInfeasible(
        "split-infeasible",
        clashes=[[_named(one) for one in clash] for clash in clashes],
        release=[_named(one) for one in release],
    )


def _named(one: Constraint) -> dict[str, str | int]:
    return {"kind": one.kind, "key": one.key, "amount": one.amount}


def _unit_of(request: PlanRequest) -> tuple[int, tuple[Constraint, ...]]:
    """Find the unit in which all that is fixed is whole, and what keeps it smaller than asked.

    Bounds need not be whole in it, unless no plan in that unit would keep them.
    """
    fixed = [one for one in request.constraints if one.kind not in ("min", "max", "employment")]
    unit = effective_unit(request.unit, *(one.amount for one in fixed))
    if unit > 1 and not is_feasible(request.grid, in_units(request.constraints, unit)):
        fixed = [one for one in request.constraints if one.kind != "employment"]
        unit = effective_unit(unit, *(one.amount for one in fixed))
    if unit == request.unit:
        return unit, ()
    return unit, tuple(one for one in fixed if one.amount % request.unit)


def _matrix(
    request: PlanRequest, limits: Limits, people: Ints, margins: PlanMargins
) -> tuple[Ints, Floats]:
    """Fit the fractional matrix and round it; months that are no whole number round with a row of
    slack.
    """
    lower, upper = _with_forced_cells(limits, margins)
    largest = float(request.pattern.max(initial=0.0)) or 1.0
    pattern = np.maximum(request.pattern / largest, _FAINT)
    pattern *= (np.maximum(people, _FAINT) / pattern.sum(axis=1))[:, None]
    columns = np.array([float(one) for one in margins.months])
    fractions = fit_matrix(
        pattern,
        lower.astype(np.float64),
        upper.astype(np.float64),
        Margins(margins.group, margins.totals.astype(np.float64), columns),
    )
    tops = np.array([math.ceil(one) for one in margins.months], dtype=np.int64)
    slack = np.array(
        [float(top - one) for top, one in zip(tops.tolist(), margins.months, strict=True)]
    )
    # What the slack row takes a month lacks, so of equal months the last must come first in it.
    leaning = np.where(slack > 0, slack + 1e-6 * np.arange(len(slack)), 0.0)
    spare = int(tops.sum() - margins.totals.sum())
    whole = round_matrix(
        np.vstack([fractions, leaning]),
        np.vstack([lower, np.zeros_like(tops)]),
        np.vstack([upper, np.where(slack > 0, 1, 0)]),
        group=np.append(margins.group, len(margins.totals)),
        sums=(np.append(margins.totals, spare), tops),
    )
    return whole[:-1], fractions


def _with_forced_cells(limits: Limits, margins: PlanMargins) -> tuple[Ints, Ints]:
    """Fix the cells that have no choice: where a set of months is full, all that could go there
    does.
    """
    lower, upper = limits.lower.copy(), limits.upper.copy()
    months = lower.shape[1]
    least, most = summed(limits.lower, margins.group), summed(limits.upper, margins.group)
    for mask in margins.tight:
        inside = bits(mask, months)
        room = most[:, inside].sum(axis=1)
        need = margins.totals - least[:, ~inside].sum(axis=1)
        full = (room <= need)[margins.group]
        drained = (room >= need)[margins.group]
        lower[np.ix_(full, inside)] = limits.upper[np.ix_(full, inside)]
        upper[np.ix_(drained, ~inside)] = limits.lower[np.ix_(drained, ~inside)]
    return lower, upper


def _moved(wanted: Ints, planned: Ints, unit: int) -> tuple[Moved, ...]:
    return tuple(
        Moved(at, int(wanted[at]) * unit, int(planned[at]) * unit)
        for at in np.flatnonzero(wanted != planned).tolist()
    )
