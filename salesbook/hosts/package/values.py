"""What values do a sheet's cells hold? python-calamine answers; what it loses is put back from the
XML.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from salesbook.hosts.package.lost import Lost, stored_numbers
from salesbook.hosts.package.parts import BookParts, SheetPart, TablePart
from salesbook.hosts.package.reader import SheetReader
from salesbook.hosts.package.refs import Area
from salesbook.store import Cell, CellError, TableCells, column_letters

Column = Sequence[Cell]
_SHARED = {str, dt.date, dt.datetime}


def read_tables(reader: SheetReader, book: BookParts, sheet: SheetPart) -> dict[str, TableCells]:
    """Read all tables of one sheet in one pass, by code in lower case.

    Raises: NotAWorkbook, UnsafeFile.
    """
    tables = book.tables_of(sheet)
    rows, lost = reader.rows(sheet, max(table.area.bottom for table in tables) + 1)
    return {table.code.lower(): _cells(table, rows, lost, book.is_1904) for table in tables}


def _cells(
    table: TablePart, rows: Sequence[Sequence[Any]], lost: Lost, is_1904: bool
) -> TableCells:
    body = table.body
    raw = _columns(rows, body)
    kinds = [set(map(type, column)) for column in raw]
    columns = [_plain(*column) for column in zip(raw, kinds, strict=True)]
    _put_back(columns, kinds, body, lost)
    return TableCells(
        table.code,
        table.sheet.name,
        table.headers,
        tuple(columns),
        body.top,
        body.left,
        is_1904,
        frozenset(table.calculations),
        tuple((a.top, a.left, a.bottom, a.right) for a in lost.merged if a.meets(body)),
        _below(table, rows),
    )


def _below(table: TablePart, rows: Sequence[Sequence[Any]]) -> tuple[Cell, ...]:
    """What stands right below a table, which a program that does not know
    tables leaves out of it.
    """
    area = table.area
    cells = rows[area.bottom][area.left - 1 : area.right] if area.bottom < len(rows) else ()
    found = tuple(None if cell == "" else cell for cell in cells)
    return found if not table.totals_rows and any(cell is not None for cell in found) else ()


def _columns(rows: Sequence[Sequence[Any]], body: Area) -> list[Column]:
    """Turn the body's rows into columns; what lies beyond the sheet's last cell is blank."""
    found = rows[body.top - 1 : body.bottom]
    missing = (None,) * (body.row_count - len(found))
    in_sheet = list(zip(*found, strict=True))[body.left - 1 : body.right]
    columns: list[Column] = [column + missing for column in in_sheet]
    return columns + [(None,) * body.row_count] * (body.width - len(columns))


def _plain(column: Column, kinds: set[type]) -> Column:
    """Make calamine's empty texts blanks, and equal texts and dates one object,
    which saves memory.
    """
    if str not in kinds:
        return column
    if kinds <= _SHARED:
        one: dict[Cell, Cell] = {"": None}
        return list(map(one.setdefault, column, column))
    return [None if value == "" else value for value in column]


def _put_back(columns: list[Column], kinds: list[set[type]], body: Area, lost: Lost) -> None:
    """Put back what calamine blanks or changes: error values, and bare times, which stay serial
    numbers.
    """
    if lost.errors:
        found = [error for error in lost.errors if body.contains(Area(*error[:2], *error[:2]))]
        for place in {left - body.left for _, left, _ in found}:
            columns[place] = _with_errors(columns[place], found, place + body.left, body.top)
    odd = (dt.time, dt.timedelta)
    for index, column in enumerate(columns):
        if not kinds[index].isdisjoint(odd):
            stored = stored_numbers(lost.xml(), column_letters(body.left + index))
            columns[index] = [
                stored.get(body.top + at, _serial(value)) if isinstance(value, odd) else value
                for at, value in enumerate(column)
            ]


def _with_errors(column: Column, errors: list[tuple[int, int, str]], left: int, top: int) -> Column:
    cells = list(column)
    for row, place, code in errors:
        if place == left:
            cells[row - top] = CellError(code)
    return cells


def _serial(value: dt.time | dt.timedelta) -> float:
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    return (dt.datetime.combine(dt.date.min, value) - dt.datetime.min) / dt.timedelta(days=1)
