"""What would each pay plan have cost last year, in all and rep by rep, before anybody signs it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from salesbook.policy import Policy

_COMPANY: Final = "company"
_NOTHING: Final = MappingProxyType({"sold": 0, "paid": 0})
"""Of whom there is no statement."""


def plan_costs(task: Task, target_plan: pd.DataFrame, staff: Staff, pay: Pay) -> pd.DataFrame:
    """Run last fiscal year's sales through the brackets of each plan, also of one still to come.

    The reps are those who have the plan on the day of the run; where nobody has it, all who had a
    quota last year. Each is taken to have had it all year. Sales, quotas, teams and managers are
    those of that year, sales as they stand today, so that what came back later of an order that is
    changed is not paid twice. Spiffs and draws are paid as in `commission`, whose code does it.

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
    start_month = task.policy.rules.fiscal_year_start
    fiscal_year = fiscal_year_of(task.as_of, start_month) - 1
    last_year = _LastYear(task, fiscal_year, target_plan, staff, pay)
    rows: list[dict[str, Any]] = []
    for version in usable_versions(task.policy, month_of(task.as_of)):
        rows += last_year.rows_of(version)
    return sorted_by_key("PlanCost", frame_from_rows("PlanCost", rows))


@dataclass(frozen=True)
class _LastYear:
    """The fiscal year that is over: what was sold, and what everybody was paid for it."""

    task: Task
    fiscal_year: int
    target_plan: pd.DataFrame
    staff: Staff
    pay: Pay

    @cached_property
    def months(self) -> list[str]:
        return months_of_year(self.fiscal_year, self.task.policy.rules.fiscal_year_start)

    @cached_property
    def due(self) -> Due:
        return self.pay.due.sold_in(self.months)

    @cached_property
    def then(self) -> dict[str, dict[str, int]]:
        """What the year's statements say of each rep."""
        statements = self.pay.statements
        return _sums_by_rep(statements[statements["period"].isin(self.months)])

    @cached_property
    def employed(self) -> list[str]:
        """Who worked for us on some day of the year, by key."""
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

        for row in (self._total(reps, has_reps=bool(have_plan)), *reps):
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
            return {**row, "because": Message("plan-cost-no-quota", {"year": self.fiscal_year})}
        return {**row, "would_pay": sums["paid"], "difference": sums["paid"] - paid_then}

    def _total(self, reps: Sequence[dict[str, Any]], *, has_reps: bool) -> dict[str, Any]:
        """All reps whom the plan would have paid; blank where there is none."""
        paid = [row for row in reps if row["would_pay"] is not None]
        facts: dict[str, Fact] = {"reps": len(paid), "year": self.fiscal_year}
        more: tuple[Message, ...] = ()
        if not paid:
            message = Message("plan-cost-nothing", facts)
        else:
            left_out = len(reps) - len(paid)
            if left_out:
                more = (
                    Message("plan-cost-left-out", {"reps": left_out, "year": self.fiscal_year}),
                )
            code = "plan-cost-of-reps" if has_reps else "plan-cost-of-all"
            message = Message(code, facts, more)

        total: dict[str, Any] = {"scope_kind": "company", "scope": _COMPANY, "because": message}
        for name in ("sold", "quota", "paid_then", "would_pay", "difference"):
            amounts = [row[name] for row in paid if row[name] is not None]
            total[name] = sum(amounts) if amounts else None
        return total


def _sums_by_rep(statements: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Sold, and paid without awards, of each rep's statements, minor units."""
    sums: dict[str, dict[str, int]] = {}
    for row in statements[["rep_id", "sold", "earned", "drawn"]].to_dict("records"):
        of_rep = sums.setdefault(str(row["rep_id"]), dict(_NOTHING))
        of_rep["sold"] += int(row["sold"])
        of_rep["paid"] += int(row["earned"]) + int(row["drawn"])
    return sums
