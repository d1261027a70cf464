"""Whose course is late, how many are on time, and how far are new reps?"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from salesbook.frames import row_keys
from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, Line, present

MOST_COURSES: Final = 3


def course_title(context: PageContext, course_id: object) -> str:
    """What people call a course; as typed where Courses lacks it."""

    def gather() -> dict[str, str]:
        courses = context.tables["Courses"]
        titles = zip(courses["course_id"], courses["title"], strict=True)
        return {str(course): str(title) for course, title in titles if present(title) is not None}

    return context.once("titles of courses", gather).get(str(course_id), str(course_id))


def late_gaps(context: PageContext, scope: Scope) -> pd.DataFrame:
    """The rows of TrainingGaps that are late, of everybody who is in the scope today."""
    gaps = context.tables["TrainingGaps"]
    late = gaps[gaps["days_late"] > 0]
    if scope.kind == COMPANY:
        return late
    return late[late["rep_id"].map(context.team_of) == scope.key]


def late_courses(context: PageContext, scope: Scope) -> list[Line]:
    """All courses of a scope that are late, the latest first."""
    late = late_gaps(context, scope)
    in_order = late.sort_values(["days_late", "rep_id", "course_id"], ascending=[False, True, True])
    return [_line(context, gap) for gap in in_order.itertuples()]


def _line(context: PageContext, gap: Any) -> Line:
    key = f"{gap.rep_id}|{gap.course_id}"
    # Who never enrolled has no row in Training.
    is_enrolled = key in _enrolments(context)
    return {
        "sign": ATTENTION,
        "subject": context.rep_name(gap.rep_id),
        "word": course_title(context, gap.course_id),
        "on": present(gap.due_on),
        "days": int(gap.days_late),
        "table": "Training" if is_enrolled else "TrainingGaps",
        "row_key": key,
    }


def _enrolments(context: PageContext) -> set[str]:
    """The keys of the rows of Training."""
    return context.once("enrolments", lambda: set(row_keys("Training", context.tables["Training"])))


def training_count(context: PageContext, scope: Scope, late: list[Line]) -> Line:
    """How many of the people at work have no course late; in `count` the courses that are late.

    In `because` how far the new ones are with onboarding.
    """
    people = [
        rep
        for rep in context.reps.index
        if context.is_at_work(rep) and (scope.kind == COMPANY or context.team_of(rep) == scope.key)
    ]
    gaps = context.tables["TrainingGaps"]
    have_late = set(gaps.loc[gaps["days_late"] > 0, "rep_id"])
    fine = sum(rep not in have_late for rep in people)
    says = Message("page.team.on-time", {"fine": fine, "count": len(people)})
    line: Line = {"says": says, "count": len(late)}
    onboarding = _onboarding(context, people)
    return {**line, "because": onboarding} if onboarding else line


def _onboarding(context: PageContext, people: list[Any]) -> Message | None:
    """How far the new ones among people are; None where nobody is new."""
    progress = context.tables["TrainingProgress"]
    is_new = (progress["scope_kind"] == "rep") & progress["scope"].isin(set(people))
    new = progress[is_new].sort_values(["late", "failed", "scope"], ascending=[False, False, True])
    if new.empty:
        return None
    first = new.iloc[0]
    behind = new[(new["late"] > 0) | (new["failed"] > 0)]
    facts: dict[str, Fact] = {
        "name": context.rep_name(first["scope"]),
        "passed": int(new["passed"].sum()),
        "courses": int(new["courses"].sum()),
        "late": int(new["late"].sum()),
        "count": len(new),
        "behind": len(behind),
    }
    number = "1" if len(new) == 1 else "many"
    code = "behind" if len(behind) else "on-time"
    return Message(f"page.team.onboarding-{code}-{number}", facts)
