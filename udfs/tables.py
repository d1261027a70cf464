"""What does a small table say that a formula passes: grades, tiers, brackets, stages, holidays?

Its columns are told by their headers where the first row holds them (`Grades[#All]`, in either
language), else by their order.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from salesbook import labels
from salesbook.domain.arithmetic.calendar import WorkCalendar
from udfs.cells import CellRange, date_of, day_numbers, numbers, refuse_errors, texts
from udfs.errors import SheetError

_BLANK: Final = frozenset((None, ""))


def columns(
    cells: CellRange, table: str, fields: Sequence[str], needed: int
) -> dict[str, CellRange]:
    """The columns of a table by field, rows that are blank throughout left out.

    Args:
        cells: the table, with its headers or without.
        table: whose headers are looked for.
        fields: in the order that counts where there are no headers.
        needed: so many of the fields, from the first on, must be there.

    Raises: SheetError where a field that is needed is missing, and for an error among the cells.
    """
    needed_fields = set(fields[:needed])
    place_of = _places_by_header(cells, table, tuple(fields))
    has_headers = needed_fields <= place_of.keys()
    if not has_headers:
        place_of = {field: place for place, field in enumerate(fields) if place < cells.columns}
    if not needed_fields <= place_of.keys():
        raise SheetError

    first_row = 1 if has_headers else 0
    rows = []
    for index in range(first_row, cells.rows):
        row = cells.row(index)
        if not _BLANK.issuperset(row):
            rows.append(row)

    by_field = {}
    for field, place in place_of.items():
        column = [row[place] for row in rows]
        by_field[field] = CellRange(len(rows), 1, column)
    return by_field


def _places_by_header(cells: CellRange, table: str, fields: tuple[str, ...]) -> dict[str, int]:
    """The column of each field that the first row names; of two of one name the first."""
    place_of: dict[str, int] = {}
    for place, cell in enumerate(cells.row(0)):
        if not isinstance(cell, str):
            continue
        field = labels.field_of_header(table, cell, fields)
        if field:
            place_of.setdefault(field, place)
    return place_of


def needed_numbers(cells: CellRange) -> list[float]:
    """Numbers of which none may be missing. Raises: SheetError."""
    column = numbers(cells)
    refuse_errors(column.errors)
    if np.isnan(column.values).any():
        raise SheetError
    values: list[float] = column.values.ravel().tolist()
    return values


def needed_texts(cells: CellRange) -> list[str]:
    """Texts of which none may be missing. Raises: SheetError."""
    known = [text for text in texts(cells) if text]
    if len(known) != cells.size:
        raise SheetError
    return known


def choices(cells: CellRange | None, owner: str, codes: tuple[str, ...], size: int) -> list[str]:
    """Codes of a choice typed in either language; a blank, or no column at all, is the first.

    Args:
        cells: None where the table has no such column.
        owner: the field, `Table.field`, whose labels are looked for.
        codes: what there is to choose from.
        size: how many codes to give where there is no column.

    Raises: SheetError for another word.
    """
    default = codes[0]
    if cells is None:
        return [default] * size

    chosen = []
    for text in texts(cells):
        code = default if text is None else labels.code_of_choice(owner, text, codes)
        if code is None:
            raise SheetError
        chosen.append(code)
    return chosen


def work_calendar(holidays: CellRange | None) -> WorkCalendar:
    """The work days: Saturdays and Sundays off, but for what `holidays` says.

    Args:
        holidays: days, and beside them `off` (or blank) or `work`; a row of days alone is taken for
            a column.
    """
    if holidays is None:
        return WorkCalendar()
    if holidays.rows == 1 and holidays.columns > 2:
        holidays = CellRange(holidays.columns, 1, holidays.cells)

    table = columns(holidays, "Holidays", ("day", "kind"), 1)
    days = day_numbers(table["day"])
    refuse_errors(days.errors)
    kinds = choices(table.get("kind"), "Holidays.kind", ("off", "work"), table["day"].size)

    off: set[dt.date] = set()
    work: set[dt.date] = set()
    for day, kind in zip(days.values.ravel(), kinds, strict=True):
        if math.isnan(day):
            continue
        (off if kind == "off" else work).add(date_of(day))
    return WorkCalendar(off=frozenset(off), work=frozenset(work))
