"""Which target holds today: the published one, also while a new draft is being looked at."""

from __future__ import annotations

import pandas as pd


def plan_in_force(plan: pd.DataFrame) -> pd.DataFrame:
    """The rows of TargetPlan that count, with the amount that holds, what of it is carried, and
    `quota`.

    A published row counts as it is, a draft with what was published before it; a first draft is no
    target yet. The quotas of a year add up to its target also after a re-split: they are the
    amounts without what these carry for months gone.
    """
    published = (plan["status"] == "published").fillna(False)
    held = plan["amount"].where(published, plan["in_force"])
    carried = plan["carried"].where(published, plan["carried_in_force"]).fillna(0)
    return plan.assign(amount=held, carried=carried, quota=held - carried, status="published")[
        held.notna()
    ]
