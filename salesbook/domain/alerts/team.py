"""Which orders and reps need looking after?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.domain.alerts.rows import AlertRow, Desk, text_or_none
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.sales.standing import standing

_DONE: Final = ("delivered", "invoiced", "paid", "cancelled")


def late_deliveries(desk: Desk) -> Iterator[AlertRow]:
    """Order lines due before today that are neither delivered, paid nor cancelled."""
    orders = desk.tables["Orders"]
    waiting = (
        orders["delivered_on"].isna() & ~orders["status"].isin(_DONE) & (orders["amount"] >= 0)
    )
    for row in orders[waiting & (orders["due_on"] < desk.today)].itertuples(index=False):
        yield _of_order(desk, row, "order-undelivered", int(row.amount))


def late_payments(desk: Desk) -> Iterator[AlertRow]:
    """Orders delivered, due before today and not fully paid, in a book that keeps payments.

    An order with a line marked paid or without one delivered is left out; refunds lower what is
    owed.
    """
    orders, payments = desk.tables["Orders"], desk.tables["Payments"]
    kept = orders[standing(orders)]
    if kept.empty or (payments.empty and not (orders["status"] == "paid").any()):
        return
    delivered = kept["delivered_on"].notna() | kept["status"].isin(("delivered", "invoiced"))
    is_open = kept["order_id"].isin(kept.loc[delivered, "order_id"])
    is_open &= ~kept["order_id"].isin(kept.loc[kept["status"] == "paid", "order_id"])
    due = kept[is_open].groupby("order_id")["due_on"].max()
    late = due.index[due < desk.today]
    first = (
        kept[kept["order_id"].isin(late)]
        .sort_values(["order_id", "line_no"])
        .drop_duplicates("order_id")
    )
    first = first.set_index("order_id", drop=False)
    order = kept["refund_of"].fillna(kept["order_id"])
    owed = kept[order.isin(late)].groupby(order)["amount"].sum()
    paid = payments[payments["order_id"].isin(late) & (payments["paid_on"] <= desk.today)]
    paid = paid.groupby("order_id")["amount"].sum()
    missing = owed.reindex(late, fill_value=0) - paid.reindex(late, fill_value=0)
    rows = first.loc[late].assign(due_on=due[late])
    for row, amount in zip(rows.itertuples(index=False), missing.tolist(), strict=True):
        if amount > 0:
            yield _of_order(desk, row, "order-unpaid", amount)


def _of_order(desk: Desk, row: Any, kind: str, amount: int) -> AlertRow:
    days = (desk.today - row.due_on).days
    return AlertRow(
        kind=kind,
        table="Orders",
        row_key=f"{row.order_id}|{row.line_no}",
        severity="high" if days > desk.policy.rules.quiet_days else "medium",
        who=text_or_none(row.rep_id),
        since_on=row.due_on,
        days=days,
        amount=amount,
        facts={"day": row.due_on.date(), "days": days, "amount": desk.money(amount)},
    )


def reps_without_visits(desk: Desk) -> Iterator[AlertRow]:
    """Reps at work who logged no visit in the last five work days, in a book that logs visits.

    Managers, and reps hired within these days, are left out.
    """
    activities = desk.tables["Activities"]
    visits = activities[(activities["kind"] == "visit") & (activities["done_on"] <= desk.today)]
    if visits.empty:
        return
    workdays = desk.policy.rules.visit_workdays
    start = pd.Timestamp(_days_back(desk.calendar, desk.as_of, workdays))
    last = visits.groupby("rep_id")["done_on"].max()
    for rep_id in _visiting_reps(desk, start):
        seen = last.get(rep_id)
        if seen is None or seen < start:
            day = None if seen is None else seen.date()
            days = None if seen is None else (desk.today - seen).days
            yield AlertRow(
                kind="no-visits",
                table="Reps",
                row_key=rep_id,
                severity="medium",
                who=rep_id,
                since_on=seen,
                days=days,
                facts={"workdays": workdays, "day": day},
                reason="because-never" if day is None else "because",
            )


def _days_back(calendar: WorkCalendar, as_of: dt.date, workdays: int) -> dt.date:
    """The first of the last so many work days up to `as_of`."""
    day, left = as_of, workdays
    for step in range(10 * workdays + 60):
        day = as_of - dt.timedelta(days=step)
        left -= calendar.is_workday(day)
        if left == 0:
            break
    return day


def _visiting_reps(desk: Desk, start: pd.Timestamp) -> list[str]:
    reps = desk.tables["Reps"]
    at_work = (reps["left_on"].isna() | (reps["left_on"] >= desk.today)) & (
        reps["hired_on"].isna() | (reps["hired_on"] <= start)
    )
    manages = reps["rep_id"].isin(set(reps["manager_id"].dropna())) | (
        reps["role"].str.strip().str.casefold() == "manager"
    )
    return sorted(reps.loc[at_work & ~manages, "rep_id"])
