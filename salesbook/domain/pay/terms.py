"""On which plan and quota is a rep paid in a month?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day, quarter_of_month, year_of_month
from salesbook.domain.outcome import Task
from salesbook.domain.pay import brackets
from salesbook.domain.pay.brackets import PayPlan
from salesbook.domain.team.staff import Staff
from salesbook.frames import texts_of
from salesbook.messages import Finding, Severity
from salesbook.policy import Policy
from salesbook.tables import settings


def pay_plans_in_use(task: Task) -> frozenset[str]:
    """The pay plans that Team or Assignments name for anybody up to the day of the run."""
    team_plans = task.tables["Reps"]["plan"]
    assignments = task.tables["Assignments"]
    begun = assignments["valid_from"] <= pd.Timestamp(task.as_of)
    assigned_plans = assignments.loc[begun, "plan"]
    return frozenset(texts_of(team_plans) | texts_of(assigned_plans))


@dataclass(frozen=True)
class Terms:
    """What a rep is paid by in one month."""

    name: str
    """Of the plan."""
    since: str
    """The `valid_from` of its brackets, ISO."""
    plan: PayPlan
    quota: int
    """Of the whole commission period, minor units, above 0."""
    _paid: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    def pay(self, sales: int) -> int:
        """Pay for the period to date."""
        if sales not in self._paid:
            self._paid[sales] = brackets.pay(self.plan, sales, self.quota)
        return self._paid[sales]

    def bracket(self, sales: int) -> brackets.Bracket:
        """The bracket that the sales to date reach."""
        reached = [b for b in self.plan.brackets if b.from_rate * self.quota <= sales]
        return reached[-1] if reached else self.plan.brackets[0]


@dataclass(frozen=True)
class TermsBook:
    """Plans, quotas and assignments, asked rep by rep and month by month."""

    policy: Policy
    plan: pd.DataFrame
    """The plan in force, with its quotas."""
    staff: Staff
    months: tuple[str, ...]
    reps: tuple[str, ...]
    _in_force: dict[tuple[str, str], tuple[settings.Bracket, ...]] = field(
        default_factory=dict, repr=False
    )
    _terms: dict[tuple[str, ...], Terms] = field(default_factory=dict, repr=False)
    _on_last_day: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def period_of(self, month: str) -> str:
        """The commission period that a month belongs to."""
        kind, start = self.policy.rules.commission_period, self.policy.rules.fiscal_year_start
        if kind == "month":
            return month
        return quarter_of_month(month, start) if kind == "quarter" else year_of_month(month, start)

    @cached_property
    def quotas(self) -> dict[tuple[str, str], int]:
        """Revenue planned by rep and commission period, all of its months.

        A re-split changes when the year's quota is to be sold, and not the quota.
        """
        revenue = self.plan[self.plan["metric"] == "revenue"]
        periods = revenue["period"].map(self.period_of)
        amounts = revenue["quota" if self.policy.rules.commission_period == "year" else "amount"]
        sums = amounts.groupby([revenue["rep_id"], periods]).sum()
        return {(str(rep), str(period)): int(amount) for (rep, period), amount in sums.items()}

    @cached_property
    def plan_names(self) -> dict[tuple[str, str], str]:
        """The plan of each rep on the last day of each month; no entry where there is none."""
        asked = pd.MultiIndex.from_product([self.reps, self.months], names=["rep_id", "month"])
        table = asked.to_frame(index=False)
        if table.empty:
            return {}
        days = table["month"].map(
            {month: pd.Timestamp(last_day(month, 1)) for month in self.months}
        )
        named = self.staff.on(table["rep_id"], days)["plan"]
        kept = named.dropna()
        keys = table.loc[kept.index]
        return dict(zip(zip(keys["rep_id"], keys["month"], strict=True), kept, strict=True))

    def terms(self, rep: str, month: str) -> Terms | None:
        """What the rep is paid by in the month; None without plan, brackets in force, or quota."""
        name = self.plan_names.get((rep, month))
        quota = self.quotas.get((rep, self.period_of(month)), 0)
        rows = self._brackets(name, month)
        if name is None or not rows or quota <= 0:
            return None
        since = rows[0].valid_from.isoformat()
        key = (rep, name, since, self.period_of(month))
        if key not in self._terms:
            self._terms[key] = Terms(name, since, _pay_plan(rows), quota)
        return self._terms[key]

    def draw(self, rep: str, month: str) -> int:
        """What the rep is paid at least in the month, minor units; 0 without a draw in the plan.

        It is for who is on the team on the month's last day.
        """
        name = self.plan_names.get((rep, month)) if rep in self._there(month) else None
        rows = self._brackets(name, month)
        return (rows[-1].draw or 0) if rows else 0

    def _there(self, month: str) -> frozenset[str]:
        if month not in self._on_last_day:
            day = last_day(month, 1)
            self._on_last_day[month] = frozenset(self.staff.employed(day, day))
        return self._on_last_day[month]

    def _brackets(self, name: str | None, month: str) -> tuple[settings.Bracket, ...]:
        """A plan's brackets in force on the month's last day; none before its first, or without a
        plan.
        """
        if name is None:
            return ()
        if (name, month) not in self._in_force:
            day = last_day(month, 1)
            begun = [b for b in self.policy.brackets if b.plan == name and b.valid_from <= day]
            since = max((b.valid_from for b in begun), default=None)
            self._in_force[name, month] = tuple(b for b in begun if b.valid_from == since)
        return self._in_force[name, month]

    def findings(self, sold: Iterable[tuple[str, str]]) -> list[Finding]:
        """Say which reps have sales but no plan, no brackets or no quota to be paid by.

        Args:
            sold: rep and month of all sales.
        """
        if not self.plan_names:
            return (
                [Finding("no-commission-plans", "warning", "Reps", field="plan")]
                if self.reps
                else []
            )
        found: dict[tuple[str, str], Finding] = {}
        for rep, month in sorted(sold):
            if month not in self.months or rep not in self.reps:
                continue
            fault = self._fault(rep, month)
            if fault is not None:
                found.setdefault((rep, fault.code), fault)
        return list(found.values())

    def _fault(self, rep: str, month: str) -> Finding | None:
        name = self.plan_names.get((rep, month))
        if name is None:
            return _about_plan(rep, "rep-without-plan", month=month)
        if not self._brackets(name, month):
            return _about_plan(rep, "plan-without-brackets", "error", plan=name, month=month)
        period = self.period_of(month)
        if self.plan.empty or self.quotas.get((rep, period), 0) > 0:
            return None
        return _about_plan(rep, "rep-without-quota", period=period)


def _about_plan(
    rep: str, code: str, severity: Severity = "warning", *, plan: str = "", **facts: str
) -> Finding:
    """A finding about the pay plan that Team names for a rep, or lacks."""
    params = {"plan": plan, **facts} if plan else facts
    return Finding(code, severity, "Reps", field="plan", row_key=rep, found=plan, params=params)


def _pay_plan(rows: tuple[settings.Bracket, ...]) -> PayPlan:
    steps = tuple(brackets.Bracket(row.from_rate, row.pay_rate, row.kind) for row in rows)
    return PayPlan(steps, rows[-1].cap)
