"""What does each rep get in each month of one fiscal year, for one metric?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import first_day, last_day, months_of_year
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.spread.matrix import refuse_clashes, split_matrix
from salesbook.domain.targets.spread.notes import Topic, plan_findings, worded
from salesbook.domain.targets.spread.problem import Constraint, Grid, PlanRequest
from salesbook.domain.targets.spread.rest import Done, rest_of
from salesbook.domain.targets.spread.seats import Seats, seats_of
from salesbook.domain.targets.spread.targets import (
    Shares,
    employment_constraints,
    lock_constraints,
    shares_of,
)
from salesbook.domain.targets.spread.weights import Evidence, month_weights, season_of
from salesbook.domain.team.staff import Staff
from salesbook.errors import SplitInfeasible
from salesbook.messages import Finding
from salesbook.money import currency_decimals, to_minor
from salesbook.names.folding import fold_name

COLUMNS = ("period", "rep_id", "team", "amount", "locked", "carried")


@dataclass(frozen=True)
class Block:
    """The inputs of one year and metric, and the plan as it stands."""

    year: int
    metric: str
    targets: pd.DataFrame
    locks: pd.DataFrame
    current: pd.DataFrame
    """Rows of TargetPlan of that year and metric."""


def plan_year(
    block: Block, evidence: Evidence, *, since: str | None = None
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
    rules = evidence.policy.rules
    decimals = currency_decimals(rules.currency) if block.metric == "revenue" else 0
    topic = Topic(block.year, block.metric, decimals)
    unit = max(1, to_minor(rules.split_unit, decimals)) if block.metric == "revenue" else 1
    seats = _seats(block, evidence)
    if not seats.rep_ids:
        nobody = replace(topic.warning("nobody-to-plan"), severity="error")
        return pd.DataFrame(columns=list(COLUMNS)), [nobody]
    whole, findings = _demand(block, seats, evidence, unit)
    try:
        if since is None:
            demand, quotas = _taking_part(whole), None
        else:
            _refuse_impossible(_taking_part(whole), block.locks, since, unit)
            sold, planned = _done(block, seats, evidence, since), _as_planned(block, seats, since)
            demand = _taking_part(_demand_since(since, whole, sold, block.locks))
            findings += _above_target(topic, whole.shares, sold.total, demand.shares.total)
            calm = _taking_part(_demand_since(since, whole, planned, block.locks.iloc[:0]))
            quotas = split_matrix(_request(calm, (), unit)).amounts.sum(axis=1)
        cells, unused = lock_constraints(block.locks, demand.seats)
        plan = split_matrix(_request(demand, cells, unit))
    except SplitInfeasible as refusal:
        raise worded(refusal, topic) from None
    names = {"months": demand.seats.months, "people": demand.seats.rep_ids}
    notes = plan_findings(plan, topic, asked_unit=unit, names=names)
    return _rows(demand.seats, plan.amounts, cells, quotas), [*findings, *unused, *notes]


@dataclass(frozen=True)
class _Demand:
    """What is asked of whom: weights are (seats, months), the season (months,)."""

    seats: Seats
    weights: Floats
    season: Floats
    shares: Shares


def _demand(
    block: Block, seats: Seats, evidence: Evidence, unit: int
) -> tuple[_Demand, list[Finding]]:
    """What a whole year asks for."""
    weights, unweighed = month_weights(seats, block.metric, evidence)
    season, unknown = season_of(seats.months, block.metric, evidence)
    shares, lost = shares_of(block.targets, seats, (weights * season).sum(axis=1), unit=unit)
    return _Demand(seats, weights, season, shares), [*unweighed, *unknown, *lost]


def _demand_since(since: str, demand: _Demand, done: Done, locks: pd.DataFrame) -> _Demand:
    """What is left to ask for from a month on, when so much is done."""
    later = np.array([month >= since for month in demand.seats.months])
    seats, weights, season = (
        demand.seats.since(since),
        demand.weights[:, later],
        demand.season[later],
    )
    cells, _ = lock_constraints(locks, seats)
    least = np.zeros(len(seats.rep_ids), dtype=np.int64)
    for one in cells:
        least[one.row] += one.amount if one.kind in ("lock", "min") else 0
    shares = rest_of(demand.shares, seats, done, least=least, spare=(weights * season).sum(axis=1))
    return _Demand(seats, weights, season, shares)


def _refuse_impossible(demand: _Demand, locks: pd.DataFrame, since: str, unit: int) -> None:
    """Refuse locks that the year's targets have no room for, whatever has been sold.

    Raises: SplitInfeasible.
    """
    cells, _ = lock_constraints(locks, demand.seats)
    later = [one for one in cells if demand.seats.months[one.month or 0] >= since]
    refuse_clashes(_request(demand, later, unit))


def _above_target(topic: Topic, shares: Shares, sold: int, left: int) -> list[Finding]:
    """Say that sales and the plan of what is left come to more than the company's target.

    People beyond a target of their own lighten nobody else.
    """
    if not shares.of_company or sold + left <= shares.total:
        return []
    amounts = {"sold": sold, "left": left, "sum": sold + left, "target": shares.total}
    facts = {name: topic.amount(value) for name, value in amounts.items()}
    return [topic.warning("resplit-above-target", found=str(facts["sum"]), **facts)]


def _taking_part(demand: _Demand) -> _Demand:
    """Leave out the seats that carry nothing in these months."""
    seats, shares = demand.seats, demand.shares
    here: Flags = shares.within & np.any(seats.present, axis=1)
    place = {at: number for number, at in enumerate(np.flatnonzero(here).tolist())}
    fixed = {place[at]: part for at, part in shares.fixed.items() if at in place}
    left = replace(shares, fixed=fixed, wanted=shares.wanted[here], within=here[here])
    return _Demand(seats.chosen(here), demand.weights[here], demand.season, left)


def _seats(block: Block, evidence: Evidence) -> Seats:
    reps, assignments = evidence.tables["Reps"], evidence.tables["Assignments"]
    start_month = evidence.policy.rules.fiscal_year_start
    months = months_of_year(block.year, start_month)
    first, last = first_day(months[0], start_month), last_day(months[-1], start_month)
    managers = Staff(reps, assignments).managers(min(max(evidence.as_of, first), last))
    named = {
        fold_name(str(one))
        for one in block.targets.loc[block.targets["scope_kind"] == "rep", "scope"]
    }
    return seats_of(
        reps,
        assignments,
        months=months,
        ramp=[step.share for step in evidence.policy.ramp],
        leave_out=[rep for rep in managers if fold_name(rep) not in named],
    )


def _done(block: Block, seats: Seats, evidence: Evidence, since: str) -> Done:
    """What the months before `since` bring: actuals where they are over, the plan where not."""
    before = [month for month in seats.months if month < since]
    over = [month for month in before if last_day(month, 1) <= evidence.as_of]
    facts, plan = evidence.facts, block.current
    actual = facts[(facts["metric"] == block.metric) & facts["month"].isin(over)]
    running = plan[plan["period"].isin(set(before) - set(over))]
    parts = [actual.assign(amount=actual["actual"]), running]
    return _done_by(pd.concat([part[["rep_id", "team", "amount"]] for part in parts]), seats)


def _as_planned(block: Block, seats: Seats, since: str) -> Done:
    """What the months before `since` would have brought had they gone as planned."""
    held = plan_in_force(block.current)
    return _done_by(held[held["period"] < since].assign(amount=held["quota"]), seats)


def _done_by(rows: pd.DataFrame, seats: Seats) -> Done:
    """Add up amounts by rep and team."""
    by_team: dict[str, int] = {}
    by_seat = np.zeros(len(seats.rep_ids), dtype=np.int64)
    for rep, team, amount in zip(
        rows["rep_id"], rows["team"].fillna(""), rows["amount"], strict=True
    ):
        by_team[fold_name(team)] = by_team.get(fold_name(team), 0) + int(amount)
        own = seats.of_rep(str(rep))
        same = [at for at in own if fold_name(seats.teams[at]) == fold_name(team)]
        if own:
            by_seat[(same or own)[0]] += int(amount)
    return Done(int(rows["amount"].sum()), by_team, by_seat)


def _request(demand: _Demand, cells: Sequence[Constraint], unit: int) -> PlanRequest:
    seats, shares = demand.seats, demand.shares
    names = [fold_name(team) for team in seats.teams]
    teams = sorted({*names, *shares.teams})
    weighed = demand.weights.sum(axis=1, keepdims=True) > 0
    pattern = np.where(weighed, demand.weights, seats.present.astype(np.float64)) * demand.season
    constraints = [
        Constraint("company", shares.total),
        *(
            Constraint("team", total, team, team=teams.index(team))
            for team, total in shares.teams.items()
        ),
        *(Constraint("rep", part, seats.rep_ids[at], row=at) for at, part in shares.fixed.items()),
        *cells,
        *employment_constraints(seats),
    ]
    team_of = np.array([teams.index(name) for name in names], dtype=np.int64)
    return PlanRequest(
        Grid(len(seats.months), len(teams), team_of),
        tuple(f"{rep}|{team}" for rep, team in zip(seats.rep_ids, seats.teams, strict=True)),
        shares.wanted.tolist(),
        pattern,
        demand.season.tolist(),
        tuple(constraints),
        unit,
    )


def _rows(
    seats: Seats, amounts: Ints, cells: Sequence[Constraint], quotas: Ints | None
) -> pd.DataFrame:
    """The months in which each seat is there, and any other that has an amount.

    Args:
        quotas: what each seat's months would add up to had all gone as planned; None in a whole
            year.
    """
    locked = np.zeros(amounts.shape, dtype=bool)
    for one in cells:
        if one.kind == "lock":
            locked[one.row, one.month] = True
    at, month = np.nonzero(seats.present | (amounts != 0))
    carried = None if quotas is None else _carried(amounts, seats.present, quotas)
    rows = pd.DataFrame(
        {
            "period": [seats.months[one] for one in month],
            "rep_id": [seats.rep_ids[one] for one in at],
            "team": [seats.teams[one] or None for one in at],
            "amount": amounts[at, month],
            "locked": locked[at, month],
            "carried": pd.NA if carried is None else carried[at, month],
        }
    )
    return rows.sort_values(["period", "rep_id"], ignore_index=True)


def _carried(amounts: Ints, present: Flags, quotas: Ints) -> Ints:
    """What each seat's months hold beyond its quota, spread over them in proportion."""
    carried = np.zeros_like(amounts)
    for at, own in enumerate(amounts):
        months = np.flatnonzero(present[at] | (own != 0)).tolist()
        if months:
            weights = own[months].tolist() if own.any() else [1] * len(months)
            carried[at, months] = allocate(int(own.sum() - quotas[at]), weights)
    return carried
