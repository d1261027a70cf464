"""What was a rep paid, month by month and in the year so far?

Lists, each for every rep, of his own statements alone, and never rounded:

- `pay`: the last two months that are over and the one that runs; of who has left, his last three.
  `says` which month, `sold` the base that
  counts for pay, `target` the quota that the pay scheme reads, `rate`
  how much of it is attained to date, `expected` earned, `amount` paid, `sign` and `because` whether the
  month is closed.
- `pay-total`: the same of the fiscal year so far; quota and attained as they stand by now, `because`
  whether the base is what was booked, invoiced or paid by customers.
- `tile-pay`: `amount` paid this year, `says` as which share of that base, `because` the month that
  runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from salesbook.domain.arithmetic.calendar import next_month
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import GOOD, Line, ListLines
from salesbook.pages.lines.scoped import Record, by_rep, records_of
from salesbook.policy import Policy

_MONTHS_BEFORE: Final = 2


@dataclass(frozen=True)
class Pay:
    """The statements of every rep, of the running fiscal year and the months shown."""

    context: PageContext

    @cached_property
    def _by_rep(self) -> dict[Any, dict[str, Record]]:
        """By rep and month the row of Statements."""
        statements = by_rep(records_of(self.context.tables["Statements"]))
        return {rep: {str(row["period"]): row for row in rows} for rep, rows in statements.items()}

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a rep; none for one without statements in the fiscal year."""
        own = self._by_rep.get(scope.key, {})
        so_far = [own[month] for month in self._months_so_far if month in own]
        if not so_far:
            return
        month = self.context.month
        newest = str(so_far[-1]["period"])
        shown = [next_month(newest, -step) for step in range(_MONTHS_BEFORE, -1, -1)]
        lines = [self._line(own[period]) for period in shown if period in own]
        yield ListLines(page, "pay", scope, lines)
        yield ListLines(page, "pay-total", scope, [self._total(so_far)])
        yield ListLines(page, "tile-pay", scope, [self._tile(so_far, own.get(month))])

    @property
    def _months_so_far(self) -> list[str]:
        context = self.context
        return [month for month in context.months_of_this_year if month <= context.month]

    def _line(self, statement: Record) -> Line:
        period = str(statement["period"])
        runs = period == self.context.month
        is_closed = statement["closed"] is True
        return {
            "says": Message(f"page.pay.{'so-far' if runs else 'month'}", {"period": period}),
            "sold": statement["sold"],
            "target": statement["quota"],
            "rate": statement["attainment_rate"],
            "expected": statement["earned"],
            "amount": statement["paid"],
            "sign": GOOD if is_closed else None,
            "because": Message(f"page.pay.{'closed' if is_closed else 'open'}"),
            "table": "Statements",
            "row_key": f"{period}|{statement['rep_id']}",
        }

    def _total(self, so_far: list[Record]) -> Line:
        newest = so_far[-1]
        return {
            "says": Message("page.pay.total", {"period": self.context.year}),
            "sold": _sum(so_far, "sold"),
            "target": newest["quota"],
            "rate": newest["attainment_rate"],
            "expected": _sum(so_far, "earned"),
            "amount": _sum(so_far, "paid"),
            "because": Message(f"page.pay.base-{self.context.policy.rules.commission_basis}"),
            "table": "Statements",
        }

    def _tile(self, so_far: list[Record], running: Record | None) -> Line:
        paid, sold = _sum(so_far, "paid"), _sum(so_far, "sold")
        line: dict[str, Any] = {"amount": paid}
        if sold > 0:
            line["says"] = share_of_base(paid, sold, self.context.policy)
        if running is not None:
            amount = to_decimal(int(running["paid"]), self.context.policy.decimals)
            facts: dict[str, Fact] = {"period": str(running["period"]), "amount": amount}
            line["because"] = Message("page.pay.running", facts)
        return line


def share_of_base(paid: int, base: int, policy: Policy) -> Message:
    """What is paid as a share of what it is paid on: bookings, invoices or payments.

    Of what was sold it would be no rate of pay where customers pay later: the numerator and the
    divisor would be of different orders.

    Args:
        paid: minor units.
        base: what the same statements count for, minor units, above 0.
    """
    return Message(f"page.pay.share-{policy.rules.commission_basis}", {"rate": paid / base})


def _sum(statements: list[Record], field: str) -> int:
    return sum(statement[field] for statement in statements)
