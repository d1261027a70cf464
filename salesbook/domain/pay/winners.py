"""Who wins an award in a period that is over?

The largest sum, and the most new customers, are facts, whatever luck had to do with them; among
newcomers there must be some to compete with, and a target that is reached. Skill is
not: it is only given to who is ahead by more than the best of equals would be (`team.shuffles`), and
to nobody where nobody is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day, months_in
from salesbook.domain.outcome import Task
from salesbook.domain.sales.credit import new_customers
from salesbook.domain.targets.attainment import monthly
from salesbook.domain.team.marks import luck_in
from salesbook.domain.team.peers import peers_of
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.staff import Staff
from salesbook.domain.team.windows import Window, window_of
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal
from salesbook.policy import Policy

_NEWCOMER_YEARS: Final = 1
"""Who was hired within so many years before the period's end is new."""
FEWEST_NEWCOMERS: Final = 3
"""Among fewer there is no competition: the only newcomer would always be the best."""


@dataclass(frozen=True, slots=True)
class Winner:
    """Who won, and why."""

    rep: str
    because: Message


@dataclass(frozen=True)
class Contest:
    """All that winners are found in; each period is looked at once."""

    task: Task
    lines: pd.DataFrame
    """Every sale by rep, as `credits_of` gives them."""
    target_plan: pd.DataFrame
    """What `plan_in_force` gives."""
    staff: Staff

    def winners(self, award: str, period: str) -> list[Winner]:
        """Who won, by key: several where they did equally well, nobody where nobody sold.

        Args:
            award: one of AwardRules.
            period: a month, quarter or year that is over.
        """
        return _RULES[award](self, period)

    def best_seller(self, period: str) -> list[Winner]:
        """Who sold most."""
        return self._largest(self._sold(period), "award-most-sold")

    def best_newcomer(self, period: str) -> list[Winner]:
        """Who sold most of those hired within a year before the period's end.

        To nobody where fewer than three compete, or where who sold most missed a target of his own:
        an award is praise, and a newcomer at a tenth of his target deserves help.
        """
        end = last_day(period, self._start_month)
        begins = (pd.Timestamp(end) - pd.DateOffset(years=_NEWCOMER_YEARS)).date()
        sold = {
            rep: amount
            for rep, amount in self._sold(period).items()
            if self._hired_after(rep, begins)
        }
        if len(sold) < FEWEST_NEWCOMERS:
            return []
        best = self._largest(sold, "award-most-sold-new")
        return [winner for winner in best if sold[winner.rep] >= self._target(winner.rep, period)]

    def _target(self, rep: str, period: str) -> int:
        """What the plan asks of a rep in a period, in minor units; 0 where it asks nothing."""
        plan = self.target_plan
        is_asked = (
            (plan["rep_id"] == rep)
            & (plan["metric"] == "revenue")
            & plan["period"].isin(months_in(period, self._start_month))
        )
        return int(plan.loc[is_asked, "amount"].sum())

    def most_new_customers(self, period: str) -> list[Winner]:
        """Who won the most customers who had never ordered before."""
        counts = self._of_team(self._customers_by_month, period)
        most = max(counts.values(), default=0)
        if most <= 0:
            return []
        because = Message("award-most-customers", {"count": most})
        return [Winner(rep, because) for rep in sorted(counts) if counts[rep] == most]

    def ahead_of_luck(self, period: str) -> list[Winner]:
        """Who is ahead of the others against quota, by more than the best of equals would be.

        Without targets nobody is: there is no quota to be ahead of. It is the same as what the score
        card of the period says.
        """
        window = window_of(period, last_day(period, self._start_month), self._start_month)
        if not self._has_targets(window):
            return []
        peers = peers_of(self.staff, window, self._sources.sellers(window))
        luck = luck_in(self._sources, window, peers)
        because = Message("award-ahead")
        return [
            Winner(rep, because)
            for rep, is_ahead in zip(peers.reps, luck.ahead.tolist(), strict=True)
            if is_ahead
        ]

    def _largest(self, sold: Mapping[str, int], code: str) -> list[Winner]:
        most = max(sold.values(), default=0)
        if most <= 0:
            return []
        facts: dict[str, Fact] = {"amount": to_decimal(most, self.policy.decimals)}
        because = Message(code, facts)
        return [Winner(rep, because) for rep in sorted(sold) if sold[rep] == most]

    def _sold(self, period: str) -> dict[str, int]:
        return self._of_team(self._sold_by_month, period)

    def _of_team(self, by_month: Mapping[str, Mapping[str, int]], period: str) -> dict[str, int]:
        """Sums of a period by rep, of those who worked for us on some day of it."""
        start, end = first_day(period, self._start_month), last_day(period, self._start_month)
        sums: dict[str, int] = dict.fromkeys(self.staff.employed(start, end), 0)
        for month in months_in(period, self._start_month):
            for rep, amount in by_month.get(month, {}).items():
                if rep in sums:
                    sums[rep] += amount
        return sums

    def _hired_after(self, rep: str, day: dt.date) -> bool:
        hired_on, _ = self.staff.employment[rep]
        return hired_on is not None and hired_on > day

    @property
    def policy(self) -> Policy:
        """What the team set."""
        return self.task.policy

    @property
    def _start_month(self) -> int:
        return self.policy.rules.fiscal_year_start

    @cached_property
    def _sold_by_month(self) -> dict[str, dict[str, int]]:
        """Revenue, in minor units, by month and rep."""
        sums = (
            self.lines["amount"]
            .astype("int64")
            .groupby([self.lines["month"], self.lines["rep_id"]])
        )
        return _nested(sums.sum())

    @cached_property
    def _customers_by_month(self) -> dict[str, dict[str, int]]:
        """New customers by month and rep."""
        first_orders = new_customers(self.lines)
        return _nested(first_orders.groupby(["month", "rep_id"]).size())

    @cached_property
    def _sources(self) -> Sources:
        """What score cards look at."""
        facts = monthly(self.lines, self.target_plan, self.staff)
        return Sources(self.task, facts, self.staff, self.lines)

    def _has_targets(self, window: Window) -> bool:
        plan = self.target_plan
        of_window = plan["period"].isin(window.months) & (plan["metric"] == "revenue")
        return bool((plan.loc[of_window, "quota"] > 0).any())


_RULES: Final[Mapping[str, Callable[[Contest, str], list[Winner]]]] = {
    "best-seller": Contest.best_seller,
    "best-newcomer": Contest.best_newcomer,
    "most-new-customers": Contest.most_new_customers,
    "ahead-of-luck": Contest.ahead_of_luck,
}
"""Every award of AwardRules."""


def _nested(sums: pd.Series[int]) -> dict[str, dict[str, int]]:
    by_month: dict[str, dict[str, int]] = {}
    for (month, rep), amount in zip(sums.index, sums.tolist(), strict=True):
        by_month.setdefault(str(month), {})[str(rep)] = int(amount)
    return by_month
