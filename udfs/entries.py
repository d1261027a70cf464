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
from udfs.cells import Block, day_of, texts
from udfs.errors import VALUE_ERROR, SheetError, error_name, is_error

_ORDERS: Final = ("dmy", "mdy", "ymd")
_GROUPED: Final = re.compile(r"-?[$€£¥]?[1-9]\d{0,2}(?:,\d{3})+\.\d{1,4}")
"""Texts that mean one number whatever else stands in the column; each says that it writes a decimal
point.
"""
_UNGROUPED: Final = re.compile(r"-?[1-9]\d{0,14}")
_SIGNS: Final = str.maketrans("", "", ",$€£¥")


def number(text: Block) -> Objects:
    """Read numbers however they are typed: `1.2万`, `¥1,234`, `(5)`, `12%`.

    The column as a whole decides what a cell alone leaves open; a text that stays unclear is
    #VALUE!, and SALES_CHECK says why. A blank has no answer.
    """
    values, errors = np.full(text.size, np.nan), np.zeros(text.size, dtype=np.int64)
    for at, reading in enumerate(readings_of(text, Kind.NUMBER)):
        if isinstance(reading, Reason):
            cell = text.cells[at]
            errors[at] = cell if is_error(cell) else VALUE_ERROR
        elif reading is not None:
            values[at] = reading
    shape = (text.rows, text.columns)
    return numeric(values.reshape(shape), errors.reshape(shape))


def readings_of(cells: Block, kind: Kind) -> list[Reading]:
    """What the domain reads in a column; numbers that are clear in any column are read without it.

    Where such a text writes a decimal point, one of its like goes to the domain with the others, as
    it helps to decide what they mean.
    """
    if kind not in (Kind.NUMBER, Kind.MONEY):
        return read_column([_raw(cell) for cell in cells.cells], kind)
    found: list[Reading] = [_clear(cell) for cell in cells.cells]
    rest = [at for at, value in enumerate(found) if value is None]
    if not rest:
        return found
    texts_left = [cell for cell in cells.cells if isinstance(cell, str)]
    evidence = next((cell for cell in texts_left if _GROUPED.fullmatch(cell)), None)
    read = read_column([*(_raw(cells.cells[at]) for at in rest), evidence], kind)
    for at, reading in zip(rest, read, strict=False):
        found[at] = reading
    return found


def _clear(cell: Any) -> float | None:
    if type(cell) is float:
        return cell if math.isfinite(cell) else None
    if isinstance(cell, str) and (_UNGROUPED.fullmatch(cell) or _GROUPED.fullmatch(cell)):
        return float(cell.translate(_SIGNS))
    return None


def date(text: Block, order: Block | None = None) -> Objects:
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
    read = [_as_day(reading, cell) for reading, cell in zip(readings, text.cells, strict=True)]
    shape = (text.rows, text.columns)
    values = np.array([value for value, _ in read], dtype=np.float64).reshape(shape)
    return numeric(values, np.array([wrong for _, wrong in read], dtype=np.int64).reshape(shape))


def date_options(order: str) -> CellOptions:
    """Options that say the order of dates."""
    return replace(DEFAULTS, date_order=order.casefold())  # type: ignore[arg-type]


def _raw(cell: Any) -> object:
    if is_error(cell):
        return CellError(error_name(cell))
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if cell is None or isinstance(cell, str | int | float | dt.date):
        return cell
    return float(cell)


def _as_day(reading: Reading, cell: Any) -> tuple[float, int]:
    if isinstance(reading, Reason):
        return math.nan, cell if is_error(cell) else VALUE_ERROR
    return (day_of(reading), 0) if isinstance(reading, dt.date) else (math.nan, 0)
