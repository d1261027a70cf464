"""What values do a table's cells hold? python-calamine answers; what it loses is put back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from salesbook.hosts.area import Area
from salesbook.hosts.cell_facts import DAY
from salesbook.hosts.package.lost import Lost, LostError, stored_numbers
from salesbook.hosts.package.parts import BookParts, SheetPart, TablePart
from salesbook.hosts.package.reader import SheetReader
from salesbook.store import Cell, CellError, TableCells, column_letters

Column = Sequence[Cell]
_REPEATING_KINDS = {str, dt.date, dt.datetime}
_TIMES = (dt.time, dt.timedelta)


def read_tables(reader: SheetReader, book: BookParts, sheet: SheetPart) -> dict[str, TableCells]:
    """Read all tables of one sheet in one pass, by code in lower case.

    Raises: NotAWorkbook, UnsafeFile.
    """
    tables = book.tables_of(sheet)
    last_area_row = max(table.area.bottom for table in tables)
    # One more, for what was typed right below a table.
    rows, lost = reader.rows(sheet, last_area_row + 1)
    return {table.code.lower(): _cells(table, rows, lost, book.is_1904) for table in tables}


def _cells(
    table: TablePart, rows: Sequence[Sequence[Any]], lost: Lost, is_1904: bool
) -> TableCells:
    body = table.body
    raw = _columns(rows, body)
    kinds = [set(map(type, column)) for column in raw]
    columns = [
        _without_empty_texts(column, column_kinds)
        for column, column_kinds in zip(raw, kinds, strict=True)
    ]
    if lost.errors:
        _put_errors_back(columns, body, lost.errors)

    _put_times_back(columns, kinds, body, lost)
    merged = [area for area in lost.merged if area.meets(body)]
    cells = TableCells(
        table=table.code,
        sheet=table.sheet.name,
        headers=table.headers,
        columns=tuple(columns),
        first_row=body.top,
        first_column=body.left,
        epoch_1904=is_1904,
        merged=tuple((area.top, area.left, area.bottom, area.right) for area in merged),
        below=_below(table, rows),
    )
    return replace(cells, calculated=lost.formulas.of_table(table, cells).calculated)


def _below(table: TablePart, rows: Sequence[Sequence[Any]]) -> tuple[Cell, ...]:
    """Read the row right below a table, where something stands there.

    A program that does not know tables leaves what is typed there out of the table.
    """
    area = table.area
    if table.totals_rows or area.bottom >= len(rows):
        return ()

    # Rows are counted from 0, so that the one at `bottom` is the next.
    row_below = rows[area.bottom]
    under_table = row_below[area.left - 1 : area.right]
    cells = tuple(None if cell == "" else cell for cell in under_table)
    is_blank = all(cell is None for cell in cells)
    return () if is_blank else cells


def _columns(rows: Sequence[Sequence[Any]], body: Area) -> list[Column]:
    """Turn the body's rows into columns; what lies beyond the sheet's last cell is blank."""
    body_rows = rows[body.top - 1 : body.bottom]
    sheet_columns = list(zip(*body_rows, strict=True))
    body_columns = sheet_columns[body.left - 1 : body.right]

    missing_rows = body.row_count - len(body_rows)
    missing_cells = (None,) * missing_rows
    columns: list[Column] = [column + missing_cells for column in body_columns]

    missing_columns = body.width - len(columns)
    blank_column = (None,) * body.row_count
    columns += [blank_column] * missing_columns
    return columns


def _without_empty_texts(column: Column, kinds: set[type]) -> Column:
    """Make calamine's empty texts blanks.

    In a column of texts or dates equal values become one object, which saves memory. Not among
    numbers: there 1, 1.0 and True are equal.
    """
    if str not in kinds:
        return column
    if kinds <= _REPEATING_KINDS:
        first_of: dict[Cell, Cell] = {"": None}
        return list(map(first_of.setdefault, column, column))
    return [None if value == "" else value for value in column]


def _put_errors_back(columns: list[Column], body: Area, errors: list[LostError]) -> None:
    """Put the error values back, which calamine leaves blank."""
    by_column: dict[int, list[LostError]] = {}
    for error in errors:
        cell = Area.one_cell(error.row, error.column)
        if body.contains(cell):
            place = error.column - body.left
            by_column.setdefault(place, []).append(error)

    for place, column_errors in by_column.items():
        cells = list(columns[place])
        for error in column_errors:
            cells[error.row - body.top] = CellError(error.code)
        columns[place] = cells


def _put_times_back(columns: list[Column], kinds: list[set[type]], body: Area, lost: Lost) -> None:
    """Make bare times the numbers that their cells store: the share of a day, or days."""
    for place, column_kinds in enumerate(kinds):
        if column_kinds.isdisjoint(_TIMES):
            continue
        stored = stored_numbers(lost.xml(), column_letters(body.left + place))
        cells: list[Cell] = []
        for row, value in enumerate(columns[place], start=body.top):
            if isinstance(value, _TIMES):
                cells.append(stored.get(row, _days(value)))
            else:
                cells.append(value)
        columns[place] = cells


def _days(value: dt.time | dt.timedelta) -> float:
    if isinstance(value, dt.timedelta):
        return value / DAY
    first_day = dt.date.min
    moment = dt.datetime.combine(first_day, value)
    midnight = dt.datetime.combine(first_day, dt.time())
    return (moment - midnight) / DAY
