"""What does a pay plan pay from nothing to half as much again as the quota, and where does it jump?

Whoever signs a plan sees here what it rewards: each plan that is in force, and each that is typed for
later, at every twentieth of the quota and wherever one of its brackets begins. What is paid at a
place says `Rates.pay`, the same that pays commission.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import month_of, next_month
from salesbook.domain.checks.settings_checks import bracket_faults
from salesbook.domain.outcome import Task
from salesbook.domain.pay.brackets import pay_point, sales_at
from salesbook.domain.pay.rates import NOTHING, REST, Counted, Rates
from salesbook.domain.pay.sold import Sales
from salesbook.domain.pay.terms import PlanVersion, TermsBook, rates_of, versions_from
from salesbook.domain.sales.credit import PIECE
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import exact, round_half_away, to_decimal
from salesbook.policy import Policy

STEP: Final = Fraction(1, 20)
END: Final = Fraction(3, 2)
"""Of the quota, up to which the curve is drawn."""
_WHOLE: Final = 100
"""Units of the quota that stands for one that nobody has."""
_MIX_MONTHS: Final = 12
_FALLS: Final = ("pay-falls", "rates-fall")
"""Errors of a plan that the curve shows; with any other there is no curve to draw."""


def pay_curves(task: Task, target_plan: pd.DataFrame, staff: Staff, sales: Sales) -> pd.DataFrame:
    """Draw each plan's pay against what is reached of the quota.

    The quota is the one in the middle of those of the reps who have the plan on the day of the run,
    of the commission period that the day is in. Where nobody has it, or none of them has a quota, it
    is 100, so that the pay reads in per cent of the quota; a cap in money means nothing then, and is
    left out. All gates are open. A draw is left out: it moves pay from month to month.

    A plan with brackets for a product family, or paid net of cost or by pieces, pays by what is
    sold: that is drawn as its reps sold in the last 12 months, as all reps where they sold nothing.

    Args:
        task: what `score` was given.
        target_plan: what `plan_in_force` gives.
        staff: who was on which pay scheme when.
        sales: what counts, by rep and month.

    Returns: PayCurve, by key. A plan whose brackets make no sense has no rows: Checks says why.
    """
    policy, month = task.policy, month_of(task.as_of)
    reps = tuple(staff.ids)
    book = TermsBook(policy, target_plan, staff, (month,), reps, lambda *_: 0)
    plan_of_rep = staff.on_day(task.as_of)["plan"]
    at_work = set(staff.employed(task.as_of, task.as_of))

    rows: list[dict[str, Any]] = []
    for version in usable_versions(policy, month, but=_FALLS):
        on_plan = [rep for rep in reps if rep in at_work and plan_of_rep[rep] == version.plan]
        rows += _Curve.of(version, on_plan, book, sales, month).rows()
    return sorted_by_key("PayCurve", frame_from_rows("PayCurve", rows))


def usable_versions(policy: Policy, month: str, *, but: Collection[str] = ()) -> list[PlanVersion]:
    """The plans in force and those to come whose brackets have no errors, apart from some."""
    errors = [finding for finding in bracket_faults(policy) if finding.severity == "error"]
    # Of a bracket that cannot be read nobody knows on which day it begins.
    unreadable = [fault.params.get("plan") for fault in policy.faults if fault.table == "Brackets"]

    usable = []
    for version in versions_from(policy, month):
        wrong = [
            finding
            for finding in errors
            if finding.row_key.startswith(version.key_start) and finding.code not in but
        ]
        if not wrong and version.plan not in unreadable and None not in unreadable:
            usable.append(version)
    return usable


class _Quota(NamedTuple):
    """The quota that a curve is drawn for."""

    amount: int
    """Minor units, or pieces in units of `credit.PIECE`."""
    message: Message
    is_real: bool
    """False where it only stands for one."""


class _Mix(NamedTuple):
    """What is sold, of which the curve shows more or less."""

    sold: Mapping[str, Counted]
    """By product family; empty where the plan asks for it and nothing tells."""
    message: Message | None


@dataclass(frozen=True)
class _Curve:
    """One plan's pay from nothing to `END` of the quota."""

    version: PlanVersion
    rates: Rates
    quota: _Quota
    mix: _Mix
    decimals: int

    @classmethod
    def of(
        cls, version: PlanVersion, reps: Sequence[str], book: TermsBook, sales: Sales, month: str
    ) -> _Curve:
        """Find the quota and the mix of products that the curve is drawn for."""
        rates = rates_of(version.brackets)
        quota = _quota_of(rates, reps, book, month)
        if not quota.is_real:
            rates = rates.uncapped
        return cls(version, rates, quota, _mix_of(rates, reps, sales, month), book.policy.decimals)

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each place on the curve."""
        for attained in self._places():
            yield self._row(attained)

    def _places(self) -> list[Fraction]:
        """Every step of the quota, and where brackets begin in between."""
        places = {STEP * step for step in range(int(END / STEP) + 1)}
        for row in self.version.brackets:
            if exact(row.from_rate) <= END:
                places.add(exact(row.from_rate))
        return sorted(places)

    def _row(self, attained: Fraction) -> dict[str, Any]:
        in_pieces = self.rates.counts_pieces
        row: dict[str, Any] = {
            "plan": self.version.plan,
            "valid_from": self.version.valid_from,
            "attainment_rate": float(attained),
            "quota": None if in_pieces else self.quota.amount,
            "sold": None,
            "pay": None,
            "next_unit_rate": None,
            "jumps": False,
            "because": self._because() if attained == 0 else None,
        }
        if not self.mix.sold:
            return row

        position = sales_at(attained, self.quota.amount)
        progress = _scaled(self.mix.sold, position, in_pieces=in_pieces)
        before, at, next_rate = self._point(attained)
        row["sold"] = sum(counted.revenue for counted in progress.values())
        row["pay"] = self.rates.pay(progress, self.quota.amount)
        row["next_unit_rate"] = float(next_rate)
        row["jumps"] = before != at
        if before != at:
            row["because"] = self._jump(row["sold"], before, at)
        return row

    def _point(self, attained: Fraction) -> tuple[Fraction, Fraction, Fraction]:
        """The exact pay, minor units, just below a place and at it, and what the next unit pays."""
        whole = _sum(self.mix.sold.values())
        position = whole.pieces if self.rates.counts_pieces else whole.revenue
        before = at = next_rate = Fraction(0)
        for family, counted in self.rates.by_table(self.mix.sold).items():
            table = self.rates.tables[family]
            base = Fraction(table.base(counted), position)
            of_table = pay_point(table.scheme, attained)
            scale = base * self.quota.amount
            cap = table.scheme.cap
            is_capped = cap is not None and scale * of_table.at >= cap
            before += _at_most(scale * of_table.before, cap)
            at += _at_most(scale * of_table.at, cap)
            if not is_capped:
                next_rate += base * of_table.next_rate
        return before, at, next_rate * Fraction(position, whole.revenue)

    def _because(self) -> Message:
        """What the curve is drawn for, in words."""
        more = [self.mix.message] if self.mix.message else []
        if any(gate for table in self.rates.tables.values() for gate in table.gates):
            more.append(Message("pay-curve-gates"))
        if any(row.draw for row in self.version.brackets):
            more.append(Message("pay-curve-draw"))
        return replace(self.quota.message, more=tuple(more))

    def _jump(self, sold: int, before: Fraction, at: Fraction) -> Message:
        facts: dict[str, Fact] = {
            "sold": to_decimal(sold, self.decimals),
            "before": to_decimal(round_half_away(before), self.decimals),
            "after": to_decimal(round_half_away(at), self.decimals),
        }
        return Message("pay-curve-falls" if at < before else "pay-curve-jumps", facts)


def _quota_of(rates: Rates, reps: Sequence[str], book: TermsBook, month: str) -> _Quota:
    """The quota in the middle of those of some reps; 100 where none has one."""
    period = book.period_of(month)
    in_pieces = rates.counts_pieces
    quotas = [book.quotas.get((rep, period, in_pieces), 0) for rep in reps]
    real = [quota for quota in quotas if quota > 0]
    suffix = "-pieces" if in_pieces else ""
    if real:
        middle = round_half_away(Fraction(statistics.median(real)))
        facts: dict[str, Fact] = {
            "reps": len(real),
            "period": period,
            "quota": middle / PIECE if in_pieces else to_decimal(middle, book.policy.decimals),
        }
        return _Quota(middle, Message(f"pay-curve-quota{suffix}", facts), is_real=True)

    unit = PIECE if in_pieces else 10**book.policy.decimals
    code = "pay-curve-nobody" if not reps else "pay-curve-no-quota"
    return _Quota(_WHOLE * unit, Message(f"{code}{suffix}", {"period": period}), is_real=False)


def _mix_of(rates: Rates, reps: Sequence[str], sales: Sales, month: str) -> _Mix:
    """What was sold in the last 12 months, by product family."""
    if rates.is_plain:
        return _Mix({REST: Counted(revenue=1, net=1)}, None)

    first = next_month(month, 1 - _MIX_MONTHS)
    in_time = [key for key in sales if first <= key[1] <= month]
    known = set(reps)
    of_reps = [key for key in in_time if key[0] in known]
    for keys, code in ((of_reps, "pay-curve-mix"), (in_time, "pay-curve-mix-of-all")):
        sums: dict[str, Counted] = {}
        for key in keys:
            for (_, family), counted in sales[key].items():
                sums[family] = sums.get(family, NOTHING).plus(counted)
        # A family of which more came back than was sold has no part in what is sold.
        sold = {family: counted for family, counted in sums.items() if counted.revenue > 0}
        if rates.counts_pieces:
            sold = {family: counted for family, counted in sold.items() if counted.pieces > 0}
        if sold:
            return _Mix(sold, Message(code))
    return _Mix({}, Message("pay-curve-no-mix"))


def _scaled(mix: Mapping[str, Counted], position: int, *, in_pieces: bool) -> dict[str, Counted]:
    """As much of a mix as counts for a position on the way to the quota."""
    families = sorted(mix)
    weights = [mix[family].pieces if in_pieces else mix[family].revenue for family in families]
    parts = allocate(position, weights, keys=families)
    scaled = {}
    for family, weight, part in zip(families, weights, parts, strict=True):
        share = Fraction(part, weight)
        counted = mix[family]
        scaled[family] = Counted(
            part if not in_pieces else round_half_away(share * counted.revenue),
            round_half_away(share * counted.net),
            part if in_pieces else round_half_away(share * counted.pieces),
        )
    return scaled


def _sum(sold: Collection[Counted]) -> Counted:
    total = NOTHING
    for counted in sold:
        total = total.plus(counted)
    return total


def _at_most(amount: Fraction, cap: int | None) -> Fraction:
    return amount if cap is None else min(amount, Fraction(cap))
