"""What is each order's line of a commission statement, and why?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.pay.terms import Terms
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal

ADJUSTMENT: Final = "adjustment:"
"""Begins the rule of a line that corrects a closed month; the month follows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: amounts in minor units; `rate` missing where no rate was applied."""

    order_id: str | None
    base: int
    rate: float | None
    amount: int
    plan: str
    rule: str
    because: Message


@dataclass
class Tally:
    """One rep's commission period so far."""

    sales: int = 0
    paid: int = 0
    version: tuple[str, str] | None = None
    """Plan and brackets that `paid` was reckoned by."""

    def turn_to(self, terms: Terms) -> None:
        """Go on by other brackets: sales count towards the quota, what they paid is not reckoned
        anew.
        """
        if self.version != (terms.name, terms.since):
            self.version = (terms.name, terms.since)
            self.paid = terms.pay(self.sales)


def lines_of(
    bases: Mapping[str, int],
    terms: Terms,
    tally: Tally,
    *,
    decimals: int,
    adjusts: str | None = None,
) -> list[Line]:
    """Pay a month's orders: sales first, then what was taken back, so that no refund dilutes a
    sale.

    Each of the two groups gets what the pay of the period to date rises or falls by, and its orders
    share that in proportion to their bases, to the minor unit (Hamilton's method, ties by order).

    Args:
        bases: what each order counts for, minor units, negative for refunds; none 0.
        tally: the period so far; moved on by these orders.
        adjusts: the closed month that the lines correct; None for the month's own orders.
    """
    lines = []
    for sign in (1, -1):
        group = {order: base for order, base in sorted(bases.items()) if base * sign > 0}
        if group:
            lines += _paid_group(group, terms, tally, decimals=decimals, adjusts=adjusts)
    return lines


def _paid_group(
    group: Mapping[str, int], terms: Terms, tally: Tally, *, decimals: int, adjusts: str | None
) -> list[Line]:
    before, total = tally.sales, sum(group.values())
    after = before + total
    due = terms.pay(after) - terms.pay(before)
    tally.sales, tally.paid = after, tally.paid + due
    amounts = allocate(due, [abs(base) for base in group.values()])
    rate, low, high = _rate(terms, before, after, due)
    code = "commission-refund" if total < 0 else f"commission-{terms.bracket(after).kind}"
    if adjusts:
        code = "commission-adjustment"
    elif low != high and total > 0:
        code = "commission-brackets"
    rule = (
        f"{ADJUSTMENT}{adjusts}"
        if adjusts
        else "refund"
        if total < 0
        else terms.bracket(after).kind
    )
    shared: dict[str, Fact] = {
        "rate": rate,
        "plan": terms.name,
        "bracket": low,
        "upto": high,
        "before": before / terms.quota,
        "after": after / terms.quota,
        "quota": to_decimal(terms.quota, decimals),
    }
    if adjusts:
        shared["month"] = adjusts
    return [
        Line(
            order,
            base,
            rate,
            amount,
            terms.name,
            rule,
            Message(code, {"base": to_decimal(base, decimals), **shared}),
        )
        for (order, base), amount in zip(group.items(), amounts, strict=True)
    ]


def _rate(terms: Terms, before: int, after: int, due: int) -> tuple[float, float, float]:
    """The rate that was paid, and where the lowest and the highest bracket touched begin.

    Inside one bracket it is the bracket's own; across brackets, or at the cap, what was paid over
    sales.
    """
    first, last = terms.bracket(min(before, after)), terms.bracket(max(before, after))
    capped = (
        terms.plan.cap is not None and max(terms.pay(before), terms.pay(after)) >= terms.plan.cap
    )
    if first == last and not capped:
        return first.pay_rate, first.from_rate, last.from_rate
    return due / (after - before), first.from_rate, last.from_rate


def true_up(terms: Terms, tally: Tally, *, decimals: int) -> list[Line]:
    """Pay, or take back, what a changed quota makes of sales that closed months have paid for
    already.
    """
    due = terms.pay(tally.sales) - tally.paid
    if due == 0:
        return []
    facts: dict[str, Fact] = {
        "plan": terms.name,
        "quota": to_decimal(terms.quota, decimals),
        "sales": to_decimal(tally.sales, decimals),
        "paid": to_decimal(tally.paid, decimals),
    }
    tally.paid += due
    return [Line(None, 0, None, due, terms.name, "true-up", Message("commission-true-up", facts))]


def spiff_line(order: str, rule: str, amount: int, *, plan: str, changed: bool = False) -> Line:
    """Pay a Spiffs row for an order, or correct what a closed month paid."""
    code = "commission-spiff-changed" if changed else "commission-spiff"
    facts: dict[str, Fact] = {"spiff": rule.partition(":")[2], "order": order}
    return Line(order, 0, None, amount, plan, rule, Message(code, facts))


def row_of(line: Line, period: str, rep: str, number: int) -> dict[str, Any]:
    """The line as a row of Commission."""
    return {
        "period": period,
        "rep_id": rep,
        "line": number,
        "order_id": line.order_id,
        "base": line.base,
        "rate": line.rate,
        "amount": line.amount,
        "plan": line.plan,
        "rule": line.rule,
        "because": line.because,
    }
