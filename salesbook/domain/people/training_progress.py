"""How far is each new rep with onboarding, and how does training stand by role and level?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pandas as pd

from salesbook.domain.people.assigned_courses import NEW_DAYS
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message

_ALL: Final = "all"
_SCOPES: Final = (("all", _ALL), ("role", "role"), ("level", "level"))
"""Kinds of scope, and the column that names a rep's."""
_ONBOARDING: Final = "onboarding"


def training_progress(assigned: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """Count what is passed, due, late and failed: by role, level and for all, and by new rep.

    Each course that somebody has to take counts once: as passed, late (not passed after its day),
    failed (to be taken again, and not late yet) or due. New reps have a row each about onboarding.

    Args:
        assigned: as `assigned_courses` gives it.

    Returns: TrainingProgress, by key; a rep without role or level counts in the rows for all only.
    """
    today = pd.Timestamp(as_of)
    open_late = (assigned["days_late"] > 0) & ~assigned["passed"]
    failed = assigned["completed"] & ~assigned["passed"] & ~open_late
    courses = assigned.assign(
        late=open_late,
        failed=failed,
        due=~assigned["passed"] & ~open_late & ~failed,
        **{_ALL: _ALL},
    )
    rows = []
    for scope_kind, column in _SCOPES:
        for (scope, kind), group in courses.groupby([column, "kind"]):
            row = {"scope_kind": scope_kind, "scope": scope, "kind": kind}
            rows.append({**row, **_counts(group), "because": _reason(group)})

    days_here = (today - courses["hired_on"]).dt.days
    is_new = (days_here <= NEW_DAYS) & (courses["kind"] == _ONBOARDING)
    for rep_id, group in courses[is_new].groupby("rep_id"):
        row = {"scope_kind": "rep", "scope": rep_id, "kind": _ONBOARDING}
        rows.append({**row, **_counts(group), "because": _reason_of_rep(group)})
    return sorted_by_key("TrainingProgress", frame_from_rows("TrainingProgress", rows))


def _counts(group: pd.DataFrame) -> dict[str, Any]:
    counts: dict[str, Any] = {
        name: int(group[name].sum()) for name in ("passed", "due", "late", "failed")
    }
    # A course that was failed has to be passed as well.
    next_due = group.loc[group["due"] | group["failed"], "due_on"].min()
    return {
        "people": int(group["rep_id"].nunique()),
        "courses": len(group),
        **counts,
        "passed_rate": counts["passed"] / len(group),
        "next_due_on": None if pd.isna(next_due) else next_due,
    }


def _reason(group: pd.DataFrame) -> Message:
    """How many of the people have something late."""
    people = int(group["rep_id"].nunique())
    behind = int(group.loc[group["late"] | group["failed"], "rep_id"].nunique())
    if behind:
        return Message("progress-behind", {"behind": behind, "people": people})
    code = "progress-done" if group["passed"].all() else "progress-on-time"
    return Message(code, {"people": people})


def _reason_of_rep(group: pd.DataFrame) -> Message:
    """What a new rep has to do next: what is late for longest, else what is due first."""
    facts: dict[str, Fact] = {"passed": int(group["passed"].sum()), "courses": len(group)}
    still_open = group[~group["passed"]]
    if still_open.empty:
        return Message("onboarding-done", facts)
    in_order = still_open.sort_values(
        ["late", "due_on", "course_id"], ascending=[False, True, True]
    )
    first = in_order.iloc[0]
    facts["course"] = str(first["title"])
    if first["late"]:
        return Message("onboarding-late", facts | {"days": int(first["days_late"])})
    if pd.isna(first["due_on"]):
        return Message("onboarding-open", facts)
    return Message("onboarding-due", facts | {"day": first["due_on"].date()})
