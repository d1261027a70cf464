"""Do dates follow each other as the work does, and do they lie in a time that can be meant?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.messages import Finding
from salesbook.tables import TABLES, Kind, Role

_ORDER: Final = tuple(
    line.split()
    for line in """
    Reps hired_on left_on
    Openings opened_on needed_by filled_on
    Openings opened_on filled_on
    Training enrolled_on completed_on
    Customers created_on updated_on
    Activities done_on next_on
    Feedback received_at answered_at
    Feedback received_at resolved_at
    Feedback answered_at resolved_at
    Leads received_at first_contact_at
    Deals created_on stage_since
    Deals stage_since closed_on
    Deals created_on closed_on
    Deals created_on expected_on
    Orders ordered_on due_on
    Orders ordered_on delivered_on
    Initiatives start_on due_on
    Initiatives start_on done_on
    ActionLog noticed_on due_on
    ActionLog agreed_on due_on done_on
    """.strip().splitlines()
)
"""Table, a date, and those that cannot come before it."""


def date_order(task: Task) -> Iterator[Finding]:
    """Name dates that come before one they must follow; that one is taken as right.

    A refund is also not before its order, a candidate's step not before the application and not
    before the step with the number below.
    """
    for table, earlier, *later in _ORDER:
        if not has_rows(task, table):
            continue
        is_typed_beside = TABLES[table].role is Role.OUTPUT
        # What people typed beside a result is judged as it stands: nothing else tells of a step that
        # was agreed on next year.
        seen = task.with_what_comes_later() if is_typed_beside else task
        frame = seen.tables[table]
        for field in later:
            wrong = frame[field] < frame[earlier]
            place = f"{table}.{field}"
            yield from _before(seen, place, wrong, frame[earlier], f"{table}.{earlier}")

    yield from _refunds(task)
    yield from _candidate_steps(task)


def _before(
    task: Task, place: str, wrong: pd.Series[bool], earlier: pd.Series[pd.Timestamp], field: str
) -> Iterator[Finding]:
    return flag(task, place, wrong, "date-before", "error", field=field, earlier=earlier)


def _refunds(task: Task) -> Iterator[Finding]:
    """A refund is not before the first line of its order."""
    if not has_rows(task, "Orders"):
        return
    orders = task.tables["Orders"]
    refunds = orders[orders["refund_of"].notna()]
    refunded = orders[orders["order_id"].isin(refunds["refund_of"])]

    first_day = refunded.groupby("order_id")["ordered_on"].min()
    ordered_on = first_day.reindex(refunds["refund_of"]).set_axis(refunds.index)
    wrong = refunds["ordered_on"] < ordered_on
    yield from _before(task, "Orders.ordered_on", wrong, ordered_on, "Orders.refund_of")


def _candidate_steps(task: Task) -> Iterator[Finding]:
    """A step of a candidate is neither before the step below it nor before the application."""
    if not has_rows(task, "CandidateHistory"):
        return
    place = "CandidateHistory.entered_on"
    steps = task.tables["CandidateHistory"].sort_values(["candidate_id", "seq"])
    entered_on = steps["entered_on"]

    step_before = steps.groupby("candidate_id")["entered_on"].shift()
    yield from _before(task, place, entered_on < step_before, step_before, place)

    if not has_rows(task, "Candidates"):
        return
    applied_by_candidate = task.tables["Candidates"].set_index("candidate_id")["applied_on"]
    applied_on = steps["candidate_id"].map(applied_by_candidate)
    wrong = entered_on < applied_on
    yield from _before(task, place, wrong, applied_on, "Candidates.applied_on")


def date_range(task: Task) -> Iterator[Finding]:
    """Name dates before `earliest_year` or more than `years_ahead` years after the run.

    Also those for which their row does not count yet: nothing else would ever tell of an order that
    was entered for the year 2206.
    """
    task = task.with_what_comes_later()
    rules = task.policy.rules
    first = pd.Timestamp(rules.earliest_year, 1, 1)
    last = _years_later(task.as_of, rules.years_ahead)
    after_last = pd.Timestamp(last) + pd.Timedelta(days=1)

    for table, spec in TABLES.items():
        if spec.role is Role.SETTING or not has_rows(task, table):
            continue
        for field in spec.fields:
            is_day = field.kind in (Kind.DATE, Kind.DATETIME)
            if not is_day or not spec.is_typed(field):
                continue
            days = task.tables[table][field.name]
            place = f"{table}.{field.name}"
            too_early, too_far = days < first, days >= after_last
            yield from flag(task, place, too_early, "date-too-early", year=rules.earliest_year)
            yield from flag(task, place, too_far, "date-too-far", day=last)


def _years_later(day: dt.date, years: int) -> dt.date:
    year = min(day.year + years, dt.MAXYEAR)
    # The 29th of February has no anniversary in most years.
    if (day.month, day.day) == (2, 29):
        return dt.date(year, 2, 28)
    return day.replace(year=year)
