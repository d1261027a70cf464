"""How many further hires close what a team is short of, by which day, and from which month on?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import month_of, next_month, year_and_month
from salesbook.domain.targets.ramp import first_month, ramp_shares

_LAST_DAY_OF_HIRE: Final = 15
"""Who starts by this day of a month counts for it, see `ramp.first_month`."""
_NEW_FOR_EACH: Final = 0.5
_FIRST_OF_A_TEAM: Final = 2
_ALMOST: Final = 1e-9
"""Reps; sums of shares that differ by less are the same."""


@dataclass(frozen=True)
class Hires:
    """What a team should hire, besides its open openings."""

    count: int
    start_by: dt.date
    """The latest day on which they may start and still close as much."""
    closed_from: str | None
    """The first month from which on they carry all that is missing; None: not even the last month."""

    def count_in(self, month: str) -> bool:
        """Whether they carry what is missing in a month; a part of it where they carry it nowhere."""
        return month >= (self.closed_from or month_of(self.start_by))


@dataclass(frozen=True)
class TooMany:
    """No hiring closes what a team is short of: it would have to grow faster than a team can."""

    count: int
    """So many it would take."""
    people: int
    until: str
    """The last month that is looked at."""


def most_at_once(people: int) -> int:
    """How many a team can take in within a year: one for every two who are there to train them.

    A team that is only being built takes in two.
    """
    return max(_FIRST_OF_A_TEAM, math.ceil(people * _NEW_FOR_EACH))


def hires_for(
    missing: Mapping[str, float],
    last_month: str,
    *,
    soonest: dt.date,
    ramp: Sequence[float],
    people: int,
) -> Hires | TooMany | None:
    """Find one answer for a team: the fewest hires that close its short months from the soonest on.

    A hire stays. So never more are asked for than carry what is missing once they are through their
    ramp: a gap of one rep in the month after next is no reason to hire four who carry a quarter each,
    for three of them would be too many soon after. Nor more than the team can take in, see
    `most_at_once`. Months that so many do not reach in time stay short.

    Args:
        missing: full reps by month; months that are not short lack.
        last_month: up to which is known what is missing.
        soonest: the day on which who is sought from today on may start.
        people: how many the team has today.

    Returns: None where they would carry nothing, or nothing but months that are over before them;
        TooMany where even as many as the team can take in close no month up to the last.
    """
    months = sorted(missing)
    needs = np.array([missing[month] for month in months])
    shares = dict(_shares_by_start(months, soonest, ramp))
    if not shares:
        return None
    of_soonest = shares[min(shares)]
    most = _most(needs, of_soonest, ramp)
    if not most:
        return None

    def closed_from(count: int, share: Floats) -> int:
        """The place of the first month from which on so many hires carry every month."""
        is_open = np.flatnonzero(count * share < needs - _ALMOST)
        return int(is_open[-1]) + 1 if len(is_open) else 0

    counts = range(1, min(most, most_at_once(people)) + 1)
    place, count = min((closed_from(count, of_soonest), count) for count in counts)
    if place == len(months):
        # What the ramp alone leaves open closes itself later; a gap that is over by then needs nobody.
        if months[-1] != last_month:
            return None
        if most > counts[-1]:
            return TooMany(most, people, last_month)
        return Hires(most, min(shares), None)
    in_time = [day for day, share in shares.items() if closed_from(count, share) <= place]
    return Hires(count, max(in_time), months[place])


def _most(needs: Floats, share: Floats, ramp: Sequence[float]) -> int:
    """How many hires are needed once they are through their ramp; else, as far as they get."""
    full = ramp[-1] if ramp else 1.0
    if full <= 0:
        return 0
    in_full = needs[share >= full]
    reached = in_full if len(in_full) else needs[share > 0]
    return math.ceil(reached.max() / full - _ALMOST) if len(reached) else 0


def _shares_by_start(
    months: Sequence[str], soonest: dt.date, ramp: Sequence[float]
) -> Iterator[tuple[dt.date, Floats]]:
    """By the last day of hire of each month: the share of a full rep that it gives in the months."""
    calendar = [year_and_month(month) for month in months]
    start = month_of(soonest)
    while start <= months[-1]:
        day = dt.date(*year_and_month(start), _LAST_DAY_OF_HIRE)
        if day >= soonest and first_month(day) <= calendar[-1]:
            yield day, np.array(ramp_shares(calendar, hired_on=day, ramp=ramp))
        start = next_month(start)
