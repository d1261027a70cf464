"""By which pay scheme and quota is a rep paid in a month?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    fiscal_year_of_month,
    last_day,
    months_of_year,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.outcome import Task
from salesbook.domain.pay.brackets import PayBracket, PayScheme, by_family, last_brackets
from salesbook.domain.pay.rates import NO_RATES, REST, Progress, Rates, RateTable
from salesbook.domain.sales.credit import PIECE
from salesbook.domain.team.staff import Staff
from salesbook.frames import texts_of
from salesbook.messages import Finding, Severity
from salesbook.policy import Policy
from salesbook.tables.settings import Bracket

YearToDate = Callable[[str, str, Rates], int]
"""What of a rep's fiscal year is sold up to a month, as some rate tables count it."""


def months_to_date(month: str, start_month: int) -> list[str]:
    """The months of the fiscal year up to this one."""
    year = fiscal_year_of_month(month, start_month)
    return [before for before in months_of_year(year, start_month) if before <= month]


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
    rates: Rates
    """The brackets whose gates are open in the month."""
    quota: int
    """Of the whole commission period, above 0: minor units, or pieces in units of `credit.PIECE`
    where the scheme counts these."""
    year_rate: float | None = None
    """How far the year to date is in the month, as a part of its quota; None without gates."""
    all_rates: Rates | None = None
    """The brackets as if all gates were open; None where no gate is shut in the month."""

    @property
    def uncapped(self) -> Terms:
        """The same without caps; itself where there is none."""
        rates = self.rates.uncapped
        return self if rates is self.rates else replace(self, rates=rates)

    def pay(self, progress: Progress) -> int:
        """Pay for the period to date."""
        return self.rates.pay(progress, self.quota)

    def pay_since(self, progress: Progress, before: Progress) -> int:
        """Pay for what is sold after `before`, which other terms have paid."""
        return self.rates.pay_since(progress, before, self.quota)

    def bracket(self, family: str, position: int) -> PayBracket:
        """The bracket of a rate table that the period to date reaches; the first one below 0."""
        brackets = self.rates.tables[family].scheme.brackets
        reached = [bracket for bracket in brackets if bracket.from_rate * self.quota <= position]
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
    gated_by: YearToDate
    """How much of each year is sold up to a month, which gates are read on."""
    closed_by: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By rep and closed month, the pay scheme that paid it: Team may say another one today."""
    _in_force: dict[tuple[str, str], tuple[Bracket, ...]] = field(default_factory=dict, repr=False)
    _rates: dict[tuple[str, str], Rates] = field(default_factory=dict, repr=False)
    _terms: dict[tuple[str, str], Terms] = field(default_factory=dict, repr=False)
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
    def quotas(self) -> dict[tuple[str, str, bool], int]:
        """What is planned by rep, commission period, and whether it is pieces, all of its months.

        A re-split changes when the year's quota is to be sold, and not the quota.
        """
        of_year = self.policy.rules.commission_period == "year"
        amounts = self.target_plan["quota" if of_year else "amount"]
        return self._planned(self.target_plan["period"].map(self.period_of), amounts)

    @cached_property
    def _monthly_quotas(self) -> dict[tuple[str, str, bool], int]:
        """The same by month, of which the year to date is made."""
        return self._planned(self.target_plan["period"], self.target_plan["quota"])

    def _planned(
        self, periods: pd.Series[str], amounts: pd.Series[Any]
    ) -> dict[tuple[str, str, bool], int]:
        """Sums of the plan by rep, period and whether it is pieces; other metrics pay nothing."""
        quotas = {}
        for metric, unit in (("revenue", 1), ("quantity", PIECE)):
            is_metric = self.target_plan["metric"] == metric
            of_metric = amounts[is_metric].astype("int64")
            keys = [self.target_plan.loc[is_metric, "rep_id"], periods[is_metric]]
            for (rep, period), amount in of_metric.groupby(keys).sum().items():
                quotas[str(rep), str(period), metric == "quantity"] = int(amount) * unit
        return quotas

    @cached_property
    def scheme_names(self) -> dict[tuple[str, str], str]:
        """The pay scheme of each rep in each month; no entry where there is none.

        A closed month keeps the one that it was paid by, as long as that has brackets for it.
        """
        names = dict(self._names_today)
        for (rep, month), name in self.closed_by.items():
            is_asked_for = rep in self.reps and month in self.months
            if is_asked_for and self._brackets_in_force(name, month):
                names[rep, month] = name
        return names

    def is_as_closed(self, rep: str, month: str) -> bool:
        """Whether a closed month still has the scheme that it was paid by, if anything paid it."""
        name = self.closed_by.get((rep, month))
        return name is None or name == self.scheme_names.get((rep, month))

    @cached_property
    def _names_today(self) -> dict[tuple[str, str], str]:
        """The pay scheme that Team and Assignments name for the last day of each month.

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
        rates = self.rates(rep, month)
        if name is None or rates is None:
            return None

        period = self.period_of(month)
        quota = self.quotas.get((rep, period, rates.counts_pieces), 0)
        if quota <= 0:
            return None

        key = (rep, month)
        if key not in self._terms:
            since = self._brackets_in_force(name, month)[0].valid_from.isoformat()
            self._terms[key] = self._gated(Terms(name, since, rates, quota), rep, month)
        return self._terms[key]

    def rates(self, rep: str, month: str) -> Rates | None:
        """The rate tables of the rep's scheme in the month, all gates open; None without any."""
        name = self.scheme_names.get((rep, month))
        brackets = self._brackets_in_force(name, month)
        if name is None or not brackets:
            return None
        key = (name, brackets[0].valid_from.isoformat())
        if key not in self._rates:
            self._rates[key] = rates_of(brackets)
        return self._rates[key]

    def _gated(self, terms: Terms, rep: str, month: str) -> Terms:
        """The terms without the brackets whose gate is shut in the month."""
        gates = [gate for table in terms.rates.tables.values() for gate in table.gates]
        if not any(gates):
            return terms

        months = months_to_date(month, self.policy.rules.fiscal_year_start)
        pieces = terms.rates.counts_pieces
        quota = sum(self._monthly_quotas.get((rep, before, pieces), 0) for before in months)
        sold = self.gated_by(rep, month, terms.rates)
        year_rate = sold / quota if quota > 0 else None
        rates = terms.rates.shut(sold, quota)
        all_rates = terms.rates if rates.size < terms.rates.size else None
        return replace(terms, rates=rates, year_rate=year_rate, all_rates=all_rates)

    def draw(self, rep: str, month: str) -> int:
        """What the rep is paid at least in the month, minor units; 0 without a draw in the scheme.

        It is for who is on the team on the month's last day.
        """
        if not self.is_employed(rep, month):
            return 0
        brackets = self._brackets_in_force(self.scheme_names.get((rep, month)), month)
        # With several families a draw may stand on the last bracket of any.
        return max((row.draw or 0 for row in last_brackets(brackets)), default=0)

    def is_employed(self, rep: str, month: str) -> bool:
        """Whether the rep is on the team on the month's last day."""
        if month not in self._employed_on_last_day:
            day = last_day(month, 1)
            self._employed_on_last_day[month] = frozenset(self.staff.employed(day, day))
        return rep in self._employed_on_last_day[month]

    def _brackets_in_force(self, scheme_name: str | None, month: str) -> tuple[Bracket, ...]:
        """A scheme's brackets on the month's last day; none before its first, or without a scheme.

        Of several sets the one with the latest `valid_from` holds, and it alone: brackets of an
        earlier set do not fill what a later one leaves out.
        """
        if scheme_name is None:
            return ()
        key = (scheme_name, month)
        if key not in self._in_force:
            self._in_force[key] = brackets_in_force(self.policy, scheme_name, month)
        return self._in_force[key]

    def findings(self, sold: Iterable[tuple[str, str]]) -> list[Finding]:
        """Say which reps have sales but no pay scheme, no brackets or no quota to be paid by.

        Each fault of a rep is told once, for the first month that has it.

        Args:
            sold: rep and month of all sales.
        """
        if not self._names_today:
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
        rates = self.rates(rep, month)
        pieces = rates is not None and rates.counts_pieces
        has_quota = self.quotas.get((rep, period, pieces), 0) > 0
        if self.target_plan.empty or has_quota:
            return None
        code = "rep-without-quantity" if pieces else "rep-without-quota"
        return _about_scheme(rep, code, period=period)


def _about_scheme(
    rep: str, code: str, severity: Severity = "warning", *, scheme: str = "", **facts: str
) -> Finding:
    """A finding about the pay scheme that Team names for a rep, or lacks."""
    params = {"plan": scheme, **facts} if scheme else facts
    return Finding(code, severity, "Reps", field="plan", row_key=rep, found=scheme, params=params)


def brackets_in_force(policy: Policy, scheme_name: str, month: str) -> tuple[Bracket, ...]:
    """A scheme's brackets on the month's last day, those with the latest `valid_from`."""
    day = last_day(month, 1)
    begun = [
        bracket
        for bracket in policy.brackets
        if bracket.plan == scheme_name and bracket.valid_from <= day
    ]
    since = max((bracket.valid_from for bracket in begun), default=None)
    return tuple(bracket for bracket in begun if bracket.valid_from == since)


class PlanVersion(NamedTuple):
    """The brackets of one plan that hold from one day on, until those of a later day do."""

    plan: str
    valid_from: dt.date
    brackets: tuple[Bracket, ...]

    @property
    def key_start(self) -> str:
        """What the key of each of its rows of Brackets begins with."""
        return f"{self.plan}|{self.valid_from.isoformat()}|"


def versions_from(policy: Policy, month: str) -> list[PlanVersion]:
    """What each plan pays by in a month, and all that is typed for later, by plan and day."""
    day = last_day(month, 1)
    versions = []
    for plan in sorted({bracket.plan for bracket in policy.brackets}):
        brackets = [bracket for bracket in policy.brackets if bracket.plan == plan]
        in_force = brackets_in_force(policy, plan, month)
        later = {bracket.valid_from for bracket in brackets if bracket.valid_from > day}
        for valid_from in sorted({bracket.valid_from for bracket in in_force} | later):
            of_day = tuple(row for row in brackets if row.valid_from == valid_from)
            versions.append(PlanVersion(plan, valid_from, of_day))
    return versions


def families_paid_by(policy: Policy) -> Callable[[str, str], frozenset[str]]:
    """Say which product families, folded, a scheme has brackets of their own for in a month."""

    @cache
    def families(scheme_name: str, month: str) -> frozenset[str]:
        brackets = brackets_in_force(policy, scheme_name, month)
        return frozenset(by_family(brackets)) - {REST}

    return families


def rates_of(brackets: Sequence[Bracket]) -> Rates:
    """The rate tables that a set of rows of Brackets describes, one for each family.

    Cap and override stand on the last bracket of a table. Where the set has families and no
    brackets for the other products, these are paid nothing.
    """
    tables = {REST: NO_RATES}
    for family, rows in by_family(brackets).items():
        steps = tuple(PayBracket(row.from_rate, row.pay_rate, row.kind) for row in rows)
        # A gate holds for its bracket and for all above, which may have higher ones.
        gates = tuple(accumulate((row.gate_rate or 0.0 for row in rows), max))
        last = rows[-1]
        scheme = PayScheme(steps, last.cap)
        tables[family] = RateTable(scheme, last.family, last.basis, gates, last.override_rate)
    return Rates(tables)
