"""What do late changes of closed months' orders pay, or take back?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from salesbook.domain.pay.as_paid import as_paid_lines
from salesbook.domain.pay.closed_periods import Past, RepPast, changes
from salesbook.domain.pay.lines import Line, lines_of, moved_line
from salesbook.domain.pay.rates import Counted
from salesbook.domain.pay.sold import Item, Sales
from salesbook.domain.pay.stretches import CommissionPeriod
from salesbook.domain.pay.terms import Terms, TermsBook
from salesbook.messages import Fact, Finding
from salesbook.money import to_decimal


def corrections_of(  # noqa: PLR0913 - all of them say what is known of the closed months
    rep: str,
    months: Sequence[str],
    rep_past: RepPast,
    periods: dict[str, CommissionPeriod],
    book: TermsBook,
    sales: Sales,
    *,
    decimals: int,
) -> list[Line]:
    """Settle what has changed in the orders of closed months, and nothing else.

    - An order is settled by the brackets of the month that it was earned in, at the quota of today
      and with the gates with which the newest closed month of the same brackets was closed.
    - Where the settings no longer say what that month was paid by, what was paid for the order
      itself comes back in proportion.
    - More or less sold in January moves where February begins on the way to the quota. Where
      February is paid by other brackets, that has a line of its own.

    What has been paid otherwise than these brackets would have it, by another quota, is no matter
    of orders: `lines.true_up` settles it, for the brackets of the open month.

    Args:
        months: closed ones, in order.
        periods: the rep's commission periods up to the last of these months; moved on.
    """
    accounts = [_Account(period) for period in periods.values()]

    lines: list[Line] = []
    for month in months:
        changed = changes(rep_past, rep, month, sales)
        if not changed:
            continue
        period = periods.setdefault(book.period_of(month), CommissionPeriod())
        lines += _of_month(rep, month, changed, rep_past, period, book, sales, decimals=decimals)

    for account in accounts:
        lines += account.moved(decimals=decimals)
    return lines


def _of_month(  # noqa: PLR0913
    rep: str,
    month: str,
    changed: Mapping[Item, Counted],
    rep_past: RepPast,
    period: CommissionPeriod,
    book: TermsBook,
    sales: Sales,
    *,
    decimals: int,
) -> list[Line]:
    """The lines of what changed in one closed month."""
    stretch = period.of_month.get(month)
    if stretch is None:
        # Nothing paid the month, and nothing says what it is paid by.
        return []
    if stretch.terms is not None:
        return lines_of(changed, stretch.terms, stretch, decimals=decimals, adjusts=month)

    paid_orders = {str(line.order) for line in rep_past.earned.get(month, ())}
    lines = _as_paid(month, paid_orders, changed, rep_past, sales.get((rep, month), {}), decimals)
    for line in lines:
        stretch.paid += line.amount
    for (order, family), counted in changed.items():
        if order in paid_orders:
            stretch.count(family, counted)

    terms = book.terms(rep, month)
    late = {item: counted for item, counted in changed.items() if item[0] not in paid_orders}
    if terms is not None and late:
        lines += lines_of(late, terms, stretch, decimals=decimals, adjusts=month)
    return lines


def _as_paid(  # noqa: PLR0913
    month: str,
    paid_orders: Collection[str],
    changed: Mapping[Item, Counted],
    rep_past: RepPast,
    items: Mapping[Item, Counted],
    decimals: int,
) -> list[Line]:
    """What was paid for each changed order, in proportion to what is left of it."""
    lines = []
    for order in sorted({order for order, _ in changed if order in paid_orders}):
        booked = [line for line in rep_past.earned[month] if line.order == order]
        parts = [counted.revenue for (key, _), counted in items.items() if key == order]
        lines += as_paid_lines(booked, sum(parts), month, decimals=decimals)
    return lines


class _Account:
    """What each stretch of a commission period was due before anything was settled."""

    def __init__(self, period: CommissionPeriod) -> None:
        self.period = period
        self.due: list[int | None] = []
        self.paid: list[int] = []
        self.starts: list[int] = []
        for stretch in period.stretches:
            terms = stretch.terms
            self.due.append(None if terms is None else stretch.due(terms))
            self.paid.append(stretch.paid)
            self.starts.append(0 if terms is None else _start(terms, stretch.before))

    def moved(self, *, decimals: int) -> list[Line]:
        """What stretches are due for having begun elsewhere than they were paid at."""
        lines = []
        of_stretches = zip(
            self.period.stretches,
            self.period.last_month,
            self.due,
            self.paid,
            self.starts,
            strict=True,
        )
        for stretch, month, due_before, paid_before, start_before in of_stretches:
            terms = stretch.terms
            if terms is None or due_before is None:
                continue
            settled = stretch.paid - paid_before
            amount = stretch.due(terms) - due_before - settled
            if amount:
                line = moved_line(
                    terms,
                    amount,
                    month,
                    start_before=start_before,
                    start_now=_start(terms, stretch.before),
                    decimals=decimals,
                )
                stretch.paid += amount
                lines.append(line)
        return lines


def _start(terms: Terms, before: Mapping[str, Counted]) -> int:
    """How much of the quota was sold before a stretch, as its brackets count it."""
    return terms.rates.position(before)


def paid_to_nobody(past: Past, reps: Collection[str], sales: Sales, decimals: int) -> list[Finding]:
    """Name what changed in closed orders of reps whom Team lacks, who can give nothing back.

    Their sales are in the company's total; what they were paid for orders that count for less now
    would come back in a statement, and they have none.

    Args:
        reps: those of the team.
    """
    findings = []
    for rep, rep_past in sorted(past.reps.items()):
        if rep in reps:
            continue
        amounts: dict[str, int] = {}
        for month in sorted(rep_past.earned):
            changed = changes(rep_past, rep, month, sales)
            paid_orders = {str(line.order) for line in rep_past.earned[month]}
            items = sales.get((rep, month), {})
            for line in _as_paid(month, paid_orders, changed, rep_past, items, decimals):
                order = str(line.order_id)
                amounts[order] = amounts.get(order, 0) + line.amount
        unsettled = {order: amount for order, amount in amounts.items() if amount}
        if unsettled:
            facts: dict[str, Fact] = {
                "amount": to_decimal(sum(unsettled.values()), decimals),
                "order": min(unsettled),
            }
            findings.append(
                Finding(
                    "closed-pay-of-nobody",
                    "warning",
                    "Orders",
                    field="rep_id",
                    found=rep,
                    params=facts,
                )
            )
    return findings
