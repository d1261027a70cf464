"""Which open deals need something done: stuck, overdue, without next step, incomplete, quiet?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, text_or_none, whole_or_none
from salesbook.domain.alerts.rules import alert
from salesbook.domain.checks.stage_checks import needed_fields
from salesbook.domain.pipeline.stages.stuck import is_stuck
from salesbook.messages import Fact
from salesbook.money import round_half_away

_URGENT_LIMITS: Final = 2.0
"""A deal that has been in its stage for so many times the limit is urgent."""


@alert("deal-stuck")
def stuck_deals(context: AlertContext) -> Iterator[AlertRow]:
    """Deals in their stage for longer than its limit."""
    deals = context.open_deals
    stuck = deals[is_stuck(deals["days"].to_numpy(), deals["limit"].to_numpy())]
    stuck = stuck.assign(since=context.today - pd.to_timedelta(stuck["days"], unit="D"))

    for row in _rows(stuck, "stage_name", "stage_code", "days", "limit", "since"):
        is_urgent = row.days > _URGENT_LIMITS * row.limit
        is_learned = context.limits_learned[row.stage_code]
        yield _deal_alert(
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

    for row in _rows(passed, "stage_name", "category", "expected_on"):
        days = (context.today - row.expected_on).days
        yield _deal_alert(
            row,
            severity="high" if row.category == "commit" else "medium",
            days=days,
            since_on=row.expected_on,
            facts={"stage": row.stage_name, "day": row.expected_on.date(), "days": days},
        )


@alert("next-step-overdue")
def late_next_steps(context: AlertContext) -> Iterator[AlertRow]:
    """Deals whose next step, or else that of their newest activity, is late."""
    deals = context.planned_deals
    late = deals[deals["next_on"] < context.today]

    for row in _rows(late, "next_on"):
        days = (context.today - row.next_on).days
        yield _deal_alert(
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

    for row in _rows(deals[has_none], "stage_name"):
        yield _deal_alert(row, severity="low", facts={"stage": row.stage_name})


@alert("needs-missing")
def unmet_needs(context: AlertContext) -> Iterator[AlertRow]:
    """Deals in a stage although fields that it needs are empty."""
    deals = context.open_deals
    for code, stage in enumerate(context.codes.stages):
        fields = needed_fields(stage)
        in_stage = deals[deals["stage_code"] == code]
        if in_stage.empty or not fields:
            continue

        is_blank = in_stage[fields].isna()
        is_incomplete = is_blank.any(axis=1)
        rows = _rows(in_stage[is_incomplete], "stage_name")
        blanks = is_blank[is_incomplete].to_numpy()
        for row, blank in zip(rows, blanks, strict=True):
            yield _needs_alert(
                row, [field for field, missing in zip(fields, blank, strict=True) if missing]
            )


def _needs_alert(row: Any, missing: list[str]) -> AlertRow:
    facts: dict[str, Fact] = {
        "stage": row.stage_name,
        "field": f"Deals.{missing[0]}",
        "count": len(missing) - 1,
    }
    reason = "because" if len(missing) == 1 else "because-more"
    return _deal_alert(row, severity="medium", facts=facts, reason=reason)


@alert("big-deal-quiet")
def quiet_big_deals(context: AlertContext) -> Iterator[AlertRow]:
    """Deals above the average of open deals without contact for `quiet_days`.

    Asked only in a book that logs contacts, and of the days since it does: before its first contact
    nobody can be said to have been quiet. A contact with the deal's customer counts for the deal. A
    deal younger than `quiet_days` is not quiet; one whose age nothing tells is as old as the log.
    """
    deals = context.open_deals
    activities = context.tables["Activities"]
    contacts = activities[activities["done_on"] <= context.today]
    average = deals["amount"].mean()
    if contacts.empty or pd.isna(average):
        return

    is_big = (deals["amount"] > average).fillna(False).to_numpy(dtype=bool)
    big = deals[is_big]

    last_contact = _last_contact(big, contacts)
    first_logged = contacts["done_on"].min()
    began = last_contact.fillna(big["created_on"]).fillna(big["stage_since"])
    since = began.fillna(first_logged).clip(lower=first_logged)
    limit = context.policy.rules.quiet_days
    is_quiet = (context.today - since).dt.days.gt(limit)

    quiet = big.assign(contact=last_contact, since=since)[is_quiet]
    for row in _rows(quiet, "since", "contact"):
        days = (context.today - row.since).days
        yield _deal_alert(
            row,
            severity="high",
            days=days,
            since_on=row.since,
            reason="because-never" if pd.isna(row.contact) else "because",
            facts={
                "amount": context.about(row.amount),
                "average": context.about(round_half_away(float(average))),
                "days": days,
                "limit": limit,
            },
        )


def _last_contact(deals: pd.DataFrame, contacts: pd.DataFrame) -> pd.Series[Any]:
    """The newest contact with each deal itself or with its customer."""
    newest_by_key = []
    for key in ("deal_id", "customer_id"):
        relevant = contacts[contacts[key].isin(deals[key])]
        newest = relevant.groupby(key)["done_on"].max()
        newest_by_key.append(newest.reindex(deals[key]).set_axis(deals.index))

    return pd.concat(newest_by_key, axis=1).max(axis=1)


def _rows(deals: pd.DataFrame, *fields: str) -> Iterator[Any]:
    """Rows of deals with what every alert of a deal needs, and these fields."""
    columns = ["deal_id", "rep_id", "amount", *fields]
    return iter(deals[columns].itertuples(index=False))


def _deal_alert(row: Any, **parts: Any) -> AlertRow:
    return AlertRow(
        table="Deals",
        row_key=row.deal_id,
        who=text_or_none(row.rep_id),
        amount=whole_or_none(row.amount),
        **parts,
    )
