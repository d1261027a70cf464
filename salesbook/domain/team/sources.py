"""What do appraisals look at, prepared once for all periods and metrics?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Floats, Ints
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.outcome import Task
from salesbook.domain.sales.credit import new_customers, order_counts
from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.team.answers import rep_of_answers
from salesbook.domain.team.credited import CreditedSales, credited_sales
from salesbook.domain.team.goal_trees import GoalTrees
from salesbook.domain.team.peers import Peers
from salesbook.domain.team.staff import Staff
from salesbook.domain.team.windows import Window
from salesbook.frames import Tables
from salesbook.money import to_floats
from salesbook.policy import Policy

Begins = Literal["", "sales", "activities"]
"""What a workbook has kept from some day on; blank for what is whole in any period."""
_FIRST_PART: Final = 0.1
"""What begins within this part of a period may have begun before: not every day has a sale."""

MetricMonth = tuple[str, str]
"""A metric and a month, `2026-07`."""


@dataclass(frozen=True)
class Events:
    """What happened on which day, with which rep: arrays with a place for each event."""

    days: Days
    rep: Ints
    """Places among `Staff.ids`; -1 for somebody else."""
    hit: Flags
    """Which of them are what a metric asks for: a deal won, a visit."""
    staff_size: int

    def count(self, window: Window, peers: Peers, *, hits: bool) -> Ints:
        """Count the window's events, or only its hits, of each appraised rep."""
        counted = window.holds(self.days) & (self.rep >= 0)
        if hits:
            counted &= self.hit
        by_rep: Ints = np.bincount(self.rep[counted], minlength=self.staff_size)
        return by_rep[peers.places]


@dataclass(frozen=True)
class Sources:
    """What appraisals look at."""

    task: Task
    facts: pd.DataFrame
    """Target and actual by month, rep and metric, as `attainment.monthly` gives them."""
    staff: Staff
    credits: pd.DataFrame
    """Every sale by rep, as `credits_of` gives them; `facts` adds up the same."""

    @property
    def tables(self) -> Tables:
        """The rows of the workbook."""
        return self.task.tables

    @property
    def policy(self) -> Policy:
        """What the team set."""
        return self.task.policy

    @property
    def calendar(self) -> WorkCalendar:
        """Which days are worked. Whoever looks only at periods that are over never asks."""
        return self.task.calendar

    def sellers(self, window: Window) -> set[str]:
        """Who has a target or a sale in the window."""
        in_window = self.facts["month"].isin(window.months)
        return set(self.facts.loc[in_window, "rep_id"].dropna())

    def anything_sold(self, window: Window) -> bool:
        """Whether anybody's sales are known for the window."""
        return not self._months_sold.isdisjoint(window.months)

    def target(self, metric: str, window: Window, peers: Peers) -> Ints:
        """A metric's target: months down, appraised reps across.

        A month and a quarter hold what a re-split carries into them. A year does not: re-splitting
        changes when a quota is to be sold, and not the quota.
        """
        sums = self._quotas if window.is_year else self._targets
        return self._summed(sums, metric, window.months, peers)

    def actual(self, metric: str, months: tuple[str, ...], peers: Peers) -> Ints:
        """What was sold, in the metric's measure: months down, appraised reps across."""
        return self._summed(self._actuals, metric, months, peers)

    def months_planned(self, months: tuple[str, ...]) -> tuple[str, ...]:
        """The months from the first one on in which anybody has a revenue target; all without."""
        planned = [month for month in months if self._quotas_of("revenue", month).any()]
        return months[months.index(planned[0]) :] if planned else months

    @cached_property
    def revenue_credits(self) -> CreditedSales:
        """Revenue by rep and deal, in the currency's units."""
        amounts = to_floats(self.credits["amount"].to_numpy(), self.policy.decimals)
        return self._credited(self.credits, amounts)

    @cached_property
    def order_credits(self) -> CreditedSales:
        """Orders by rep and deal; each counts 1."""
        counted = order_counts(self.credits)
        return self._credited(counted, np.ones(len(counted)))

    @cached_property
    def customer_credits(self) -> CreditedSales:
        """New customers by rep; each counts 1."""
        counted = new_customers(self.credits)
        return self._credited(counted, np.ones(len(counted)))

    def _credited(self, lines: pd.DataFrame, values: Floats) -> CreditedSales:
        rep = self.staff.places(lines["rep_id"])
        return credited_sales(lines, values, rep, len(self.staff.ids))

    @cached_property
    def closed_deals(self) -> Events:
        """Deals won or lost on the day they were closed; hits are those won."""
        deals = self.tables["Deals"]
        kinds = stage_kinds(deals, self.policy)
        is_closed = kinds.isin(["won", "lost"])
        closed = deals[is_closed & deals["rep_id"].notna()]
        is_won = kinds[closed.index] == "won"
        return self._events(closed, "closed_on", is_won)

    @cached_property
    def activities(self) -> Events:
        """Whatever was done; hits are visits and calls."""
        activities = self.tables["Activities"]
        is_visit_or_call = activities["kind"].isin(["visit", "phone"])
        return self._events(activities, "done_on", is_visit_or_call)

    def is_whole(self, begins: Begins, window: Window) -> bool:
        """Whether something was kept all through a window, and not only since some day inside of it.

        Visits of a year in which they were first noted in October are not those of the year.
        """
        if not begins:
            return True
        days = self.activities.days if begins == "activities" else self.revenue_credits.days
        known = days[~np.isnat(days)]
        if not known.size:
            return False
        length = (window.end - window.start).days + 1
        latest = window.start + dt.timedelta(days=math.floor(length * _FIRST_PART))
        return bool(known.min() < np.datetime64(latest + dt.timedelta(days=1)))

    @cached_property
    def surveys(self) -> pd.DataFrame:
        """Survey scores, lowest first: received_at, score and rep, a place among `Staff.ids`.

        Who answers for a score says `rep_of_answers`.
        """
        feedback = self.tables["Feedback"]
        is_survey = feedback["kind"] == "survey"
        has_score = feedback["score"].notna()
        scored = feedback[is_survey & has_score]
        # A mean depends on the order of its terms in the last digit: sorted, it does not.
        scored = scored.sort_values("score", kind="stable")

        rep = rep_of_answers(scored, self.tables["Customers"])
        return scored[["received_at", "score"]].assign(rep=self.staff.places(rep))

    @cached_property
    def goal_trees(self) -> GoalTrees:
        """All goals that were agreed."""
        return GoalTrees.of(self.tables["Goals"])

    def better_of(self, metric: str) -> str:
        """Whether a metric is better when higher or lower: higher where Settings lacks it."""
        of_metric = (row.better for row in self.policy.metrics if row.metric == metric)
        return next(of_metric, "higher")

    def _events(self, frame: pd.DataFrame, day_field: str, hit: pd.Series[bool]) -> Events:
        return Events(
            days=frame[day_field].to_numpy(),
            rep=self.staff.places(frame["rep_id"]),
            hit=hit.to_numpy(dtype=bool),
            staff_size=len(self.staff.ids),
        )

    @cached_property
    def _months_sold(self) -> set[str]:
        """Months in which anybody sold anything, refunds included."""
        return set(self.facts.loc[self.facts["actual"] != 0, "month"])

    @cached_property
    def _targets(self) -> Mapping[MetricMonth, Ints]:
        return self._monthly("target")

    @cached_property
    def _quotas(self) -> Mapping[MetricMonth, Ints]:
        return self._monthly("quota")

    @cached_property
    def _actuals(self) -> Mapping[MetricMonth, Ints]:
        return self._monthly("actual")

    def _monthly(self, column: str) -> dict[MetricMonth, Ints]:
        """Sums by metric and month, with a place for everybody on the staff."""
        sums = self.facts.groupby(["metric", "month", "rep_id"])[column].sum()
        by_rep = sums.unstack(fill_value=0)
        everybody = by_rep.reindex(columns=self.staff.ids, fill_value=0)
        return dict(zip(everybody.index, everybody.to_numpy(), strict=True))

    def _quotas_of(self, metric: str, month: str) -> Ints:
        nothing = np.zeros(len(self.staff.ids), dtype=np.int64)
        return self._quotas.get((metric, month), nothing)

    def _summed(
        self, sums: Mapping[MetricMonth, Ints], metric: str, months: tuple[str, ...], peers: Peers
    ) -> Ints:
        """Months down, appraised reps across; 0 for a month without any row."""
        nothing = np.zeros(len(self.staff.ids), dtype=np.int64)
        by_month = [sums.get((metric, month), nothing) for month in months]
        return np.array([everybody[peers.places] for everybody in by_month])
