"""What would each pay plan have cost, in all and rep by rep, before anybody signs it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    first_day,
    fiscal_year_of,
    last_day,
    month_of,
    months_of_year,
)
from salesbook.domain.outcome import Task
from salesbook.domain.pay.commission import Due, Pay, as_if
from salesbook.domain.pay.curve import usable_versions
from salesbook.domain.pay.overrides import has_override
from salesbook.domain.pay.terms import PlanVersion, TermsBook
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal
from salesbook.policy import Policy

_COMPANY: Final = "company"
_NOTHING: Final = MappingProxyType({"sold": 0, "paid": 0, "owed": 0})
"""Of whom there is no statement."""


def plan_costs(task: Task, target_plan: pd.DataFrame, staff: Staff, pay: Pay) -> pd.DataFrame:
    """Run last fiscal year's sales through the brackets of each plan, also of one still to come.

    The reps are those who have the plan on the day of the run; where nobody has it, all who had a
    quota last year. Each is taken to have had it all year. Sales, quotas, teams and managers are
    those of that year, sales as they stand today, so that what came back later of an order that is
    changed is not paid twice. Spiffs and draws are paid as in `commission`, whose code does it.

    A book in its first year has no quotas of the last one. Then the running year answers, with those
    of its months that are over.

    Laws: a plan that everybody had all year would have paid what it did pay, to the cent, as long
    as nothing was settled for months before, or owed on a draw. The rows of reps add up to the
    company's.

    Args:
        task: what `score` was given.
        target_plan: what `plan_in_force` gives.
        staff: who was on which pay scheme when.
        pay: what everybody was paid.

    Returns: PlanCost, by key. Awards are no part of it: no bracket pays them.
    """
    fiscal_year, months = _months_to_ask(task, target_plan)
    past = _MonthsGone(task, fiscal_year, months, target_plan, staff, pay)
    rows: list[dict[str, Any]] = []
    for version in usable_versions(task.policy, month_of(task.as_of)):
        rows += past.rows_of(version)
    return sorted_by_key("PlanCost", frame_from_rows("PlanCost", rows))


def _months_to_ask(task: Task, target_plan: pd.DataFrame) -> tuple[int, tuple[str, ...]]:
    """The fiscal year whose sales are run through the plans, and its months.

    Last year's, all of them; where no quota is of it, those of the running year that are over, if
    one of them has a quota. They begin with the year, for a plan reads its brackets on all that the
    commission period has sold.
    """
    start_month = task.policy.rules.fiscal_year_start
    this_year = fiscal_year_of(task.as_of, start_month)
    last_year = tuple(months_of_year(this_year - 1, start_month))
    so_far = tuple(
        month
        for month in months_of_year(this_year, start_month)
        if last_day(month, start_month) <= task.as_of
    )
    if not _has_quotas(target_plan, last_year) and _has_quotas(target_plan, so_far):
        return this_year, so_far
    return this_year - 1, last_year


def _has_quotas(target_plan: pd.DataFrame, months: Sequence[str]) -> bool:
    """Whether anybody has a quota of some months that a plan could pay by."""
    is_asked = target_plan["period"].isin(months)
    pays = target_plan["metric"].isin(["revenue", "quantity"])
    return bool((target_plan.loc[is_asked & pays, "quota"] > 0).any())


@dataclass(frozen=True)
class _MonthsGone:
    """Months of a fiscal year: what was sold in them, and what everybody was paid for it."""

    task: Task
    fiscal_year: int
    months: tuple[str, ...]
    target_plan: pd.DataFrame
    staff: Staff
    pay: Pay

    @property
    def is_whole_year(self) -> bool:
        """False where the year still runs."""
        return len(self.months) == len(months_of_year(self.fiscal_year, 1))

    def _said(self, code: str, **facts: Fact) -> Message:
        """A sentence that names the year, or the months where it still runs."""
        if self.is_whole_year:
            return Message(code, {**facts, "year": self.fiscal_year})
        return Message(
            f"{code}-so-far", {**facts, "first": self.months[0], "last": self.months[-1]}
        )

    @cached_property
    def due(self) -> Due:
        return self.pay.due.sold_in(self.months)

    @cached_property
    def statements_then(self) -> pd.DataFrame:
        """The statements of the months, as they were or are."""
        statements = self.pay.statements
        return statements[statements["period"].isin(self.months)]

    @cached_property
    def then(self) -> dict[str, dict[str, int]]:
        """What these statements say of each rep."""
        return _sums_by_rep(self.statements_then)

    @cached_property
    def employed(self) -> list[str]:
        """Who worked for us on some day of the months, by key."""
        return self.staff.employed(first_day(self.months[0], 1), last_day(self.months[-1], 1))

    def rows_of(self, version: PlanVersion) -> Iterator[dict[str, Any]]:
        """The company's row, then one for each rep who would have been on the plan."""
        have_plan = self._have_plan(version.plan)
        asked = [rep for rep in self.employed if rep in have_plan] if have_plan else self.employed
        book, statements = self._reckoned(version, asked)
        would = _sums_by_rep(statements)
        reps = []
        for rep in asked:
            row = self._row_of_rep(rep, book, would)
            # Of whom the plan could not have paid only those are shown who do have it.
            if have_plan or row["would_pay"] is not None:
                reps.append(row)

        # Where nobody has the plan all are asked, also who has left.
        missing = self._paid_by_it_then(version.plan, but=have_plan) if have_plan else ()
        paid = [row["scope"] for row in reps if row["would_pay"] is not None]
        owed = self._owed_said([would.get(rep, _NOTHING)["owed"] for rep in paid])
        total = self._total(reps, missing, has_reps=bool(have_plan), owed=owed)
        for row in (total, *reps):
            yield {
                "plan": version.plan,
                "valid_from": version.valid_from,
                "year": self.fiscal_year,
                **row,
            }

    def _have_plan(self, plan: str) -> set[str]:
        """Who is on the plan, and at work, on the day of the run."""
        day = self.task.as_of
        plans = self.staff.on_day(day)["plan"]
        return {rep for rep in self.staff.employed(day, day) if plans[rep] == plan}

    def _paid_by_it_then(self, plan: str, *, but: set[str]) -> tuple[Message, ...]:
        """Say how many were on the plan in these months, and are not on it, or not here, today.

        Args:
            but: who has the plan today.
        """
        statements = self.statements_then
        were_on_it = set(statements.loc[statements["plan"] == plan, "rep_id"]) - but
        day = self.task.as_of
        moved = were_on_it & set(self.staff.employed(day, day))
        counts = {"plan-cost-left": len(were_on_it - moved), "plan-cost-moved": len(moved)}
        return tuple(Message(code, {"reps": count}) for code, count in counts.items() if count)

    def _reckoned(
        self, version: PlanVersion, reps: Sequence[str]
    ) -> tuple[TermsBook, pd.DataFrame]:
        """The year's statements of some reps, had they been on the plan all year."""
        # The brackets hold from before the year on, and no others do.
        before = first_day(self.months[0], 1)
        brackets = tuple(row.model_copy(update={"valid_from": before}) for row in version.brackets)
        policy = Policy(rules=self.task.policy.rules, brackets=brackets)
        staff = self.staff.all_on(version.plan, reps)
        return as_if(policy, self.due, self.months, self.target_plan, staff, reps)

    def _row_of_rep(
        self, rep: str, book: TermsBook, would: dict[str, dict[str, int]]
    ) -> dict[str, Any]:
        """What the plan would have paid a rep; blank, with the reason, where it could pay nothing."""
        periods = {book.period_of(month) for month in self.months}
        counts_pieces = any(
            rates.counts_pieces
            for rates in (book.rates(rep, month) for month in self.months)
            if rates
        )
        quota = sum(book.quotas.get((rep, period, counts_pieces), 0) for period in periods)
        may_be_paid = quota > 0 or any(has_override(book, rep, month) for month in self.months)
        sums = would.get(rep, _NOTHING)
        paid_then = self.then.get(rep, _NOTHING)["paid"]
        row: dict[str, Any] = {
            "scope_kind": "rep",
            "scope": rep,
            "sold": sums["sold"],
            "quota": quota if quota > 0 and not counts_pieces else None,
            "paid_then": paid_then,
            "would_pay": None,
            "difference": None,
            "because": None,
        }
        if not may_be_paid:
            return {**row, "because": self._said("plan-cost-no-quota")}
        return {
            **row,
            "would_pay": sums["paid"],
            "difference": sums["paid"] - paid_then,
            "because": self._owed_said([sums["owed"]]),
        }

    def _owed_said(self, owed: Sequence[int]) -> Message | None:
        """What of the pay is only advanced on draws, minor units; nothing where it came back."""
        if not any(owed):
            return None
        amount = to_decimal(sum(owed), self.task.policy.decimals)
        return Message("plan-cost-owed", {"owed": amount})

    def _total(
        self,
        reps: Sequence[dict[str, Any]],
        missing: Sequence[Message],
        *,
        has_reps: bool,
        owed: Message | None = None,
    ) -> dict[str, Any]:
        """All reps whom the plan would have paid; blank where there is none.

        Args:
            missing: who else was on the plan.
            owed: what of the pay is advanced on draws.
        """
        paid = [row for row in reps if row["would_pay"] is not None]
        if not paid:
            message = self._said("plan-cost-nothing")
        else:
            code = "plan-cost-of-reps" if has_reps else "plan-cost-of-all"
            message = self._said(code, reps=len(paid))
            more = [owed] if owed else []
            left_out = len(reps) - len(paid)
            if left_out:
                more.append(Message("plan-cost-left-out", {"reps": left_out}))
            message = replace(message, more=(*more, *missing))

        total: dict[str, Any] = {"scope_kind": "company", "scope": _COMPANY, "because": message}
        for name in ("sold", "quota", "paid_then", "would_pay", "difference"):
            amounts = [row[name] for row in paid if row[name] is not None]
            total[name] = sum(amounts) if amounts else None
        return total


def _sums_by_rep(statements: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Sold, paid without awards, and owed at the end, of each rep's statements, minor units."""
    sums: dict[str, dict[str, int]] = {}
    in_order = statements.sort_values("period")
    for row in in_order[["rep_id", "sold", "earned", "drawn", "debt"]].to_dict("records"):
        of_rep = sums.setdefault(str(row["rep_id"]), dict(_NOTHING))
        of_rep["sold"] += int(row["sold"])
        of_rep["paid"] += int(row["earned"]) + int(row["drawn"])
        of_rep["owed"] = int(row["debt"])
    return sums
