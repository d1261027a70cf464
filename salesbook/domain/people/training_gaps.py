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
    if pd.isna(gap.due_on):
        return Message("training-open", facts)
    facts["day"] = gap.due_on.date()
    if gap.days_late > 0:
        is_enrolled = pd.notna(gap.enrolled_on)
        code = "training-late" if is_enrolled else "training-not-begun"
        return Message(code, facts | {"days": float(gap.days_late)})
    return Message("training-due", facts)
