"""At what time of its day did a move happen? Moves of one day go by that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from salesbook.cells.base import CellOptions
from salesbook.cells.frame import read_values
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.rows import FileRow, column_readings
from salesbook.intake.stage_log.made_fields import LOG
from salesbook.intake.stage_log.reading import MOMENT
from salesbook.tables import Kind


def note_moments(
    rows: Sequence[FileRow], source: ForeignTable, header_map: HeaderMap, options: CellOptions
) -> None:
    """Give each row of a log that has a day the time of it, where the file says one."""
    of_days = tuple(column for column in header_map.columns if column.field == "entered_on")
    dated = [row for row in rows if "entered_on" in row.values]
    if not of_days or not dated:
        return
    only_days = replace(header_map, columns=of_days)
    (column,) = column_readings(dated, source, only_days, LOG, options)
    moments = read_values(column.cells, Kind.DATETIME, column.options)
    for row, moment in zip(dated, moments, strict=True):
        if isinstance(moment, dt.datetime) and moment.date() == row.values["entered_on"]:
            row.values[MOMENT] = moment
