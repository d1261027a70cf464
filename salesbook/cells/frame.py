"""What a whole column holds as an array of its frame's dtype: at a glance,
but for its odd cells.
"""

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
    read = _in_blocks(cells, kind, options) if kind in WORDS else read_column(cells, kind, options)
    return _parsed(read, kind)


def _parsed(read: list[Reading], kind: Kind) -> ParsedColumn:
    reasons = {position: value for position, value in enumerate(read) if type(value) is Reason}
    values: list[Any] = list(read)
    for position in reasons:
        values[position] = None
    return ParsedColumn(packed(values, kind), reasons)


def _in_blocks(cells: Sequence[object], kind: Kind, options: CellOptions) -> list[Reading]:
    """Texts and keys, of which each stands for itself: only blocks with an odd one are read one by
    one.
    """
    read: list[Reading] = []
    for start in range(0, len(cells), _BLOCK):
        block = cells[start : start + _BLOCK]
        plain = plain_column(block, set(map(type, block)), kind, options)
        read += read_column(block, kind, options) if plain is None else plain
    return read


def _but_for_odd(
    cells: Sequence[object], types: set[type], kind: Kind, options: CellOptions
) -> ParsedColumn | None:
    """Numbers or dates at a glance and the other cells one by one; None where either decides on the
    other.

    The order of dates and the sign of decimals are decided by texts alone. Numbers among texts
    decide what a share is, and dates of which none is after the 12th may be swapped.
    """
    known = _DAYS if kind in MOMENTS else _NUMBERS
    if kind is Kind.RATE or not types & known or types <= known:
        return None
    odd = [at for at, cell in enumerate(cells) if type(cell) not in known]
    rest = list(cells)
    for at in odd:
        rest[at] = None
    values = plain_column(rest, types & known | {type(None)}, kind, options)
    if values is None or (kind in MOMENTS and _may_be_swapped(values, [cells[at] for at in odd])):
        return None
    read = _parsed(read_column([cells[at] for at in odd], kind, options), kind)
    values[odd] = read.values
    return ParsedColumn(values, {odd[place]: reason for place, reason in read.reasons.items()})


def _may_be_swapped(moments: Any, odd: Sequence[object]) -> bool:
    """True where no day is after the 12th, or a cell of another type may hold a later one."""
    days = moments.astype("datetime64[D]") - moments.astype("datetime64[M]")
    return any(isinstance(cell, dt.date) for cell in odd) or not np.any(
        days >= np.timedelta64(12, "D")
    )


def read_values(
    cells: Sequence[object], kind: Kind, options: CellOptions = DEFAULTS
) -> list[Reading]:
    """As `read_column`, taking the short cuts of `parse_column`."""
    values, reasons = parse_column(cells, kind, options)
    read = _listed(values, kind)
    for position, reason in reasons.items():
        read[position] = reason
    return read


def _listed(values: Any, kind: Kind) -> list[Reading]:
    if kind in MOMENTS:
        unit = "datetime64[D]" if kind is Kind.DATE else "datetime64[us]"
        return values.astype(unit).astype(object).tolist()  # type: ignore[no-any-return]
    if kind in INTEGERS or kind is Kind.FLAG:
        return values.to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[no-any-return]
    if kind in NUMERIC:
        return [None if value != value else value for value in values.tolist()]
    return list(values)
