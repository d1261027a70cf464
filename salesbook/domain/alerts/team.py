"""Which orders and reps need looking after, and which talks are overdue?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, text_or_none
from salesbook.domain.alerts.rules import alert
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.sales.standing import takes_back

_FINISHED: Final = ("delivered", "invoiced", "paid", "cancelled")
"""Status of an order line for which nobody waits for a delivery."""


@alert("order-undelivered")
def late_deliveries(context: AlertContext) -> Iterator[AlertRow]:
    """Order lines due before today that are neither delivered, invoiced, paid nor cancelled.

    A refund is never delivered.
    """
    orders = context.tables["Orders"]
    is_undelivered = orders["delivered_on"].isna() & ~orders["status"].isin(_FINISHED)
    is_sale = ~takes_back(orders)
    is_late = orders["due_on"] < context.today

    for row in orders[is_undelivered & is_sale & is_late].itertuples(index=False):
        yield _order_alert(context, row, int(row.amount))


@alert("order-unpaid")
def late_payments(context: AlertContext) -> Iterator[AlertRow]:
    """Orders delivered, due before today and not fully paid, in a book that keeps payments.

    What is owed for an order says `unpaid_orders`. One row per order, at its first line.
    """
    unpaid = context.unpaid
    late = unpaid[(unpaid["due_on"] < context.today) & (unpaid["owed"] > 0)]
    for row in late.reset_index().itertuples(index=False):
        yield _order_alert(context, row, int(row.owed))


def _order_alert(context: AlertContext, row: Any, amount: int) -> AlertRow:
    days = (context.today - row.due_on).days
    return AlertRow(
        table="Orders",
        row_key=f"{row.order_id}|{row.line_no}",
        severity="high" if days > context.policy.rules.quiet_days else "medium",
        who=text_or_none(row.rep_id),
        since_on=row.due_on,
        days=days,
        amount=amount,
        facts={"day": row.due_on.date(), "days": days, "amount": context.money(amount)},
    )


@alert("no-visits")
def reps_without_visits(context: AlertContext) -> Iterator[AlertRow]:
    """Reps at work who logged no visit in the last `visit_workdays`, in a book that logs visits.

    Managers, and reps hired within these days, are left out; all of them while the book has not
    logged visits for so long.
    """
    activities = context.tables["Activities"]
    is_past = activities["done_on"] <= context.today
    visits = activities[(activities["kind"] == "visit") & is_past]
    if visits.empty:
        return

    workdays = context.policy.rules.visit_workdays
    start = pd.Timestamp(_workdays_back(context.calendar, context.as_of, workdays))
    if visits["done_on"].min() > start:
        return
    last_visits = visits.groupby("rep_id")["done_on"].max()

    for rep_id in _visiting_reps(context, start):
        last_visit = last_visits.get(rep_id)
        if last_visit is not None and last_visit >= start:
            continue

        day = None if last_visit is None else last_visit.date()
        days = None if last_visit is None else (context.today - last_visit).days
        yield AlertRow(
            table="Reps",
            row_key=rep_id,
            severity="medium",
            who=rep_id,
            since_on=last_visit,
            days=days,
            facts={"workdays": workdays, "day": day},
            reason="because-never" if day is None else "because",
        )


def _workdays_back(calendar: WorkCalendar, as_of: dt.date, workdays: int) -> dt.date:
    """The first of the last so many work days up to `as_of`."""
    day, left = as_of, workdays

    # Bounded, for a week without a work day would be searched without end.
    for step in range(10 * workdays + 60):
        day = as_of - dt.timedelta(days=step)
        left -= calendar.is_workday(day)
        if left == 0:
            break
    return day


def _visiting_reps(context: AlertContext, start: pd.Timestamp) -> list[str]:
    """Reps who were at work from `start` to today and manage nobody, by key."""
    reps = context.tables["Reps"]
    left_on, hired_on = reps["left_on"], reps["hired_on"]

    # A blank day of leaving is none, a blank day of hire one long ago.
    is_here = left_on.isna() | (left_on >= context.today)
    was_here = hired_on.isna() | (hired_on <= start)

    # Who manages somebody, or says so, visits when it is needed and not by the week.
    has_people = reps["rep_id"].isin(reps["manager_id"].dropna())
    role = reps["role"].str.strip().str.casefold()
    is_manager = has_people | (role == "manager")

    is_expected = is_here & was_here & ~is_manager
    return sorted(reps.loc[is_expected, "rep_id"])


@alert("talk-overdue")
def overdue_talks(context: AlertContext) -> Iterator[AlertRow]:
    """Reps at work whose last talk named a day for the next one, which is past without any.

    It is the manager who has to invite to it; where nobody manages the rep, the company.
    """
    talks = context.tables["OneToOnes"]
    held = talks[talks["held_on"] <= context.today].sort_values(["rep_id", "held_on"])
    last_talks = held.drop_duplicates("rep_id", keep="last")
    manager_of = context.staff.on_day(context.as_of)["manager_id"]

    for row in last_talks[last_talks["next_on"] < context.today].itertuples(index=False):
        rep_id = str(row.rep_id)
        if not context.is_at_work(rep_id):
            continue
        manager = text_or_none(manager_of.get(rep_id))
        days = (context.today - row.next_on).days
        yield AlertRow(
            table="Reps",
            row_key=rep_id,
            severity="medium",
            who=context.responsible(manager),
            since_on=row.next_on,
            days=days,
            facts={"day": row.next_on.date(), "held": row.held_on.date(), "days": days},
        )
