"""Sheets of results open on the period that runs now."""

from __future__ import annotations

import datetime as dt

import hypothesis.strategies as st
import pandas as pd
from hypothesis import given

from salesbook.book.row_order import in_reading_order
from salesbook.domain.arithmetic.calendar import first_day, last_day
from salesbook.frames import frame_from_rows
from salesbook.tables import TABLES

MONTHS = [f"{year}-{month:02d}" for year in (2025, 2026, 2027) for month in range(1, 13)]
QUARTERS = [f"FY{year}-Q{quarter}" for year in (2026, 2027) for quarter in range(1, 5)]
PERIODS = [*MONTHS, *QUARTERS, "FY2026", "FY2027"]
NOON = dt.date(2026, 11, 15)


def attained(periods: list[str]) -> pd.DataFrame:
    rows = [
        {
            "period": period,
            "scope_kind": "rep",
            "scope": f"R{number}",
            "metric": "revenue",
            "actual": 0,
        }
        for number, period in enumerate(periods)
    ]
    return frame_from_rows("Attainment", rows)


def ordered(periods: list[str], as_of: dt.date = NOON, start_month: int = 1) -> list[str]:
    frame = in_reading_order(TABLES["Attainment"], attained(periods), as_of, start_month)
    return list(frame["period"])


def test_the_month_that_runs_comes_first_and_what_is_to_come_last() -> None:
    """A manager looks for now, then for what was before, at last for what is planned."""
    given_periods = ["2026-10", "2026-12", "FY2026", "2026-11", "FY2026-Q4", "2027-01", "2026-09"]
    assert ordered(given_periods) == [
        "2026-11",
        "FY2026-Q4",
        "FY2026",
        "2026-10",
        "2026-09",
        "2026-12",
        "2027-01",
    ]


@given(
    st.lists(st.sampled_from(PERIODS), min_size=1),
    st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)),
    st.integers(1, 12),
)
def test_no_row_goes_and_rows_of_a_period_keep_their_order(
    periods: list[str], as_of: dt.date, start_month: int
) -> None:
    before = attained(periods)
    after = in_reading_order(TABLES["Attainment"], before, as_of, start_month)
    assert sorted(after["scope"]) == sorted(before["scope"])
    for period, rows in before.groupby("period"):
        assert list(after.loc[after["period"] == period, "scope"]) == list(rows["scope"])


@given(
    st.lists(st.sampled_from(PERIODS), min_size=1),
    st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)),
    st.integers(1, 12),
)
def test_running_then_gone_then_to_come(
    periods: list[str], as_of: dt.date, start_month: int
) -> None:
    def state(period: str) -> int:
        if last_day(period, start_month) < as_of:
            return 1
        return 2 if first_day(period, start_month) > as_of else 0

    order = ordered(periods, as_of, start_month)
    assert [state(period) for period in order] == sorted(map(state, order))
    gone = [last_day(period, start_month) for period in order if state(period) == 1]
    assert gone == sorted(gone, reverse=True)


def test_a_record_keeps_its_rows_where_they_are() -> None:
    """What only grows is not written anew with each month."""
    assert not any(spec.newest_first and spec.is_record for spec in TABLES.values())
    lines = frame_from_rows("Periods", [{"period": "2026-01"}, {"period": "2026-11"}])
    assert in_reading_order(TABLES["Periods"], lines, NOON, 1) is lines
