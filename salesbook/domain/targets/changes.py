"""In what does a draft of the plan differ from what is published, and why?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import fiscal_year_of_month
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.spread.notes import Topic
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message, joined
from salesbook.policy import Policy

_YEAR_OF_REP: Final = ["year", "metric", "rep_id"]


def is_drafted_out(plan: pd.DataFrame) -> pd.Series[bool]:
    """Drafted rows of who is in the plan no more: 0 in the place of what holds.

    Publishing takes them out. A target of 0 that was planned is none of them: a re-split says of
    each target that it plans what it carries, if only 0, and of those that go nothing.
    """
    is_draft = (plan["status"] == "draft").fillna(False)
    replaces_something = plan["in_force"].notna()
    is_zero = plan["amount"] == 0
    says_nothing = plan["carried"].isna()

    # Drafts made before 0.3.0 may say nothing of anybody: then nobody is meant to go.
    months = pd.Series(list(zip(plan["period"], plan["metric"], strict=True)), index=plan.index)
    is_planned_anew = is_draft & plan["carried"].notna()
    is_of_resplit = months.isin(months[is_planned_anew])
    return is_draft & replaces_something & is_zero & says_nothing & is_of_resplit


def changed_cells(plan: pd.DataFrame, start_month: int) -> pd.DataFrame:
    """Drafted rows that differ from what holds, with the fiscal `year` and `is_out`.

    A target that stays what it is has not changed, whatever part of it makes up for months gone.
    """
    drafts = plan[plan["status"] == "draft"]
    is_new = drafts["in_force"].isna()
    is_moved = (drafts["amount"] != drafts["in_force"]).fillna(False)
    is_out = is_drafted_out(plan).reindex(drafts.index)

    changed = drafts.assign(is_out=is_out)[is_new | is_moved]
    return changed.assign(year=_years(changed, start_month))


def plan_changes(plan: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """PlanChanges: one row per target in which the drafts differ from what is published, by key."""
    start_month = policy.rules.fiscal_year_start
    changed = changed_cells(plan, start_month)
    if changed.empty:
        return frame_from_rows("PlanChanges", [])

    held = plan_in_force(plan)
    held = held.assign(year=_years(held, start_month))
    new = plan.assign(year=_years(plan, start_month))
    new["quota"] = new["amount"] - new["carried"].fillna(0)
    quota_before = held.groupby(_YEAR_OF_REP)["quota"].sum().to_dict()
    quota_after = new.groupby(_YEAR_OF_REP)["quota"].sum().to_dict()
    years_held = set(zip(held["year"], held["metric"], strict=True))

    rows = []
    for cell in changed.itertuples():
        rep_year = (cell.year, cell.metric, cell.rep_id)
        topic = Topic.of(int(cell.year), str(cell.metric), policy.decimals)
        if (cell.year, cell.metric) not in years_held:
            because = Message("plan.first")
        elif pd.isna(cell.in_force):
            is_known = rep_year in quota_before
            because = Message("plan.month-joins" if is_known else "plan.rep-joins")
        elif cell.is_out:
            because = Message("plan.leaves")
        elif cell.locked:
            because = Message("plan.locked")
        else:
            because = _why_moved(cell, quota_before[rep_year], quota_after[rep_year], topic)
        rows.append(
            {
                "period": cell.period,
                "rep_id": cell.rep_id,
                "metric": cell.metric,
                "before": None if pd.isna(cell.in_force) else int(cell.in_force),
                "after": int(cell.amount),
                "because": because,
            }
        )
    return sorted_by_key("PlanChanges", frame_from_rows("PlanChanges", rows))


def _why_moved(cell: object, quota_before: int, quota_after: int, topic: Topic) -> Message:
    """Another quota of the year, something to make up for, or else the same in other months."""
    reasons = []
    if quota_before != quota_after:
        facts = {"before": topic.amount(int(quota_before)), "after": topic.amount(int(quota_after))}
        reasons.append(Message("plan.quota", facts))

    carried = _amount_or_0(cell, "carried")
    carried_before = _amount_or_0(cell, "carried_in_force")
    if carried != carried_before:
        amounts = {"carried": topic.amount(carried), "before": topic.amount(carried_before)}
        reasons.append(Message("plan.carries", amounts))

    return joined(reasons or [Message("plan.spread")])


def _amount_or_0(cell: object, name: str) -> int:
    value = getattr(cell, name)
    return 0 if pd.isna(value) else int(value)


def answer(
    plan: pd.DataFrame, targets: pd.DataFrame, policy: Policy, *, publish: bool
) -> list[Message]:
    """Say for each year and metric what publishing these drafts changes, or has changed.

    The same figures before and after: how many targets of how many reps, and the sum of the months
    from the first that changes on. Months before it hold what was planned and not what was sold:
    with them the sum would be one more figure of the year, which nobody has set.

    Args:
        plan: with its drafts.
        targets: Targets as `targets_as_they_count` gives them.
        publish: they are published in this run.
    """
    kind = "published" if publish else "draft"
    start_month = policy.rules.fiscal_year_start
    changed = changed_cells(plan, start_month)
    if changed.empty:
        return [Message(f"plan.{kind}-same")]

    held = plan_in_force(plan)
    year_of_held = _years(held, start_month)
    year_of_row = _years(plan, start_month)
    messages = []
    for (year, metric), cells in changed.groupby(["year", "metric"]):
        before = held[(year_of_held == year) & (held["metric"] == metric)]
        after = plan[(year_of_row == year) & (plan["metric"] == metric)]
        topic = Topic.of(int(year), str(metric), policy.decimals)
        since = str(cells["period"].min())
        params: dict[str, Fact] = {
            "year": str(year),
            "metric": f"Targets.metric={metric}",
            "cells": len(cells),
            "reps": int(cells["rep_id"].nunique()),
            "since": since,
            "before": topic.amount(_sum_since(before, since)),
            "after": topic.amount(_sum_since(after, since)),
            "version": int(cells["version"].max()),
            "changes": "PlanChanges",
        }
        code = f"plan.{kind}-first" if before.empty else f"plan.{kind}-changes"
        messages.append(Message(code, params))
        company = _company_target(targets, int(year), str(metric))
        messages.extend(_of_the_year(before, after, topic, company))
    return messages


def _sum_since(rows: pd.DataFrame, since: str) -> int:
    """What the months from this one on come to."""
    return int(rows.loc[rows["period"] >= since, "amount"].sum())


def _company_target(targets: pd.DataFrame, year: int, metric: str) -> int | None:
    """The company's target of a year; None without one."""
    is_asked = (targets["year"] == year) & (targets["metric"] == metric)
    amounts = targets.loc[is_asked & (targets["scope_kind"] == "company"), "target"]
    return int(amounts.iloc[0]) if len(amounts) else None


def _of_the_year(
    before: pd.DataFrame, after: pd.DataFrame, topic: Topic, company: int | None
) -> Iterator[Message]:
    """Say what becomes of the year's target, where the sum of its months says something else.

    Months that ask for less because more was sold before look like a target that is cut. Where
    binding targets lift the quotas above the company's target, a finding says what the year comes
    to: the sum of the quotas beside it would be a second figure for one year.
    """
    carried_before = int(before["carried"].fillna(0).sum())
    carried = int(after["carried"].fillna(0).sum())
    if before.empty or carried == carried_before:
        return
    quota_before = int(before["amount"].sum()) - carried_before
    quota = int(after["amount"].sum()) - carried
    if company is not None and quota != company:
        return
    stays = "stays" if quota == quota_before else "moves"
    facts: dict[str, Fact] = {
        "before": topic.amount(quota_before),
        "target": topic.amount(quota),
        "carried": topic.amount(abs(carried)),
    }
    side = "ahead" if carried < 0 else "behind"
    yield Message(f"plan.year-{stays}-{side}", facts)


def _years(plan: pd.DataFrame, start_month: int) -> pd.Series[int]:
    """The fiscal year of each row of TargetPlan."""
    years = plan["period"].map(lambda period: fiscal_year_of_month(period, start_month))
    return years.astype("Int64")
