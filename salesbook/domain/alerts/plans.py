"""Which steps of the sales plan need somebody?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, text_or_none
from salesbook.domain.alerts.rules import alert


@alert("initiative-late")
def late_steps(context: AlertContext) -> Iterator[AlertRow]:
    """Steps of a sales plan that should be done and are not."""
    steps = _open_steps(context)
    for row in steps[steps["due_on"] < context.today].itertuples(index=False):
        days = (context.today - row.due_on).days
        yield _step_alert(
            row,
            severity="high" if days > context.policy.rules.quiet_days else "medium",
            since_on=row.due_on,
            days=days,
            facts={"day": row.due_on.date(), "days": days},
            action="do" if pd.notna(row.owner_id) else "do-nobody",
        )


@alert("initiative-without-owner")
def steps_of_nobody(context: AlertContext) -> Iterator[AlertRow]:
    """Steps that have begun, or are due within `quiet_days`, and that nobody is named for.

    A late one is named as late already; one that is far off has time.
    """
    steps = _open_steps(context)
    soon = context.today + pd.Timedelta(days=context.policy.rules.quiet_days)
    has_begun = (steps["start_on"] <= context.today) | (steps["due_on"] <= soon)
    is_nobodys = steps["owner_id"].isna() & (steps["due_on"] >= context.today)
    for row in steps[is_nobodys & has_begun].itertuples(index=False):
        yield _step_alert(row, severity="medium", facts={"day": row.due_on.date()})


def _open_steps(context: AlertContext) -> pd.DataFrame:
    steps = context.tables["Initiatives"]
    return steps[steps["done_on"].isna()]


def _step_alert(row: Any, **parts: Any) -> AlertRow:
    return AlertRow(
        table="Initiatives",
        row_key=f"{row.plan}|{row.step}",
        who=text_or_none(row.owner_id),
        **parts,
    )
