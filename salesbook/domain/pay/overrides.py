"""What does a manager earn on what his reps are credited with?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.allocation import rounded_together
from salesbook.domain.pay.lines import Line
from salesbook.domain.pay.rates import Counted, RateTable
from salesbook.domain.pay.sold import Sales
from salesbook.domain.pay.terms import TermsBook
from salesbook.domain.team.staff import Staff
from salesbook.messages import Fact, Finding, Message
from salesbook.money import exact, round_half_away, to_decimal

OVERRIDE: Final = "override:"
"""Begins the rule of a line that pays a manager; the rep who is credited follows."""

OverrideKey = tuple[str, str, str]
"""The rule, which names the rep; the order; the folded product family of the rate table."""

TeamSales = Mapping[tuple[str, str], Mapping[tuple[str, str, str], Counted]]
"""By manager and month: what each rep, order and product family counts for."""


class PaidOverride(NamedTuple):
    """What closed months paid a manager for a rep's part of an order, minor units."""

    revenue: int = 0
    base: int = 0
    amount: int = 0
    scheme: str = ""
    family: str | None = None
    """As the line writes it."""


@dataclass(frozen=True)
class Teams:
    """What the reps of each manager are credited with."""

    sales: TeamSales
    left: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By manager who had left, and month: the revenue that nobody earns on."""


def team_sales(sales: Sales, lines: pd.DataFrame, staff: Staff) -> Teams:
    """Give what each rep is credited with to whoever was his manager on the day of the sale.

    Only the rep's own manager earns on it, not the manager's; nobody earns on himself, nor on a day
    on which he does not work for us. A payment belongs to the day of its order.

    Args:
        sales: what counts, by rep and month.
        lines: the credits, which say the day of each order.
        staff: who had which manager when.
    """
    days = lines.drop_duplicates(["order_id", "rep_id"])
    managers = staff.on(days["rep_id"], days["on"])["manager_id"]
    manager_and_day = {}
    for order, rep, manager, day in zip(
        days["order_id"], days["rep_id"], managers, days["on"], strict=True
    ):
        if pd.notna(manager) and manager != rep:
            manager_and_day[order, rep] = (str(manager), day.date())

    by_manager: dict[tuple[str, str], dict[tuple[str, str, str], Counted]] = {}
    left: dict[tuple[str, str], int] = {}
    for (rep, month), items in sales.items():
        for (order, family), counted in items.items():
            manager, day = manager_and_day.get((order, rep), (None, None))
            if manager is None or day is None or manager not in staff.employment:
                continue
            hired_on, left_on = staff.employment[manager]
            if left_on is not None and day > left_on:
                left[manager, month] = left.get((manager, month), 0) + counted.revenue
            elif hired_on is None or hired_on <= day:
                by_manager.setdefault((manager, month), {})[rep, order, family] = counted
    return Teams(by_manager, left)


def override_lines(
    manager: str, month: str, teams: Teams, book: TermsBook
) -> dict[OverrideKey, Line]:
    """A line for each rep and order that the manager earns on in a month, in order.

    Each rate table of the manager's scheme that names an override pays it on what his reps are
    credited with of its product family, as revenue or net of cost, whatever his own sales come to:
    he needs no quota of his own. The month's sum is rounded once.

    Source: by hand, reps credited with 60,000 and 40,000, an override of 1 %: 1,000.
    """
    rates = book.rates(manager, month)
    items = teams.sales.get((manager, month), {})
    scheme = book.scheme_names.get((manager, month))
    if rates is None or scheme is None or not items:
        return {}

    lines: dict[OverrideKey, Line] = {}
    for name, table in sorted(rates.tables.items()):
        if not table.override_rate:
            continue
        sums: dict[OverrideKey, Counted] = {}
        for (rep, order, family), counted in sorted(items.items()):
            if rates.family(family) == name:
                key = (f"{OVERRIDE}{rep}", order, name)
                sums[key] = sums.get(key, Counted()).plus(counted)
        lines |= _lines_of_table(sums, table, scheme, book)
    return lines


def _lines_of_table(
    sums: Mapping[OverrideKey, Counted], table: RateTable, scheme: str, book: TermsBook
) -> dict[OverrideKey, Line]:
    """The lines of one product family."""
    rate = table.override_rate or 0.0
    bases = [table.base(counted) for counted in sums.values()]
    exact_parts = [Fraction(base) * exact(rate) for base in bases]
    lines = {}
    for (key, counted), base, amount in zip(
        sums.items(), bases, rounded_together(exact_parts), strict=True
    ):
        if counted.revenue or base:
            lines[key] = _line(key, counted, base, amount, table, scheme, book)
    return lines


def _line(  # noqa: PLR0913 - each is a cell of the line
    key: OverrideKey,
    counted: Counted,
    base: int,
    amount: int,
    table: RateTable,
    scheme: str,
    book: TermsBook,
) -> Line:
    rule, order, _ = key
    facts: dict[str, Fact] = {
        "base": to_decimal(base, book.policy.decimals),
        "rate": table.override_rate,
        "plan": scheme,
        "rep": _credited(rule, book),
    }
    return Line(
        order,
        base,
        table.override_rate,
        amount,
        scheme,
        rule,
        Message("commission-override", facts),
        family=table.family or None,
        sold=counted.revenue if table.basis == "net" else None,
    )


def _credited(rule: str, book: TermsBook) -> str:
    """The name of the rep whom an override is paid on; the rule holds the id, which runs read back."""
    return book.staff.name_of(rule.removeprefix(OVERRIDE))


def changed_override(
    key: OverrideKey, now: Sequence[Line], paid: PaidOverride, book: TermsBook
) -> Line | None:
    """Correct what closed months paid for an order, or None where it is worth what it was.

    Args:
        now: the lines that these months would have for it today.
        paid: what they have paid.
    """
    revenue = sum(line.base if line.sold is None else line.sold for line in now)
    if revenue == paid.revenue:
        return None

    base = sum(line.base for line in now) - paid.base
    amount = sum(line.amount for line in now) - paid.amount
    newest = now[-1] if now else None
    scheme = newest.scheme if newest else paid.scheme
    rule, order, _ = key
    facts: dict[str, Fact] = {
        "base": to_decimal(base, book.policy.decimals),
        "plan": scheme,
        "rep": _credited(rule, book),
    }
    message = Message("commission-override-changed", facts)
    rate = newest.rate if newest else None
    is_net = newest is not None and newest.sold is not None
    return Line(
        order,
        base,
        rate,
        amount,
        scheme,
        rule,
        message,
        family=newest.family if newest else paid.family,
        sold=revenue - paid.revenue if is_net or base != revenue - paid.revenue else None,
    )


def override_as_paid(
    key: OverrideKey, left: Fraction, paid: PaidOverride, book: TermsBook
) -> Line | None:
    """Take back what was paid for an order, in proportion, where no brackets say it any more.

    Args:
        left: the part of the order that still counts, from 0 to 1.
        paid: what closed months have paid for it.
    """
    revenue = round_half_away(left * paid.revenue) - paid.revenue
    base = round_half_away(left * paid.base) - paid.base
    amount = round_half_away(left * paid.amount) - paid.amount
    if not revenue:
        return None

    rule, order, _ = key
    facts: dict[str, Fact] = {
        "base": to_decimal(base, book.policy.decimals),
        "plan": paid.scheme,
        "rep": _credited(rule, book),
    }
    return Line(
        order,
        base,
        None,
        amount,
        paid.scheme,
        rule,
        Message("commission-override-changed", facts),
        family=paid.family,
        sold=revenue if base != revenue else None,
    )


def override_findings(
    teams: Teams, book: TermsBook, months: list[str], *, last_month: str
) -> list[Finding]:
    """Say where an override finds nobody to be paid on, or nobody to pay.

    Args:
        months: of the fiscal year, up to the month of the run.
        last_month: the month of the run.
    """
    decimals = book.policy.decimals
    findings = []
    left: dict[str, int] = {}
    for (manager, month), amount in sorted(teams.left.items()):
        if month in months and has_override(book, manager, month):
            left[manager] = left.get(manager, 0) + amount
    for manager, amount in left.items():
        day = book.staff.employment[manager][1]
        facts: dict[str, Fact] = {"left": day, "amount": to_decimal(amount, decimals)}
        findings.append(_about(manager, "override-manager-left", facts))

    have_reps = {manager for manager, _ in teams.sales} | book.staff.named_as_manager
    for rep in book.reps:
        if has_override(book, rep, last_month) and rep not in have_reps:
            facts = {"plan": book.scheme_names[rep, last_month]}
            findings.append(_about(rep, "override-without-reps", facts))
    return findings


def has_override(book: TermsBook, rep: str, month: str) -> bool:
    """Whether the rep's scheme in the month pays for what his reps sell."""
    rates = book.rates(rep, month)
    return rates is not None and any(table.override_rate for table in rates.tables.values())


def _about(rep: str, code: str, facts: Mapping[str, Fact]) -> Finding:
    return Finding(code, "warning", "Reps", field="plan", row_key=rep, found=rep, params=facts)
