"""Which courses does each rep have to take, and what has he done of them so far?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.team.staff import Staff

NEW_DAYS: Final = 365
"""Who was hired so many days ago or less is new."""


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
    enrolled has to finish. An onboarding course is due `due_days` after hiring, see `_start`; any
    other `due_days` after enrolling, so that who has not enrolled is not late. Without `due_days`, or
    without those days, it has no due date and is never late. Passed: completed, and with a score of
    at least `pass_score` where both are there.

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
    term = pd.to_timedelta(np.floor(assigned["due_days"]), unit="D")
    taken_before = _taken_before(assigned, enrolled)
    due_on = _start(assigned, taken_before, term, today) + term
    late_by = (today - due_on).dt.days
    # What is due later, or at no time, is not late; nor is what is passed.
    days_late = late_by.clip(lower=0).fillna(0).where(~is_completed | is_failed, 0)
    return assigned.assign(
        completed=is_completed,
        passed=is_completed & ~is_failed,
        due_on=due_on,
        taken_before=taken_before,
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


def _taken_before(pairs: pd.DataFrame, enrolled: pd.DataFrame) -> pd.Series[Any]:
    """By rep and course the first day on which anybody enrolled; missing where it was he himself."""
    first_taken = enrolled.groupby("course_id")["enrolled_on"].min()
    first = first_taken.reindex(pairs["course_id"]).set_axis(pairs.index)
    return first.mask(pairs["enrolled_on"] <= first)


def _start(
    pairs: pd.DataFrame, taken_before: pd.Series[Any], term: pd.Series[Any], today: pd.Timestamp
) -> pd.Series[Any]:
    """The day from which the term of a course runs.

    Ongoing and career courses run from enrolling. Onboarding ones run from the day of hiring, else
    from enrolling; but nobody can be late with a course that was not there:

    - Who came before the course's `valid_from` is asked for it from that day on.
    - Without it, who came more than its term before anybody else enrolled is asked from then on.
    - Where nobody else has enrolled before, nobody knows when the course began. Who was hired more
      than a year ago then goes by his own enrolling.
    """
    hired_on, enrolled_on, valid_from = pairs["hired_on"], pairs["enrolled_on"], pairs["valid_from"]
    came_before = hired_on < valid_from
    came_long_before = valid_from.isna() & (hired_on + term < taken_before)
    is_unknown = valid_from.isna() & taken_before.isna()
    was_new_on = enrolled_on.fillna(today) - pd.Timedelta(days=NEW_DAYS)

    start = hired_on.mask(came_before, valid_from)
    start = start.mask(came_long_before, taken_before)
    start = start.mask(is_unknown & (hired_on < was_new_on)).fillna(enrolled_on)
    return start.where(pairs["kind"] == "onboarding", enrolled_on)
