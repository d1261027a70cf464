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
"""Errors of cells, as `udfs.errors` numbers them; 0 is none."""

MISSING: Final = -2147352572
"""What stands for an argument that a formula leaves out."""
_DAY_ZERO: Final = 693_594
"""Excel counts days from 30 December 1899, Python from the year 1."""
_LAST_DAY: Final = 2_958_465
"""31 December 9999, the last day that Excel knows."""
_SAFE_WHOLE: Final = 1e15
"""Beyond 15 digits a double may stand for several whole numbers: no key can be made of it."""


@dataclass(frozen=True, slots=True)
class CellRange:
    """One argument: a range, an array or a single value; `cells` row by row."""

    rows: int
    columns: int
    cells: list[Any]

    @classmethod
    def of(cls, raw: object) -> CellRange:
        """Take an argument in any shape that Excel has for it; a flat sequence is a row.

        Raises: SheetError for rows of different lengths.
        """
        if not isinstance(raw, tuple | list):
            return cls(1, 1, [None if _is_blank(raw) else raw])

        has_rows = bool(raw) and isinstance(raw[0], tuple | list)
        rows = raw if has_rows else [raw]
        width = len(rows[0])
        if not width:
            return cls(1, 1, [None])

        cells: list[Any] = []
        for row in rows:
            if len(row) != width:
                raise SheetError
            cells.extend(row)
        return cls(len(rows), width, cells)

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.cells)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def filled(self) -> CellRange:
        """The rows down to the last that holds something; a table that was named by whole columns
        ends there, even where a longer one beside it ends later.
        """
        rows = self.rows
        while rows > 1 and all(_is_blank(cell) for cell in self.row(rows - 1)):
            rows -= 1
        return CellRange(rows, self.columns, self.cells[: rows * self.columns])

    def row(self, index: int) -> list[Any]:
        """The cells of a row, counted from 0."""
        start = index * self.columns
        return self.cells[start : start + self.columns]


class Column(NamedTuple):
    """An argument read by kind, in the shape of its range: nan is missing, error 0 is none."""

    values: Floats
    errors: Codes


def numbers(cells: CellRange) -> Column:
    """Read numbers; a text, a date or TRUE is #VALUE!."""
    # Most ranges hold numbers alone: they are read at once, which is much faster.
    if _types_in(cells) == {float}:
        values = np.array(cells.cells, dtype=np.float64).reshape(cells.shape)
        errors = np.where(np.isfinite(values), 0, VALUE_ERROR)
        return Column(values, errors.astype(np.int64))
    return _read(cells, _number)


def day_numbers(cells: CellRange) -> Column:
    """Read dates as Excel's count of days, without the time of the day."""
    return _read(cells, _day)


def texts(cells: CellRange) -> list[str | None]:
    """Read texts, trimmed; a whole number as its digits. An error cell is a missing text."""
    if _types_in(cells) <= {str, type(None)}:
        return [(cell.strip() or None) if cell else None for cell in cells.cells]
    return [_text(cell) for cell in cells.cells]


def errors_of(cells: CellRange) -> Codes:
    """The errors among the cells, in the shape of the range; 0 elsewhere."""
    codes = np.zeros(cells.size, dtype=np.int64)
    # Excel hands numbers over as floats: a whole number is an error, or typed by a test.
    if int in _types_in(cells):
        codes[:] = [cell if is_error(cell) else 0 for cell in cells.cells]
    return codes.reshape(cells.shape)


def _types_in(cells: CellRange) -> set[type]:
    return set(map(type, cells.cells))


def single_number(cells: CellRange) -> float:
    """Read a single number. Raises: SheetError where it is none, or missing."""
    return _single(cells, numbers)


def single_day(cells: CellRange) -> dt.date:
    """Read a single date. Raises: SheetError where it is none, or missing."""
    return date_of(_single(cells, day_numbers))


def date_of(day: float) -> dt.date:
    """The date that Excel's count of days stands for."""
    return dt.date.fromordinal(int(day) + _DAY_ZERO)


def day_of(date: dt.date) -> float:
    """Excel's count of days for a date."""
    return float(date.toordinal() - _DAY_ZERO)


def known(cells: CellRange, read: Callable[[CellRange], Column] = numbers) -> Floats:
    """Read what is there, as one flat column, for functions that look at a range as a whole.

    Raises: SheetError with the first error among the cells.
    """
    column = read(cells)
    refuse_errors(column.errors)
    values = column.values.ravel()
    return values[~np.isnan(values)]


def refuse_errors(*errors: Codes) -> None:
    """Raise a SheetError with the first error that there is."""
    for codes in errors:
        wrong = codes[codes != 0]
        if wrong.size:
            raise SheetError(int(wrong.flat[0]))


def together(*columns: Column) -> tuple[list[Floats], Codes]:
    """Stretch arguments to one shape: one value, or one row or column, stands for all.

    Returns: the values, and the first error of each place.

    Raises: SheetError where the shapes do not fit.
    """
    try:
        values = np.broadcast_arrays(*(column.values for column in columns))
        errors = np.broadcast_arrays(*(column.errors for column in columns))
    except ValueError:
        raise SheetError from None

    first_error = np.zeros(errors[0].shape, dtype=np.int64)
    for codes in errors:
        first_error = np.where(first_error == 0, codes, first_error)
    return list(values), first_error


def each_once(values: Floats, answer: Callable[[float], Any], dtype: Any = np.float64) -> Any:
    """Answer each different value once: a column of many rows has few of them.

    Returns: an answer per value, in one column.
    """
    distinct, place = np.unique(values, return_inverse=True)
    answers = np.array([answer(float(value)) for value in distinct], dtype=dtype)
    return answers[place.ravel()]


def same_length(*ranges: CellRange) -> int:
    """The number of cells that all arguments have. Raises: SheetError where they differ."""
    sizes = {cells.size for cells in ranges}
    if len(sizes) != 1:
        raise SheetError
    return sizes.pop()


def in_shape_of(cells: CellRange, values: Sequence[Any] | Floats) -> Objects:
    """One value per cell of an argument, in its shape."""
    answers = np.empty(cells.size, dtype=object)
    answers[:] = list(values)
    return answers.reshape(cells.shape)


def _single(cells: CellRange, read: Callable[[CellRange], Column]) -> float:
    if cells.size != 1:
        raise SheetError
    column = read(cells)
    refuse_errors(column.errors)

    value = float(column.values[0, 0])
    if math.isnan(value):
        raise SheetError(NOT_AVAILABLE)
    return value


def _read(cells: CellRange, read_cell: Callable[[Any], tuple[float, int]]) -> Column:
    """Read cell by cell; each gives its value and its error."""
    readings = [read_cell(cell) for cell in cells.cells]
    values = np.array([value for value, _ in readings], dtype=np.float64)
    errors = np.array([error for _, error in readings], dtype=np.int64)
    return Column(values.reshape(cells.shape), errors.reshape(cells.shape))


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _number(cell: Any) -> tuple[float, int]:
    if type(cell) is float:
        return (cell, 0) if math.isfinite(cell) else (math.nan, VALUE_ERROR)
    if _is_blank(cell):
        return math.nan, 0
    if is_error(cell):
        return math.nan, int(cell)

    # To Python TRUE is the number 1; to a person it is none.
    is_number = isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
    if not is_number:
        return math.nan, VALUE_ERROR
    try:
        return _number(float(cell))
    except OverflowError:
        return math.nan, VALUE_ERROR


def _day(cell: Any) -> tuple[float, int]:
    if isinstance(cell, dt.date):
        day = cell.toordinal() - _DAY_ZERO
    else:
        value, error = _number(cell)
        if error or math.isnan(value):
            return math.nan, error
        day = math.floor(value)

    if 1 <= day <= _LAST_DAY:
        return float(day), 0
    return math.nan, VALUE_ERROR


def _text(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None or is_error(cell):
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _SAFE_WHOLE:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
