"""What is left to plan of a year when some of its months are over?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.targets.spread.seats import Seats
from salesbook.domain.targets.spread.targets import Shares
from salesbook.names.folding import fold_name


@dataclass(frozen=True)
class Done:
    """What the months that are not planned anew bring: actuals of those gone, the plan of those
    running.
    """

    total: int
    teams: Mapping[str, int]
    """By folded name; one that is not there brought nothing."""
    seats: Ints


def rest_of(shares: Shares, seats: Seats, done: Done, *, least: Ints, spare: Floats) -> Shares:
    """Take off what is done from the year's total and from each part: the rest carries the gap.

    Who is free to carry more or less gets the rest in proportion to what is missing from the own
    part. A fixed rep or team carries its own gap; one that is beyond its target has nothing left to
    do, and that lightens nobody else. What somebody who left did not reach falls to those who are
    free. No part goes below its locks.

    Args:
        shares: of the whole year.
        seats: with the months to plan only.
        least: of each seat, what its locks and lower bounds need in those months.
        spare: weights of those months, for when nobody misses anything.

    Returns: the shares of the months to plan; their total is above what is missing only where fixed
        parts and locks need it.
    """
    here = shares.within & seats.present.any(axis=1)
    fixed = {
        at: max(part - int(done.seats[at]), int(least[at]))
        for at, part in shares.fixed.items()
        if here[at]
    }
    excess = {at: left - shares.fixed[at] + int(done.seats[at]) for at, left in fixed.items()}
    loose = here & ~np.isin(np.arange(len(here)), list(fixed))
    teams: dict[str, int] = {}
    missing = shares.total - done.total
    wanted = np.zeros(len(here))
    for team, members in _pools(shares, seats):
        need = sum(left for at, left in fixed.items() if members[at]) + int(
            least[members & loose].sum()
        )
        gone = missing if team is None else shares.teams[team] - done.teams.get(team, 0)
        more = sum(over for at, over in excess.items() if members[at])
        if team is not None and (members & here).any():
            teams[team] = max(gone + more, need)
            missing += teams[team] - gone
        elif team is None:
            missing += more
        wanted = np.where(members & loose, _missing_parts(shares, members, done, spare), wanted)
    needed = sum(teams.values()) + _outside(fixed, least, loose, seats, teams)
    total = max(missing, needed) if shares.of_company else needed
    return replace(shares, total=total, wanted=wanted, fixed=fixed, teams=teams, within=here)


def _pools(shares: Shares, seats: Seats) -> list[tuple[str | None, Flags]]:
    """Seats of each team with a target of its own, then all others."""
    names = np.array([fold_name(team) for team in seats.teams], dtype="object")
    held = [(team, names == team) for team in sorted(shares.teams)]
    others = ~np.isin(names.astype("str"), list(shares.teams))
    return [*held, (None, others)]


def _missing_parts(shares: Shares, members: Flags, done: Done, spare: Floats) -> Floats:
    """What each member misses of its part of the year;
    their weights where nobody misses anything.
    """
    parts = np.maximum(shares.wanted - done.seats, 0.0)
    return parts if parts[members].sum() > 0 else spare


def _outside(
    fixed: dict[int, int], least: Ints, loose: Flags, seats: Seats, teams: Mapping[str, int]
) -> int:
    """What fixed reps and locks need outside of the teams that have a target."""
    apart = np.array([fold_name(team) not in teams for team in seats.teams], dtype=bool)
    return sum(left for at, left in fixed.items() if apart[at]) + int(least[apart & loose].sum())
