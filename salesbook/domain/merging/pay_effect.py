"""What do reps get for the months that are not closed, before their rows are one and afterwards?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from salesbook.domain.merging.asked import MergeGroup
from salesbook.domain.outcome import Task
from salesbook.domain.pay.closing import closing_of
from salesbook.domain.pay.settling import pay_to_date
from salesbook.domain.sales.credit import credits_of_run
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.team.staff import staff_of_run
from salesbook.errors import SettingsError
from salesbook.frames import Tables


@dataclass(frozen=True)
class PayEffect:
    """Pay of the months that are not closed, in minor units; None where it cannot be reckoned."""

    before: int | None
    """Of all rows of the group together."""
    after: int | None
    """Of the row that stays."""


def pay_effect(task: Task, after: Tables, group: MergeGroup) -> PayEffect:
    """Reckon what a group's reps are paid to date as `score` does, with the tables of both times."""
    return PayEffect(
        _open_pay(task, group.ids),
        _open_pay(replace(task, tables={**task.tables, **after}, whole={}), (group.keep,)),
    )


def _open_pay(task: Task, reps: tuple[str, ...]) -> int | None:
    closing = closing_of(
        task.records, start_month=task.policy.rules.fiscal_year_start, as_of=task.as_of
    )
    plan = plan_in_force(task.tables["TargetPlan"])
    try:
        pay = pay_to_date(task, closing, credits_of_run(task), plan, staff_of_run(task))
    except SettingsError:
        return None
    statements = pay.statements
    is_open = statements["period"] > closing.closed_to
    theirs: pd.Series[int] = statements.loc[is_open & statements["rep_id"].isin(reps), "paid"]
    return int(theirs.sum())
