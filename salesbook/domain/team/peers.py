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
        known = [values[group][~np.isnan(values[group])] for group in self.groups]
        return np.array([np.median(some) if some.size else np.nan for some in known])[self.group_of]


def peers_of(staff: Staff, window: Window, sellers: Collection[str]) -> Peers:
    """Compare who was employed on some day of the window with the own team, or all where it is
    under three.

    Args:
        sellers: reps with own targets or sales in the window; who manages others is appraised only
            as one.
    """
    managers = staff.managers(window.end)
    employed = staff.employed(window.start, window.end)
    reps = [rep for rep in employed if rep not in managers or rep in sellers]
    places = staff.places(pd.Series(reps, dtype="str"))
    teams = staff.on_day(window.end)["team"].iloc[places]
    members = [np.flatnonzero(teams == team) for team in teams.dropna().unique()]
    groups = [np.arange(len(reps)), *(group for group in members if group.size >= _FEW_PEERS)]
    group_of = np.zeros(len(reps), dtype=np.int64)
    for number, group in enumerate(groups[1:], start=1):
        group_of[group] = number
    return Peers(reps, places, groups, group_of)
