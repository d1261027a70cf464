"""What did customers say, who answers for it, and how long did complaints wait?

FeedbackStats, the Customer board, the call list and the customers at risk all go by these entries, so
that no two of them count otherwise.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.arithmetic.working_hours import hours_to_answer
from salesbook.domain.outcome import Task
from salesbook.domain.team.answers import rep_of_answers, rep_of_complaints
from salesbook.frames import Tables
from salesbook.policy import Policy

_NEVER = np.datetime64("2262-01-01", "us")
"""Stands for the end of a complaint that goes on."""


def entries_of_run(task: Task) -> pd.DataFrame:
    """`feedback_entries` of the run, made once."""
    return task.once(
        "feedback entries",
        lambda: feedback_entries(task.tables, task.policy, task.calendar, task.as_of),
    )


def feedback_entries(
    tables: Tables, policy: Policy, calendar: WorkCalendar, as_of: dt.date
) -> pd.DataFrame:
    """Say of everything in Feedback up to the day of the run whose it is and how long it took.

    Returns: Feedback, with `day`; `who` answers for it; the flags `is_answer` (a survey with a score)
        and `is_complaint`; `is_open`, a complaint that is not resolved, and `is_unanswered`, an open
        one without an answer; `answer_hours` and `resolve_hours`, working hours until then or, where
        it has not come to that, up to the end of the day of the run; `is_answered` and `is_resolved`,
        where it has. Hours are missing where an answer is dated before its complaint: nobody knows
        when it came. `is_repeated`: the customer complained before, and that is either not resolved
        or was less than `complaint_repeat_days` ago.
    """
    feedback = tables["Feedback"]
    day = feedback["received_at"].dt.normalize()
    rows = feedback.assign(day=day)[(day <= pd.Timestamp(as_of)).to_numpy(dtype=bool)]
    is_complaint = rows["kind"] == "complaint"
    is_open = is_complaint & rows["resolved_at"].isna()
    customers = tables["Customers"]
    rows = rows.assign(
        is_answer=(rows["kind"] == "survey") & rows["score"].notna(),
        is_complaint=is_complaint,
        is_open=is_open,
        is_unanswered=is_open & rows["answered_at"].isna(),
        who=rep_of_answers(rows, customers).where(
            ~is_complaint, rep_of_complaints(rows, customers)
        ),
    )
    rows = rows.assign(**_times(rows, policy, calendar, as_of))
    return rows.assign(is_repeated=_repeated(rows, policy.rules.complaint_repeat_days))


def _times(
    rows: pd.DataFrame, policy: Policy, calendar: WorkCalendar, as_of: dt.date
) -> dict[str, Any]:
    """How long complaints took; a complaint settled without a word was answered by that."""
    received, hours = rows["received_at"], policy.rules.working_hours
    is_complaint = rows["is_complaint"].to_numpy(dtype=bool)
    end_of_today = pd.Timestamp(dt.datetime.combine(as_of, dt.time.max))
    now = pd.Series(end_of_today, index=rows.index).astype("datetime64[us]")

    def possible(ends: pd.Series[Any]) -> pd.Series[Any]:
        return ends.where(ends >= received).astype("datetime64[us]")

    answered, resolved = rows["answered_at"], rows["resolved_at"]
    has_end = (answered.notna() | resolved.notna()).to_numpy(dtype=bool)
    earlier = np.fmin(possible(answered).to_numpy(), possible(resolved).to_numpy())
    first = pd.Series(earlier, index=rows.index)
    is_early = (answered < received).to_numpy(dtype=bool)
    is_wrong = is_early | (has_end & first.isna().to_numpy(dtype=bool))
    until_answer = hours_to_answer(received, first.fillna(now), calendar, hours)

    until_resolved = hours_to_answer(received, resolved.fillna(now), calendar, hours)
    return {
        "answer_hours": np.where(is_complaint & ~is_wrong, until_answer, np.nan),
        "is_answered": is_complaint & has_end & ~is_wrong,
        "resolve_hours": np.where(is_complaint, until_resolved, np.nan),
        "is_resolved": is_complaint & possible(resolved).notna().to_numpy(dtype=bool),
    }


def _repeated(rows: pd.DataFrame, days: int) -> Flags:
    """Complaints of customers whose last trouble was not over, or not over for long."""
    complaints = rows[rows["is_complaint"]].sort_values(
        ["customer_id", "received_at", "feedback_id"]
    )
    ended = complaints["resolved_at"].fillna(pd.Timestamp(_NEVER)).astype("datetime64[us]")
    # Of several complaints before this one the last to end counts.
    latest = ended.groupby(complaints["customer_id"]).cummax()
    before = latest.groupby(complaints["customer_id"]).shift()
    since = complaints["received_at"] - pd.Timedelta(days=days)
    is_repeated = (before >= since).reindex(rows.index, fill_value=False)
    return np.asarray(is_repeated, dtype=bool)
