"""Which target holds today: the published one, also while a new draft is being looked at."""

from __future__ import annotations

import pandas as pd

from salesbook.domain.arithmetic.calendar import fiscal_year_of, months_of_year
from salesbook.domain.outcome import Task
from salesbook.messages import Finding


def plan_in_force(plan: pd.DataFrame) -> pd.DataFrame:
    """The rows of TargetPlan that count, with the amount that holds, and `quota`.

    A published row counts as it is, a draft with what was published before it; a first draft is no
    target yet. The quotas of a year add up to its target also after a re-split: they are the
    amounts without what these carry for months gone.
    """
    is_published = (plan["status"] == "published").fillna(False)
    amount = plan["amount"].where(is_published, plan["in_force"])
    carried = plan["carried"].where(is_published, plan["carried_in_force"]).fillna(0)
    weighed_by = plan["weighed_by"].where(is_published, plan["weighed_in_force"])
    held = plan.assign(
        amount=amount,
        carried=carried,
        weighed_by=weighed_by,
        quota=amount - carried,
        status="published",
    )
    return held[amount.notna()]


def no_published_plan(task: Task) -> list[Finding]:
    """Say that the fiscal year of the run's day has no published plan."""
    year = fiscal_year_of(task.as_of, task.policy.rules.fiscal_year_start)
    months = months_of_year(year, task.policy.rules.fiscal_year_start)
    target_plan = plan_in_force(task.tables["TargetPlan"])
    if target_plan["period"].isin(months).any():
        return []

    facts = {"year": str(year)}
    return [Finding("plan-not-published", "warning", "TargetPlan", field="status", params=facts)]
