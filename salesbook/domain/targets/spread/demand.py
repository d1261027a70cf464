"""What is asked of whom in which month, as the numbers that the solver knows, and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.targets.spread.locks import employment_constraints
from salesbook.domain.targets.spread.months_asked import CellsAsked, MonthsAsked
from salesbook.domain.targets.spread.notes import Topic, plan_findings
from salesbook.domain.targets.spread.problem import Constraint, Grid, SplitRequest
from salesbook.domain.targets.spread.seats import Seats
from salesbook.domain.targets.spread.shares import Shares
from salesbook.domain.targets.spread.solver import split_matrix
from salesbook.messages import Finding


@dataclass(frozen=True)
class Demand:
    """What is asked of whom: weights are (seats, months), the season (months,)."""

    seats: Seats
    weights: Floats
    season: Floats
    """The company's: of TargetMonths where it has months there, else by the settings."""
    shares: Shares
    months: MonthsAsked
    left: Floats | None = None
    """Per month the part of its work days to come, in which months gone can be made up for; None
    where nothing is to be made up for."""
    gap_shares: Floats | None = None
    """Per seat which part of what makes up for months gone each month is to carry."""


def taking_part(demand: Demand) -> Demand:
    """Leave out the seats that carry nothing in these months."""
    return _chosen(demand, stays_in(demand))


def _chosen(demand: Demand, is_chosen: Flags) -> Demand:
    """Only these seats."""
    shares = demand.shares
    new_position = {seat: number for number, seat in enumerate(np.flatnonzero(is_chosen).tolist())}
    fixed = {
        new_position[seat]: part for seat, part in shares.fixed.items() if seat in new_position
    }
    left = replace(
        shares,
        fixed=fixed,
        wanted=shares.wanted[is_chosen],
        takes_part=shares.takes_part[is_chosen],
        weighed_by=tuple(shares.weighed_by[seat] for seat in new_position),
    )
    return replace(
        demand, seats=demand.seats.chosen(is_chosen), weights=demand.weights[is_chosen], shares=left
    )


def stays_in(demand: Demand) -> Flags:
    """Seats that carry something in some of the months."""
    stays: Flags = demand.shares.takes_part & np.any(demand.seats.present, axis=1)
    return stays


def with_gaps_in_days_to_come(demand: Demand, quotas: Ints) -> Demand:
    """Let what makes up for months gone fall to the days that are still to come.

    On the last day of November nobody can make up for the year in November: its target stays about
    what it was, and December carries the gap. What a seat gets beyond its quota leans to each month
    by season × work days left, its quota by the season alone.

    Args: quotas of the seats, in these months.
    """
    left = demand.left
    if left is None or not left.any() or (left == 1).all():
        return demand
    usual = _row_shares(np.where(demand.seats.present, demand.weights * demand.season, 0.0))
    to_come = _row_shares(usual * left)
    # Whoever is not there in the days to come has no other place for a gap.
    to_come = np.where(to_come.sum(axis=1, keepdims=True) > 0, to_come, usual)

    wanted = demand.shares.wanted.copy()
    for seat, part in demand.shares.fixed.items():
        wanted[seat] = part
    gap = (wanted - quotas)[:, None]
    leaning = np.maximum(quotas[:, None] * usual + gap * to_come, 0.0)
    before = np.maximum(wanted, 0.0)[:, None] * usual

    # The season moves as the sums do, and weights only as far as that leaves something to move.
    of_season = _ratio(leaning.sum(axis=0), before.sum(axis=0))
    of_seats = _ratio(leaning, before) / np.where(of_season > 0, of_season, 1.0)
    return replace(
        demand,
        weights=demand.weights * of_seats,
        season=demand.season * of_season,
        gap_shares=to_come,
    )


def _row_shares(rows: Floats) -> Floats:
    """Each row as parts of 1; a row of nothing stays one."""
    sums = rows.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)
    return shares


def _ratio(after: Floats, before: Floats) -> Floats:
    """How much more it is than before; 1 where it was nothing."""
    ratio: Floats = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    return ratio


def solved(
    demand: Demand, asked: CellsAsked, topic: Topic, unit: int, quotas: Ints | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows of a demand, and what they could not keep to.

    Raises: SplitInfeasible, not worded yet.
    """
    cells, locks_without_seat = asked.constraints(demand.seats)
    of_hard_teams = _cells_of_hard_teams(demand, asked, unit)
    result = split_matrix(request_of(demand, [*cells, *of_hard_teams], unit))
    names = {"months": demand.seats.months, "people": demand.seats.rep_ids}
    is_rest = quotas is not None
    notes = plan_findings(result, topic, asked_unit=unit, names=names, is_rest=is_rest)
    rows = _rows(demand, result.amounts, cells, quotas)
    return rows, [*locks_without_seat, *notes]


def _cells_of_hard_teams(demand: Demand, asked: CellsAsked, unit: int) -> list[Constraint]:
    """Split the teams with hard months, each as if it were the company: who carries such a month?

    The solver knows sums of teams and sums of months, not of a team in a month. A team with hard
    months has a fixed sum, so it can be split without anybody else; its people's cells in the hard
    months then stand in the split of all, which is free to move its other months.

    Raises: SplitInfeasible, not worded yet.
    """
    constraints: list[Constraint] = []
    for team in demand.months.hard_teams(demand.seats.months):
        is_member = np.array([name == team for name in demand.seats.folded_teams], dtype=bool)
        if team not in demand.shares.teams or not is_member.any():
            continue
        members = np.flatnonzero(is_member).tolist()
        months = demand.months.of_team(team)
        chosen = _chosen(demand, is_member)
        as_company = replace(
            chosen,
            shares=replace(chosen.shares, total=demand.shares.teams[team], teams={}),
            months=months,
            season=months.season(demand.seats.months, demand.season),
        )

        cells, _ = replace(asked, months=months).constraints(as_company.seats)
        result = split_matrix(request_of(as_company, cells, unit, name=team))
        hard = [constraint.month for constraint in months.month_sums(demand.seats.months)]
        for seat, amounts in zip(members, result.amounts.tolist(), strict=True):
            for column in hard:
                key = f"{team} {demand.seats.months[column]}"
                lock = Constraint("lock", amounts[column], key, row=seat, month=column)
                constraints.append(lock)
    return constraints


def request_of(
    demand: Demand, cells: Sequence[Constraint], unit: int, *, name: str = "", since: str = ""
) -> SplitRequest:
    """Put a demand into the numbers that the solver knows: rows are seats, teams are numbered.

    Args:
        name: of whom the demand is; blank for the company.
        since: hard months of the company count from this one on.
    """
    seats, shares = demand.seats, demand.shares
    teams = sorted({*seats.folded_teams, *shares.teams})
    number_of_team = {team: number for number, team in enumerate(teams)}

    constraints = [Constraint("company", shares.total, name)]
    constraints.extend(demand.months.month_sums(seats.months, since))
    for team, total in shares.teams.items():
        constraints.append(Constraint("team", total, team, team=number_of_team[team]))
    for seat, part in shares.fixed.items():
        constraints.append(Constraint("rep", part, seats.rep_ids[seat], row=seat))
    constraints.extend(cells)
    constraints.extend(employment_constraints(seats))

    # Who weighs nothing in any month, and still gets something, follows the season.
    has_weight = demand.weights.sum(axis=1, keepdims=True) > 0
    leaning = np.where(has_weight, demand.weights, seats.present.astype(np.float64))
    pattern = leaning * demand.months.seasons_of(seats, demand.season)
    season = demand.season
    if demand.months.parts_alone:
        # Nothing says how the company's months lie but its parts: each leans as it wants to.
        of_seat = pattern.sum(axis=1, keepdims=True)
        parts = np.divide(pattern, of_seat, out=np.zeros_like(pattern), where=of_seat > 0)
        season = (parts * shares.wanted[:, None]).sum(axis=0)

    team_of_seat = np.array([number_of_team[team] for team in seats.folded_teams], dtype=np.int64)
    keys = [f"{rep}|{team}" for rep, team in zip(seats.rep_ids, seats.teams, strict=True)]
    return SplitRequest(
        grid=Grid(len(seats.months), len(teams), team_of_seat),
        keys=tuple(keys),
        weights=shares.wanted.tolist(),
        pattern=pattern,
        season=season.tolist(),
        constraints=tuple(constraints),
        unit=unit,
    )


def _rows(
    demand: Demand, amounts: Ints, cells: Sequence[Constraint], quotas: Ints | None
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
    carried = None if quotas is None else _carried(amounts, is_shown, quotas, demand.gap_shares)

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


def _carried(amounts: Ints, is_shown: Flags, quotas: Ints, gap_shares: Floats | None) -> Ints:
    """What each seat's months hold beyond its quota.

    It lies in the days to come, or in proportion to the months where they cannot hold it.
    """
    carried = np.zeros_like(amounts)
    for seat, amounts_of_seat in enumerate(amounts):
        months = np.flatnonzero(is_shown[seat]).tolist()
        if not months:
            continue
        planned = amounts_of_seat[months]
        beyond_quota = int(planned.sum() - quotas[seat])
        if gap_shares is not None and gap_shares[seat, months].any():
            parts = allocate(beyond_quota, gap_shares[seat, months].tolist())
            if (np.array(parts) <= planned).all():
                carried[seat, months] = parts
                continue

        weights = planned.tolist()
        if not any(weights):
            weights = [1] * len(months)
        carried[seat, months] = allocate(beyond_quota, weights)
    return carried
