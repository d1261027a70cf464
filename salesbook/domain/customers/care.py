"""Which services did customers get, when was the last, and whose contract ends?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from salesbook.domain.customers.buying_stage import open_deals
from salesbook.domain.customers.purchases import months_before
from salesbook.domain.customers.touch import activities_by_customer
from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import staff_of_run
from salesbook.frames import frame_of
from salesbook.messages import Message, joined
from salesbook.names.forgotten import are_forgotten


def customer_care(task: Task, value: pd.Series[int]) -> pd.DataFrame:
    """Lay services and contracts side by side, of every customer who has one of them.

    A service is an activity of that kind, or an after-sales visit of Feedback. A contract without
    services is the one that is not renewed, so the two stand in one table.

    Args: value of each customer, by key.

    Returns: CustomerCare: contracts that run, the soonest end first; those that have ended, the
        newest first; then customers without a contract, the longest unserved first.
    """
    today = pd.Timestamp(task.as_of)
    customers = task.tables["Customers"].drop_duplicates("customer_id").set_index("customer_id")
    services = _services(task)
    since = pd.Timestamp(months_before(task.as_of, task.policy.rules.tier_months))
    recent = services[services["on"] > since]

    facts = customers[["owner_id", "contract_end_on"]].copy()
    facts["services"] = recent.groupby("customer_id").size().reindex(facts.index).fillna(0)
    last = services.groupby("customer_id")["on"].max().reindex(facts.index)
    facts["last_service_on"] = last.astype("datetime64[us]")
    facts = facts[facts["contract_end_on"].notna() | facts["last_service_on"].notna()]
    facts = facts[~np.array(are_forgotten(facts.index), dtype=bool)]
    facts["value"] = value.reindex(facts.index).fillna(0)
    facts["days_since"] = (today - facts["last_service_on"]).dt.days
    runs = facts["contract_end_on"] >= today
    facts["days_left"] = (facts["contract_end_on"] - today).dt.days.where(runs)
    deals = open_deals(task.tables["Deals"], task.policy, task.as_of)
    in_deals = deals.groupby("customer_id")["amount"].sum(min_count=1)
    facts["open_amount"] = in_deals.reindex(facts.index)
    callers = staff_of_run(task).who_calls(facts["owner_id"].dropna().unique(), task.as_of)
    facts["rep_id"] = facts["owner_id"].map(callers)

    facts = _in_order(facts, today)
    facts["because"] = pd.Series(
        [joined(_because(row, task)) for row in facts.itertuples()], facts.index, dtype="object"
    )
    names = ["services", "last_service_on", "days_since", "contract_end_on", "days_left"]
    names += ["open_amount", "value", "rep_id", "because"]
    columns = {"customer_id": facts.index.to_series(), **{name: facts[name] for name in names}}
    return frame_of("CustomerCare", columns)


def _services(task: Task) -> pd.DataFrame:
    """`customer_id` and `on` of each service up to the day of the run."""
    activities = activities_by_customer(task.tables)
    given = activities.loc[activities["kind"] == "service", ["customer_id", "done_on"]]
    feedback = task.tables["Feedback"]
    visits = feedback.loc[feedback["kind"] == "visit", ["customer_id", "received_at"]]
    columns = ["customer_id", "on"]
    parts = [given.set_axis(columns, axis=1), visits.set_axis(columns, axis=1)]
    services = pd.concat(parts, ignore_index=True).dropna()
    services["on"] = services["on"].dt.normalize().astype("datetime64[us]")
    return services[services["on"] <= pd.Timestamp(task.as_of)]


def _in_order(facts: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Contracts that run, those that have ended, then customers without any."""
    ended = facts["contract_end_on"] < today
    group = ended.astype("int64").where(facts["contract_end_on"].notna(), 2)
    away = (facts["contract_end_on"] - today).dt.days.abs().fillna(0)
    unserved = facts["days_since"].where(facts["contract_end_on"].isna(), 0).fillna(0)
    keyed = facts.assign(_group=group, _away=away, _unserved=-unserved, _key=facts.index)
    ordered = keyed.sort_values(["_group", "_away", "_unserved", "_key"])
    return facts.loc[ordered.index].copy()


def _because(row: Any, task: Task) -> Iterator[Message]:
    """Where the contract stands, and what service there was."""
    rules = task.policy.rules
    if pd.notna(row.contract_end_on):
        end = row.contract_end_on.date()
        if pd.isna(row.days_left):
            yield Message("care.ended", {"day": end, "days": (task.as_of - end).days})
        elif row.days_left == 0:
            yield Message("care.ends-today", {"day": end})
        elif row.days_left <= rules.contract_notice_days:
            yield Message("care.ends", {"day": end, "days": int(row.days_left)})
        else:
            yield Message("care.runs", {"day": end})
    if pd.isna(row.last_service_on):
        yield Message("care.unserved")
    elif row.services:
        facts = {"count": int(row.services), "months": rules.tier_months}
        yield Message("care.served", {**facts, "last": row.last_service_on.date()})
    else:
        facts = {"months": rules.tier_months, "last": row.last_service_on.date()}
        yield Message("care.served-before", facts)
