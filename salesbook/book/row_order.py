"""In which order do rows stand on a sheet of results? What runs now first, then back through time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day, months_in
from salesbook.tables import TableSpec


def in_reading_order(
    spec: TableSpec, frame: pd.DataFrame, as_of: dt.date, start_month: int
) -> pd.DataFrame:
    """Order the rows of a table that is read from its newest period on; any other stays as it is.

    First the periods that run on the day, month before quarter before year; then those that are over,
    newest first; then those to come, soonest first. Rows of one period keep their order.

    Args:
        as_of: the day of the run.
        start_month: with which the fiscal year begins.
    """
    if not spec.newest_first or frame.empty:
        return frame
    places = _places(frame["period"].unique(), as_of, start_month)
    in_order = frame["period"].map(places).sort_values(kind="stable").index
    return frame.loc[in_order].reset_index(drop=True)


def _places(periods: Iterable[str], as_of: dt.date, start_month: int) -> dict[str, int]:
    """The place of each period among all."""

    def rank(period: str) -> tuple[bool, int, int]:
        begins, ends = first_day(period, start_month), last_day(period, start_month)
        length = len(months_in(period, start_month))
        is_to_come = begins > as_of
        if is_to_come:
            return is_to_come, begins.toordinal(), length
        # All that run on the day reach to it.
        return is_to_come, -min(ends, as_of).toordinal(), length

    return {period: place for place, period in enumerate(sorted(periods, key=rank))}
