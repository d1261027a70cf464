"""Who can carry a part of a target, in which months, in which team, and with how much capacity?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.calendar import first_day
from salesbook.domain.targets.ramp import employed_months, ramp_shares
from salesbook.domain.team.staff import Staff


@dataclass(frozen=True)
class Seats:
    """The rows of a plan: a rep in a team, in order of both; who changes teams has a seat in each.

    Arrays are (seats, months).
    """

    months: tuple[str, ...]
    rep_ids: tuple[str, ...]
    teams: tuple[str, ...]
    """A blank one is no team."""
    present: Flags
    """In the company and in this team."""
    capacity: Floats
    """Capacity rate × ramp; 0 where not present."""
    rate: Floats
    """Capacity rate alone, of the rep."""

    def chosen(self, seats: Flags) -> Seats:
        """Only these seats."""
        at = np.flatnonzero(seats).tolist()
        return Seats(
            self.months,
            tuple(self.rep_ids[one] for one in at),
            tuple(self.teams[one] for one in at),
            self.present[seats],
            self.capacity[seats],
            self.rate[seats],
        )

    def since(self, month: str) -> Seats:
        """Only the months from this one on; seats that are empty then stay, with no month."""
        later = np.array([one >= month for one in self.months])
        return Seats(
            tuple(one for one in self.months if one >= month),
            self.rep_ids,
            self.teams,
            self.present[:, later],
            self.capacity[:, later],
            self.rate[:, later],
        )

    def of_rep(self, rep_id: str) -> list[int]:
        """Positions of a rep's seats, none for who has no seat."""
        return self._places.get(rep_id, [])

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for at, rep in enumerate(self.rep_ids):
            places.setdefault(rep, []).append(at)
        return places


def seats_of(
    reps: pd.DataFrame,
    assignments: pd.DataFrame,
    *,
    months: Sequence[str],
    ramp: Sequence[float],
    leave_out: Collection[str],
) -> Seats:
    """Find the seats of everybody who works here in some of the months.

    Team and capacity of a month are those of its first day; months before hire and after leaving do
    not count (`ramp.employed_months`). A rep without capacity rate has 1.

    Args:
        reps: the Reps table, and the Assignments table.
        months: month periods, rising.
        ramp: shares by month since hire, for `capacity`.
        leave_out: rep_ids that carry no target of their own.
    """
    people = reps[~reps["rep_id"].isin(list(leave_out))].sort_values("rep_id")
    ids = [str(one) for one in people["rep_id"]]
    pairs = [(int(month[:4]), int(month[5:7])) for month in months]
    shape = (len(ids), len(months))
    dates = [
        (_day(hired), _day(left))
        for hired, left in zip(people["hired_on"], people["left_on"], strict=True)
    ]
    employed = np.array(
        [employed_months(pairs, hired_on=hired, left_on=left) for hired, left in dates], dtype=bool
    ).reshape(shape)
    ramped = np.array(
        [ramp_shares(pairs, hired_on=hired, ramp=ramp) for hired, _ in dates]
    ).reshape(shape)
    rate = _rates(people, assignments, months)
    teams = _teams(reps, assignments, ids, months)
    seats = sorted(
        {(ids[at], teams[at, month], at) for at, month in np.argwhere(employed).tolist()}
    )
    rows = [at for _, _, at in seats]
    own = np.array([team for _, team, _ in seats], dtype="object").reshape(-1, 1)
    present = employed[rows] & (teams[rows] == own)
    return Seats(
        tuple(months),
        tuple(rep for rep, _, _ in seats),
        tuple(team for _, team, _ in seats),
        present,
        np.where(present, rate[rows] * ramped[rows], 0.0),
        rate[rows],
    )


def _teams(
    reps: pd.DataFrame, assignments: pd.DataFrame, ids: list[str], months: Sequence[str]
) -> Any:
    """Team of each rep on the first day of each month, as an array of text."""
    asked = pd.MultiIndex.from_product([ids, months]).to_frame(
        index=False, name=["rep_id", "month"]
    )
    days = pd.to_datetime(asked["month"] + "-01", format="%Y-%m-%d")
    teams = Staff(reps, assignments).on(asked["rep_id"], days)["team"].fillna("")
    return teams.to_numpy(dtype="object").reshape(len(ids), len(months))


def _rates(people: pd.DataFrame, assignments: pd.DataFrame, months: Sequence[str]) -> Floats:
    """Capacity rate of each rep in each month: of Reps, changed from each `valid_from` on."""
    base = people["capacity_rate"].fillna(1.0).to_numpy(dtype=np.float64)
    rates = np.repeat(base[:, None], len(months), axis=1)
    place = {str(rep): at for at, rep in enumerate(people["rep_id"])}
    changes = assignments[assignments["capacity_rate"].notna()].sort_values(
        ["rep_id", "valid_from"]
    )
    starts = np.array([pd.Timestamp(first_day(month, 1)) for month in months])
    for rep, since, rate in zip(
        changes["rep_id"], changes["valid_from"], changes["capacity_rate"], strict=True
    ):
        if rep in place:
            rates[place[rep], starts >= since] = rate
    return rates


def _day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else value.date()
