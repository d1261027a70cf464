"""Which agreed steps of the action log are late?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, text_or_none, whole_or_none
from salesbook.domain.alerts.rules import alert

_URGENT_DAYS: Final = 14
"""Days late from which on a step that was agreed is urgent."""


@alert("action-late")
def late_actions(context: AlertContext) -> Iterator[AlertRow]:
    """Steps that somebody agreed to do by a day gone, not done and not over."""
    actions = context.actions
    late = actions[actions["state"] == "late"]
    for row in late.itertuples(index=False):
        days = (context.today - row.due_on).days
        yield AlertRow(
            table="ActionLog",
            row_key=row.action_id,
            severity="high" if days > _URGENT_DAYS else "medium",
            who=text_or_none(row.who),
            since_on=row.due_on,
            days=days,
            amount=whole_or_none(row.amount),
            facts={"kind": f"alerts={row.kind}", "due": row.due_on.date(), "days": days},
        )
