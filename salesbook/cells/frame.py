"""What does a whole column hold as an array of its frame's dtype? At a glance, but for odd cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from salesbook.cells.base import DEFAULTS, CellOptions, Reading, Reason
from salesbook.cells.column import read_column
from salesbook.cells.field import MOMENTS, NUMERIC
from salesbook.cells.plain import INTEGERS, WORDS, packed, plain_column
from salesbook.tables.base import Kind

_BLOCK = 64
"""Cells of a text column that are read one by one where one of them is odd."""
_NUMBERS: Final = frozenset((float, int, type(None)))
_DAYS: Final = frozenset((dt.datetime, dt.date, type(None)))
_FIRST_SURE_DAY: Final = np.timedelta64(12, "D")
"""The 13th, counted from the first of its month: no such day is a month's number."""


class ParsedColumn(NamedTuple):
    """A column's values and what could not be read, by position; a cell with a reason is missing.

    `values` fits the field's dtype in `frames.DTYPES`: Int64 array for money (minor units) and
    counts, float64 for numbers, rates, days and measures (a measure's unit is its row's),
    datetime64[us], boolean array, else a list of str and None.
    """

    values: Any
    reasons: dict[int, Reason]


def parse_column(
    cells: Sequence[object], kind: Kind, options: CellOptions = DEFAULTS
) -> ParsedColumn:
    """Type a column of raw cells; same meaning as `read_column`, as arrays."""
    types = set(map(type, cells))
    values = plain_column(cells, types, kind, options) if cells else None
    if values is not None:
        return ParsedColumn(values, {})

    if kind in NUMERIC or kind in MOMENTS:
        parsed = _but_for_odd(cells, types, kind, options)
        if parsed:
            return parsed

    if kind in WORDS:
        return _parsed(_in_blocks(cells, kind, options), kind)
    return _parsed(read_column(cells, kind, options), kind)


def _parsed(readings: list[Reading], kind: Kind) -> ParsedColumn:
    reasons = {
        position: reading for position, reading in enumerate(readings) if type(reading) is Reason
    }
    values: list[Any] = list(readings)
    for position in reasons:
        values[position] = None
    return ParsedColumn(packed(values, kind), reasons)


def _in_blocks(cells: Sequence[object], kind: Kind, options: CellOptions) -> list[Reading]:
    """Read texts and keys, each for itself: only blocks with an odd one are read cell by cell."""
    readings: list[Reading] = []
    for start in range(0, len(cells), _BLOCK):
        block = cells[start : start + _BLOCK]
        plain = plain_column(block, set(map(type, block)), kind, options)
        readings += read_column(block, kind, options) if plain is None else plain
    return readings


def _but_for_odd(
    cells: Sequence[object], types: set[type], kind: Kind, options: CellOptions
) -> ParsedColumn | None:
    """Read numbers or dates at a glance, the rest one by one; None where either decides on the other.

    The order of dates and the sign of decimals are decided by texts alone. Numbers among texts
    decide what a share is, and dates of which none is after the 12th may be swapped.
    """
    if kind is Kind.RATE:
        return None
    known = _DAYS if kind in MOMENTS else _NUMBERS
    has_known = bool(types & known)
    has_odd = not types <= known
    if not has_known or not has_odd:
        return None

    odd_positions = [position for position, cell in enumerate(cells) if type(cell) not in known]
    odd_cells = [cells[position] for position in odd_positions]
    values = _without(odd_positions, cells, types & known, kind, options)
    if values is None:
        return None
    if kind in MOMENTS and _may_be_swapped(values, odd_cells):
        return None

    odd = _parsed(read_column(odd_cells, kind, options), kind)
    values[odd_positions] = odd.values
    reasons = {odd_positions[place]: reason for place, reason in odd.reasons.items()}
    return ParsedColumn(values, reasons)


def _without(
    positions: Sequence[int],
    cells: Sequence[object],
    types: set[type],
    kind: Kind,
    options: CellOptions,
) -> Any:
    """The column at a glance as if these cells were blank; None where that does not do.

    Args:
        types: of the other cells.
    """
    others = list(cells)
    for position in positions:
        others[position] = None
    return plain_column(others, types | {type(None)}, kind, options)


def _may_be_swapped(moments: Any, odd_cells: Sequence[object]) -> bool:
    """True where no day is after the 12th, or a cell of another type may hold a later one."""
    # A subclass of date, such as a pandas Timestamp, is a real date that is not among the moments.
    if any(isinstance(cell, dt.date) for cell in odd_cells):
        return True
    days = moments.astype("datetime64[D]") - moments.astype("datetime64[M]")
    return not np.any(days >= _FIRST_SURE_DAY)


def read_values(
    cells: Sequence[object], kind: Kind, options: CellOptions = DEFAULTS
) -> list[Reading]:
    """As `read_column`, taking the short cuts of `parse_column`."""
    values, reasons = parse_column(cells, kind, options)
    readings = _listed(values, kind)
    for position, reason in reasons.items():
        readings[position] = reason
    return readings


def _listed(values: Any, kind: Kind) -> list[Reading]:
    """An array as a list of Python's own values, None for missing."""
    if kind in MOMENTS:
        unit = "datetime64[D]" if kind is Kind.DATE else "datetime64[us]"
        return values.astype(unit).astype(object).tolist()  # type: ignore[no-any-return]
    if kind in INTEGERS or kind is Kind.FLAG:
        return values.to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[no-any-return]
    if kind in NUMERIC:
        # A missing number is NaN, the only value that differs from itself.
        return [None if value != value else value for value in values.tolist()]
    return list(values)
