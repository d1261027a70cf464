"""Which steps of the sales plan are late, what may they cost, and what did they bring?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.names.folding import fold_name

_WHOLE_PLAN: Final = ""
"""As the step: the plan as a whole."""


@dataclass
class _Brought:
    """Leads and deals that name a step as where they came from."""

    leads: set[str] = field(default_factory=set)
    deals: set[str] = field(default_factory=set)

    def with_others(self, other: _Brought) -> _Brought:
        return _Brought(self.leads | other.leads, self.deals | other.deals)


def plan_results(task: Task, staff: Staff, deals: KnownDeals) -> pd.DataFrame:
    """Say of each step, and of each plan, whether it is in time and what it brought.

    What a step brought is told by sources alone: leads and deals whose source is called like the
    step count for it, and deals that came of such leads; those of before it began do not. A source
    that is called like the plan counts for the plan, since its first step. Where no source names it
    nothing is said, for nobody knows.

    Returns: PlanResults, by key: one row per step, and one per plan, whose step is blank.
    """
    initiatives = task.tables["Initiatives"].sort_values(["plan", "step"])
    if initiatives.empty:
        return frame_from_rows("PlanResults", [])
    by_source = _BySource(task, deals)
    worth = dict(zip(deals.frame["deal_id"], deals.amount.astype("int64").tolist(), strict=True))
    won = set(deals.frame.loc[deals.is_won, "deal_id"])
    rows: list[dict[str, Any]] = []
    for plan, steps in initiatives.groupby("plan", sort=True):
        # One step without a first day, and nobody knows since when the plan runs.
        of_plan = by_source.since(str(plan), steps["start_on"].min(skipna=False))
        for step in steps.itertuples(index=False):
            of_step = by_source.since(str(step.step), step.start_on)
            of_plan = of_plan.with_others(of_step)
            rows.append(_step_row(step, task, staff) | _amounts(of_step, won, worth))
        rows.append(_plan_row(str(plan), steps, task) | _amounts(of_plan, won, worth))
    return sorted_by_key("PlanResults", frame_from_rows("PlanResults", rows))


class _BySource:
    """Leads and deals by what their source is called."""

    def __init__(self, task: Task, deals: KnownDeals) -> None:
        self._leads = task.tables["Leads"]
        self._deals = deals.frame
        self._known = pd.Index(deals.frame["deal_id"])
        self._called = {
            name: _spellings(frame["source"])
            for name, frame in (("leads", self._leads), ("deals", self._deals))
        }

    def since(self, name: str, start: Any) -> _Brought:
        """What came from a source of that name since a day; from the beginning where it is missing."""
        wanted = fold_name(name)
        leads = self._leads[self._leads["source"].isin(self._called["leads"].get(wanted, []))]
        deals = self._deals[self._deals["source"].isin(self._called["deals"].get(wanted, []))]
        if not pd.isna(start):
            leads = leads[leads["received_at"] >= start]
            # Of a deal without a day nobody knows whether the step was there before it.
            deals = deals[deals["created_on"] >= start]
        of_leads = self._known.intersection(pd.Index(leads["deal_id"].dropna()))
        return _Brought(set(leads["lead_id"]), {*of_leads, *deals["deal_id"]})


def _spellings(sources: pd.Series[Any]) -> dict[str, list[str]]:
    """How each source is spelled, by its folded name."""
    spellings: dict[str, list[str]] = {}
    for source in sources.dropna().unique():
        spellings.setdefault(fold_name(source), []).append(source)
    return spellings


def _amounts(brought: _Brought, won: set[str], worth: dict[str, int]) -> dict[str, Any]:
    if not brought.leads and not brought.deals:
        return {}
    won_deals = brought.deals & won
    return {
        "leads": len(brought.leads),
        "deals": len(brought.deals),
        "won": len(won_deals),
        "won_amount": sum(worth[deal] for deal in won_deals),
    }


def _step_row(step: Any, task: Task, staff: Staff) -> dict[str, Any]:
    today = pd.Timestamp(task.as_of)
    is_done = pd.notna(step.done_on)
    days_late = ((step.done_on if is_done else today) - step.due_on).days
    is_late = not is_done and days_late > 0
    has_begun = pd.isna(step.start_on) or step.start_on <= today
    state = "done" if is_done else "late" if is_late else "running" if has_begun else "planned"
    owner = None if pd.isna(step.owner_id) else str(step.owner_id)
    can_act = staff.responsible(owner, task.as_of)
    absent = staff.name_of(owner) if owner is not None and can_act != owner else None
    return {
        "plan": step.plan,
        "step": step.step,
        "owner_id": can_act,
        "state": state,
        "due_on": step.due_on,
        "days_late": days_late if days_late > 0 else None,
        "steps": 1,
        "done": int(is_done),
        "late": int(is_late),
        "budget": None if pd.isna(step.budget) else int(step.budget),
        "because": _why(step, state, days_late, owner, absent),
    }


def _why(step: Any, state: str, days_late: int, owner: str | None, absent: str | None) -> Message:
    """Where a step stands and what is to be done about it, in one sentence.

    Args: absent is the owner by name, where he is not at work.
    """
    facts: dict[str, Fact] = {"days": abs(days_late), "due": step.due_on.date()}
    if state == "done":
        says_result = pd.notna(step.result)
        lesson = getattr(step, "lesson", None)
        if not says_result:
            return Message("plan-step.done-unsaid", facts)
        if pd.isna(lesson):
            return Message("plan-step.done", {"result": str(step.result)})
        return Message(
            "plan-step.done-learned", {"result": str(step.result), "lesson": str(lesson)}
        )
    if owner is None:
        return Message(f"plan-step.{state}-nobody", facts)
    if absent is not None:
        return Message(f"plan-step.{state}-left", facts | {"who": (absent,)})
    return Message(f"plan-step.{state}", facts)


def _plan_row(plan: str, steps: pd.DataFrame, task: Task) -> dict[str, Any]:
    today = pd.Timestamp(task.as_of)
    is_open = steps["done_on"].isna()
    is_late = is_open & (steps["due_on"] < today)
    done, late = int((~is_open).sum()), int(is_late.sum())
    state = "late" if late else "running" if is_open.any() else "done"
    still_to_come = (is_open & (steps["start_on"] > today)).sum()
    if not done and not late and still_to_come == len(steps):
        state = "planned"
    due_on = steps.loc[is_open, "due_on"].min() if is_open.any() else steps["due_on"].max()
    budget = steps["budget"].dropna()
    code = "plan-result.late" if late else "plan-result.done" if state == "done" else "plan-result"
    next_due: dt.date = due_on.date()
    next_step = steps[is_open].sort_values(["due_on", "step"])["step"]
    facts: dict[str, Fact] = {"done": done, "steps": len(steps), "late": late, "due": next_due}
    if len(next_step):
        facts["step"] = str(next_step.iloc[0])
    return {
        "plan": plan,
        "step": _WHOLE_PLAN,
        "state": state,
        "due_on": due_on,
        "days_late": (today - due_on).days if late else None,
        "steps": len(steps),
        "done": done,
        "late": late,
        "budget": int(budget.sum()) if len(budget) else None,
        "because": Message(code if code != "plan-result" else "plan-result.on-time", facts),
    }
