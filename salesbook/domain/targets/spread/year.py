"""What does each rep get in each month of one fiscal year, for one metric?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.calendar import first_day, last_day, months_of_year, next_month
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.spread.demand import (
    Demand,
    request_of,
    solved,
    stays_in,
    taking_part,
    with_gaps_in_days_to_come,
)
from salesbook.domain.targets.spread.leaders import leaders_left_out, leaders_who_sell
from salesbook.domain.targets.spread.months_asked import (
    NO_MONTHS,
    CellsAsked,
    MonthsAsked,
    months_asked,
)
from salesbook.domain.targets.spread.notes import Topic, worded
from salesbook.domain.targets.spread.quotas import Rest, quotas_of_rest
from salesbook.domain.targets.spread.resplit import (
    Done,
    Room,
    as_planned_where_hard,
    done_before,
    most_of_leavers,
    planned_before,
    rest_of,
)
from salesbook.domain.targets.spread.seats import Seats, seats_of
from salesbook.domain.targets.spread.shares import Shares, shares_of
from salesbook.domain.targets.spread.solver import refuse_clashes
from salesbook.domain.targets.spread.weights import Evidence, month_weights, season_of
from salesbook.domain.targets.target_months import hard_sum, targets_as_they_count
from salesbook.domain.team.staff import names_of_reps
from salesbook.errors import SplitInfeasible
from salesbook.frames import Tables
from salesbook.messages import Fact, Finding
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
    """As they count (`target_months.targets_as_they_count`)."""
    locks: pd.DataFrame
    current: pd.DataFrame
    """Rows of TargetPlan of that year and metric."""
    months: MonthsAsked = NO_MONTHS
    typed: int | None = None
    """The company's target as its cell holds it; None where it has none."""
    is_sum_of_months: bool = False
    """Whether the company's fixed months say what its year comes to, and not its target."""

    @property
    def cells(self) -> CellsAsked:
        """What fixes or bounds single cells."""
        return CellsAsked(self.locks, self.months)


def year_to_plan(tables: Tables, year: int, metric: str, *, of_year: pd.Series[bool]) -> YearToPlan:
    """What is asked for in a year, and its plan as it stands.

    Args:
        tables: Targets, TargetMonths, Locks and TargetPlan.
        of_year: which rows of TargetPlan are of the fiscal year.
    """
    target_months = tables["TargetMonths"]
    targets = targets_as_they_count(tables["Targets"], target_months)
    locks = tables["Locks"]
    plan = tables["TargetPlan"]
    is_asked = (targets["year"] == year) & (targets["metric"] == metric)
    is_company = is_asked & (targets["scope_kind"] == "company")
    as_typed = tables["Targets"].loc[is_company, "target"]
    return YearToPlan(
        year=year,
        metric=metric,
        targets=targets[is_asked],
        locks=locks[(locks["year"] == year) & (locks["metric"] == metric)],
        current=plan[of_year & (plan["metric"] == metric)],
        months=months_asked(targets, target_months, year, metric),
        typed=int(as_typed.iloc[0]) if len(as_typed) else None,
        is_sum_of_months=bool((targets.loc[is_company, "target"] != as_typed).any()),
    )


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
    topic = _topic(asked, evidence)
    unit = _unit(topic, evidence.policy)
    seats = _seats(asked, evidence)
    if not seats.rep_ids:
        nobody = replace(topic.warning("nobody-to-plan"), severity="error")
        return pd.DataFrame(columns=list(COLUMNS)), [nobody]

    whole_year, findings = _demand_of_year(asked, seats, evidence, unit)
    try:
        if since is None:
            demand = taking_part(whole_year)
            quotas = None
        else:
            rest = _rest_of_year(asked, whole_year, evidence, since, unit)
            demand = rest.demand
            quotas = rest.quotas
            findings += _above_target(topic, whole_year.shares, rest, seats.months[0])
        rows, notes = solved(demand, asked.cells, topic, unit, quotas)
    except SplitInfeasible as refusal:
        raise worded(_with_the_year(refusal, asked), topic) from None
    return rows, [*findings, *notes]


def _with_the_year(refusal: SplitInfeasible, asked: YearToPlan) -> SplitInfeasible:
    """The refusal, giving up the year's sum with a fixed month that decides what the year comes to.

    Where fixed months come to more than the year's target, their sum is the year. Without one of
    them the year would be another one, which may leave the others no room: both have to change.
    """
    release = refusal.params["release"]
    kinds = {fact["kind"] for fact in release}
    if not asked.is_sum_of_months or "month" not in kinds or "company" in kinds:
        return refusal
    is_company = asked.targets["scope_kind"] == "company"
    amount = int(asked.targets.loc[is_company, "target"].iloc[0])
    year = {"kind": "company", "key": "", "amount": amount}
    params = {**refusal.params, "release": [year, *release]}
    return SplitInfeasible(refusal.code, where=refusal.where, **params)


def plan_newcomers(
    asked: YearToPlan, evidence: Evidence, *, since: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Plan, beside a published plan, who has a target of his own in Targets and none in the plan.

    The target is taken as typed and falls to the months from `since` on, so that no month gone and
    nobody else's target changes.

    Returns: as `plan_year`; empty where there is nobody like that.

    Raises: SplitInfeasible, worded for people.
    """
    topic = _topic(asked, evidence)
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
    only_own = replace(
        asked, targets=own_targets, months=replace(asked.months, company=None, teams={})
    )
    demand, findings = _demand_of_year(only_own, seats, evidence, unit)
    if not seats.rep_ids:
        return pd.DataFrame(columns=list(COLUMNS)), findings

    locks = asked.locks[asked.locks["rep_id"].isin(seats.rep_ids)]
    try:
        cells = CellsAsked(locks, only_own.months)
        rows, notes = solved(taking_part(demand), cells, topic, unit, None)
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


def sellers_left_out(asked: YearToPlan, evidence: Evidence) -> list[Finding]:
    """Say which managers sell and are in no plan, for want of a row in Targets."""
    return list(leaders_who_sell(asked.targets, _topic(asked, evidence), evidence))


def _topic(asked: YearToPlan, evidence: Evidence) -> Topic:
    """What the plan is for, with the names of reps for its sentences."""
    names = names_of_reps(evidence.tables["Reps"])
    return Topic.of(asked.year, asked.metric, evidence.policy.decimals, names, asked.typed)


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
    return seats_of(
        reps,
        assignments,
        months=months,
        ramp=[step.share for step in evidence.policy.ramp],
        leave_out=leaders_left_out(asked.targets, asked.year, evidence),
    )


def _demand_of_year(
    asked: YearToPlan, seats: Seats, evidence: Evidence, unit: int
) -> tuple[Demand, list[Finding]]:
    """What a whole year asks for."""
    weights, nothing_to_weigh = month_weights(seats, asked.metric, evidence)
    ordinary, no_history = season_of(seats.months, asked.metric, evidence)
    season = asked.months.season(seats.months, ordinary)
    weights_of_year = (weights * season).sum(axis=1)
    topic = Topic.of(asked.year, asked.metric, evidence.policy.decimals)
    shares, nobody_to_carry = shares_of(
        asked.targets, seats, weights_of_year, unit=unit, decimals=topic.decimals
    )
    demand = Demand(seats, weights, season, shares, asked.months)
    return demand, [*nothing_to_weigh, *no_history, *nobody_to_carry]


@dataclass(frozen=True)
class _Rest:
    """What is left of a year from a month on."""

    demand: Demand
    quotas: Ints
    """What each seat of the demand would have to do had the months gone as planned."""
    done: int
    """By all, before the first month to plan: sold where months are over, planned where not."""
    sold: int
    """Of that what was sold, in months that are over."""
    until: str | None
    """The last month that is over; None where none is."""


def _rest_of_year(
    asked: YearToPlan, whole_year: Demand, evidence: Evidence, since: str, unit: int
) -> _Rest:
    """Take what is done off a year.

    Quotas are those of the plan in force as long as nothing asks for others; what a seat gets
    beyond them makes up for months gone (docs/decisions/0013 and 0028).

    Raises: SplitInfeasible.
    """
    _refuse_impossible(taking_part(whole_year), asked.cells, since, unit)
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
    sold = as_planned_where_hard(sold, gone, seats.since(since), asked.months)
    left = _left(rest.seats.months, evidence)
    demand = _demand_since(
        since,
        replace(whole_year, shares=shares, left=left),
        sold,
        asked.cells,
        np.minimum(
            most_of_leavers(rest.seats, quotas), _most_in_days_left(rest, quotas, asked, left)
        ),
    )
    quotas_left = quotas[stays_in(demand)]
    demand = with_gaps_in_days_to_come(taking_part(demand), quotas_left)
    over = [
        month for month in seats.months if month < since and last_day(month, 1) <= evidence.as_of
    ]
    sold_then = int(actuals.loc[actuals["month"].isin(over), "actual"].sum())
    return _Rest(demand, quotas_left, sold.total, sold_then, max(over, default=None))


def _most_in_days_left(rest: Rest, quotas: Ints, asked: YearToPlan, left: Floats) -> Floats:
    """What each seat can carry where locks bound all months in which there is still time.

    On the last day of November, with at most 50,000 in December, nobody makes up for more: it is
    the part of his quota that November has, and these 50,000. The others carry the rest.
    """
    has_time = rest.seats.present & (left > 0)
    cells, _ = asked.cells.constraints(rest.seats)
    bounds = np.where(has_time, np.inf, 0.0)
    for cell in cells:
        if cell.kind in ("lock", "max") and has_time[cell.row, cell.month]:
            bounds[cell.row, cell.month] = min(bounds[cell.row, cell.month], float(cell.amount))

    weights = np.where(rest.seats.present, rest.weights, 0.0)
    whole = np.maximum(weights.sum(axis=1), 1e-300)
    over = np.where(has_time, 0.0, weights).sum(axis=1) / whole
    most: Floats = quotas * over + bounds.sum(axis=1)
    return most


def _left(months: Sequence[str], evidence: Evidence) -> Floats:
    """The part of each month's work days that is still to come."""
    gone = [
        evidence.calendar.share_gone(first_day(month, 1), last_day(month, 1), evidence.as_of)
        for month in months
    ]
    return 1.0 - np.array(gone, dtype=np.float64)


def _refuse_impossible(demand: Demand, asked: CellsAsked, since: str, unit: int) -> None:
    """Refuse locks that the year's targets have no room for, whatever has been sold.

    Raises: SplitInfeasible.
    """
    cells, _ = asked.constraints(demand.seats)
    later = [cell for cell in cells if demand.seats.months[cell.month] >= since]
    refuse_clashes(request_of(demand, later, unit, since=since))


def _demand_since(
    since: str, demand: Demand, done: Done, asked: CellsAsked, most: Floats
) -> Demand:
    """What is left to ask for from a month on, when so much is done."""
    is_later = np.array([month >= since for month in demand.seats.months])
    seats = demand.seats.since(since)
    weights = demand.weights[:, is_later]
    season = demand.season[is_later]

    cells, _ = asked.constraints(seats)
    least = np.zeros(len(seats.rep_ids), dtype=np.int64)
    for cell in cells:
        if cell.kind in ("lock", "min"):
            least[cell.row] += cell.amount

    spare = (weights * season).sum(axis=1)
    least_of_teams = {
        team: hard_sum(months, seats.months)[0] for team, months in demand.months.teams.items()
    }
    least_of_all, _ = hard_sum(demand.months.company, seats.months)
    shares = rest_of(
        demand.shares,
        seats,
        done,
        room=Room(least, most, least_of_teams, least_of_all),
        spare=spare,
    )
    return Demand(seats, weights, season, shares, demand.months, demand.left)


def _above_target(topic: Topic, shares: Shares, rest: _Rest, first_month: str) -> list[Finding]:
    """Say that sales and the plan of what is left come to more than the company's target.

    People beyond a target of their own lighten nobody else.
    """
    sum_of_both = rest.done + rest.demand.shares.total
    if not shares.of_company or sum_of_both <= shares.total:
        return []

    left = sum_of_both - rest.sold
    amounts = {"sold": rest.sold, "left": left, "sum": sum_of_both, "target": shares.total}
    facts: dict[str, Fact] = {name: topic.amount(value) for name, value in amounts.items()}
    facts["month"] = rest.until or next_month(first_month, -1)
    return [topic.warning("resplit-above-target", found=topic.found, **facts)]
