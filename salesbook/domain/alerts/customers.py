"""Which leads and customers wait for somebody?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.alerts.rows import AlertRow, Desk, text_or_none
from salesbook.domain.arithmetic.calendar import working_hours_between
from salesbook.domain.customers.touch import last_touches

_HOUR: Final = pd.Timedelta(hours=1)
_SECOND: Final = pd.Timedelta(seconds=1)


def waiting_leads(desk: Desk) -> Iterator[AlertRow]:
    """New leads that nobody contacted within `answer_limit_hours`."""
    leads, limit = desk.tables["Leads"], desk.policy.rules.answer_limit_hours
    new = leads[(leads["status"] == "new").fillna(True) & leads["first_contact_at"].isna()]
    waiting = new.assign(key=new["lead_id"], who=new["rep_id"])
    yield from _too_long(desk, waiting, limit, kind="lead-waiting", table="Leads")


def waiting_complaints(desk: Desk) -> Iterator[AlertRow]:
    """Complaints not answered within `answer_limit_hours`, or answered and not resolved in time."""
    feedback, rules = desk.tables["Feedback"], desk.policy.rules
    owners = desk.tables["Customers"].set_index("customer_id")["owner_id"]
    still_open = feedback[(feedback["kind"] == "complaint") & feedback["resolved_at"].isna()]
    who = still_open["owner_id"].fillna(still_open["customer_id"].map(owners).astype("str"))
    waiting = still_open.assign(key=still_open["feedback_id"], who=who)
    unanswered = waiting["answered_at"].isna()
    for kind, rows, limit in (
        ("complaint-unanswered", waiting[unanswered], rules.answer_limit_hours),
        ("complaint-unresolved", waiting[~unanswered], rules.resolve_limit_hours),
    ):
        yield from _too_long(desk, rows, limit, kind=kind, table="Feedback")


def untouched_customers(desk: Desk) -> Iterator[AlertRow]:
    """Customers whose owner may lose them: nobody was in touch for `pool_days`, where contacts are
    logged.

    One that was never touched counts from the day it was entered, and is left out where that is not
    known. A customer whose contract runs stays with its owner.
    """
    customers, limit = desk.tables["Customers"], desk.policy.rules.pool_days
    touched = last_touches(desk.tables, desk.as_of)
    if touched.empty:
        return
    last = customers["customer_id"].map(touched).astype("datetime64[us]")
    since = pd.concat([last, customers["created_on"]], axis=1).max(axis=1)
    days = (desk.today - since).dt.days
    is_free = ~(customers["contract_end_on"] >= desk.today) & customers["owner_id"].notna()
    idle = customers.assign(since=since, days=days, never=last.isna())[is_free & (days >= limit)]
    for row in idle.itertuples(index=False):
        yield AlertRow(
            kind="customer-untouched",
            table="Customers",
            row_key=row.customer_id,
            severity="low",
            who=row.owner_id,
            since_on=row.since,
            days=int(row.days),
            facts={"day": row.since.date(), "days": int(row.days), "limit": limit},
            reason="because-never" if row.never else "because",
        )


def _too_long(
    desk: Desk, waiting: pd.DataFrame, limit: float, *, kind: str, table: str
) -> Iterator[AlertRow]:
    """What was received more working hours ago than the limit, counted up to the end of the day."""
    end = desk.today + pd.Timedelta(days=1)
    hours = desk.policy.rules.working_hours
    for row in waiting[(end - waiting["received_at"]) / _HOUR > limit].itertuples(index=False):
        if working_hours_between(row.received_at, end - _SECOND, desk.calendar, hours) <= limit:
            continue
        since = row.received_at.normalize()
        days = (desk.today - since).days
        yield AlertRow(
            kind=kind,
            table=table,
            row_key=row.key,
            severity="medium" if kind == "complaint-unresolved" else "high",
            who=text_or_none(row.who),
            since_on=since,
            days=days,
            facts={"days": days, "limit": limit},
        )
