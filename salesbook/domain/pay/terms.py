"""By which pay scheme and quota is a rep paid in a month?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day, quarter_of_month, year_of_month
from salesbook.domain.outcome import Task
from salesbook.domain.pay.brackets import PayBracket, PayScheme, pay
from salesbook.domain.team.staff import Staff
from salesbook.frames import texts_of
from salesbook.messages import Finding, Severity
from salesbook.policy import Policy
from salesbook.tables.settings import Bracket


def pay_schemes_in_use(task: Task) -> frozenset[str]:
    """The pay schemes that Team or Assignments name for anybody up to the day of the run."""
    team_schemes = task.tables["Reps"]["plan"]
    assignments = task.tables["Assignments"]
    begun = assignments["valid_from"] <= pd.Timestamp(task.as_of)
    assigned_schemes = assignments.loc[begun, "plan"]
    return frozenset(texts_of(team_schemes) | texts_of(assigned_schemes))


@dataclass(frozen=True)
class Terms:
    """What a rep is paid by in one month."""

    scheme_name: str
    since: str
    """The `valid_from` of the scheme's brackets, ISO."""
    scheme: PayScheme
    quota: int
    """Of the whole commission period, minor units, above 0."""
    _paid: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    def pay(self, sales: int) -> int:
        """Pay for the period to date."""
        if sales not in self._paid:
            self._paid[sales] = pay(self.scheme, sales, self.quota)
        return self._paid[sales]

    def bracket(self, sales: int) -> PayBracket:
        """The bracket that the sales to date reach; the first one where they are below 0."""
        brackets = self.scheme.brackets
        reached = [bracket for bracket in brackets if bracket.from_rate * self.quota <= sales]
        return reached[-1] if reached else brackets[0]


@dataclass(frozen=True)
class TermsBook:
    """Pay schemes, quotas and assignments, asked rep by rep and month by month."""

    policy: Policy
    target_plan: pd.DataFrame
    """The plan in force, with its quotas."""
    staff: Staff
    months: tuple[str, ...]
    reps: tuple[str, ...]
    _in_force: dict[tuple[str, str], tuple[Bracket, ...]] = field(default_factory=dict, repr=False)
    _terms: dict[tuple[str, ...], Terms] = field(default_factory=dict, repr=False)
    _employed_on_last_day: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def period_of(self, month: str) -> str:
        """The commission period that a month belongs to."""
        kind = self.policy.rules.commission_period
        start_month = self.policy.rules.fiscal_year_start
        if kind == "month":
            return month
        if kind == "quarter":
            return quarter_of_month(month, start_month)
        return year_of_month(month, start_month)

    @cached_property
    def quotas(self) -> dict[tuple[str, str], int]:
        """Revenue planned by rep and commission period, all of its months.

        A re-split changes when the year's quota is to be sold, and not the quota.
        """
        revenue = self.target_plan[self.target_plan["metric"] == "revenue"]
        periods = revenue["period"].map(self.period_of)
        of_year = self.policy.rules.commission_period == "year"
        amounts = revenue["quota" if of_year else "amount"]
        sums = amounts.groupby([revenue["rep_id"], periods]).sum()
        return {(str(rep), str(period)): int(amount) for (rep, period), amount in sums.items()}

    @cached_property
    def scheme_names(self) -> dict[tuple[str, str], str]:
        """The pay scheme of each rep on the last day of each month; no entry where there is none.

        Asked of the staff for all reps and months at once, which is much faster than one by one.
        """
        keys = pd.MultiIndex.from_product([self.reps, self.months], names=["rep_id", "month"])
        wanted = keys.to_frame(index=False)
        if wanted.empty:
            return {}

        last_days = {month: pd.Timestamp(last_day(month, 1)) for month in self.months}
        days = wanted["month"].map(last_days)
        names = self.staff.on(wanted["rep_id"], days)["plan"].dropna()
        named = wanted.loc[names.index]
        reps_and_months = zip(named["rep_id"], named["month"], strict=True)
        return dict(zip(reps_and_months, names, strict=True))

    def terms(self, rep: str, month: str) -> Terms | None:
        """What the rep is paid by in the month; None without scheme, brackets in force, or quota.

        A rep without a quota cannot be paid by parts of it.
        """
        name = self.scheme_names.get((rep, month))
        period = self.period_of(month)
        quota = self.quotas.get((rep, period), 0)
        brackets = self._brackets_in_force(name, month)
        if name is None or not brackets or quota <= 0:
            return None

        since = brackets[0].valid_from.isoformat()
        key = (rep, name, since, period)
        if key not in self._terms:
            self._terms[key] = Terms(name, since, _pay_scheme(brackets), quota)
        return self._terms[key]

    def draw(self, rep: str, month: str) -> int:
        """What the rep is paid at least in the month, minor units; 0 without a draw in the scheme.

        It is for who is on the team on the month's last day.
        """
        if rep not in self._employed(month):
            return 0
        brackets = self._brackets_in_force(self.scheme_names.get((rep, month)), month)
        if not brackets:
            return 0
        return brackets[-1].draw or 0

    def _employed(self, month: str) -> frozenset[str]:
        """Who is on the team on the month's last day."""
        if month not in self._employed_on_last_day:
            day = last_day(month, 1)
            self._employed_on_last_day[month] = frozenset(self.staff.employed(day, day))
        return self._employed_on_last_day[month]

    def _brackets_in_force(self, scheme_name: str | None, month: str) -> tuple[Bracket, ...]:
        """A scheme's brackets on the month's last day; none before its first, or without a scheme.

        Of several sets the one with the latest `valid_from` holds, and it alone: brackets of an
        earlier set do not fill what a later one leaves out.
        """
        if scheme_name is None:
            return ()
        key = (scheme_name, month)
        if key not in self._in_force:
            day = last_day(month, 1)
            begun = [
                bracket
                for bracket in self.policy.brackets
                if bracket.plan == scheme_name and bracket.valid_from <= day
            ]
            since = max((bracket.valid_from for bracket in begun), default=None)
            self._in_force[key] = tuple(bracket for bracket in begun if bracket.valid_from == since)
        return self._in_force[key]

    def findings(self, sold: Iterable[tuple[str, str]]) -> list[Finding]:
        """Say which reps have sales but no pay scheme, no brackets or no quota to be paid by.

        Each fault of a rep is told once, for the first month that has it.

        Args:
            sold: rep and month of all sales.
        """
        if not self.scheme_names:
            # One finding for all: a company that pays no commission wants no list of its reps.
            nobody_has_one = Finding("no-commission-plans", "warning", "Reps", field="plan")
            return [nobody_has_one] if self.reps else []

        findings: dict[tuple[str, str], Finding] = {}
        for rep, month in sorted(sold):
            if month not in self.months or rep not in self.reps:
                continue
            fault = self._fault(rep, month)
            if fault is not None:
                findings.setdefault((rep, fault.code), fault)
        return list(findings.values())

    def _fault(self, rep: str, month: str) -> Finding | None:
        name = self.scheme_names.get((rep, month))
        if name is None:
            return _about_scheme(rep, "rep-without-scheme", month=month)
        if not self._brackets_in_force(name, month):
            return _about_scheme(rep, "plan-without-brackets", "error", scheme=name, month=month)

        # Without any plan a quota is missing for everybody, which another finding says once.
        period = self.period_of(month)
        has_quota = self.quotas.get((rep, period), 0) > 0
        if self.target_plan.empty or has_quota:
            return None
        return _about_scheme(rep, "rep-without-quota", period=period)


def _about_scheme(
    rep: str, code: str, severity: Severity = "warning", *, scheme: str = "", **facts: str
) -> Finding:
    """A finding about the pay scheme that Team names for a rep, or lacks."""
    params = {"plan": scheme, **facts} if scheme else facts
    return Finding(code, severity, "Reps", field="plan", row_key=rep, found=scheme, params=params)


def _pay_scheme(brackets: tuple[Bracket, ...]) -> PayScheme:
    """The scheme that a set of rows of Brackets describes; the cap stands on the last one."""
    steps = tuple(PayBracket(row.from_rate, row.pay_rate, row.kind) for row in brackets)
    return PayScheme(steps, brackets[-1].cap)
