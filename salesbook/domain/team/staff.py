"""Which team, role and commission plan did a rep have on a day?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pandas as pd

DATED: Final = ("team", "role", "manager_id", "plan")
"""What Assignments may change about a rep."""

_BEFORE: Final = pd.Timestamp(1900, 1, 1)


class Staff:
    """Reps as they were on any day: Reps, changed from each `valid_from` of Assignments on.

    A blank field of an assignment stays as it was. What Reps says holds until the first assignment.
    """

    def __init__(self, reps: pd.DataFrame, assignments: pd.DataFrame) -> None:
        base = reps[["rep_id", *DATED]].assign(valid_from=_BEFORE)
        changes = assignments[["rep_id", "valid_from", *DATED]]
        both = pd.concat([base, changes], ignore_index=True).sort_values(["rep_id", "valid_from"])
        filled = both.groupby("rep_id", sort=False)[list(DATED)].ffill()
        self._states = both.assign(**{name: filled[name] for name in DATED}).sort_values(
            ["valid_from", "rep_id"], kind="stable"
        )
        self._states["valid_from"] = self._states["valid_from"].astype("datetime64[us]")
        self._reps = reps

    def on(self, rep_ids: pd.Series[Any], days: pd.Series[Any]) -> pd.DataFrame:
        """Team, role, manager and plan of each rep on each day, under the index of `rep_ids`.

        Args:
            rep_ids: one per row; a rep that Reps lacks has no team and no plan.
            days: one per row, none missing.
        """
        asked = pd.DataFrame({"rep_id": rep_ids.astype("str"), "day": days.astype("datetime64[us]")})
        asked["place"] = range(len(asked))
        found = pd.merge_asof(
            asked.sort_values("day", kind="stable"),
            self._states,
            left_on="day",
            right_on="valid_from",
            by="rep_id",
        )
        found = found.sort_values("place")[list(DATED)]
        return found.set_axis(rep_ids.index, axis=0)

    def employed(self, start: dt.date, end: dt.date) -> list[str]:
        """Reps who worked here on some day from `start` to `end`, by key; a missing date is no limit."""
        reps = self._reps
        came = reps["hired_on"].isna() | (reps["hired_on"] <= pd.Timestamp(end))
        stayed = reps["left_on"].isna() | (reps["left_on"] >= pd.Timestamp(start))
        return sorted(reps.loc[came & stayed, "rep_id"])

    def managers(self, day: dt.date) -> set[str]:
        """Reps who have somebody under them on that day, or whose role is manager."""
        ids = self._reps["rep_id"]
        state = self.on(ids, pd.Series(pd.Timestamp(day), index=ids.index))
        named = set(ids[state["role"].str.strip().str.casefold() == "manager"])
        return named | set(state["manager_id"].dropna())
