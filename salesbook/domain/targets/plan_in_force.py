"""Which target holds today: the published one, also while a new draft is being looked at."""

from __future__ import annotations

import pandas as pd


def plan_in_force(plan: pd.DataFrame) -> pd.DataFrame:
    """The rows of TargetPlan that count, with the amount that holds.

    A published row counts as it is, a draft with what was published before it; a first draft is no target
    yet.
    """
    published = (plan["status"] == "published").fillna(False)
    held = plan["amount"].where(published, plan["in_force"])
    return plan.assign(amount=held, status="published")[held.notna()]
