"""Which team, role and commission plan did a rep have on a day?"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.arrays import Ints

DATED: Final = ("team", "role", "manager_id", "plan")
"""What Assignments may change about a rep."""

_BEFORE: Final = pd.Timestamp(1900, 1, 1)


class Staff:
    """Reps as they were on any day: Reps, changed from each `valid_from` of Assignments on.

    A blank field of an assignment stays as it was. What Reps says holds until the first assignment.
    `ids` are all reps, by key.
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
        self.ids = pd.Index(sorted(reps["rep_id"]), dtype="str", name="rep_id")

    def on(self, rep_ids: pd.Series[Any], days: pd.Series[Any]) -> pd.DataFrame:
        """Team, role, manager and plan of each rep on each day, under the index of `rep_ids`.

        Args:
            rep_ids: one per row; a rep that Reps lacks has no team and no plan.
            days: one per row, none missing.
        """
        asked = pd.DataFrame(
            {"rep_id": rep_ids.astype("str"), "day": days.astype("datetime64[us]")}
        )
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

    def on_day(self, day: dt.date) -> pd.DataFrame:
        """Everybody's team, role, manager and plan on one day, under `ids`."""
        known = self._states[self._states["valid_from"] <= pd.Timestamp(day)]
        newest = known[~known["rep_id"].duplicated(keep="last")].set_index("rep_id")
        return newest[list(DATED)].reindex(self.ids)

    def places(self, rep_ids: pd.Series[Any]) -> Ints:
        """Where each stands among `ids`; -1 for whom Reps lacks."""
        found: Ints = self.ids.get_indexer(pd.Index(rep_ids))
        return found

    def employed(self, start: dt.date, end: dt.date) -> list[str]:
        """Reps who worked here on some day from `start` to `end`, by key; a missing date is no
        limit.
        """
        return [
            rep
            for rep, (came, left) in self.employment.items()
            if (came is None or came <= end) and (left is None or left >= start)
        ]

    @cached_property
    def employment(self) -> dict[str, tuple[dt.date | None, dt.date | None]]:
        """First and last day of each rep, by key; None where it is not known."""
        reps = self._reps.set_index("rep_id").loc[self.ids]
        came, left = (
            [None if pd.isna(day) else day.date() for day in reps[name]]
            for name in ("hired_on", "left_on")
        )
        return dict(zip(self.ids, zip(came, left, strict=True), strict=True))

    def managers(self, day: dt.date) -> set[str]:
        """Reps who have somebody under them on that day, or whose role is manager."""
        state = self.on_day(day)
        named = set(state.index[state["role"].str.strip().str.casefold() == "manager"])
        return named | set(state["manager_id"].dropna())
