"""Who has which course still to take, or to take again?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from salesbook.frames import frame_of, sorted_by_key
from salesbook.messages import Fact, Message


def training_gaps(assigned: pd.DataFrame) -> pd.DataFrame:
    """List each course that somebody on the team has to take and has not passed.

    Args:
        assigned: as `assigned_courses` gives it; there is said who has to take what, and when.

    Returns: TrainingGaps, by key.
    """
    gaps = assigned[~assigned["passed"]]
    columns = {
        "rep_id": gaps["rep_id"],
        "course_id": gaps["course_id"],
        "due_on": gaps["due_on"],
        "days_late": gaps["days_late"],
        "because": [_reason(gap) for gap in gaps.itertuples()],
    }
    return sorted_by_key("TrainingGaps", frame_of("TrainingGaps", columns))


def _reason(gap: Any) -> Message:
    """Why a course is a gap: failed, late, open without a day, or due."""
    facts: dict[str, Fact] = {"course": str(gap.title)}
    if gap.completed:
        facts |= {"score": float(gap.score), "pass_score": float(gap.pass_score)}
        return Message("training-failed", facts)
    is_enrolled = pd.notna(gap.enrolled_on)
    if pd.isna(gap.due_on) and not is_enrolled:
        return _not_enrolled(gap, facts)
    if pd.isna(gap.due_on):
        return Message("training-open", facts)
    facts["day"] = gap.due_on.date()
    if gap.days_late > 0:
        code = "training-late" if is_enrolled else "training-not-begun"
        return Message(code, facts | {"days": float(gap.days_late)}, _is_it_new(gap))
    return Message("training-due", facts)


def _is_it_new(gap: Any) -> tuple[Message, ...]:
    """A hint where a course is late that nobody has taken yet: it may have come after the rep."""
    is_known = pd.notna(gap.enrolled_on) or pd.notna(gap.valid_from) or pd.notna(gap.taken_before)
    return () if is_known else (Message("training-new-course", {"field": "Courses.valid_from"}),)


def _not_enrolled(gap: Any, facts: dict[str, Fact]) -> Message:
    """A course that somebody has to take, and that is due at no day as yet."""
    if gap.kind == "onboarding":
        return Message("training-undated", {**facts, "field": "Courses.valid_from"})
    return Message("training-not-enrolled", {**facts, "days": float(gap.due_days)})
