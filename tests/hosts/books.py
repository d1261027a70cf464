"""Workbooks for the hosts' tests: made with XlsxWriter, and bent by hand where it makes no such
thing.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from reliability.books import parts
from salesbook.store import Cell, CellError, TableCells

HEADERS = ("deal_id", "name", "amount", "closed_on", "ok")
ROWS: tuple[tuple[Cell, ...], ...] = (
    ("D1", "Anna & Co", 1200.5, dt.date(2026, 1, 31), True),
    ("D2", "=1+1", -3, None, False),
    ("D3", None, None, dt.datetime(2026, 2, 1, 13, 30), None),
)


def plain_table(code: str = "Deals", rows: Sequence[Sequence[Cell]] = ROWS) -> TableCells:
    """Say what the plain book's table holds."""
    columns = tuple([row[at] for row in rows] for at in range(len(HEADERS)))
    return TableCells(code, "Pipeline", HEADERS, columns, 3, 2)


def plain_book(path: Path, code: str = "Deals", rows: Sequence[Sequence[Cell]] = ROWS) -> Path:
    """Make a book with one table at B2 of a sheet with notes beside it, and a second sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Pipeline")
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        put_table(sheet, code, (1, 1), HEADERS, rows, date)
        sheet.write_string("H3", "beside")
        sheet.write_formula("H4", "=SUM(D3:D5)", None, 1197.5)
        other = book.add_worksheet("Other")
        other.write("A1", "elsewhere")
    return path


def put_table(
    sheet: Any,
    code: str,
    corner: tuple[int, int],
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    date: Any = None,
    **options: Any,
) -> None:
    """Write cells one by one, so that no value is taken for a formula, and a table around them."""
    top, left = corner
    columns = options.pop("columns", [{"header": header} for header in headers])
    bottom = top + max(1, len(rows)) + bool(options.get("total_row"))
    sheet.add_table(
        top, left, bottom, left + len(headers) - 1, {"name": code, "columns": columns, **options}
    )
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            put_cell(sheet, (top + 1 + down, left + right), value, date)


def put_cell(sheet: Any, place: tuple[int, int], value: Cell, date: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, str):
        sheet.write_string(*place, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(*place, value, date)
    elif isinstance(value, (int, float)):
        sheet.write_number(*place, value)
    elif isinstance(value, CellError):
        sheet.write_formula(*place, f"={value.code}", None, value.code)


def changed_parts(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def bend(path: Path, edits: Mapping[str, Callable[[bytes], bytes] | bytes | None]) -> Path:
    """Write a book's zip again with some parts changed, added or left out (None)."""
    content: dict[str, bytes] = parts(path)
    for name, edit in edits.items():
        if edit is None:
            del content[name]
        elif callable(edit):
            new = edit(content[name])
            if new == content[name]:
                raise ValueError(f"the edit of {name} changed nothing")
            content[name] = new
        else:
            content[name] = edit
    path.write_bytes(zipped(content.items()))
    return path


def zipped(content: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in content:
            package.writestr(name, data)
    return buffer.getvalue()


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Make an edit that replaces the first occurrence."""
    return lambda data: data.replace(old, new, 1)
