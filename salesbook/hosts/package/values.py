"""What values do a sheet's cells hold? python-calamine answers; what it loses is put back from the XML."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from salesbook.errors import NotAWorkbook
from salesbook.hosts.package.extent import refuse_wide_extent
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, SheetPart, TablePart
from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.small import Content, may_hold_errors, small_package
from salesbook.hosts.package.strings import SharedStrings
from salesbook.hosts.package.xmlscan import plain, root_prefix
from salesbook.store import NOT_CALCULATED, Cell, CellError, TableCells, column_letters

Column = Sequence[Cell]
_SHARED = {str, dt.date, dt.datetime}


def read_tables(
    content: Content, book: BookParts, sheet: SheetPart, strings: SharedStrings | None
) -> dict[str, TableCells]:
    """Read all tables of one sheet in one pass, by code in lower case.

    Args:
        strings: the workbook's shared texts, where it has any.

    Raises: NotAWorkbook, UnsafeFile.
    """
    tables = book.tables_of(sheet)
    last = max(table.area.bottom for table in tables) + 1
    package, lost = _prepared(content, book, sheet, strings)
    rows = _rows(package, last, sheet)
    return {table.code.lower(): _cells(table, rows, lost, book.is_1904) for table in tables}


@dataclass(frozen=True)
class _Lost:
    """What of a sheet calamine does not tell."""

    merged: list[Area]
    errors: list[tuple[int, int, str]]
    """The cells of type e, and formulas without a value, by row, column and code."""
    xml: Callable[[], bytes]
    """The sheet itself, for the rare cells whose stored number is wanted."""


def _prepared(
    content: Content, book: BookParts, sheet: SheetPart, strings: SharedStrings | None
) -> tuple[io.BytesIO, _Lost]:
    """Check a sheet and pack it for the reader; of its XML, which may be large, only one copy is left."""
    data = content(sheet.part)
    refuse_entities(data, sheet.part)
    refuse_wide_extent(data, sheet.part, sheet.name)
    errors = [*(_errors(data) if may_hold_errors(data) else []), *_uncalculated(data, sheet.part)]
    lost = _Lost(_merged(data, sheet.part), errors, lambda: content(sheet.part))
    return small_package(content, book, data, strings), lost


def _rows(package: io.BytesIO, last: int, sheet: SheetPart) -> list[list[Any]]:
    """Let calamine read one sheet out of a package that holds nothing but what was checked."""
    try:
        cells = CalamineWorkbook.from_filelike(package).get_sheet_by_index(0)
        package.close()
        found: list[list[Any]] = cells.to_python(skip_empty_area=False, nrows=last)
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise NotAWorkbook("damaged-part", where=sheet.part) from error
    return found


def _merged(data: bytes, part: str) -> list[Area]:
    prefix = root_prefix(data, b"worksheet", part)
    pattern = re.compile(rb"<" + prefix + rb"""mergeCell\s+ref\s*=\s*["']([^"']*)["']""")
    areas = (Area.parse(found.decode("ascii", "replace")) for found in pattern.findall(data))
    return [area for area in areas if area]


def _cells(table: TablePart, rows: Sequence[Sequence[Any]], lost: _Lost, is_1904: bool) -> TableCells:
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
    """What stands right below a table, which a program that does not know tables leaves out of it."""
    area = table.area
    cells = rows[area.bottom][area.left - 1 : area.right] if area.bottom < len(rows) else ()
    found = tuple(None if cell == "" else cell for cell in cells)
    return found if not table.totals_rows and any(cell is not None for cell in found) else ()


def _columns(rows: Sequence[Sequence[Any]], body: Area) -> list[Column]:
    """Turn the body's rows into columns; what lies beyond the sheet's last cell is blank."""
    found = rows[body.top - 1 : body.bottom]
    if body.left > 1 or (found and len(found[0]) > body.width):
        found = [row[body.left - 1 : body.right] for row in found]
    missing = (None,) * (body.row_count - len(found))
    columns: list[Column] = [column + missing for column in zip(*found, strict=True)]
    return columns + [(None,) * body.row_count] * (body.width - len(columns))


def _plain(column: Column, kinds: set[type]) -> Column:
    """Make calamine's empty texts blanks, and equal texts and dates one object, which saves memory."""
    if str not in kinds:
        return column
    if kinds <= _SHARED:
        one: dict[Cell, Cell] = {"": None}
        return [one.setdefault(value, value) for value in column]
    return [None if value == "" else value for value in column]


def _put_back(columns: list[Column], kinds: list[set[type]], body: Area, lost: _Lost) -> None:
    """Put back what calamine blanks or changes: error values, and bare times, which stay serial numbers."""
    if lost.errors:
        found = [error for error in lost.errors if body.contains(Area(*error[:2], *error[:2]))]
        for place in {left - body.left for _, left, _ in found}:
            columns[place] = _with_errors(columns[place], found, place + body.left, body.top)
    odd = (dt.time, dt.timedelta)
    for index, column in enumerate(columns):
        if not kinds[index].isdisjoint(odd):
            stored = _stored_numbers(lost.xml(), column_letters(body.left + index))
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


def _errors(data: bytes) -> list[tuple[int, int, str]]:
    """List the cells of type e by row, column and code."""
    prefix = root_prefix(data, b"worksheet", "")
    pattern = re.compile(
        rb"<"
        + prefix
        + rb"""c\s(?=[^>]*?\bt\s*=\s*["']e["'])[^>]*?\br\s*=\s*["']([A-Z]+\d+)["'][^>]*(?<!/)>"""
        rb"(?:(?!</" + prefix + rb"c>).)*?<" + prefix + rb"v>([^<]*)</",
        re.DOTALL,
    )
    found = []
    for reference, code in pattern.findall(data):
        area = Area.parse(reference.decode())
        if area:
            found.append((area.top, area.left, plain(code.decode()).strip()))
    return found


def _uncalculated(data: bytes, part: str) -> Iterator[tuple[int, int, str]]:
    """List the formulas without a value, as programs write them that do not calculate."""
    prefix = root_prefix(data, b"worksheet", part)
    ends = (b"</%bf></%bc>" % (prefix, prefix), b"/></%bc>" % prefix)
    if not any(end in data for end in ends):
        return
    pattern = re.compile(
        rb"""<%bc\s(?:[^<>]*?\s)?r\s*=\s*["']([A-Z]+\d+)["'][^<>]*><%bf(?:\s[^<>]*)?(?:/>|>[^<]*</%bf>)</%bc>"""
        % ((prefix,) * 4)
    )
    for reference in pattern.findall(data):
        area = Area.parse(reference.decode())
        if area:
            yield area.top, area.left, NOT_CALCULATED.code


def _stored_numbers(data: bytes, letters: str) -> dict[int, float]:
    """Read the numbers that a column's cells store, whatever their formats show, by row."""
    prefix = root_prefix(data, b"worksheet", "")
    pattern = re.compile(
        rb'<%bc r="%b([0-9]{1,7})"[^>]*(?<!/)>(?:<%bf[^>]*/>|<%bf[^>]*>[^<]*</%bf>)?<%bv>([-+.0-9Ee]+)<'
        % (prefix, letters.encode(), *(prefix,) * 4)
    )
    found = {}
    for row, number in pattern.findall(data):
        with contextlib.suppress(ValueError):
            found[int(row)] = float(number)
    return found


def _serial(value: dt.time | dt.timedelta) -> float:
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    return (dt.datetime.combine(dt.date.min, value) - dt.datetime.min) / dt.timedelta(days=1)
