"""What does each rep get in each month of one fiscal year, for one metric?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import first_day, last_day, months_of_year
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.spread.locks import employment_constraints, lock_constraints
from salesbook.domain.targets.spread.notes import Topic, plan_findings, worded
from salesbook.domain.targets.spread.problem import Constraint, Grid, SplitRequest
from salesbook.domain.targets.spread.quotas import Rest, quotas_of_rest
from salesbook.domain.targets.spread.resplit import (
    Done,
    done_before,
    planned_before,
    rest_of,
)
from salesbook.domain.targets.spread.seats import Seats, seats_of
from salesbook.domain.targets.spread.shares import Shares, shares_of
from salesbook.domain.targets.spread.solver import refuse_clashes, split_matrix
from salesbook.domain.targets.spread.weights import Evidence, month_weights, season_of
from salesbook.domain.team.staff import Staff
from salesbook.errors import SplitInfeasible
from salesbook.messages import Finding
from salesbook.money import to_minor
from salesbook.names.folding import fold_name
from salesbook.policy import Policy

COLUMNS: Final = ("period", "rep_id", "team", "amount", "locked", "carried", "weighed_by")


@dataclass(frozen=True)
class YearToPlan:
    """A year and metric to plan: what is asked for, and the plan as it stands."""

    year: int
    metric: str
    targets: pd.DataFrame
    locks: pd.DataFrame
    current: pd.DataFrame
    """Rows of TargetPlan of that year and metric."""


def plan_year(
    asked: YearToPlan, evidence: Evidence, *, since: str | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Plan a year, or what is left of it from a month on.

    Everybody who works here in the year takes part, but not managers, whose teams carry their
    targets, unless Targets has a row for them. In a re-split, months that are over count with their
    actuals and those running before `since` as planned; what that adds to a rep's months, or takes
    off, is `carried`.

    Returns: one row per month and rep who works here then, in that order: COLUMNS; empty where
        there is nobody, with a finding. `carried` is missing in a plan of the whole year.

    Raises: SplitInfeasible, worded for people.
    """
    topic = Topic.of(asked.year, asked.metric, evidence.policy.decimals)
    unit = _unit(topic, evidence.policy)
    seats = _seats(asked, evidence)
    if not seats.rep_ids:
        nobody = replace(topic.warning("nobody-to-plan"), severity="error")
        return pd.DataFrame(columns=list(COLUMNS)), [nobody]

    whole_year, findings = _demand_of_year(asked, seats, evidence, unit)
    try:
        if since is None:
            demand = _taking_part(whole_year)
            quotas = None
        else:
            rest = _rest_of_year(asked, whole_year, evidence, since, unit)
            demand = rest.demand
            quotas = rest.quotas
            findings += _above_target(topic, whole_year.shares, rest)
        rows, notes = _solved(demand, asked.locks, topic, unit, quotas)
    except SplitInfeasible as refusal:
        raise worded(refusal, topic) from None
    return rows, [*findings, *notes]


def plan_newcomers(
    asked: YearToPlan, evidence: Evidence, *, since: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Plan, beside a published plan, who has a target of his own in Targets and none in the plan.

    The target is taken as typed and falls to the months from `since` on, so that no month gone and
    nobody else's target changes.

    Returns: as `plan_year`; empty where there is nobody like that.

    Raises: SplitInfeasible, worded for people.
    """
    topic = Topic.of(asked.year, asked.metric, evidence.policy.decimals)
    unit = _unit(topic, evidence.policy)
    planned = {fold_name(str(rep)) for rep in plan_in_force(asked.current)["rep_id"]}
    names = asked.targets["scope"].map(lambda name: fold_name(str(name)))
    is_newcomer = (asked.targets["scope_kind"] == "rep") & ~names.isin(planned)
    own_targets = asked.targets[is_newcomer]
    if own_targets.empty:
        return pd.DataFrame(columns=list(COLUMNS)), []

    wanted = set(names[is_newcomer])
    seats = _seats(asked, evidence).since(since)
    is_chosen = np.array([fold_name(rep) in wanted for rep in seats.rep_ids], dtype=bool)
    works_then: Flags = np.any(seats.present, axis=1)
    seats = seats.chosen(is_chosen & works_then)
    only_own = replace(asked, targets=own_targets)
    demand, findings = _demand_of_year(only_own, seats, evidence, unit)
    if not seats.rep_ids:
        return pd.DataFrame(columns=list(COLUMNS)), findings

    locks = asked.locks[asked.locks["rep_id"].isin(seats.rep_ids)]
    try:
        rows, notes = _solved(_taking_part(demand), locks, topic, unit, None)
    except SplitInfeasible as refusal:
        raise worded(refusal, topic) from None
    return rows, [*findings, *notes]


def people_without_plan(asked: YearToPlan, evidence: Evidence, *, since: str) -> list[str]:
    """Who would take part in the year from a month on, and has no target in the plan in force.

    Who has a target of his own is none of them: `plan_newcomers` plans him.
    """
    seats = _seats(asked, evidence)
    if not seats.rep_ids:
        return []
    unit = _unit(Topic.of(asked.year, asked.metric, evidence.policy.decimals), evidence.policy)
    demand, _ = _demand_of_year(asked, seats, evidence, unit)
    takes_part = demand.shares.takes_part & seats.since(since).present.any(axis=1)

    planned = set(plan_in_force(asked.current)["rep_id"])
    of_reps = asked.targets.loc[asked.targets["scope_kind"] == "rep", "scope"]
    has_target = {fold_name(str(rep)) for rep in of_reps}
    left_out = {
        seats.rep_ids[seat]
        for seat in np.flatnonzero(takes_part).tolist()
        if seats.rep_ids[seat] not in planned and fold_name(seats.rep_ids[seat]) not in has_target
    }
    return sorted(left_out)


def _unit(topic: Topic, policy: Policy) -> int:
    """In how many minor units an amount shall be whole; counts are whole ones."""
    if topic.metric != "revenue":
        return 1
    return max(1, to_minor(policy.rules.split_unit, topic.decimals))


def _seats(asked: YearToPlan, evidence: Evidence) -> Seats:
    """Find the seats of everybody who may take part."""
    reps = evidence.tables["Reps"]
    assignments = evidence.tables["Assignments"]
    start_month = evidence.policy.rules.fiscal_year_start
    months = months_of_year(asked.year, start_month)

    # Who is a manager is asked of today, or of the day of the year that is nearest to it.
    first = first_day(months[0], start_month)
    last = last_day(months[-1], start_month)
    day = min(max(evidence.as_of, first), last)
    managers = Staff(reps, assignments).managers(day)

    targets_of_reps = asked.targets.loc[asked.targets["scope_kind"] == "rep", "scope"]
    has_target = {fold_name(str(rep)) for rep in targets_of_reps}
    return seats_of(
        reps,
        assignments,
        months=months,
        ramp=[step.share for step in evidence.policy.ramp],
        leave_out=[rep for rep in managers if fold_name(rep) not in has_target],
    )


@dataclass(frozen=True)
class _Demand:
    """What is asked of whom: weights are (seats, months), the season (months,)."""

    seats: Seats
    weights: Floats
    season: Floats
    shares: Shares


def _demand_of_year(
    asked: YearToPlan, seats: Seats, evidence: Evidence, unit: int
) -> tuple[_Demand, list[Finding]]:
    """What a whole year asks for."""
    weights, nothing_to_weigh = month_weights(seats, asked.metric, evidence)
    season, no_history = season_of(seats.months, asked.metric, evidence)
    weights_of_year = (weights * season).sum(axis=1)
    topic = Topic.of(asked.year, asked.metric, evidence.policy.decimals)
    shares, nobody_to_carry = shares_of(
        asked.targets, seats, weights_of_year, unit=unit, decimals=topic.decimals
    )
    demand = _Demand(seats, weights, season, shares)
    return demand, [*nothing_to_weigh, *no_history, *nobody_to_carry]


@dataclass(frozen=True)
class _Rest:
    """What is left of a year from a month on."""

    demand: _Demand
    quotas: Ints
    """What each seat of the demand would have to do had the months gone as planned."""
    sold: int
    """By all, in the months that are gone."""


def _rest_of_year(
    asked: YearToPlan, whole_year: _Demand, evidence: Evidence, since: str, unit: int
) -> _Rest:
    """Take what is done off a year.

    Quotas are those of the plan in force as long as nothing asks for others; what a seat gets
    beyond them makes up for months gone (docs/decisions/0013 and 0028).

    Raises: SplitInfeasible.
    """
    _refuse_impossible(_taking_part(whole_year), asked.locks, since, unit)
    held = plan_in_force(asked.current)
    seats = whole_year.seats
    is_later = np.array([month >= since for month in seats.months])
    gone = planned_before(since, held, seats)
    rest = Rest(
        shares=whole_year.shares,
        seats=seats.since(since),
        gone=gone,
        weights=(whole_year.weights * whole_year.season)[:, is_later],
        unit=unit,
    )
    quotas = quotas_of_rest(rest, held[held["period"] >= since])

    # From here on, a seat's part of the year is its quota.
    parts = gone.seats + quotas
    shares = replace(
        whole_year.shares,
        wanted=parts.astype(np.float64),
        fixed={seat: int(parts[seat]) for seat in whole_year.shares.fixed},
    )
    facts = evidence.facts
    actuals = facts[facts["metric"] == asked.metric]
    sold = done_before(since, actuals, held, seats, as_of=evidence.as_of)
    demand = _demand_since(since, replace(whole_year, shares=shares), sold, asked.locks)
    return _Rest(_taking_part(demand), quotas[_stays(demand)], sold.total)


def _refuse_impossible(demand: _Demand, locks: pd.DataFrame, since: str, unit: int) -> None:
    """Refuse locks that the year's targets have no room for, whatever has been sold.

    Raises: SplitInfeasible.
    """
    cells, _ = lock_constraints(locks, demand.seats)
    later = [cell for cell in cells if demand.seats.months[cell.month] >= since]
    refuse_clashes(_request(demand, later, unit))


def _demand_since(since: str, demand: _Demand, done: Done, locks: pd.DataFrame) -> _Demand:
    """What is left to ask for from a month on, when so much is done."""
    is_later = np.array([month >= since for month in demand.seats.months])
    seats = demand.seats.since(since)
    weights = demand.weights[:, is_later]
    season = demand.season[is_later]

    cells, _ = lock_constraints(locks, seats)
    least = np.zeros(len(seats.rep_ids), dtype=np.int64)
    for cell in cells:
        if cell.kind in ("lock", "min"):
            least[cell.row] += cell.amount

    spare = (weights * season).sum(axis=1)
    shares = rest_of(demand.shares, seats, done, least=least, spare=spare)
    return _Demand(seats, weights, season, shares)


def _above_target(topic: Topic, shares: Shares, rest: _Rest) -> list[Finding]:
    """Say that sales and the plan of what is left come to more than the company's target.

    People beyond a target of their own lighten nobody else.
    """
    left = rest.demand.shares.total
    sum_of_both = rest.sold + left
    if not shares.of_company or sum_of_both <= shares.total:
        return []

    amounts = {"sold": rest.sold, "left": left, "sum": sum_of_both, "target": shares.total}
    facts = {name: topic.amount(value) for name, value in amounts.items()}
    return [topic.warning("resplit-above-target", found=str(facts["sum"]), **facts)]


def _taking_part(demand: _Demand) -> _Demand:
    """Leave out the seats that carry nothing in these months."""
    shares = demand.shares
    stays = _stays(demand)

    new_position = {seat: number for number, seat in enumerate(np.flatnonzero(stays).tolist())}
    fixed = {
        new_position[seat]: part for seat, part in shares.fixed.items() if seat in new_position
    }
    left = replace(
        shares,
        fixed=fixed,
        wanted=shares.wanted[stays],
        takes_part=shares.takes_part[stays],
        weighed_by=tuple(shares.weighed_by[seat] for seat in new_position),
    )
    return _Demand(demand.seats.chosen(stays), demand.weights[stays], demand.season, left)


def _stays(demand: _Demand) -> Flags:
    """Seats that carry something in some of the months."""
    stays: Flags = demand.shares.takes_part & np.any(demand.seats.present, axis=1)
    return stays


def _solved(
    demand: _Demand, locks: pd.DataFrame, topic: Topic, unit: int, quotas: Ints | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows of a demand, and what they could not keep to.

    Raises: SplitInfeasible, not worded yet.
    """
    cells, locks_without_seat = lock_constraints(locks, demand.seats)
    result = split_matrix(_request(demand, cells, unit))
    names = {"months": demand.seats.months, "people": demand.seats.rep_ids}
    notes = plan_findings(result, topic, asked_unit=unit, names=names)
    rows = _rows(demand, result.amounts, cells, quotas)
    return rows, [*locks_without_seat, *notes]


def _request(demand: _Demand, cells: Sequence[Constraint], unit: int) -> SplitRequest:
    """Put a demand into the numbers that the solver knows: rows are seats, teams are numbered."""
    seats, shares = demand.seats, demand.shares
    teams = sorted({*seats.folded_teams, *shares.teams})
    number_of_team = {team: number for number, team in enumerate(teams)}

    constraints = [Constraint("company", shares.total)]
    for team, total in shares.teams.items():
        constraints.append(Constraint("team", total, team, team=number_of_team[team]))
    for seat, part in shares.fixed.items():
        constraints.append(Constraint("rep", part, seats.rep_ids[seat], row=seat))
    constraints.extend(cells)
    constraints.extend(employment_constraints(seats))

    # Who weighs nothing in any month, and still gets something, follows the season.
    has_weight = demand.weights.sum(axis=1, keepdims=True) > 0
    leaning = np.where(has_weight, demand.weights, seats.present.astype(np.float64))

    team_of_seat = np.array([number_of_team[team] for team in seats.folded_teams], dtype=np.int64)
    keys = [f"{rep}|{team}" for rep, team in zip(seats.rep_ids, seats.teams, strict=True)]
    return SplitRequest(
        grid=Grid(len(seats.months), len(teams), team_of_seat),
        keys=tuple(keys),
        weights=shares.wanted.tolist(),
        pattern=leaning * demand.season,
        season=demand.season.tolist(),
        constraints=tuple(constraints),
        unit=unit,
    )


def _rows(
    demand: _Demand, amounts: Ints, cells: Sequence[Constraint], quotas: Ints | None
) -> pd.DataFrame:
    """The months in which each seat is there, and any other that has an amount.

    Args:
        quotas: what each seat's months would add up to had all gone as planned; None in a whole
            year.
    """
    seats = demand.seats
    is_locked = np.zeros(amounts.shape, dtype=bool)
    for cell in cells:
        if cell.kind == "lock":
            is_locked[cell.row, cell.month] = True

    is_shown: Flags = seats.present | (amounts != 0)
    seat_of_row, month_of_row = np.nonzero(is_shown)
    carried = None if quotas is None else _carried(amounts, is_shown, quotas)

    rows = pd.DataFrame(
        {
            "period": [seats.months[month] for month in month_of_row],
            "rep_id": [seats.rep_ids[seat] for seat in seat_of_row],
            "team": [seats.teams[seat] or None for seat in seat_of_row],
            "amount": amounts[is_shown],
            "locked": is_locked[is_shown],
            "carried": pd.NA if carried is None else carried[is_shown],
            "weighed_by": [demand.shares.weighed_by[seat] or None for seat in seat_of_row],
        }
    )
    return rows.sort_values(["period", "rep_id"], ignore_index=True)


def _carried(amounts: Ints, is_shown: Flags, quotas: Ints) -> Ints:
    """What each seat's months hold beyond its quota, spread over them in proportion."""
    carried = np.zeros_like(amounts)
    for seat, amounts_of_seat in enumerate(amounts):
        months = np.flatnonzero(is_shown[seat]).tolist()
        if not months:
            continue
        beyond_quota = int(amounts_of_seat.sum() - quotas[seat])
        weights = amounts_of_seat[months].tolist()
        if not any(weights):
            weights = [1] * len(months)
        carried[seat, months] = allocate(beyond_quota, weights)
    return carried
