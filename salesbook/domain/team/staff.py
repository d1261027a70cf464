"""Which team, role, manager and pay scheme did a rep have on a day?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.arrays import Ints
from salesbook.domain.outcome import Task
from salesbook.names.folding import fold_name

DATED: Final = ("team", "role", "manager_id", "plan")
"""What Assignments may change about a rep; `plan` names the pay scheme."""

NO_TEAM: Final = "no-team"
"""Stands for the team of whoever has none, so that teams add up to the company."""

_BEFORE: Final = pd.Timestamp(1900, 1, 1)


class Staff:
    """Reps as they were on any day: Reps, changed from each `valid_from` of Assignments on.

    A blank field of an assignment stays as it was. What Reps says holds until the first assignment.
    `ids` are all reps, by key.
    """

    def __init__(self, reps: pd.DataFrame, assignments: pd.DataFrame) -> None:
        """Lay what Reps says and each assignment in order of their days.

        Args:
            reps: the Reps table.
            assignments: the Assignments table.
        """
        dated = list(DATED)
        at_first = reps[["rep_id", *dated]].assign(valid_from=_BEFORE)
        changes = assignments[["rep_id", "valid_from", *dated]]
        states = pd.concat([at_first, changes], ignore_index=True)
        states = states.sort_values(["rep_id", "valid_from"])

        # What an assignment leaves blank goes on as before.
        states[dated] = states.groupby("rep_id", sort=False)[dated].ffill()

        # merge_asof wants its right side in order of the days, in the unit of the left one.
        states = states.sort_values(["valid_from", "rep_id"], kind="stable")
        states["valid_from"] = states["valid_from"].astype("datetime64[us]")
        self._states = states
        self._reps = reps
        self._assignments = assignments
        self._on_days: dict[dt.date, pd.DataFrame] = {}
        self.ids = pd.Index(sorted(reps["rep_id"]), dtype="str", name="rep_id")

    def on(self, rep_ids: pd.Series[Any], days: pd.Series[Any]) -> pd.DataFrame:
        """Team, role, manager and plan of each rep on each day, under the index of `rep_ids`.

        Args:
            rep_ids: one per row; a rep that Reps lacks has no team and no plan.
            days: one per row, none missing.
        """
        wanted = pd.DataFrame(
            {"rep_id": rep_ids.astype("str"), "day": days.astype("datetime64[us]")}
        )
        wanted["place"] = range(len(wanted))
        matches = pd.merge_asof(
            wanted.sort_values("day", kind="stable"),
            self._states,
            left_on="day",
            right_on="valid_from",
            by="rep_id",
        )
        in_order = matches.sort_values("place")[list(DATED)]
        return in_order.set_axis(rep_ids.index, axis=0)

    def teams(self, rep_ids: pd.Series[Any], days: pd.Series[Any]) -> pd.Series[str]:
        """The team of each rep on each day, NO_TEAM where there is none; see `on`."""
        return self.on(rep_ids, days)["team"].fillna(NO_TEAM).astype("str")

    def on_day(self, day: dt.date) -> pd.DataFrame:
        """Everybody's team, role, manager and plan on one day, under `ids`.

        Many ask for the same few days: each is looked up once, and is nobody's to change.
        """
        if day not in self._on_days:
            self._on_days[day] = self._looked_up(day)
        return self._on_days[day]

    def _looked_up(self, day: dt.date) -> pd.DataFrame:
        begun = self._states[self._states["valid_from"] <= pd.Timestamp(day)]
        is_newest = ~begun["rep_id"].duplicated(keep="last")
        newest = begun[is_newest].set_index("rep_id")
        return newest[list(DATED)].reindex(self.ids)

    def all_on(self, plan: str, rep_ids: Collection[str]) -> Staff:
        """The same staff with some reps on one pay scheme on every day, and all others on none."""
        is_asked = self._reps["rep_id"].isin(list(rep_ids))
        plans = pd.Series(None, index=self._reps.index, dtype=self._reps["plan"].dtype)
        plans[is_asked] = plan
        without = pd.Series(None, index=self._assignments.index, dtype=plans.dtype)
        return Staff(self._reps.assign(plan=plans), self._assignments.assign(plan=without))

    def places(self, rep_ids: pd.Series[Any]) -> Ints:
        """Where each stands among `ids`; -1 for whom Reps lacks."""
        places: Ints = self.ids.get_indexer(pd.Index(rep_ids))
        return places

    def employed(self, start: dt.date, end: dt.date) -> list[str]:
        """Name, by key, who worked for us on some day from `start` to `end`.

        A missing date is no limit: a rep without `hired_on` was always there.
        """
        reps = []
        for rep, (hired_on, left_on) in self.employment.items():
            had_come = hired_on is None or hired_on <= end
            had_not_left = left_on is None or left_on >= start
            if had_come and had_not_left:
                reps.append(rep)
        return reps

    @cached_property
    def employment(self) -> dict[str, tuple[dt.date | None, dt.date | None]]:
        """First and last day of each rep, by key; None where it is not known."""
        reps = self._reps.set_index("rep_id").loc[self.ids]
        first_days = _dates(reps["hired_on"])
        last_days = _dates(reps["left_on"])
        spans = zip(first_days, last_days, strict=True)
        return dict(zip(self.ids, spans, strict=True))

    def name_of(self, rep_id: str) -> str:
        """What the rep is called, as `names_of_reps` says; the id of whom Team lacks."""
        return self._names.get(rep_id, rep_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        return names_of_reps(self._reps)

    def capacity(self, day: dt.date) -> dict[str, float]:
        """What each rep can take on of a full load on a day: 1 where nobody says otherwise."""
        typed = self._reps.set_index("rep_id")["capacity_rate"].fillna(1.0).to_dict()
        rates = {str(rep_id): float(rate) for rep_id, rate in typed.items()}
        begun = self._assignments["valid_from"] <= pd.Timestamp(day)
        says_rate = self._assignments["capacity_rate"].notna()
        for change in self._assignments[begun & says_rate].sort_values("valid_from").itertuples():
            rates[str(change.rep_id)] = float(change.capacity_rate)
        return rates

    def is_at_work(self, rep_id: str, day: dt.date) -> bool:
        """Whether a rep has been hired and has not left; of one whom Team lacks nobody says so."""
        first_day, last_day = self.employment.get(rep_id, (None, None))
        has_come = first_day is None or first_day <= day
        has_not_left = last_day is None or last_day >= day
        return has_come and has_not_left

    def responsible(self, rep_id: str | None, day: dt.date) -> str | None:
        """Who can act for a rep on a day: the rep, or the next manager up who is at work.

        None where nobody is: then it is the company's.
        """
        if rep_id is None or self.is_at_work(rep_id, day):
            return rep_id
        manager_of = self.on_day(day)["manager_id"]
        asked: set[str] = set()
        while rep_id is not None and rep_id not in asked:
            if self.is_at_work(rep_id, day):
                return rep_id
            asked.add(rep_id)  # two who manage each other would be asked for ever
            manager = manager_of.get(rep_id)
            rep_id = None if pd.isna(manager) else str(manager)
        return None

    def on_leave(self, day: dt.date) -> set[str]:
        """Reps who are with us and have no capacity on that day; a manager without any just manages."""
        without_capacity = {rep for rep, rate in self.capacity(day).items() if rate == 0}
        at_work = {rep for rep in without_capacity if self.is_at_work(rep, day)}
        return at_work - self.managers(day)

    def who_calls(self, owners: Iterable[str], day: dt.date) -> dict[str, str | None]:
        """Who calls the customers of each owner on a day: the owner, or who acts for him.

        For who has left or is on leave the next manager up acts; None where there is none, for then
        it is the company's.
        """
        away = self.on_leave(day)
        callers: dict[str, str | None] = {}
        for owner in owners:
            caller = self.responsible(owner, day)
            asked: set[str] = set()
            while caller is not None and caller in away and caller not in asked:
                asked.add(caller)
                manager = self.on_day(day)["manager_id"].get(caller)
                caller = None if pd.isna(manager) else self.responsible(str(manager), day)
            # Two who are each other's managers, and both away, can call nobody.
            callers[owner] = None if caller in away else caller
        return callers

    @cached_property
    def named_as_manager(self) -> frozenset[str]:
        """Everybody who was somebody else's manager on some day."""
        is_another = self._states["manager_id"] != self._states["rep_id"]
        return frozenset(self._states.loc[is_another, "manager_id"].dropna())

    def managers(self, day: dt.date) -> set[str]:
        """Reps who have somebody under them on that day, or whose role is manager."""
        state = self.on_day(day)
        role = state["role"].str.strip().str.casefold()
        managers_by_role = set(state.index[role == "manager"])
        have_somebody_under_them = set(state["manager_id"].dropna())
        return managers_by_role | have_somebody_under_them


def names_of_reps(reps: pd.DataFrame) -> dict[str, str]:
    """What each rep is called, by key: `Ann Lee`, and `Ann Lee (R05)` where two are called so.

    Sentences tell namesakes apart as tables do. The key stands for a name that is not there.
    """
    names = reps["name"].fillna(reps["rep_id"]).astype("str")
    folded = names.map(fold_name)
    is_shared = folded.duplicated(keep=False)
    told = names.where(~is_shared, names + " (" + reps["rep_id"].astype("str") + ")")
    return dict(zip(reps["rep_id"].astype("str").tolist(), told.tolist(), strict=True))


def staff_of_run(task: Task) -> Staff:
    """Everybody as of the day of a run, laid out once for all its verbs."""
    return task.once("staff", lambda: Staff(task.tables["Reps"], task.tables["Assignments"]))


def _dates(days: pd.Series[Any]) -> list[dt.date | None]:
    return [None if pd.isna(day) else day.date() for day in days]
