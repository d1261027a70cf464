"""Who has which course still to take, or to take again?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of, sorted_by_key
from salesbook.messages import Message


def training_gaps(
    courses: pd.DataFrame,
    training: pd.DataFrame,
    reps: pd.DataFrame,
    staff: Staff,
    *,
    as_of: dt.date,
) -> pd.DataFrame:
    """List each course that somebody on the team has to take and has not passed.

    A rep has to take a course when its `for_role` is the rep's role on `as_of` and it has
    `due_days`; a course without role is for all when it is an onboarding one; and whoever is
    enrolled has to finish. A course is due `due_days` after hiring (onboarding), else after
    enrolling, and where nobody enrolled, after hiring; without `due_days`, or without those days,
    it has no due date and is never late. Passed: completed, and with a score of at least
    `pass_score` where both are there.

    Returns: TrainingGaps, by key; reps who left are not listed.
    """
    today = pd.Timestamp(as_of)
    there = reps[
        (reps["left_on"].isna() | (reps["left_on"] > today))
        & (reps["hired_on"].isna() | (reps["hired_on"] <= today))
    ]
    role = staff.on(there["rep_id"], pd.Series(today, index=there.index))["role"]
    people = pd.DataFrame(
        {"rep_id": there["rep_id"], "hired_on": there["hired_on"], "role": _plain(role)}
    )
    taken = training[training["enrolled_on"] <= today]
    pairs = people.merge(courses, how="cross").merge(taken, on=["rep_id", "course_id"], how="left")
    gaps = pairs[_asked(pairs) & ~_passed(pairs, today)].copy()
    gaps["due_on"] = _due(gaps)
    late = (today - gaps["due_on"]).dt.days.clip(lower=0).fillna(0)
    columns = {
        "rep_id": gaps["rep_id"],
        "course_id": gaps["course_id"],
        "due_on": gaps["due_on"],
        "days_late": late.astype(np.int64),
        "because": _reasons(gaps, late, today),
    }
    return sorted_by_key("TrainingGaps", frame_of("TrainingGaps", columns))


def _plain(text: pd.Series[Any]) -> pd.Series[Any]:
    return text.str.strip().str.casefold()


def _asked(pairs: pd.DataFrame) -> pd.Series[Any]:
    same_role = _plain(pairs["for_role"]).eq(pairs["role"]).fillna(False)
    everybody = pairs["for_role"].isna() & (pairs["kind"] == "onboarding")
    return pairs["enrolled_on"].notna() | (pairs["due_days"].notna() & (same_role | everybody))


def _passed(pairs: pd.DataFrame, today: pd.Timestamp) -> pd.Series[Any]:
    done = pairs["completed_on"].notna() & (pairs["completed_on"] <= today)
    return done & ~(pairs["score"] < pairs["pass_score"]).fillna(False)


def _due(gaps: pd.DataFrame) -> pd.Series[Any]:
    onboarding = gaps["kind"] == "onboarding"
    start = gaps["hired_on"].where(onboarding, gaps["enrolled_on"])
    start = start.fillna(gaps["enrolled_on"]).fillna(gaps["hired_on"])
    return start + pd.to_timedelta(np.floor(gaps["due_days"]), unit="D")


def _reasons(gaps: pd.DataFrame, late: pd.Series[Any], today: pd.Timestamp) -> list[Message]:
    failed = gaps["completed_on"].notna() & (gaps["completed_on"] <= today)
    reasons = []
    for at, row in gaps.iterrows():
        due = None if pd.isna(row["due_on"]) else row["due_on"].date()
        facts: dict[str, Any] = {"course": str(row["title"]), "day": due}
        if failed[at]:
            scores = {"score": float(row["score"]), "pass_score": float(row["pass_score"])}
            reasons.append(Message("training-failed", {"course": facts["course"], **scores}))
        elif late[at] > 0:
            code = "training-late" if pd.notna(row["enrolled_on"]) else "training-not-begun"
            reasons.append(Message(code, facts | {"days": float(late[at])}))
        elif due is None:
            reasons.append(Message("training-open", {"course": facts["course"]}))
        else:
            reasons.append(Message("training-due", facts))
    return reasons
