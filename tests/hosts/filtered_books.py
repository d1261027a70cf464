"""Workbooks whose tables are filtered, for the hosts' tests, and what they show."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from salesbook.hosts.area import Area
from salesbook.store import Cell
from tests.hosts.books import bend, put_cell

HEADERS = ("name", "amount", "day", "note")
SHEET, TABLE = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"
Row = Sequence[Cell]


def filtered_book(
    path: Path,
    rows: Sequence[Row],
    filter_xml: str = "",
    *,
    hidden: Sequence[int] = (),
    number_format: str = "General",
    date_format: str = "yyyy-mm-dd",
    sort_xml: str = "",
    more: Callable[[Any, Any], None] | None = None,
    totals: bool = False,
) -> Path:
    """Make a book with the table T at A1 of sheet S.

    Args:
        filter_xml: the columns of its filter.
        hidden: rows of the body, from 0, that are hidden.
        more: puts more on the sheet.
    """
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("S")
        numbers = book.add_format({"num_format": number_format})
        days = book.add_format({"num_format": date_format})
        last = max(1, len(rows)) + totals
        columns = [{"header": header} for header in HEADERS]
        if totals:
            columns[1]["total_function"] = "sum"
        options = {"name": "T", "columns": columns, "total_row": totals}
        sheet.add_table(0, 0, last, len(HEADERS) - 1, options)
        for down, row in enumerate(rows, start=1):
            for right, value in enumerate(row):
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                if is_number:
                    sheet.write_number(down, right, value, numbers)
                else:
                    put_cell(sheet, (down, right), value, days)
        for row in hidden:
            sheet.set_row(row + 1, None, None, {"hidden": True})
        if more:
            more(book, sheet)

    if filter_xml or sort_xml:
        bend(path, {TABLE: lambda data: _with_filter(data, filter_xml, sort_xml)})
    return path


def _with_filter(data: bytes, filter_xml: str, sort_xml: str) -> bytes:
    new = rf"<autoFilter \1>{filter_xml}</autoFilter>{sort_xml}"
    return re.sub(r'<autoFilter (ref="[^"]*")/>', new, data.decode()).encode()


def column_filter(column: int, criterion: str) -> str:
    """Filter one column, counted from 0."""
    return f'<filterColumn colId="{column}">{criterion}</filterColumn>'


def shown_rows(path: Path, table: str = "T") -> list[int]:
    """Read with another program which rows of a table's body are shown, from 0."""
    book = openpyxl.load_workbook(path)
    try:
        for sheet in book.worksheets:
            if table in sheet.tables:
                found = sheet.tables[table]
                area = Area.parse(found.ref)
                if area is None:
                    raise ValueError(found.ref)
                last = area.bottom - (found.totalsRowCount or 0)
                return [
                    row - area.top - 1
                    for row in range(area.top + 1, last + 1)
                    if not sheet.row_dimensions[row].hidden
                ]
    finally:
        book.close()
    raise KeyError(table)


def criteria(path: Path, table: str = "T") -> dict[int, str]:
    """Read with another program which columns of a table are filtered, and how."""
    book = openpyxl.load_workbook(path)
    found = next(sheet.tables[table] for sheet in book.worksheets if table in sheet.tables)
    kinds = ("filters", "customFilters", "top10", "dynamicFilter", "colorFilter", "iconFilter")
    return {
        column.colId: next(kind for kind in kinds if getattr(column, kind) is not None)
        for column in (found.autoFilter.filterColumn if found.autoFilter else ())
        if any(getattr(column, kind) is not None for kind in kinds)
    }
