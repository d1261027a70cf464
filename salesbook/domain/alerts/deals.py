"""Which open deals need something done: stuck, overdue, without next step, incomplete, quiet?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, Severity, text_or_none, whole_or_none
from salesbook.domain.alerts.rules import alert
from salesbook.domain.pipeline.stages.stuck import is_stuck
from salesbook.domain.pipeline.watch.people_met import hangs_on_one
from salesbook.messages import Fact
from salesbook.money import round_half_away

_URGENT_LIMITS: Final = 2.0
"""A deal that has been in its stage for so many times the limit is urgent."""

PUSHED_OFTEN: Final = 2
"""Once a date slips for a good reason; whoever puts it off again does not know when it will be."""


@alert("deal-stuck")
def stuck_deals(context: AlertContext) -> Iterator[AlertRow]:
    """Deals in their stage for longer than its limit."""
    deals = context.open_deals
    stuck = deals[is_stuck(deals["days"].to_numpy(), deals["limit"].to_numpy())]
    stuck = stuck.assign(since=context.today - pd.to_timedelta(stuck["days"], unit="D"))

    for row in deal_rows(stuck, "stage_name", "stage_code", "days", "limit", "since"):
        is_urgent = row.days > _URGENT_LIMITS * row.limit
        is_learned = context.limits_learned[row.stage_code]
        yield deal_alert(
            row,
            severity="high" if is_urgent else "medium",
            days=float(row.days),
            since_on=row.since,
            reason="because-learned" if is_learned else "because",
            facts={
                "stage": row.stage_name,
                "days": int(row.days),
                "limit": float(row.limit),
                "quantile": context.policy.rules.stuck_quantile,
            },
        )


@alert("close-date-passed")
def passed_close_dates(context: AlertContext) -> Iterator[AlertRow]:
    """Deals that should have been closed by now; urgent where they are committed."""
    deals = context.open_deals
    passed = deals[deals["expected_on"] < context.today]

    for row in deal_rows(passed, "stage_name", "category", "expected_on"):
        days = (context.today - row.expected_on).days
        yield deal_alert(
            row,
            severity="high" if row.category == "commit" else "medium",
            days=days,
            since_on=row.expected_on,
            facts={"stage": row.stage_name, "day": row.expected_on.date(), "days": days},
        )


@alert("deal-pushed")
def pushed_deals(context: AlertContext) -> Iterator[AlertRow]:
    """Deals whose expected day was put off several times, as far as runs saw it."""
    deals, pushes = context.open_deals, context.pushes
    place = deals["place"].to_numpy()
    pushed = deals.assign(
        times=pushes.count[place],
        first_on=pushes.first_expected[place],
        last_on=pushes.last_on[place],
    )
    pushed = pushed[pushed["times"] >= PUSHED_OFTEN]
    for row in deal_rows(pushed, "times", "first_on", "last_on", "expected_on"):
        yield deal_alert(
            row,
            severity="medium",
            days=(context.today - row.last_on).days,
            since_on=row.last_on,
            facts={
                "times": int(row.times),
                "first": row.first_on.date(),
                "day": row.expected_on.date(),
            },
        )


@alert("next-step-overdue")
def late_next_steps(context: AlertContext) -> Iterator[AlertRow]:
    """Deals whose next step, or else that of their newest activity, is late."""
    deals = context.planned_deals
    late = deals[deals["next_on"] < context.today]

    for row in deal_rows(late, "next_on"):
        days = (context.today - row.next_on).days
        yield deal_alert(
            row,
            severity="medium",
            days=days,
            since_on=row.next_on,
            facts={"day": row.next_on.date(), "days": days},
        )


@alert("no-next-step")
def missing_next_steps(context: AlertContext) -> Iterator[AlertRow]:
    """Deals without a next step, in a book that keeps next steps.

    Where no open deal has one, nobody keeps them, and naming every deal would help nobody.
    """
    deals = context.planned_deals
    has_none = deals["next_on"].isna() & deals["next_step"].isna()
    if has_none.all():
        return

    for row in deal_rows(deals[has_none], "stage_name"):
        yield deal_alert(row, severity="low", facts={"stage": row.stage_name})


@alert("big-deal-quiet")
def quiet_big_deals(context: AlertContext) -> Iterator[AlertRow]:
    """Deals above the average of open deals without contact for `quiet_days`."""
    deals = context.open_deals
    average = deals["amount"].mean()
    if pd.isna(average):
        return

    is_big = (deals["amount"] > average).fillna(False).to_numpy(dtype=bool)
    quiet = _quiet(context, deals[is_big])
    for row in deal_rows(quiet, "since", "contact"):
        yield _quiet_alert(
            context,
            row,
            severity="high",
            facts={
                "amount": context.about(row.amount),
                "average": context.about(round_half_away(float(average))),
            },
        )


@alert("deal-quiet")
def quiet_deals(context: AlertContext) -> Iterator[AlertRow]:
    """All other deals without contact for `quiet_days`."""
    deals = context.open_deals
    average = deals["amount"].mean()
    is_big = (deals["amount"] > average).fillna(False).to_numpy(dtype=bool)
    quiet = _quiet(context, deals[~is_big])
    for row in deal_rows(quiet, "since", "contact", "stage_name"):
        facts: dict[str, Fact] = {"stage": row.stage_name}
        yield _quiet_alert(context, row, severity="low", facts=facts)


@alert("deal-single-contact")
def deals_with_single_contact(context: AlertContext) -> Iterator[AlertRow]:
    """Open deals of which every contact so far was with one and the same person.

    Told of a deal with at least three contacts that name somebody. Whoever leaves, or is overruled,
    takes such a deal with him.
    """
    deals = context.open_deals
    met = context.met.loc[deals.index]
    single = deals.join(met)[hangs_on_one(met)]
    average = deals["amount"].mean()
    for row in deal_rows(single, "contacts", "person"):
        is_big = pd.notna(row.amount) and row.amount > average
        yield deal_alert(
            row,
            severity="medium" if is_big else "low",
            facts={"count": int(row.contacts), "name": str(row.person)},
            advice={"name": str(row.person)},
        )


def _quiet(context: AlertContext, deals: pd.DataFrame) -> pd.DataFrame:
    """Those of these open deals that were quiet for `quiet_days`, with `contact` and `since`.

    Asked only in a book that logs contacts, and of the days since it does: before its first contact
    nobody can be said to have been quiet. A contact with the deal's customer counts for the deal. A
    deal younger than `quiet_days` is not quiet; one whose age nothing tells is as old as the log.
    """
    activities = context.tables["Activities"]
    contacts = activities[activities["done_on"] <= context.today]
    if contacts.empty:
        return deals.head(0).assign(contact=pd.NaT, since=pd.NaT)

    last_contact = _last_contact(deals, contacts)
    first_logged = contacts["done_on"].min()
    began = last_contact.fillna(deals["created_on"]).fillna(deals["stage_since"])
    since = began.fillna(first_logged).clip(lower=first_logged)
    is_quiet = (context.today - since).dt.days.gt(context.policy.rules.quiet_days)
    return deals.assign(contact=last_contact, since=since)[is_quiet]


def _quiet_alert(
    context: AlertContext, row: Any, *, severity: Severity, facts: dict[str, Fact]
) -> AlertRow:
    days = (context.today - row.since).days
    return deal_alert(
        row,
        severity=severity,
        days=days,
        since_on=row.since,
        reason="because-never" if pd.isna(row.contact) else "because",
        facts={**facts, "days": days, "limit": context.policy.rules.quiet_days},
    )


def _last_contact(deals: pd.DataFrame, contacts: pd.DataFrame) -> pd.Series[Any]:
    """The newest contact with each deal itself or with its customer."""
    newest_by_key = []
    for key in ("deal_id", "customer_id"):
        relevant = contacts[contacts[key].isin(deals[key])]
        newest = relevant.groupby(key)["done_on"].max()
        newest_by_key.append(newest.reindex(deals[key]).set_axis(deals.index))

    return pd.concat(newest_by_key, axis=1).max(axis=1)


def deal_rows(deals: pd.DataFrame, *fields: str) -> Iterator[Any]:
    """Rows of deals with what every alert of a deal needs, and these fields."""
    columns = ["deal_id", "doer", "amount", *fields]
    return iter(deals[columns].itertuples(index=False))


def deal_alert(row: Any, **parts: Any) -> AlertRow:
    """An alert about a deal, for whoever works on it in its stage."""
    return AlertRow(
        table="Deals",
        row_key=row.deal_id,
        who=text_or_none(row.doer),
        amount=whole_or_none(row.amount),
        **parts,
    )
