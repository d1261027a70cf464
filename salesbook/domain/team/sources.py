"""What do appraisals look at, prepared once for all periods and metrics?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Ints
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.team.peers import Peers
from salesbook.domain.team.staff import Staff
from salesbook.domain.team.windows import Window
from salesbook.frames import Tables
from salesbook.policy import Policy


@dataclass(frozen=True)
class Events:
    """What happened on which day, with which rep: arrays with a place for each event."""

    on: Days
    rep: Ints
    """Places among `Staff.ids`; -1 for somebody else."""
    hit: Flags
    """Which of them are what a metric asks for: a deal won, a visit."""
    staff_size: int

    def count(self, window: Window, peers: Peers, *, hits: bool) -> Ints:
        """Count the window's events, or only its hits, of each appraised rep."""
        chosen = window.holds(self.on) & (self.rep >= 0)
        if hits:
            chosen &= self.hit
        by_rep: Ints = np.bincount(self.rep[chosen], minlength=self.staff_size)
        return by_rep[peers.places]


@dataclass(frozen=True)
class Sources:
    """What appraisals look at."""

    tables: Tables
    policy: Policy
    facts: pd.DataFrame
    """Target and actual by month, rep and metric, as `attainment.monthly` gives them."""
    staff: Staff
    calendar: WorkCalendar

    def sellers(self, window: Window) -> set[str]:
        """Who has a target or a sale in the window."""
        return set(self.facts.loc[self.facts["month"].isin(window.months), "rep_id"].dropna())

    def anything_sold(self, window: Window) -> bool:
        """Whether anybody's sales are known for the window."""
        return not self._months_sold.isdisjoint(window.months)

    def target(self, metric: str, window: Window, peers: Peers) -> Ints:
        """A metric's target: months down, appraised reps across; in a year what counts for the
        year.
        """
        sums = self._quotas if window.is_year else self._targets
        return self._summed(sums, metric, window.months, peers)

    def actual(self, metric: str, months: tuple[str, ...], peers: Peers) -> Ints:
        """What was sold, in the metric's measure: months down, appraised reps across."""
        return self._summed(self._actuals, metric, months, peers)

    @cached_property
    def closed_deals(self) -> Events:
        """Deals won or lost on the day they were closed; hits are those won."""
        deals = self.tables["Deals"]
        kinds = stage_kinds(deals, self.policy)
        closed = deals[kinds.isin(["won", "lost"]) & deals["rep_id"].notna()]
        return self._events(closed, "closed_on", kinds[closed.index] == "won")

    @cached_property
    def activities(self) -> Events:
        """Whatever was done; hits are visits and calls."""
        done = self.tables["Activities"]
        return self._events(done, "done_on", done["kind"].isin(["visit", "phone"]))

    @cached_property
    def surveys(self) -> pd.DataFrame:
        """Survey scores, lowest first: received_at, score and rep, a place among `Staff.ids`.

        The customer's owner answers for a score, or the feedback's owner where the customer has
        none.
        """
        feedback = self.tables["Feedback"]
        kept = feedback[(feedback["kind"] == "survey") & feedback["score"].notna()]
        kept = kept.sort_values("score", kind="stable")
        owners = self.tables["Customers"].set_index("customer_id")["owner_id"]
        rep = owners.reindex(kept["customer_id"]).set_axis(kept.index).fillna(kept["owner_id"])
        return kept[["received_at", "score"]].assign(rep=self.staff.places(rep))

    def _events(self, frame: pd.DataFrame, on: str, hit: pd.Series[bool]) -> Events:
        rep, staff_size = self.staff.places(frame["rep_id"]), len(self.staff.ids)
        return Events(frame[on].to_numpy(), rep, hit.to_numpy(dtype=bool), staff_size)

    @cached_property
    def _months_sold(self) -> set[str]:
        return set(self.facts.loc[self.facts["actual"] != 0, "month"])

    @cached_property
    def _targets(self) -> Mapping[Any, Ints]:
        return self._monthly("target")

    @cached_property
    def _quotas(self) -> Mapping[Any, Ints]:
        return self._monthly("quota")

    @cached_property
    def _actuals(self) -> Mapping[Any, Ints]:
        return self._monthly("actual")

    def _monthly(self, column: str) -> dict[Any, Ints]:
        """Everybody's sums by metric and month."""
        sums = self.facts.groupby(["metric", "month", "rep_id"])[column].sum().unstack(fill_value=0)
        return dict(
            zip(
                sums.index,
                sums.reindex(columns=self.staff.ids, fill_value=0).to_numpy(),
                strict=True,
            )
        )

    def _summed(
        self, sums: Mapping[Any, Ints], metric: str, months: tuple[str, ...], peers: Peers
    ) -> Ints:
        nothing = np.zeros(len(self.staff.ids), dtype=np.int64)
        return np.array([sums.get((metric, month), nothing)[peers.places] for month in months])
