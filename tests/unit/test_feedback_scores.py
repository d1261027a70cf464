"""Satisfaction scores and answer times in working hours."""

import datetime as dt
import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.arithmetic.calendar import (
    WorkCalendar,
    working_hours_between,
)
from salesbook.domain.arithmetic.working_hours import hours_to_answer, working_hours
from salesbook.domain.customers.feedback import is_beyond_luck, nps, nps_range_of

HOURS = (dt.time(9), dt.time(18))


def nps_range(scores, level):
    promoters, detractors = (sum(map(rule, scores)) for rule in ((9).__le__, (6).__ge__))
    return nps_range_of(promoters, detractors, len(scores), level)


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


def test_a_range_of_the_score_holds_it_and_narrows_with_more_answers():
    """Five who all answer 10 are not sure of everybody; 18 answers give ± 23 points or so."""
    low, high = nps_range([10] * 5, 0.8)
    assert (round(low), high) == (46, 100)
    answers = [10] * 8 + [7] * 6 + [3] * 4
    few = nps_range(answers, 0.8)
    many = nps_range(answers * 10, 0.8)
    assert few[0] < many[0] < nps(answers) < many[1] < few[1]


@pytest.mark.parametrize("count", [5, 12, 40])
@pytest.mark.parametrize("chances", [(0.4, 0.4, 0.2), (0.85, 0.1, 0.05), (0.1, 0.3, 0.6)])
def test_four_of_five_ranges_hold_the_score_of_all_customers(count, chances):
    """Whatever it is; the plain range of five answers would hold it in half of the cases."""
    luck = random.Random(f"{count} {chances}")
    truth = 100 * (chances[0] - chances[2])
    tries = 600
    held = 0
    for _ in range(tries):
        low, high = nps_range(luck.choices([10, 8, 2], chances, k=count), 0.8)
        held += low <= truth <= high
    assert 0.74 < held / tries <= 0.97


def test_a_change_within_luck_is_not_called_one():
    """Equal quarters are called different in one of twenty cases at most; far ones nearly always."""
    luck = random.Random(7)
    equal = [luck.choices([10, 8, 2], (4, 4, 2), k=12) for _ in range(400)]
    false_alarms = sum(
        bool(is_beyond_luck(*pair)) for pair in zip(equal[::2], equal[1::2], strict=True)
    )
    assert false_alarms <= 16
    assert is_beyond_luck([2] * 20, [10] * 20)
    assert is_beyond_luck([2], []) is None


MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 3, 1))


@given(st.lists(st.tuples(MOMENTS, MOMENTS), max_size=20))
def test_hours_of_many_spans_are_those_of_each(spans):
    """With a holiday, and a Saturday that is worked for it."""
    off, work = frozenset({dt.date(2026, 1, 14)}), frozenset({dt.date(2026, 1, 17)})
    calendar = WorkCalendar(off=off, work=work)
    starts, ends = (
        pd.Series([span[side] for span in spans], dtype="datetime64[us]") for side in (0, 1)
    )
    each = [working_hours_between(*span, calendar, HOURS) for span in spans]
    assert list(working_hours(starts, ends, calendar, HOURS)) == pytest.approx(each, abs=1e-3)


def test_an_answer_from_before_the_question_has_no_hours():
    """At the same moment it has 0, a day before it none."""
    asked = pd.Series(pd.to_datetime(["2026-06-02 10:00"] * 3).astype("datetime64[us]"))
    ends = pd.Series(
        pd.to_datetime(["2026-06-02 10:00", "2026-06-01 10:00", None]).astype("datetime64[us]")
    )
    hours = hours_to_answer(asked, ends, WorkCalendar(), HOURS)
    assert pd.Series(hours).fillna(-1).tolist() == [0, -1, -1]
