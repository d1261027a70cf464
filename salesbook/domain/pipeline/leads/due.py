"""Which leads wait for a first contact, and who has room for those that nobody at work has?"""

from __future__ import annotations

import heapq
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.working_hours import working_hours
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of
from salesbook.messages import Fact, Message, joined
from salesbook.names.folding import fold_name

_END_OF_DAY: Final = pd.Timedelta(days=1) - pd.Timedelta(seconds=1)


def leads_due(task: Task, leads: pd.DataFrame, deals: KnownDeals, staff: Staff) -> pd.DataFrame:
    """Name every lead without a first contact, and for those without a rep at work who could take it.

    The lead of a customer goes to the customer's owner, if he is at work. Any other goes to the rep who
    has least to do for his capacity: open deals and open leads, divided by it, the one more counted
    in. Asked are reps at work with a capacity above 0 who manage nobody; where the first stage in
    Settings names an owner role that some of them have, only those. Who gets one has one more for the
    next, the longest waiting first, so that ten leads do not all go to one. Ties go by key.

    Args:
        leads: as `lead_standing` gives them.

    Returns: LeadsDue, the longest wait first.
    """
    rules = task.policy.rules
    due = leads[leads["waits"]]
    end_of_day = pd.Series(pd.Timestamp(task.as_of) + _END_OF_DAY, index=due.index)
    waited = working_hours(due["received_at"], end_of_day, task.calendar, rules.working_hours)
    due = due.assign(waited=waited).sort_values(["received_at", "lead_id"], ignore_index=True)
    is_late = due["waited"] > rules.answer_limit_hours

    owners = _Owners(task, leads, deals, staff)
    told = list(due[["rep_id", "customer_id", "waited"]].itertuples(index=False))
    suggestions = [owners.suggest(row.rep_id, row.customer_id) for row in told]
    because = [
        joined([_waits(row, rules.answer_limit_hours), _who(row, suggestion, owners)])
        for row, suggestion in zip(told, suggestions, strict=True)
    ]
    return frame_of(
        "LeadsDue",
        {
            "lead_id": due["lead_id"],
            "source": due["source"],
            "received_at": due["received_at"],
            "waited_hours": due["waited"],
            "late": is_late,
            "rep_id": due["rep_id"],
            "suggested_id": [
                suggestion.rep_id if suggestion else None for suggestion in suggestions
            ],
            "because": because,
        },
    )


class _Suggestion(NamedTuple):
    """Who could take a lead."""

    rep_id: str
    load: int
    """What he has open already."""
    is_owner: bool
    """The lead is of a customer of his."""


class _Owners:
    """Who could take the next lead, with what everybody has to do."""

    def __init__(self, task: Task, leads: pd.DataFrame, deals: KnownDeals, staff: Staff) -> None:
        self._load = _load(leads, deals)
        self._task = task
        self._staff = staff
        self._capacity = staff.capacity(task.as_of)
        customers = task.tables["Customers"].drop_duplicates("customer_id")
        self._owner_of = dict(zip(customers["customer_id"], customers["owner_id"], strict=True))
        # A queue by load for the capacity; each rep stands in it once.
        self._queue = [(self._burden(rep), rep) for rep in self._candidates()]
        heapq.heapify(self._queue)

    def suggest(self, rep_id: Any, customer_id: Any) -> _Suggestion | None:
        """Who could take a lead that nobody at work has; None where somebody has it, or nobody can."""
        if not pd.isna(rep_id) and self.is_at_work(str(rep_id)):
            return None
        owner = self._owner_of.get(customer_id)
        if isinstance(owner, str) and self.is_at_work(owner) and self._has_capacity(owner):
            return self._given(owner, is_owner=True)
        while self._queue:
            burden, rep = self._queue[0]
            now = self._burden(rep)
            if now > burden:
                # He was given a lead as an owner since.
                heapq.heapreplace(self._queue, (now, rep))
                continue
            suggestion = self._given(rep, is_owner=False)
            heapq.heapreplace(self._queue, (self._burden(rep), rep))
            return suggestion
        return None

    def _given(self, rep_id: str, *, is_owner: bool) -> _Suggestion:
        """Count a lead for a rep, and say what he had before."""
        before = self._load.get(rep_id, 0)
        self._load[rep_id] = before + 1
        return _Suggestion(rep_id, before, is_owner)

    def name_of(self, rep_id: str) -> str:
        """What a rep is called."""
        return self._staff.name_of(rep_id)

    def is_at_work(self, rep_id: str) -> bool:
        """Whether a rep is in Team, has come and has not left."""
        is_known = rep_id in self._staff.employment
        return is_known and self._staff.is_at_work(rep_id, self._task.as_of)

    def _has_capacity(self, rep_id: str) -> bool:
        return self._capacity.get(rep_id, 1.0) > 0

    def _burden(self, rep_id: str) -> float:
        return (self._load.get(rep_id, 0) + 1) / self._capacity.get(rep_id, 1.0)

    def _candidates(self) -> list[str]:
        managers = self._staff.managers(self._task.as_of)
        free = [
            str(rep)
            for rep in self._staff.ids
            if self.is_at_work(rep) and self._has_capacity(rep) and rep not in managers
        ]
        wanted = self._role_of_first_stage()
        role = self._staff.on_day(self._task.as_of)["role"]
        fitting = [rep for rep in free if wanted and fold_name(str(role.get(rep) or "")) == wanted]
        return fitting or free

    def _role_of_first_stage(self) -> str:
        pipelines = self._task.policy.pipelines()
        stages = self._task.policy.open_stages(pipelines[0]) if pipelines else ()
        return fold_name(stages[0].owner_role or "") if stages else ""


def _load(leads: pd.DataFrame, deals: KnownDeals) -> dict[str, int]:
    """Open deals and open leads of each rep; a lead that is a deal counts as the deal alone."""
    still_open = leads[~leads["converted"] & ~leads["out"]]
    reps = pd.concat([still_open["rep_id"], deals.frame.loc[deals.is_open, "rep_id"]])
    return {str(rep): int(count) for rep, count in reps.dropna().value_counts().items()}


def _waits(lead: Any, limit: float) -> Message:
    """How long a lead has waited, beside the limit."""
    hours = round(float(lead.waited))
    code = "late" if lead.waited > limit else "in-time"
    return Message(f"lead-due.{code}", {"hours": hours, "limit": limit})


def _who(lead: Any, suggestion: _Suggestion | None, owners: _Owners) -> Message:
    """Who should call, and why he."""
    typed = None if pd.isna(lead.rep_id) else str(lead.rep_id)
    if typed is not None and owners.is_at_work(typed):
        return Message("lead-due.his", {"who": (owners.name_of(typed),)})
    reason = "nobody" if typed is None else "left"
    facts: dict[str, Fact] = {} if typed is None else {"rep": (owners.name_of(typed),)}
    if suggestion is None:
        return Message(f"lead-due.{reason}-full", facts)
    facts["who"] = (owners.name_of(suggestion.rep_id),)
    if suggestion.is_owner:
        return Message(f"lead-due.{reason}-owner", facts)
    return Message(f"lead-due.{reason}", facts | {"load": suggestion.load})
