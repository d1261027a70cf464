"""Who has which course still to take, or to take again?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of, sorted_by_key
from salesbook.messages import Fact, Message


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
    has_left = reps["left_on"] <= today
    comes_later = reps["hired_on"] > today
    team = reps[~has_left & ~comes_later]
    days = pd.Series(today, index=team.index)
    state = staff.on(team["rep_id"], days)
    people = team[["rep_id", "hired_on"]].assign(role=_folded(state["role"]))

    # Everybody with every course, and beside it what he has done of it so far.
    enrolled = training[training["enrolled_on"] <= today]
    pairs = people.merge(courses, how="cross")
    pairs = pairs.merge(enrolled, on=["rep_id", "course_id"], how="left")
    is_gap = _is_required(pairs) & ~_is_passed(pairs, today)
    gaps = pairs[is_gap].copy()

    gaps["due_on"] = _due(gaps)
    late_by = today - gaps["due_on"]
    # What is due later, or at no time, is not late.
    days_late = late_by.dt.days.clip(lower=0).fillna(0)
    columns = {
        "rep_id": gaps["rep_id"],
        "course_id": gaps["course_id"],
        "due_on": gaps["due_on"],
        "days_late": days_late.astype(np.int64),
        "because": _reasons(gaps, days_late, today),
    }
    return sorted_by_key("TrainingGaps", frame_of("TrainingGaps", columns))


def _folded(text: pd.Series[Any]) -> pd.Series[Any]:
    return text.str.strip().str.casefold()


def _is_required(pairs: pd.DataFrame) -> pd.Series[Any]:
    """Who has to take which course: whoever is enrolled, and whom it is for once it has a term."""
    is_enrolled = pairs["enrolled_on"].notna()
    is_for_role = _folded(pairs["for_role"]).eq(pairs["role"]).fillna(False)
    is_for_all = pairs["for_role"].isna() & (pairs["kind"] == "onboarding")
    has_term = pairs["due_days"].notna()
    return is_enrolled | (has_term & (is_for_role | is_for_all))


def _is_completed(pairs: pd.DataFrame, today: pd.Timestamp) -> pd.Series[Any]:
    return pairs["completed_on"].notna() & (pairs["completed_on"] <= today)


def _is_passed(pairs: pd.DataFrame, today: pd.Timestamp) -> pd.Series[Any]:
    """Completed, and not with a score below what the course asks; a missing score fails nobody."""
    is_failed = (pairs["score"] < pairs["pass_score"]).fillna(False)
    return _is_completed(pairs, today) & ~is_failed


def _due(gaps: pd.DataFrame) -> pd.Series[Any]:
    """The day when the course is due: its term after hiring (onboarding), else after enrolling."""
    is_onboarding = gaps["kind"] == "onboarding"
    start = gaps["hired_on"].where(is_onboarding, gaps["enrolled_on"])
    # Whichever of the two days is missing, the other stands in.
    start = start.fillna(gaps["enrolled_on"]).fillna(gaps["hired_on"])
    return start + pd.to_timedelta(np.floor(gaps["due_days"]), unit="D")


def _reasons(gaps: pd.DataFrame, days_late: pd.Series[Any], today: pd.Timestamp) -> list[Message]:
    """Why each course is a gap: failed, late, open without a day, or due."""
    is_completed = _is_completed(gaps, today)
    reasons = []
    for index, row in gaps.iterrows():
        has_due_day = pd.notna(row["due_on"])
        due = row["due_on"].date() if has_due_day else None
        facts: dict[str, Fact] = {"course": str(row["title"])}
        if is_completed[index]:
            code = "training-failed"
            facts |= {"score": float(row["score"]), "pass_score": float(row["pass_score"])}
        elif days_late[index] > 0:
            is_enrolled = pd.notna(row["enrolled_on"])
            code = "training-late" if is_enrolled else "training-not-begun"
            facts |= {"day": due, "days": float(days_late[index])}
        elif due is None:
            code = "training-open"
        else:
            code = "training-due"
            facts["day"] = due
        reasons.append(Message(code, facts))
    return reasons
