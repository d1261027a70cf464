"""What values do a sheet's cells hold? python-calamine answers; what it loses is put back from the XML."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from salesbook.errors import NotAWorkbook
from salesbook.hosts.package.extent import refuse_wide_extent
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, SheetPart, TablePart
from salesbook.hosts.package.refs import Area, cell_name
from salesbook.hosts.package.small import Content, small_package
from salesbook.hosts.package.xmlscan import plain, root_prefix
from salesbook.store import Cell, CellError, TableCells

Column = list[Cell]

_STORED_NUMBER = re.compile(rb"[^>]*>(?:<[^>]*f\b[^>]*/>|<[^>]*f\b[^>]*>[^<]*<[^>]*>)?<[^>/]*v>([^<]*)<")


def read_tables(content: Content, book: BookParts, sheet: SheetPart) -> dict[str, TableCells]:
    """Read all tables of one sheet in one pass, by code in lower case.

    Raises: NotAWorkbook, UnsafeFile.
    """
    data = content(sheet.part)
    refuse_entities(data, sheet.part)
    refuse_wide_extent(data, sheet.part, sheet.name)
    tables = book.tables_of(sheet)
    rows = _rows(content, book, data, max(table.area.bottom for table in tables), sheet)
    merged = _merged(data, sheet.part)
    return {table.code.lower(): _cells(table, rows, data, merged, book.is_1904) for table in tables}


def _rows(
    content: Content, book: BookParts, sheet_data: bytes, last: int, sheet: SheetPart
) -> list[list[Any]]:
    """Let calamine read one sheet out of a package that holds nothing but what was checked."""
    try:
        reader = CalamineWorkbook.from_filelike(io.BytesIO(small_package(content, book, sheet_data)))
        found: list[list[Any]] = reader.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=last)
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise NotAWorkbook("damaged-part", where=sheet.part) from error
    return found


def _merged(data: bytes, part: str) -> list[Area]:
    prefix = root_prefix(data, b"worksheet", part)
    pattern = re.compile(rb"<" + prefix + rb"""mergeCell\s+ref\s*=\s*["']([^"']*)["']""")
    areas = (Area.parse(found.decode("ascii", "replace")) for found in pattern.findall(data))
    return [area for area in areas if area]


def _cells(
    table: TablePart, rows: Sequence[Sequence[Any]], data: bytes, merged: list[Area], is_1904: bool
) -> TableCells:
    body = table.body
    columns = _columns(rows, body)
    for index, column in enumerate(columns):
        kinds = set(map(type, column))
        if str in kinds:
            columns[index] = [None if value == "" else value for value in column]
    _put_back(columns, body, data)
    return TableCells(
        table.code,
        table.sheet.name,
        table.headers,
        tuple(columns),
        body.top,
        body.left,
        is_1904,
        frozenset(table.calculations),
        tuple((a.top, a.left, a.bottom, a.right) for a in merged if a.meets(body)),
    )


def _columns(rows: Sequence[Sequence[Any]], body: Area) -> list[Column]:
    """Turn the body's rows into columns; what lies beyond the sheet's last cell is blank."""
    found = [row[body.left - 1 : body.right] for row in rows[body.top - 1 : body.bottom]]
    columns: list[Column] = [list(column) for column in zip(*found, strict=True)]
    columns += [[None] * len(found) for _ in range(body.width - len(columns))]
    for column in columns:
        column.extend([None] * (body.row_count - len(found)))
    return columns


def _put_back(columns: list[Column], body: Area, data: bytes) -> None:
    """Put back what calamine blanks or changes: error values, and bare times, which stay serial numbers."""
    if b'"e"' in data or b"'e'" in data:
        for row, column, code in _errors(data):
            if body.top <= row <= body.bottom and body.left <= column <= body.right:
                columns[column - body.left][row - body.top] = CellError(code)
    odd = (dt.time, dt.timedelta)
    for index, values in enumerate(columns):
        if set(map(type, values)).intersection(odd):
            for at, value in enumerate(values):
                if isinstance(value, odd):
                    number = _raw_number(data, cell_name(body.top + at, body.left + index))
                    values[at] = _serial(value) if number is None else number


def _errors(data: bytes) -> list[tuple[int, int, str]]:
    """List the cells of type e by row, column and code."""
    prefix = root_prefix(data, b"worksheet", "")
    pattern = re.compile(
        rb"<" + prefix + rb"""c\s(?=[^>]*?\bt\s*=\s*["']e["'])[^>]*?\br\s*=\s*["']([A-Z]+\d+)["'][^>]*>"""
        rb"(?:(?!</" + prefix + rb"c>).)*?<" + prefix + rb"v>([^<]*)</",
        re.DOTALL,
    )
    found = []
    for reference, code in pattern.findall(data):
        area = Area.parse(reference.decode())
        if area:
            found.append((area.top, area.left, plain(code.decode()).strip()))
    return found


def _raw_number(data: bytes, reference: str) -> float | None:
    """Read the number a cell stores, whatever its format shows."""
    at = data.find(b'r="' + reference.encode() + b'"')
    if at < 0:
        return None
    found = _STORED_NUMBER.match(data, at)
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None


def _serial(value: dt.time | dt.timedelta) -> float:
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    return (dt.datetime.combine(dt.date.min, value) - dt.datetime.min) / dt.timedelta(days=1)
