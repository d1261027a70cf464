"""Which number or date does a typed text mean?"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace
from typing import Any, Final

import numpy as np

from salesbook.arrays import Objects
from salesbook.cells.base import DEFAULTS, CellOptions, Reading, Reason
from salesbook.cells.column import read_column
from salesbook.store import CellError
from salesbook.tables.base import Kind
from udfs.answers import numeric
from udfs.cells import CellRange, day_of, texts
from udfs.errors import VALUE_ERROR, SheetError, error_name, is_error

_ORDERS: Final = ("dmy", "mdy", "ymd")
_GROUPED: Final = re.compile(r"-?[$€£¥]?[1-9]\d{0,2}(?:,\d{3})+\.\d{1,4}")
"""A number with groups and a decimal point, whatever else stands in the column: "¥1,234.50"."""
_UNGROUPED: Final = re.compile(r"-?[1-9]\d{0,14}")
"""A whole number without any group: "1234"."""
_SIGNS: Final = str.maketrans("", "", ",$€£¥")


def number(text: CellRange) -> Objects:
    """Read numbers however they are typed: `1.2万`, `¥1,234`, `(5)`, `12%`.

    The column as a whole decides what a cell alone leaves open; a text that stays unclear is
    #VALUE!, and SALES_CHECK says why. A blank has no answer.
    """
    values = np.full(text.size, np.nan)
    errors = np.zeros(text.size, dtype=np.int64)
    for index, reading in enumerate(readings_of(text, Kind.NUMBER)):
        if isinstance(reading, Reason):
            cell = text.cells[index]
            errors[index] = cell if is_error(cell) else VALUE_ERROR
        elif reading is not None:
            values[index] = reading
    return numeric(values.reshape(text.shape), errors.reshape(text.shape))


def readings_of(cells: CellRange, kind: Kind) -> list[Reading]:
    """What a column of cells means, as the workbook's own sheets are read.

    Numbers that are clear in any column are read without that, which is much faster. Where such a
    text writes a decimal point, one of its like goes along with the others, as it helps to decide
    what they mean: beside "1,234.50", "1,234" is above a thousand.
    """
    if kind not in (Kind.NUMBER, Kind.MONEY):
        return read_column([_raw(cell) for cell in cells.cells], kind)

    readings: list[Reading] = [_clear_number(cell) for cell in cells.cells]
    unclear = [index for index, reading in enumerate(readings) if reading is None]
    if not unclear:
        return readings

    all_texts = (cell for cell in cells.cells if isinstance(cell, str))
    evidence = next((text for text in all_texts if _GROUPED.fullmatch(text)), None)
    raw = [_raw(cells.cells[index]) for index in unclear]
    read = read_column([*raw, evidence], kind)
    # The reading of the evidence is the last one, and nobody's.
    for index, reading in zip(unclear, read, strict=False):
        readings[index] = reading
    return readings


def _clear_number(cell: Any) -> float | None:
    if type(cell) is float:
        return cell if math.isfinite(cell) else None
    if isinstance(cell, str) and (_UNGROUPED.fullmatch(cell) or _GROUPED.fullmatch(cell)):
        return float(cell.translate(_SIGNS))
    return None


def date(text: CellRange, order: CellRange | None = None) -> Objects:
    """Read dates however they are typed: `2024年3月5日`, `5 Mar 2024`, `2024-03-05`, `20240305`.

    Args: order of day, month and year, `dmy`, `mdy` or `ymd`, where the digits and the column as a
        whole do not tell.

    Returns: Excel's count of days, to be formatted as a date; an unclear text is #VALUE!.
    """
    options = DEFAULTS
    if order is not None:
        wanted = texts(order)[0]
        if order.size != 1 or wanted is None or wanted.casefold() not in _ORDERS:
            raise SheetError
        options = date_options(wanted)

    readings = read_column([_raw(cell) for cell in text.cells], Kind.DATE, options)
    days = [_as_day(reading, cell) for reading, cell in zip(readings, text.cells, strict=True)]
    values = np.array([value for value, _ in days], dtype=np.float64)
    errors = np.array([error for _, error in days], dtype=np.int64)
    return numeric(values.reshape(text.shape), errors.reshape(text.shape))


def date_options(order: str) -> CellOptions:
    """Options that say the order of dates."""
    return replace(DEFAULTS, date_order=order.casefold())  # type: ignore[arg-type]


def _raw(cell: Any) -> object:
    """The cell as the workbook's own sheets would give it."""
    if is_error(cell):
        return CellError(error_name(cell))
    # Excel's times have a zone that means nothing.
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if cell is None or isinstance(cell, str | int | float | dt.date):
        return cell
    return float(cell)


def _as_day(reading: Reading, cell: Any) -> tuple[float, int]:
    if isinstance(reading, Reason):
        return math.nan, cell if is_error(cell) else VALUE_ERROR
    if isinstance(reading, dt.date):
        return day_of(reading), 0
    return math.nan, 0
