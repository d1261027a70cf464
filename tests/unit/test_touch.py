"""Touches: what counts as one, and the work day on which the next is due."""

import datetime as dt

import pandas as pd
import pytest

from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.customers.touch import last_touches, next_touch, next_touches
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.policy import Policy
from salesbook.tables.settings import Holiday

AS_OF = dt.date(2026, 6, 30)


def tables(**rows):
    names = ("Activities", "Feedback", "Deals")
    return {name: empty_frame(name) for name in names} | {
        name: frame_from_rows(name, given) for name, given in rows.items()
    }


def activity(key, day, **more):
    return {
        "activity_id": key,
        "done_on": dt.date.fromisoformat(day),
        "rep_id": "R1",
        "kind": "phone",
    } | more


def test_the_latest_activity_up_to_the_day_counts():
    rows = [
        activity("A1", "2026-06-01", customer_id="C1"),
        activity("A2", "2026-06-30", customer_id="C1"),
        activity("A3", "2026-07-01", customer_id="C1"),
        activity("A4", "2026-05-01"),
    ]
    assert last_touches(tables(Activities=rows), AS_OF).to_dict() == {
        "C1": pd.Timestamp("2026-06-30")
    }


def test_an_activity_on_a_deal_touches_the_deals_customer():
    deals = [{"deal_id": "D1", "rep_id": "R1", "stage": "New", "customer_id": "C9"}]
    found = last_touches(
        tables(Activities=[activity("A1", "2026-06-01", deal_id="D1")], Deals=deals), AS_OF
    )
    assert found.to_dict() == {"C9": pd.Timestamp("2026-06-01")}


def test_visits_and_answers_to_feedback_are_touches_a_complaint_is_none():
    at = dt.datetime(2026, 6, 5, 14, 30)
    rows = [
        {"feedback_id": "F1", "customer_id": "C1", "received_at": at, "kind": "visit"},
        {"feedback_id": "F2", "customer_id": "C2", "received_at": at, "kind": "complaint"},
        {
            "feedback_id": "F3",
            "customer_id": "C3",
            "received_at": at,
            "kind": "complaint",
            "answered_at": at + dt.timedelta(days=1),
        },
    ]
    found = last_touches(tables(Feedback=rows), AS_OF)
    assert found.to_dict() == {"C1": pd.Timestamp("2026-06-05"), "C3": pd.Timestamp("2026-06-06")}


@pytest.mark.parametrize(
    ("last", "days", "expected"),
    [
        ("2026-06-01", 14, "2026-06-15"),
        ("2026-06-06", 14, "2026-06-22"),
        ("2026-06-01", 0, "2026-06-01"),
        ("2026-06-01", 6.5, "2026-06-08"),
    ],
)
def test_the_next_touch_is_on_a_work_day(last, days, expected):
    assert next_touch(dt.date.fromisoformat(last), days, WorkCalendar()) == dt.date.fromisoformat(
        expected
    )


def test_a_whole_column_follows_the_holidays_of_the_settings():
    policy = Policy(
        holidays=(Holiday(day=dt.date(2026, 6, 15)), Holiday(day=dt.date(2026, 6, 20), kind="work"))
    )
    calendar = WorkCalendar.of_policy(policy)
    last = pd.Series(pd.to_datetime(["2026-06-01", "2026-06-06"]), index=["C1", "C2"])
    found = next_touches(last, pd.Series([14.0, 14.0], index=last.index), calendar)
    assert found.to_dict() == {"C1": pd.Timestamp("2026-06-16"), "C2": pd.Timestamp("2026-06-20")}
