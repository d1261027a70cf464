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
    scheme: str
    """The name of the pay scheme, `plan` in Commission."""
    rule: str
    because: Message


@dataclass
class Tally:
    """One rep's commission period so far."""

    sales: int = 0
    paid: int = 0
    version: tuple[str, str] | None = None
    """Pay scheme and brackets that `paid` was reckoned by."""

    def turn_to(self, terms: Terms) -> None:
        """Go on by other brackets: sales count on towards the quota, their pay is as it was.

        `paid` becomes what the new brackets would have paid, so that a change of scheme in the
        middle of a year neither pays the months gone anew nor takes anything back.
        """
        version = (terms.scheme_name, terms.since)
        if self.version != version:
            self.version = version
            self.paid = terms.pay(self.sales)


def lines_of(
    bases: Mapping[str, int],
    terms: Terms,
    tally: Tally,
    *,
    decimals: int,
    adjusts: str | None = None,
) -> list[Line]:
    """Pay a month's orders: sales first, then what was taken back.

    Together, a refund would dilute the rate of a sale. Each of the two groups gets what the pay of
    the period to date rises or falls by, and its orders share that in proportion to their bases, to
    the minor unit (Hamilton's method, ties by order).

    Args:
        bases: what each order counts for, minor units, negative for refunds; none 0.
        terms: what the rep is paid by.
        tally: the period so far; moved on by these orders.
        decimals: of the currency.
        adjusts: the closed month that the lines correct; None for the month's own orders.

    Returns: a line per order, sales by key and then refunds by key.
    """
    by_key = sorted(bases.items())
    sales = {order: base for order, base in by_key if base > 0}
    refunds = {order: base for order, base in by_key if base < 0}

    lines = []
    for group in (sales, refunds):
        if group:
            lines += _paid_group(group, terms, tally, decimals=decimals, adjusts=adjusts)
    return lines


def _paid_group(
    group: Mapping[str, int], terms: Terms, tally: Tally, *, decimals: int, adjusts: str | None
) -> list[Line]:
    """Lines of a group of sales, or of refunds."""
    total = sum(group.values())
    before = tally.sales
    after = before + total
    due = terms.pay(after) - terms.pay(before)
    tally.sales = after
    tally.paid += due

    rate, lowest, highest = _rate(terms, before, after, due)
    kind = terms.bracket(after).kind
    if adjusts:
        rule, code = f"{ADJUSTMENT}{adjusts}", "commission-adjustment"
    elif total < 0:
        rule, code = "refund", "commission-refund"
    elif lowest != highest:
        rule, code = kind, "commission-brackets"
    else:
        rule, code = kind, f"commission-{kind}"

    shared: dict[str, Fact] = {
        "rate": rate,
        "plan": terms.scheme_name,
        "bracket": lowest,
        "upto": highest,
        "before": before / terms.quota,
        "after": after / terms.quota,
        "quota": to_decimal(terms.quota, decimals),
    }
    if adjusts:
        shared["month"] = adjusts

    amounts = allocate(due, [abs(base) for base in group.values()])
    lines = []
    for (order, base), amount in zip(group.items(), amounts, strict=True):
        because = Message(code, {"base": to_decimal(base, decimals), **shared})
        lines.append(Line(order, base, rate, amount, terms.scheme_name, rule, because))
    return lines


def _rate(terms: Terms, before: int, after: int, due: int) -> tuple[float, float, float]:
    """The rate that was paid, and where the lowest and the highest bracket touched begin.

    Inside one bracket it is the bracket's own; across brackets, or at the cap, what was paid over
    sales.
    """
    lowest = terms.bracket(min(before, after))
    highest = terms.bracket(max(before, after))
    cap = terms.scheme.cap
    is_capped = cap is not None and max(terms.pay(before), terms.pay(after)) >= cap

    is_inside_one = lowest == highest and not is_capped
    rate = lowest.pay_rate if is_inside_one else due / (after - before)
    return rate, lowest.from_rate, highest.from_rate


def true_up(terms: Terms, tally: Tally, *, decimals: int) -> list[Line]:
    """Pay, or take back, what a changed quota makes of sales that closed months have paid for."""
    due = terms.pay(tally.sales) - tally.paid
    if due == 0:
        return []

    facts: dict[str, Fact] = {
        "plan": terms.scheme_name,
        "quota": to_decimal(terms.quota, decimals),
        "sales": to_decimal(tally.sales, decimals),
        "paid": to_decimal(tally.paid, decimals),
    }
    tally.paid += due
    because = Message("commission-true-up", facts)
    return [Line(None, 0, None, due, terms.scheme_name, "true-up", because)]


def spiff_line(order: str, rule: str, amount: int, *, scheme: str, changed: bool = False) -> Line:
    """Pay a Spiffs row for an order, or correct what a closed month paid."""
    code = "commission-spiff-changed" if changed else "commission-spiff"
    _, _, spiff = rule.partition(":")
    facts: dict[str, Fact] = {"spiff": spiff, "order": order}
    return Line(order, 0, None, amount, scheme, rule, Message(code, facts))


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
        "plan": line.scheme,
        "rule": line.rule,
        "because": line.because,
    }
