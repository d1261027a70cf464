"""Which cells of the matrix are marked: locked, other in the draft, far above or below the plan?"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from salesbook.domain.arithmetic.calendar import last_day
from salesbook.domain.targets.spread.locks import is_kept
from salesbook.pages.lines.helping import luck_ranges
from salesbook.pages.lines.measures import scale_of
from salesbook.pages.lines.target_board.plans import YearPlan

UNMARKED: Final = "."
DRAFTED: Final = "●"
"""The draft plans another amount."""
ABOVE: Final = "▲"
"""At least twice the plan was sold, and more than luck explains."""
BELOW: Final = "▼"
"""Less than half the plan was sold, and less than luck explains."""

SIGN_OF_LOCK: Final = {"lock": "=", "min": ">", "max": "<"}
"""By kind of lock, in the order in which a cell that has several shows one."""


def month_of_lock(plan: YearPlan, lock: Any) -> str:
    """The month of the year that a lock names by its calendar month."""
    by_calendar_month = {int(month[5:7]): month for month in plan.months}
    return by_calendar_month[int(lock.month)]


def plan_marks(plan: YearPlan, rep: str) -> str:
    """One sign for each month of a rep's plan.

    A cell that the draft changes shows that, since a lock may hold only in the draft. One that the
    published plan does not keep yet is unmarked: its figure is not locked.
    """
    locks = _locks_by_cell(plan)
    drafted = _drafted(plan)
    marks = []
    for month in plan.months:
        signs = locks.get((rep, month), ())
        is_drafted = (rep, month) in drafted and not plan.is_first_draft
        marks.append(DRAFTED if is_drafted else (signs[0] if signs else UNMARKED))
    return "".join(marks)


def _locks_by_cell(plan: YearPlan) -> Mapping[tuple[str, str], list[str]]:
    """The signs of the locks that each cell keeps, the narrowest first."""

    def gather() -> dict[tuple[str, str], list[str]]:
        by_cell: dict[tuple[str, str], list[str]] = {}
        for kind, sign in SIGN_OF_LOCK.items():
            for lock in plan.locks:
                cell = (str(lock.rep_id), month_of_lock(plan, lock))
                planned = plan.by_cell.get(cell)
                is_of_kind = lock.kind == kind and planned is not None
                if is_of_kind and is_kept(kind, int(lock.amount), int(planned or 0)):
                    by_cell.setdefault(cell, []).append(sign)
        return by_cell

    return plan.context.once(f"locks of {plan.year} {plan.metric}", gather)


def _drafted(plan: YearPlan) -> set[tuple[str, str]]:
    """Rep and month of the cells in which a draft differs."""
    changes = plan.changes
    return plan.context.once(
        f"drafted cells of {plan.year} {plan.metric}",
        lambda: set(zip(changes["rep_id"], changes["period"], strict=True)),
    )


def sold_marks(plan: YearPlan, rep: str) -> str:
    """One sign for each month that is over in which a rep sold far more or less than planned.

    One month is mostly luck: a mark takes both twice or half the plan and more than the swing that
    the rep's months usually have. It is one swing for all of them: by that of each month the same
    result was marked in one month and not in the next.
    """
    figures = plan.of_rep[rep]
    swing = _usual_swing(plan, rep)
    marks = []
    for month, planned, sold in zip(plan.months, figures.plan, figures.sold, strict=True):
        is_over = last_day(month, plan.context.first_month) < plan.context.as_of
        if plan.metric != "revenue" or not is_over or not planned or sold is None or swing is None:
            marks.append(UNMARKED)
        elif sold >= 2 * planned and sold / planned - swing > 1:
            marks.append(ABOVE)
        elif 2 * sold < planned and sold / planned + swing < 1:
            marks.append(BELOW)
        else:
            marks.append(UNMARKED)
    return "".join(marks)


def _usual_swing(plan: YearPlan, rep: str) -> float | None:
    """How far luck usually moves a month of a rep, as a part of its plan; None where nobody knows.

    The middle one of his months of the year: up, since a range that reaches 0 says nothing of down.
    """
    swings = []
    for month in plan.months:
        _, high = luck_ranges(plan.context, month).get(rep, (None, None))
        value = _value_of(plan, month, rep)
        is_over = last_day(month, plan.context.first_month) < plan.context.as_of
        if is_over and high is not None and value is not None:
            swings.append(high - value)
    return median(swings) if swings else None


def _value_of(plan: YearPlan, month: str, rep: str) -> float | None:
    """The pace of a month in the middle of its range, as its score card has it."""

    def gather() -> dict[tuple[str, str], float]:
        lines = plan.context.tables["ScorecardLines"]
        of_pace = lines[(lines["metric"] == "attainment") & lines["value"].notna()]
        scale = scale_of(plan.context, "attainment")
        keys = zip(of_pace["period"], of_pace["rep_id"], strict=True)
        return dict(zip(keys, of_pace["value"] / scale, strict=True))

    return plan.context.once("attainment of score cards", gather).get((month, rep))
