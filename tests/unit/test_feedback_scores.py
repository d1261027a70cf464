"""Satisfaction scores and answer times in working hours."""

import datetime as dt

import pytest

from salesbook.domain.arithmetic.calendar import WorkCalendar, working_hours_between
from salesbook.domain.customers.feedback import nps

HOURS = (dt.time(9), dt.time(18))


def test_the_net_promoter_score_is_promoters_minus_detractors():
    assert nps([10, 9, 9, 8, 7, 7, 6, 3, 10, 0]) == 10
    assert nps([10, float("nan")]) == 100
    assert nps([0, 6]) == -100
    assert nps([]) is None


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-06-01 10:00", "2026-06-01 12:30", 2.5),
        ("2026-06-01 07:00", "2026-06-01 20:00", 9),
        ("2026-06-01 17:00", "2026-06-02 10:00", 2),
        ("2026-06-05 17:00", "2026-06-08 10:00", 2),
        ("2026-06-05 19:00", "2026-06-08 08:00", 0),
        ("2026-06-06 10:00", "2026-06-07 10:00", 0),
        ("2026-06-06 10:00", "2026-06-09 10:00", 10),
        ("2026-06-01 10:00", "2026-06-11 10:00", 72),
        ("2026-06-01 12:00", "2026-06-01 10:00", 0),
    ],
)
def test_only_hours_of_work_days_count(start, end, hours):
    moments = (dt.datetime.fromisoformat(text) for text in (start, end))
    assert working_hours_between(*moments, WorkCalendar(), HOURS) == hours


def test_a_make_up_day_is_worked():
    calendar = WorkCalendar(work=frozenset({dt.date(2026, 6, 6)}))
    moments = dt.datetime(2026, 6, 5, 17), dt.datetime(2026, 6, 6, 10)
    assert working_hours_between(*moments, calendar, HOURS) == 2
