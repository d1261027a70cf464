"""What do the arguments of a worksheet function hold? Cells as Excel hands them over, read by kind.

A blank cell is missing, never 0. Text is no number and no date, however it looks: SALES_NUMBER and
SALES_DATE read it. An error cell makes its row's answer that error, as in Excel's own functions.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np

from salesbook.arrays import Floats, Ints, Objects
from udfs.errors import NOT_AVAILABLE, VALUE_ERROR, SheetError, is_error

Codes = Ints

MISSING: Final = -2147352572
"""What stands for an argument that a formula leaves out."""
_DAY_ZERO: Final = 693_594
"""Excel counts days from 30 December 1899, Python from the year 1."""
_LAST_DAY: Final = 2_958_465


@dataclass(frozen=True, slots=True)
class Block:
    """One argument: a range, an array or a single value; `cells` row by row."""

    rows: int
    columns: int
    cells: list[Any]

    @classmethod
    def of(cls, raw: object) -> Block:
        """Take an argument in any shape that Excel has for it; a flat sequence is a row.

        Raises: SheetError for rows of different lengths.
        """
        if not isinstance(raw, tuple | list):
            return cls(1, 1, [None if _is_blank(raw) else raw])
        rows = raw if raw and isinstance(raw[0], tuple | list) else [raw]
        width = len(rows[0])
        if not width:
            return cls(1, 1, [None])
        if any(len(row) != width for row in rows):
            raise SheetError
        return cls(len(rows), width, [cell for row in rows for cell in row])

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.cells)

    def row(self, at: int) -> list[Any]:
        """The cells of a row."""
        return self.cells[at * self.columns : (at + 1) * self.columns]

    def column(self, at: int) -> list[Any]:
        """The cells of a column."""
        return self.cells[at :: self.columns]


class Column(NamedTuple):
    """An argument read by kind, in the shape of its range: nan is missing;
    an error of 0 is none.
    """

    values: Floats
    errors: Codes


def numbers(block: Block) -> Column:
    """Read numbers; a text, a date or TRUE is #VALUE!."""
    if set(map(type, block.cells)) == {float}:
        values = np.array(block.cells, dtype=np.float64).reshape(block.rows, block.columns)
        return Column(values, np.where(np.isfinite(values), 0, VALUE_ERROR).astype(np.int64))
    return _read(block, _number)


def day_numbers(block: Block) -> Column:
    """Read dates as Excel's count of days, without the time of the day."""
    return _read(block, _day)


def texts(block: Block) -> list[str | None]:
    """Read texts, trimmed; a whole number as its digits. An error cell is a missing text."""
    if set(map(type, block.cells)) <= {str, type(None)}:
        return [(cell.strip() or None) if cell else None for cell in block.cells]
    return [_text(cell) for cell in block.cells]


def errors_of(block: Block) -> Codes:
    """The errors among the cells, in the shape of the range; 0 elsewhere."""
    found = np.zeros(block.size, dtype=np.int64)
    if int in set(map(type, block.cells)):
        found[:] = [cell if is_error(cell) else 0 for cell in block.cells]
    return found.reshape(block.rows, block.columns)


def one_number(block: Block) -> float:
    """Read a single number. Raises: SheetError where it is none, or missing."""
    return _one(block, numbers)


def one_day(block: Block) -> dt.date:
    """Read a single date. Raises: SheetError where it is none, or missing."""
    return date_of(_one(block, day_numbers))


def date_of(day: float) -> dt.date:
    """The date that Excel's count of days stands for."""
    return dt.date.fromordinal(int(day) + _DAY_ZERO)


def day_of(date: dt.date) -> float:
    """Excel's count of days for a date."""
    return float(date.toordinal() - _DAY_ZERO)


def known(block: Block, read: Callable[[Block], Column] = numbers) -> Floats:
    """Read what is there, as one flat column, for functions that look at a range as a whole.

    Raises: SheetError with the first error among the cells.
    """
    column = read(block)
    refuse_errors(column.errors)
    flat = column.values.ravel()
    return flat[~np.isnan(flat)]


def refuse_errors(*errors: Codes) -> None:
    """Raise a SheetError with the first error that there is."""
    for part in errors:
        wrong = part[part != 0]
        if wrong.size:
            raise SheetError(int(wrong.flat[0]))


def together(*columns: Column) -> tuple[list[Floats], Codes]:
    """Stretch arguments to one shape, as Excel does: one value, or one row or column, stands for
    all.

    Returns: the values, and the first error of each place.

    Raises: SheetError where the shapes do not fit.
    """
    try:
        values = np.broadcast_arrays(*(column.values for column in columns))
        codes = np.broadcast_arrays(*(column.errors for column in columns))
    except ValueError:
        raise SheetError from None
    first = np.zeros(codes[0].shape, dtype=np.int64)
    for code in codes:
        first = np.where(first == 0, code, first)
    return list(values), first


def same_length(*blocks: Block) -> int:
    """The number of cells that all arguments have. Raises: SheetError where they differ."""
    sizes = {block.size for block in blocks}
    if len(sizes) != 1:
        raise SheetError
    return sizes.pop()


def _one(block: Block, read: Callable[[Block], Column]) -> float:
    if block.size != 1:
        raise SheetError
    column = read(block)
    refuse_errors(column.errors)
    value = float(column.values[0, 0])
    if math.isnan(value):
        raise SheetError(NOT_AVAILABLE)
    return value


def _read(block: Block, one: Callable[[Any], tuple[float, int]]) -> Column:
    read = [one(cell) for cell in block.cells]
    shape = (block.rows, block.columns)
    values = np.array([value for value, _ in read], dtype=np.float64).reshape(shape)
    return Column(values, np.array([wrong for _, wrong in read], dtype=np.int64).reshape(shape))


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _number(cell: Any) -> tuple[float, int]:
    if type(cell) is float:
        return (cell, 0) if math.isfinite(cell) else (math.nan, VALUE_ERROR)
    if _is_blank(cell):
        return math.nan, 0
    if is_error(cell):
        return math.nan, int(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return math.nan, VALUE_ERROR
    try:
        return _number(float(cell))
    except OverflowError:
        return math.nan, VALUE_ERROR


def _day(cell: Any) -> tuple[float, int]:
    if isinstance(cell, dt.date):
        day = cell.toordinal() - _DAY_ZERO
    else:
        value, wrong = _number(cell)
        if wrong or math.isnan(value):
            return math.nan, wrong
        day = math.floor(value)
    return (float(day), 0) if 1 <= day <= _LAST_DAY else (math.nan, VALUE_ERROR)


def _text(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None or is_error(cell):
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def flat(values: Sequence[Any] | Floats, like: Block) -> Objects:
    """One value per cell of an argument, in its shape."""
    made = np.empty(like.size, dtype=object)
    made[:] = list(values)
    return made.reshape(like.rows, like.columns)
