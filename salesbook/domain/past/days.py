"""Which cells of a column tell of a later day?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.arithmetic.calendar import month_of
from salesbook.tables import FieldSpec, Kind, TableSpec
from salesbook.tables.base import DayKind


def is_later(column: pd.Series[Any], kind: Kind, day: dt.date) -> Flags:
    """True for each date, moment or month that begins after the day; a missing one is not later."""
    if kind is Kind.PERIOD:
        months: Flags = (column > month_of(day)).fillna(False).to_numpy(dtype=bool)
        return months
    # A moment counts to the end of its day.
    next_day = np.datetime64(day + dt.timedelta(days=1), "us")
    later: Flags = column.to_numpy() >= next_day
    return later


def fields_that(spec: TableSpec, kind: DayKind) -> list[FieldSpec]:
    """The fields of a table whose day is of that kind."""
    return [field for field in spec.fields if field.day is not None and field.day.kind is kind]


def begins_later(frame: pd.DataFrame, spec: TableSpec, day: dt.date) -> Flags:
    """True for each row that is not there yet on the day."""
    later = np.zeros(len(frame), dtype=bool)
    for field in fields_that(spec, DayKind.BEGINS):
        later |= is_later(frame[field.name], field.kind, day)
    return later
