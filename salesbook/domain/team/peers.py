"""Who is appraised in a period, and with whom is each compared?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.team.staff import Staff
from salesbook.domain.team.windows import Window

_FEW_PEERS: Final = 3
"""A team smaller than this says nothing about what is usual."""


@dataclass(frozen=True)
class Peers:
    """Who is appraised, in order; each is compared with a group, himself included."""

    reps: Sequence[str]
    places: Ints
    """Where each stands among `Staff.ids`."""
    groups: Sequence[Ints]
    """Members of each group, as places in `reps`."""
    group_of: Ints
    """For each rep, the group he is compared with; he may be a member of others too."""

    def medians(self, values: Floats) -> Floats:
        """For each rep, the median of the peers' values; missing ones do not count."""
        medians = []
        for group in self.groups:
            of_group = values[group]
            known = of_group[~np.isnan(of_group)]
            medians.append(np.median(known) if known.size else np.nan)
        return np.array(medians)[self.group_of]


def peers_of(staff: Staff, window: Window, sellers: Collection[str]) -> Peers:
    """Say who is appraised in a window, and with whom: the own team, or all where it is small.

    Args:
        sellers: reps with own targets or sales in the window; who manages others is appraised only
            as one.

    Returns: everybody who was employed on some day of the window, by key.
    """
    managers = staff.managers(window.end)
    employed = staff.employed(window.start, window.end)
    reps = [rep for rep in employed if rep not in managers or rep in sellers]
    places = staff.places(pd.Series(reps, dtype="str"))

    team_of_staff = staff.on_day(window.end)["team"]
    teams = team_of_staff.iloc[places]
    everybody = np.arange(len(reps))
    groups = [everybody]
    group_of = np.zeros(len(reps), dtype=np.int64)
    for team in teams.dropna().unique():
        members = np.flatnonzero(teams == team)
        if members.size >= _FEW_PEERS:
            group_of[members] = len(groups)
            groups.append(members)
    return Peers(reps, places, groups, group_of)
