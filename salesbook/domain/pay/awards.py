"""Which awards does a period give, to whom, and what is paid for them?

An award is given once its period is over, and paid with the period's last month. What a closed month
has given stands: a prize that was handed out is not taken back because an order was cancelled since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import (
    first_day,
    fiscal_year_of,
    last_day,
    months_in,
    months_of_year,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.pay.lines import Line
from salesbook.domain.pay.winners import Contest, Winner
from salesbook.messages import Fact, Finding, Message
from salesbook.policy import Policy
from salesbook.tables.settings import AwardRule

AWARD: Final = "award:"
"""Begins the rule of a line that pays an award; the award's period follows."""


class GivenAward(NamedTuple):
    """An award that a rep has won."""

    period: str
    month: str
    """The last of the period: the award is paid with its statement."""
    award: str
    kind: str
    rep: str
    amount: int | None
    """His part of the money, in minor units; None where none is set."""
    because: Message

    def line(self, scheme: str) -> Line:
        """The line of Commission that pays it."""
        facts: dict[str, Fact] = {"award": f"AwardRules.award={self.award}", "period": self.period}
        said = Message("commission-award", facts, (self.because,))
        rule = f"{AWARD}{self.period}"
        return Line(None, 0, None, self.amount or 0, scheme, rule, said)


@dataclass(frozen=True)
class AwardsDue:
    """The awards of periods that are over and end in a month that is not closed."""

    given: tuple[GivenAward, ...] = ()

    @cached_property
    def paid_with(self) -> Mapping[tuple[str, str], list[GivenAward]]:
        """By rep and month, the awards in money that the month's statement pays."""
        paid: dict[tuple[str, str], list[GivenAward]] = {}
        for award in self.given:
            if award.amount:
                paid.setdefault((award.rep, award.month), []).append(award)
        return paid

    def rows(self, schemes: Mapping[tuple[str, str], str]) -> list[dict[str, Any]]:
        """Rows of Awards; an amount that nobody can be paid is none.

        Args:
            schemes: the pay scheme of each rep in each month.
        """
        rows = []
        for award in self.given:
            is_paid = bool(award.amount) and (award.rep, award.month) in schemes
            rows.append(
                {
                    "period": award.period,
                    "award": award.award,
                    "rep_id": award.rep,
                    "kind": award.kind,
                    "amount": award.amount if is_paid else None,
                    "because": award.because,
                }
            )
        return rows

    def findings(self, schemes: Mapping[tuple[str, str], str]) -> Iterator[Finding]:
        """Who has won money, and has no commission plan to be paid it by."""
        for (rep, month), awards in self.paid_with.items():
            if (rep, month) in schemes:
                continue
            for award in awards:
                facts: dict[str, Fact] = {
                    "award": f"AwardRules.award={award.award}",
                    "period": award.period,
                }
                yield Finding(
                    "award-without-plan", "warning", "Reps", field="plan", row_key=rep, params=facts
                )


def awards_due(contest: Contest, *, as_of: dt.date, closed_to: str) -> AwardsDue:
    """Find the winners of all periods that no closed month has given awards for.

    Money is given for every such period. What is only praise is of the running fiscal year and the
    one before, which is over when its awards are read: of older ones that nobody closed it would say
    nothing anew.

    Args:
        as_of: the day of the run; periods that end after it are not over.
        closed_to: the newest closed month.
    """
    policy = contest.policy
    start_month = policy.rules.fiscal_year_start
    if not policy.award_rules or contest.lines.empty:
        return AwardsDue()

    running = fiscal_year_of(as_of, start_month)
    lately = {
        month for year in (running - 1, running) for month in months_of_year(year, start_month)
    }
    months = sorted(set(contest.lines["month"]))
    given: list[GivenAward] = []
    for period, kind in _periods_over(months, as_of, closed_to, start_month):
        for rule in _rules_in_force(policy, period, kind):
            if rule.kind == "money" or months_in(period, start_month)[-1] in lately:
                given += _given(rule, period, start_month, contest.winners(rule.award, period))
    return AwardsDue(tuple(given))


def _given(
    rule: AwardRule, period: str, start_month: int, winners: list[Winner]
) -> Iterator[GivenAward]:
    """The award of each winner: those who did equally well share the money, to the minor unit."""
    amount = rule.amount if rule.kind == "money" else None
    reps = [winner.rep for winner in winners]
    parts: list[int | None] = [None] * len(reps)
    if amount and reps:
        parts = list(allocate(amount, [1] * len(reps), keys=reps))
    month = months_in(period, start_month)[-1]
    shared = (Message("award-shared", {"count": len(reps)}),) if len(reps) > 1 else ()
    for winner, part in zip(winners, parts, strict=True):
        because = Message(winner.because.code, winner.because.params, shared)
        yield GivenAward(period, month, rule.award, rule.kind, winner.rep, part, because)


def _periods_over(
    months: list[str], as_of: dt.date, closed_to: str, start_month: int
) -> Iterator[tuple[str, str]]:
    """Months, quarters and years in which anything was sold, that are over and open, in order."""
    periods = {(month, "month") for month in months}
    periods |= {(quarter_of_month(month, start_month), "quarter") for month in months}
    periods |= {(year_of_month(month, start_month), "year") for month in months}
    for period, kind in sorted(periods):
        is_over = last_day(period, start_month) <= as_of
        if is_over and months_in(period, start_month)[-1] > closed_to:
            yield period, kind


def _rules_in_force(policy: Policy, period: str, kind: str) -> Iterator[AwardRule]:
    """Of each award the newest rule that had begun by the period's first day, unless it has ended."""
    start_month = policy.rules.fiscal_year_start
    first, last = first_day(period, start_month), last_day(period, start_month)
    newest: dict[str, AwardRule] = {}
    for rule in policy.award_rules:  # by award, the oldest first
        if rule.period_kind == kind and rule.valid_from <= first:
            newest[rule.award] = rule
    for rule in newest.values():
        if rule.valid_to is None or rule.valid_to >= last:
            yield rule


def awards_on_record(awards: pd.DataFrame, closed_to: str, start_month: int) -> pd.DataFrame:
    """The rows of Awards that closed months have given: those whose last month is closed."""
    last_months = awards["period"].map(lambda period: months_in(str(period), start_month)[-1])
    return awards[(last_months <= closed_to).to_numpy(dtype=bool)]
