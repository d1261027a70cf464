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
from salesbook.domain.arithmetic.calendar import first_day, year_and_month
from salesbook.domain.targets.ramp import employed_months, ramp_shares
from salesbook.domain.team.staff import Staff
from salesbook.names.folding import fold_name


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

    @cached_property
    def folded_teams(self) -> tuple[str, ...]:
        """The team of each seat in the form in which typed names are compared."""
        return tuple(fold_name(team) for team in self.teams)

    def chosen(self, is_chosen: Flags) -> Seats:
        """Only these seats."""
        positions = np.flatnonzero(is_chosen).tolist()
        return Seats(
            self.months,
            tuple(self.rep_ids[seat] for seat in positions),
            tuple(self.teams[seat] for seat in positions),
            self.present[is_chosen],
            self.capacity[is_chosen],
            self.rate[is_chosen],
        )

    def since(self, month: str) -> Seats:
        """Only the months from this one on; seats that are empty then stay, with no month."""
        is_later = np.array([period >= month for period in self.months])
        return Seats(
            tuple(period for period in self.months if period >= month),
            self.rep_ids,
            self.teams,
            self.present[:, is_later],
            self.capacity[:, is_later],
            self.rate[:, is_later],
        )

    def of_rep(self, rep_id: str) -> list[int]:
        """Positions of a rep's seats, none for who has no seat."""
        return self._by_rep.get(rep_id, [])

    @cached_property
    def _by_rep(self) -> dict[str, list[int]]:
        positions: dict[str, list[int]] = {}
        for seat, rep in enumerate(self.rep_ids):
            positions.setdefault(rep, []).append(seat)
        return positions


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
    ids = [str(rep) for rep in people["rep_id"]]
    teams = _teams(reps, assignments, ids, months)
    employed, ramped = _time_in_company(people, months, ramp)
    rate = _rates(people, assignments, months)

    # A seat for each rep and each team that the rep is in during some month of employment.
    seats = sorted(
        {
            (ids[person], teams[person, month], person)
            for person, month in np.argwhere(employed).tolist()
        }
    )
    person_of_seat = [person for _, _, person in seats]
    team_of_seat = np.array([team for _, team, _ in seats], dtype="object").reshape(-1, 1)

    is_in_team = teams[person_of_seat] == team_of_seat
    present = employed[person_of_seat] & is_in_team
    capacity = rate[person_of_seat] * ramped[person_of_seat]
    return Seats(
        tuple(months),
        tuple(rep for rep, _, _ in seats),
        tuple(team for _, team, _ in seats),
        present,
        np.where(present, capacity, 0.0),
        rate[person_of_seat],
    )


def _time_in_company(
    people: pd.DataFrame, months: Sequence[str], ramp: Sequence[float]
) -> tuple[Flags, Floats]:
    """Who is employed in which month, and the share of full capacity that the ramp gives then."""
    calendar_months = [year_and_month(month) for month in months]
    employed, ramped = [], []
    for hired, left in zip(people["hired_on"], people["left_on"], strict=True):
        hired_on, left_on = _day(hired), _day(left)
        employed.append(employed_months(calendar_months, hired_on=hired_on, left_on=left_on))
        ramped.append(ramp_shares(calendar_months, hired_on=hired_on, ramp=ramp))

    shape = (len(people), len(months))
    return (
        np.array(employed, dtype=bool).reshape(shape),
        np.array(ramped, dtype=np.float64).reshape(shape),
    )


def _teams(
    reps: pd.DataFrame, assignments: pd.DataFrame, ids: list[str], months: Sequence[str]
) -> Any:
    """Team of each rep on the first day of each month, as an array of text."""
    every_pair = pd.MultiIndex.from_product([ids, months])
    asked = every_pair.to_frame(index=False, name=["rep_id", "month"])
    days = pd.to_datetime(asked["month"] + "-01", format="%Y-%m-%d")

    state = Staff(reps, assignments).on(asked["rep_id"], days)
    teams = state["team"].fillna("")
    return teams.to_numpy(dtype="object").reshape(len(ids), len(months))


def _rates(people: pd.DataFrame, assignments: pd.DataFrame, months: Sequence[str]) -> Floats:
    """Capacity rate of each rep in each month: of Reps, changed from each `valid_from` on."""
    base = people["capacity_rate"].fillna(1.0).to_numpy(dtype=np.float64)
    rates = np.repeat(base[:, None], len(months), axis=1)
    row_of_rep = {str(rep): row for row, rep in enumerate(people["rep_id"])}
    month_starts = np.array([pd.Timestamp(first_day(month, 1)) for month in months])

    # The latest change comes last and so overwrites earlier ones in the months from it on.
    has_rate = assignments["capacity_rate"].notna()
    changes = assignments[has_rate].sort_values(["rep_id", "valid_from"])
    for change in changes.itertuples():
        row = row_of_rep.get(str(change.rep_id))
        if row is not None:
            is_changed = month_starts >= change.valid_from
            rates[row, is_changed] = change.capacity_rate
    return rates


def _day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else value.date()
