"""Why may rows not become one, though somebody says that they are?"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from salesbook.domain.merging.asked import MergeGroup
from salesbook.domain.outcome import Task
from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.errors import UsageError
from salesbook.money import to_decimal

_KEEP: Final = "--keep"


def refuse_obstacles(task: Task, group: MergeGroup) -> None:
    """Refuse a merge that would change what was sold, or pay somebody twice.

    Raises: UsageError.
    """
    if group.table == "Deals":
        _refuse_won(task, group)
    if group.table == "Leads":
        _refuse_two_deals(task, group)
    if group.table == "Reps":
        _refuse_paid(task, group)
        _refuse_planned(task, group)


def _refuse_won(task: Task, group: MergeGroup) -> None:
    """A won deal that goes takes what it sold with it: only the one that stays may be won."""
    deals = task.tables["Deals"].set_index("deal_id", drop=False).loc[list(group.ids)]
    kinds = stage_kinds(deals, task.policy)
    won = [key for key in group.ids if kinds[key] == "won"]
    if len(won) > 1:
        raise UsageError("merge-two-won", where=_KEEP, found=", ".join(won), first=won[-1])
    if won and won[0] != group.keep:
        raise UsageError("merge-keep-won", where=_KEEP, found=group.keep, won=won[0])


def _refuse_two_deals(task: Task, group: MergeGroup) -> None:
    """Leads that became two deals are not one before their deals are."""
    leads = task.tables["Leads"].set_index("lead_id").loc[list(group.ids)]
    for field, table in (("deal_id", "Deals"), ("customer_id", "Customers")):
        named = list(dict.fromkeys(leads[field].dropna()))
        if len(named) > 1:
            facts: dict[str, Any] = {"first": named[0], "second": named[1], "table": table}
            raise UsageError("merge-leads-of-two", where=_KEEP, **facts)


def _refuse_paid(task: Task, group: MergeGroup) -> None:
    """What a closed month paid stands under the id that it was paid to.

    With his orders under another id, the next month would take that pay back from nobody, and pay it
    a second time to the one who stays.
    """
    statements = task.tables["Statements"]
    is_closed = statements["closed"].fillna(False).astype(bool)
    paid = statements[
        is_closed & statements["rep_id"].isin(group.others) & (statements["paid"] != 0)
    ]
    if paid.empty:
        return
    first = paid.sort_values(["rep_id", "period"]).iloc[0]
    amount = to_decimal(int(paid["paid"].sum()), task.policy.decimals)
    facts: dict[str, Any] = {"month": first["period"], "paid": amount, "keep": group.keep}
    raise UsageError("merge-rep-paid", where=_KEEP, found=first["rep_id"], **facts)


def _refuse_planned(task: Task, group: MergeGroup) -> None:
    """A published target stays with whom it was published for: it has to be moved there first."""
    plan = plan_in_force(task.tables["TargetPlan"])
    planned = plan[plan["rep_id"].isin(group.others) & (plan["amount"].fillna(0) != 0)]
    if planned.empty:
        return
    rep = str(planned["rep_id"].min())
    years: Any = planned.loc[planned["rep_id"] == rep, "period"]
    keeps_plan = (plan["rep_id"] == group.keep) & (plan["amount"].fillna(0) != 0)
    facts: dict[str, Any] = {"first": years.min(), "last": years.max(), "keep": group.keep}
    if keeps_plan.any():
        raise UsageError("merge-two-planned", where=_KEEP, found=rep, **facts)
    raise UsageError("merge-keep-planned", where=_KEEP, found=rep, **facts)


def open_amount_that_goes(task: Task, group: MergeGroup) -> int:
    """What the open deals that go weigh in the pipeline today, in minor units."""
    deals = task.tables["Deals"].set_index("deal_id", drop=False).loc[list(group.others)]
    is_open = stage_kinds(deals, task.policy) == "open"
    amounts: pd.Series[int] = deals.loc[is_open, "amount"]
    return int(amounts.fillna(0).sum())
