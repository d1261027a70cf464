"""What does each rep have to do in the rest of a year that has a plan, whatever was sold so far?

Quotas of a year stay as they are to the cent while nothing asks for others: neither a target, nor
who works here (docs/decisions/0028). So they are read from the plan in force, not weighed anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.targets.spread.resplit import Done
from salesbook.domain.targets.spread.seats import Seats
from salesbook.domain.targets.spread.shares import Shares


@dataclass(frozen=True)
class Rest:
    """The months of a year that are planned anew."""

    shares: Shares
    """Of the whole year."""
    seats: Seats
    """With these months only."""
    gone: Done
    """What the months before have as planned (`resplit.planned_before`)."""
    weights: Floats
    """The rule's and the season's for these months, (seats, months)."""
    unit: int
    """In which a sum is shared."""

    @property
    def takes_part(self) -> Flags:
        """Seats that carry something in some of these months."""
        return self.shares.takes_part & self.seats.present.any(axis=1)


@dataclass(frozen=True)
class _Kept:
    """What the plan in force gives each seat in these months, before anything moves."""

    quotas: Ints
    """Of the months that the plan in force has for the seat."""
    added: Floats
    """For what it has not: months in which the seat works here by now, and targets that changed."""
    is_asked_anew: Flags
    """Seats of free people whose own or whose team's target, a weight, is not what it was."""

    @property
    def weights(self) -> Floats:
        """In which proportions free seats carry a sum that is not what it was."""
        weights: Floats = np.maximum(self.quotas, 0) + self.added
        return weights


def quotas_of_rest(rest: Rest, held: pd.DataFrame) -> Ints:
    """What each seat has to do in these months, had the months gone as planned.

    Where targets, joiners or leavers change what a team or the company has left to carry, those who
    are free share it in the proportions of their quotas; a target of one's own is always kept. What
    weights say by now, of what somebody sold or whom he looks after, changes nothing: a quota that
    was agreed would move with every re-split.

    Args:
        held: the plan in force of these months, of the year's metric (`in_force.plan_in_force`).
    """
    shares, seats, gone = rest.shares, rest.seats, rest.gone
    kept = _kept(rest, held)
    quotas, beyond = _quotas_of_fixed(rest, kept)
    is_free = rest.takes_part & ~shares.is_fixed

    # Each team with a target of its own closes its own gap, however the company stands.
    team_of_seat = np.array(seats.folded_teams, dtype="object")
    in_fixed_team = np.zeros(len(is_free), dtype=bool)
    left_of_company = shares.total - gone.total
    for team in sorted(shares.teams):
        members: Flags = team_of_seat == team
        in_fixed_team |= members
        if not (members & rest.takes_part).any():
            continue

        gap = shares.teams[team] - gone.teams.get(team, 0)
        of_fixed = int(quotas[members].sum()) - int(beyond[members].sum())
        free = is_free & members
        quotas[free] = _shared_out(max(gap - of_fixed, 0), free, rest, kept)

        # Who is beyond a target lightens nobody else.
        left_of_company -= min(gap, int(quotas[members].sum()))

    # Everybody else shares what is left of the company's target.
    others = ~in_fixed_team
    of_fixed = int(quotas[others].sum()) - int(beyond[others].sum())
    free = is_free & others
    quotas[free] = _shared_out(max(left_of_company - of_fixed, 0), free, rest, kept)
    return quotas


def _kept(rest: Rest, held: pd.DataFrame) -> _Kept:
    """Read what the plan in force has for these months.

    Months in which somebody works here without a target in the plan weigh as much as those of
    others do: the rule's weight of that month, in the scale of what is planned. Where a target that
    is only a weight has changed, what it asks for now counts, less what the months gone had.
    """
    shares, seats = rest.shares, rest.seats
    cells = zip(held["rep_id"], held["period"], strict=True)
    rows = zip(held["quota"], held["weighed_by"].fillna(""), strict=True)
    row_of_cell = dict(zip(cells, rows, strict=True))

    quotas = np.zeros(len(seats.rep_ids), dtype=np.int64)
    is_held = np.zeros(seats.present.shape, dtype=bool)
    is_asked_anew = np.zeros(len(seats.rep_ids), dtype=bool)
    for seat, rep in enumerate(seats.rep_ids):
        weighed_before = set()
        for month in np.flatnonzero(seats.present[seat]).tolist():
            cell = (rep, seats.months[month])
            if cell in row_of_cell:
                quota, weighed_by = row_of_cell[cell]
                quotas[seat] += int(quota)
                weighed_before.add(weighed_by)
                is_held[seat, month] = True
        # Who joins was weighed by no target.
        is_asked_anew[seat] = (weighed_before or {""}) != {shares.weighed_by[seat]}

    is_free = ~shares.is_fixed
    is_asked_anew &= is_free
    weight_of_held = float(rest.weights[is_held & is_free[:, None]].sum())
    quota_of_held = float(quotas[is_free].sum())
    has_scale = weight_of_held > 0 and quota_of_held > 0
    scale = quota_of_held / weight_of_held if has_scale else 1.0

    is_new_month = seats.present & ~is_held
    of_new_months = np.where(is_new_month, rest.weights, 0.0).sum(axis=1) * scale
    asked_now = np.maximum(shares.wanted - rest.gone.seats, 0.0)
    return _Kept(
        quotas=np.where(is_asked_anew, 0, quotas),
        added=np.where(is_asked_anew, asked_now, of_new_months),
        is_asked_anew=is_asked_anew,
    )


def _quotas_of_fixed(rest: Rest, kept: _Kept) -> tuple[Ints, Ints]:
    """Quotas of seats with a binding target: what it leaves over; and how far each is beyond it.

    A rep who changes teams has one target and several seats: months gone count in all of them.
    """
    shares, seats = rest.shares, rest.seats
    quotas = np.zeros(len(seats.rep_ids), dtype=np.int64)
    beyond = np.zeros(len(seats.rep_ids), dtype=np.int64)
    seats_of_rep: dict[str, list[int]] = {}
    for seat in sorted(shares.fixed):
        seats_of_rep.setdefault(seats.rep_ids[seat], []).append(seat)

    for fixed in seats_of_rep.values():
        working = [seat for seat in fixed if rest.takes_part[seat]]
        if not working:
            continue
        target = sum(shares.fixed[seat] for seat in fixed)
        gap = target - int(rest.gone.seats[fixed].sum())
        is_working = np.isin(np.arange(len(quotas)), working)
        quotas[working] = _shared_out(max(gap, 0), is_working, rest, kept)
        beyond[working[0]] = max(-gap, 0)
    return quotas, beyond


def _shared_out(total: int, seats: Flags, rest: Rest, kept: _Kept) -> Ints:
    """Give these seats their quotas as they were, or another sum in the proportions of these."""
    as_it_was: Ints = kept.quotas[seats]
    is_joined = bool(kept.added[seats].any() or kept.is_asked_anew[seats].any())
    if total == int(as_it_was.sum()) and not is_joined:
        return as_it_was

    evenly = np.ones(len(as_it_was))
    for weights in (kept.weights[seats], rest.weights[seats].sum(axis=1), evenly):
        if weights.sum() > 0:
            return np.array(allocate(total, weights.tolist(), unit=rest.unit), dtype=np.int64)
    return as_it_was
