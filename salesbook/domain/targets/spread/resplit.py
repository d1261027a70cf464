"""What is left to plan of a year when some of its months are over?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.calendar import last_day
from salesbook.domain.targets.spread.months_asked import MonthsAsked
from salesbook.domain.targets.spread.seats import Seats
from salesbook.domain.targets.spread.shares import Shares, sum_over
from salesbook.names.folding import fold_name


@dataclass(frozen=True)
class Done:
    """What the months that are not planned anew bring: actuals where over, else the plan."""

    total: int
    teams: Mapping[str, int]
    """By folded name; one that is not there brought nothing."""
    seats: Ints


def done_before(
    since: str, actuals: pd.DataFrame, held: pd.DataFrame, seats: Seats, *, as_of: dt.date
) -> Done:
    """What the months before `since` bring: actuals where they are over, the plan where not.

    Args:
        actuals: of the metric (`attainment.monthly`).
        held: the plan in force of the year and metric (`in_force.plan_in_force`).
        seats: with all months of the year.
    """
    before = [month for month in seats.months if month < since]
    over = [month for month in before if last_day(month, 1) <= as_of]
    running = set(before) - set(over)

    sold = actuals[actuals["month"].isin(over)]
    sold = sold.assign(amount=sold["actual"])
    still_planned = held[held["period"].isin(running)]

    columns = ["rep_id", "team", "amount"]
    done = pd.concat([sold[columns], still_planned[columns]])
    return _added_up(done, seats)


def planned_before(since: str, held: pd.DataFrame, seats: Seats) -> Done:
    """What the months before `since` would have brought had they gone as planned."""
    before = held[held["period"] < since]
    return _added_up(before.assign(amount=before["quota"]), seats)


def _added_up(rows: pd.DataFrame, seats: Seats) -> Done:
    """Add up amounts by team and by seat: the rep's seat in that team, else the rep's first one."""
    by_team: dict[str, int] = {}
    by_seat = np.zeros(len(seats.rep_ids), dtype=np.int64)

    columns = rows["rep_id"], rows["team"].fillna(""), rows["amount"]
    for rep, team_as_typed, amount in zip(*columns, strict=True):
        team = fold_name(team_as_typed)
        by_team[team] = by_team.get(team, 0) + int(amount)

        seats_of_rep = seats.of_rep(str(rep))
        in_that_team = [seat for seat in seats_of_rep if seats.folded_teams[seat] == team]
        candidates = in_that_team or seats_of_rep
        if candidates:
            by_seat[candidates[0]] += int(amount)

    total = int(rows["amount"].sum())
    return Done(total, by_team, by_seat)


def as_planned_where_hard(sold: Done, gone: Done, seats: Seats, months: MonthsAsked) -> Done:
    """Take months gone as planned for those who have nothing but hard months left.

    A hard month moves for nothing, so they have no month that could carry a gap; and as a gap of
    one's own lightens or burdens nobody else, nobody carries it.

    Args:
        sold: what the months gone brought; `gone` what they had as planned.
        seats: with the months to plan only.
    """
    is_stuck = months.without_room(seats)
    if not is_stuck.any():
        return sold
    if is_stuck.all():
        return gone

    by_seat = np.where(is_stuck, gone.seats, sold.seats)
    by_team = dict(sold.teams)
    difference = by_seat - sold.seats
    for seat in np.flatnonzero(is_stuck).tolist():
        team = seats.folded_teams[seat]
        by_team[team] = by_team.get(team, 0) + int(difference[seat])
    return Done(sold.total + int(difference.sum()), by_team, by_seat)


@dataclass(frozen=True)
class Room:
    """What is needed at least in the months to plan, and how much may be put into them."""

    seats: Ints
    """Of each seat, what its locks and lower bounds need."""
    most: Floats
    """Of each seat without a fixed part what it carries at most, see `most_of_leavers`."""
    teams: Mapping[str, int]
    """By folded name: the sum of the team's hard months."""
    total: int = 0


def most_of_leavers(seats: Seats, quotas: Ints) -> Floats:
    """What each seat may make up for at most: who leaves before the year ends, nothing.

    His days are few, and what he missed would all be asked of them: it falls to who stays, as if he
    had left already. So his quota of the months to plan is the most that he carries.

    Args: seats and quotas with the months to plan only.
    """
    stay = {
        rep for rep, is_there in zip(seats.rep_ids, seats.present[:, -1], strict=True) if is_there
    }
    leaves = np.array([rep not in stay for rep in seats.rep_ids], dtype=bool)
    return np.where(leaves, quotas.astype(np.float64), np.inf)


def rest_of(shares: Shares, seats: Seats, done: Done, *, room: Room, spare: Floats) -> Shares:
    """Take off what is done from the year's total and from each part: the rest carries the gap.

    Who is free to carry more or less gets the rest in proportion to what is missing from the own
    part. A fixed rep or team carries its own gap; one that is beyond its target has nothing left to
    do, and that lightens nobody else. What somebody who left did not reach falls to those who are
    free. No part goes below its locks.

    Args:
        shares: of the whole year.
        seats: with the months to plan only.
        room: what may not be gone below in those months, nor above.
        spare: weights of those months, for when nobody misses anything.

    Returns: the shares of the months to plan; their total is above what is missing only where fixed
        parts and locks need it.
    """
    takes_part = shares.takes_part & seats.present.any(axis=1)

    # A fixed seat still has its own gap to close, and its locks to keep. Where that is more than
    # the gap (it is beyond its target, or locked above it), the rest of the year grows by that.
    fixed: dict[int, int] = {}
    beyond_gap: dict[int, int] = {}
    for seat, part in shares.fixed.items():
        if takes_part[seat]:
            gap = part - int(done.seats[seat])
            fixed[seat] = max(gap, int(room.seats[seat]))
            beyond_gap[seat] = fixed[seat] - gap

    is_free = takes_part.copy()
    is_free[list(fixed)] = False
    most = np.where(is_free, room.most, 0.0)
    wanted = np.zeros(len(takes_part))
    missing = shares.total - done.total

    # Teams with a target of their own: each closes its own gap, however the company stands.
    team_of_seat = np.array(seats.folded_teams, dtype="object")
    in_fixed_team = np.zeros(len(takes_part), dtype=bool)
    teams: dict[str, int] = {}
    for team in sorted(shares.teams):
        members: Flags = team_of_seat == team
        in_fixed_team |= members
        if (members & takes_part).any():
            gap = shares.teams[team] - done.teams.get(team, 0)
            needed = sum_over(fixed, members) + int(room.seats[members & is_free].sum())
            needed = max(needed, room.teams.get(team, 0))
            teams[team] = max(gap + sum_over(beyond_gap, members), needed)
            missing += teams[team] - gap

        parts = _missing_parts(shares, members, done, most, spare)
        wanted = np.where(members & is_free, parts, wanted)

    # Everybody else shares what is missing of the total.
    others = ~in_fixed_team
    missing += sum_over(beyond_gap, others)
    parts = _missing_parts(shares, others, done, most, spare)
    wanted = np.where(others & is_free, parts, wanted)

    needed_by_others = sum_over(fixed, others) + int(room.seats[others & is_free].sum())
    total = sum(teams.values()) + needed_by_others
    if shares.of_company:
        total = max(missing, total, room.total)

    return replace(
        shares, total=total, wanted=wanted, fixed=fixed, teams=teams, takes_part=takes_part
    )


def _missing_parts(
    shares: Shares, members: Flags, done: Done, most: Floats, spare: Floats
) -> Floats:
    """What each member misses of its part of the year; weights where nobody misses anything.

    What is beyond the most of some falls to those without one, as they miss something themselves.
    """
    missing = np.maximum(shares.wanted - done.seats, 0.0)
    if not missing[members].sum() > 0:
        return spare

    carried = np.minimum(missing, most)
    too_much = float((missing - carried)[members].sum())
    stays = members & np.isinf(most)
    for weights in (np.where(stays, missing, 0.0), np.where(stays, spare, 0.0)):
        if weights.sum() > 0:
            shared: Floats = carried + weights * (too_much / weights.sum())
            return shared
    # Nobody stays who could take it over.
    return missing
