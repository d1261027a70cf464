"""Which cells of a plan are locked, at what, and does the plan keep them?"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day
from salesbook.frames import row_keys
from salesbook.messages import Message
from salesbook.pages.lines.context import Scope
from salesbook.pages.lines.line import ATTENTION, Line
from salesbook.pages.lines.target_board.cells import month_of_lock
from salesbook.pages.lines.target_board.faults import is_of_scope, is_unkept
from salesbook.pages.lines.target_board.plans import YearPlan

MOST_LOCKS: Final = 5


def lock_lines(plan: YearPlan, scope: Scope) -> list[Line]:
    """The locks of a scope: those that wait for a split first, then by month and rep."""
    locks = [lock for lock in plan.locks if is_of_scope(plan, str(lock.rep_id), scope)]
    locks.sort(key=lambda lock: _order(plan, lock))
    keys = row_keys("Locks", plan.context.tables["Locks"])
    return [_line(plan, lock, keys[lock.Index]) for lock in locks]


def _order(plan: YearPlan, lock: Any) -> tuple[bool, str, str, str]:
    name = plan.context.rep_name(lock.rep_id) or ""
    return (not is_unkept(plan, lock), month_of_lock(plan, lock), name, str(lock.kind))


def _line(plan: YearPlan, lock: Any, key: str) -> Line:
    month = month_of_lock(plan, lock)
    return {
        "sign": ATTENTION if is_unkept(plan, lock) else None,
        "subject": plan.context.rep_name(lock.rep_id),
        "says": Message("page.period", {"period": month}),
        "because": Message(f"page.target.lock-{lock.kind}"),
        "since_on": pd.Timestamp(first_day(month, plan.context.first_month)),
        "metric": plan.metric,
        "amount": int(lock.amount),
        "target": plan.by_cell.get((str(lock.rep_id), month)),
        "table": "Locks",
        "row_key": key,
    }
