"""Which errors are there in what a month is paid by?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day, month_of, months_of
from salesbook.domain.checks import dates, deals, orders
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.outcome import Task
from salesbook.domain.pay.closing import Closing
from salesbook.domain.sales.credit import credits_of
from salesbook.frames import empty_frame
from salesbook.messages import Finding

_CHECKS: Final[Sequence[Callable[[Task], Iterator[Finding]]]] = (
    dates.date_order,
    deals.closing,
    orders.refunds,
    orders.of_deals,
    orders.payments,
)
"""What `validate` finds in orders, payments and deals besides what cannot be read."""

_DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "Orders": ("ordered_on", "delivered_on"),
    "Payments": ("paid_on",),
    "Deals": ("closed_on",),
}
"""The days by which a row belongs to a month, that by which it always does first."""


def errors_of_months(task: Task, months: Collection[str]) -> list[Finding]:
    """The errors in what some months are paid by, in the order of the sheets.

    That are orders and payments, and won deals where these are what was sold. A row whose day
    cannot be read may be of any month.
    """
    found = [*task.found, *(finding for check in _CHECKS for finding in check(task))]
    of_tables = [finding for finding in found if finding.table in _DAYS]
    rows = {table: _rows_of_months(task, table, months) for table in _DAYS}
    return [
        finding
        for finding in one_per_cell(of_tables)
        if finding.severity == "error" and finding.row in rows[finding.table]
    ]


def without_errors(task: Task, closing: Closing) -> Closing:
    """Let no month close that has errors, nor any after it; each is told with its row of Periods.

    What cannot be read is not paid: the month would be closed without it.
    """
    closed_to = closing.closed_to
    for number, month in enumerate(closing.due):
        errors = errors_of_months(task, closing.typed_months(closed_to, month))
        if errors:
            finding = Finding(
                "period-has-errors",
                "warning",
                "Periods",
                field="period",
                row_key=closing.typed[month],
                found=closing.typed[month],
                params={"errors": len(errors)},
            )
            kept = closing.due[:number]
            return replace(closing, due=kept, findings=(*closing.findings, finding))
        closed_to = month
    return closing


def _rows_of_months(task: Task, table: str, months: Collection[str]) -> set[int]:
    """The rows of a table that the months are paid by, or may be."""
    wanted = set(months)
    if table == "Deals":
        wanted = {month for month in wanted if _deals_count(task, month)}

    rows: set[int] = set()
    for frame in (task.tables[table], task.left_out.get(table, empty_frame(table))):
        of_months = pd.Series(False, index=frame.index)
        for name in _DAYS[table]:
            of_months |= months_of(frame[name]).isin(wanted)
        if table != "Deals":
            # Most deals have no such day because they are open; an order always has one.
            of_months |= frame[_DAYS[table][0]].isna()
        if table == "Orders":
            of_months |= frame["order_id"].isin(_orders_paid(task, wanted))
        rows.update(int(row) for row in frame.index[of_months])
    return rows


def _deals_count(task: Task, month: str) -> bool:
    """Whether won deals, and no orders, are what was sold in the month."""
    day = last_day(month, task.policy.rules.fiscal_year_start)
    from_orders = credits_of(task.tables, task.policy, as_of=day).from_orders
    return from_orders is None or month < month_of(from_orders)


def _orders_paid(task: Task, months: set[str]) -> set[str]:
    """The orders by whose payments in the months commission is earned; none on another basis."""
    if task.policy.rules.commission_basis != "cash":
        return set()
    payments = task.tables["Payments"]
    return set(payments.loc[months_of(payments["paid_on"]).isin(months), "order_id"])
