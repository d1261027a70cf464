"""What do columns of the user's own hold? Numbers or words, whichever most of their cells are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.cells.base import CellOptions
from salesbook.cells.frame import parse_column
from salesbook.reading.table import ReadTable
from salesbook.store import Cell
from salesbook.tables import Kind

_MOST: Final = 0.95
"""Part of a column's cells that must be numbers for it to be one of numbers."""
_OPTIONS: Final = CellOptions()


def own_columns(read: ReadTable) -> pd.DataFrame:
    """Type the columns of a table that are the user's own.

    A column of days is left out: of a day of his own nobody knows what it tells, and whether it lies
    ahead of what is asked. So is one that a formula fills: it only repeats what other cells say, and
    a formula may look at the very thing that is to be told. A cell that is no number in a column of
    numbers is missing there.

    Returns: a column by header, float64 or str, one row per row of `read.frame`.
    """
    rows = read.frame.index
    columns: dict[str, pd.Series[Any]] = {}
    for header in read.own_headers:
        if header in read.cells.calculated:
            continue
        cells = read.column(header)
        if len(rows) != read.cells.row_count:
            cells = [cells[position] for position in rows]
        typed = _typed(cells)
        if typed is not None:
            columns[header] = typed.set_axis(rows)
    return pd.DataFrame(columns, index=rows)


def _typed(cells: Sequence[Cell]) -> pd.Series[Any] | None:
    """A column as numbers or words; None where it is neither, or empty."""
    types = set(map(type, cells))
    if types <= {type(None)}:
        return None
    if types & {dt.date, dt.datetime}:
        return None

    if types & {int, float, str}:
        numbers = parse_column(cells, Kind.NUMBER, _OPTIONS)
        is_number = ~np.isnan(numbers.values)
        filled = int(is_number.sum()) + len(numbers.reasons)
        if filled and is_number.sum() >= _MOST * filled:
            return pd.Series(numbers.values, dtype="float64")

    words = parse_column(cells, Kind.TEXT, _OPTIONS)
    return pd.Series(words.values, dtype="str")
