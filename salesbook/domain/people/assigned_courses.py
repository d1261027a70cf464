"""Which courses does each rep have to take, and what has he done of them so far?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from salesbook.domain.team.staff import Staff


def assigned_courses(
    courses: pd.DataFrame,
    training: pd.DataFrame,
    reps: pd.DataFrame,
    staff: Staff,
    *,
    as_of: dt.date,
) -> pd.DataFrame:
    """Pair everybody at work with each course that he has to take, or takes.

    A rep has to take a course when its `for_role` is the rep's role on `as_of` and it has
    `due_days`; a course without role is for all when it is an onboarding one; and whoever is
    enrolled has to finish. A course is due `due_days` after hiring (onboarding), else after
    enrolling, and where nobody enrolled, after hiring; without `due_days`, or without those days,
    it has no due date and is never late. Passed: completed, and with a score of at least
    `pass_score` where both are there.

    Returns: one row per rep and course with the fields of Courses, those of Training (missing for
        who never enrolled), `role` as typed, `level`, `hired_on`, `due_on`, and of `completed`,
        `passed` and `days_late` how it stands on the day. Reps who left are not there.
    """
    today = pd.Timestamp(as_of)
    has_left = reps["left_on"] <= today
    comes_later = reps["hired_on"] > today
    team = reps[~has_left & ~comes_later]
    days = pd.Series(today, index=team.index)
    role = staff.on(team["rep_id"], days)["role"].str.strip()
    people = team[["rep_id", "hired_on", "level"]].assign(role=role)

    # Everybody with every course, and beside it what he has done of it so far.
    enrolled = training[training["enrolled_on"] <= today]
    pairs = people.merge(courses, how="cross")
    pairs = pairs.merge(enrolled, on=["rep_id", "course_id"], how="left")
    assigned = pairs[_is_required(pairs)].copy()

    is_completed = assigned["completed_on"].notna() & (assigned["completed_on"] <= today)
    # A missing score fails nobody.
    is_failed = (assigned["score"] < assigned["pass_score"]).fillna(False)
    due_on = _due(assigned)
    late_by = (today - due_on).dt.days
    # What is due later, or at no time, is not late; nor is what is passed.
    days_late = late_by.clip(lower=0).fillna(0).where(~is_completed | is_failed, 0)
    return assigned.assign(
        completed=is_completed,
        passed=is_completed & ~is_failed,
        due_on=due_on,
        days_late=days_late.astype(np.int64),
    )


def _folded(text: pd.Series[Any]) -> pd.Series[Any]:
    return text.str.strip().str.casefold()


def _is_required(pairs: pd.DataFrame) -> pd.Series[Any]:
    """Who has to take which course: whoever is enrolled, and whom it is for once it has a term."""
    is_enrolled = pairs["enrolled_on"].notna()
    is_for_role = _folded(pairs["for_role"]).eq(_folded(pairs["role"])).fillna(False)
    is_for_all = pairs["for_role"].isna() & (pairs["kind"] == "onboarding")
    has_term = pairs["due_days"].notna()
    return is_enrolled | (has_term & (is_for_role | is_for_all))


def _due(pairs: pd.DataFrame) -> pd.Series[Any]:
    """The day when the course is due: its term after hiring (onboarding), else after enrolling."""
    is_onboarding = pairs["kind"] == "onboarding"
    start = pairs["hired_on"].where(is_onboarding, pairs["enrolled_on"])
    # Whichever of the two days is missing, the other stands in.
    start = start.fillna(pairs["enrolled_on"]).fillna(pairs["hired_on"])
    return start + pd.to_timedelta(np.floor(pairs["due_days"]), unit="D")
