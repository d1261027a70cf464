"""Which leads and customers wait for somebody?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, Severity, text_or_none
from salesbook.domain.alerts.rules import alert
from salesbook.domain.arithmetic.calendar import working_hours_between
from salesbook.domain.customers.pool import pool_standing
from salesbook.domain.team.answers import rep_of_complaints
from salesbook.messages import Fact

_HOUR: Final = pd.Timedelta(hours=1)
_DAY: Final = pd.Timedelta(days=1)
_SECOND: Final = pd.Timedelta(seconds=1)


@alert("lead-waiting")
def waiting_leads(context: AlertContext) -> Iterator[AlertRow]:
    """Leads that nobody contacted within `answer_limit_hours`; what they are says LeadsDue.

    Where nobody at work has one, the advice names who has room for it.
    """
    due = context.leads_due
    limit = context.policy.rules.answer_limit_hours
    for row in due[due["late"].fillna(False).astype("bool")].itertuples(index=False):
        since = row.received_at.normalize()
        days = (context.today - since).days
        suggested = text_or_none(row.suggested_id)
        advice: dict[str, Fact] = {}
        if suggested is not None:
            advice["who"] = (context.staff.name_of(suggested),)
        yield AlertRow(
            table="Leads",
            row_key=row.lead_id,
            severity="high",
            who=text_or_none(row.rep_id),
            since_on=since,
            days=days,
            facts={"days": days, "limit": limit},
            advice=advice,
            action="do" if suggested is None else "do-give",
        )


@alert("complaint-unanswered")
def unanswered_complaints(context: AlertContext) -> Iterator[AlertRow]:
    """Complaints, not yet resolved, that nobody answered within `answer_limit_hours`."""
    complaints = _unresolved(context)
    unanswered = complaints[complaints["answered_at"].isna()]
    limit = context.policy.rules.answer_limit_hours
    yield from _waiting_longer(context, unanswered, limit, severity="high")


@alert("complaint-unresolved")
def unresolved_complaints(context: AlertContext) -> Iterator[AlertRow]:
    """Complaints that were answered, yet not resolved within `resolve_limit_hours`."""
    complaints = _unresolved(context)
    answered = complaints[complaints["answered_at"].notna()]
    limit = context.policy.rules.resolve_limit_hours
    yield from _waiting_longer(context, answered, limit, severity="medium")


def _unresolved(context: AlertContext) -> pd.DataFrame:
    """Complaints without an end, with who has to act: their owner, else the customer's."""
    feedback = context.tables["Feedback"]
    is_complaint = feedback["kind"] == "complaint"
    unresolved = feedback[is_complaint & feedback["resolved_at"].isna()]

    who = rep_of_complaints(unresolved, context.tables["Customers"])
    return unresolved.assign(key=unresolved["feedback_id"], who=who)


@alert("customer-untouched")
def untouched_customers(context: AlertContext) -> Iterator[AlertRow]:
    """Customers whom nobody touched for `pool_days`: they may go to another owner.

    These are the customers of PoolPreview who are free already, by the same rule.
    """
    limit = context.policy.rules.pool_days
    standing = pool_standing(context.tables, context.policy, context.as_of)
    is_free = standing["free_on"] <= context.today
    owners = standing.loc[is_free, "owner_id"].unique()
    acting = context.staff.who_calls(owners, context.as_of)
    for row in standing[is_free].itertuples(index=False):
        days = (context.today - row.since_on).days
        yield AlertRow(
            table="Customers",
            row_key=row.customer_id,
            severity="low",
            who=acting[row.owner_id],
            since_on=row.since_on,
            days=days,
            facts={"day": row.since_on.date(), "days": days, "limit": limit},
            reason="because-never" if row.is_untouched else "because",
        )


def _waiting_longer(
    context: AlertContext, waiting: pd.DataFrame, limit: float, *, severity: Severity
) -> Iterator[AlertRow]:
    """Complaints received more working hours ago than the limit, up to the end of the day.

    Args: waiting has `received_at`, `key` and `who`.
    """
    end_of_day = context.today + _DAY

    # Working hours are counted row by row; hours by the clock, which are never fewer, first leave
    # out most rows at once.
    clock_hours = (end_of_day - waiting["received_at"]) / _HOUR
    candidates = waiting[clock_hours > limit]

    for row in candidates.itertuples(index=False):
        hours = working_hours_between(
            row.received_at,
            end_of_day - _SECOND,
            context.calendar,
            context.policy.rules.working_hours,
        )
        if hours <= limit:
            continue

        since = row.received_at.normalize()
        days = (context.today - since).days
        yield AlertRow(
            table="Feedback",
            row_key=row.key,
            severity=severity,
            who=text_or_none(row.who),
            since_on=since,
            days=days,
            facts={"days": days, "limit": limit},
        )
