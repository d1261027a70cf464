"""Working hours of whole columns are those of single pairs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.arithmetic.calendar import WorkCalendar, working_hours_between
from salesbook.domain.arithmetic.working_hours import working_hours

HOURS = (dt.time(9), dt.time(17, 30))
CALENDAR = WorkCalendar(
    off=frozenset({dt.date(2026, 6, 19)}), work=frozenset({dt.date(2026, 6, 20)})
)
MOMENTS = st.datetimes(dt.datetime(2026, 6, 1), dt.datetime(2026, 7, 15)).map(
    lambda moment: moment.replace(microsecond=0)
)


def counted(pairs: list[tuple[dt.datetime | None, dt.datetime | None]]) -> list[float]:
    starts, ends = zip(*pairs, strict=True)
    columns = [pd.Series(list(part), dtype="datetime64[us]") for part in (starts, ends)]
    return working_hours(*columns, CALENDAR, HOURS).tolist()


@given(st.lists(st.tuples(MOMENTS, MOMENTS), min_size=1, max_size=30))
def test_each_pair_has_the_hours_that_it_has_alone(
    pairs: list[tuple[dt.datetime, dt.datetime]],
) -> None:
    alone = [working_hours_between(start, end, CALENDAR, HOURS) for start, end in pairs]
    assert counted(list(pairs)) == pytest.approx(alone)


def test_a_weekend_counts_nothing_and_a_missing_moment_is_unknown() -> None:
    friday, monday = dt.datetime(2026, 6, 26, 16, 30), dt.datetime(2026, 6, 29, 10)
    hours = counted([(friday, monday), (monday, friday), (friday, None), (None, None)])
    assert hours[:2] == [2.0, 0.0]
    assert np.isnan(hours[2:]).all()
    assert counted([(None, None)]) != [0.0]
