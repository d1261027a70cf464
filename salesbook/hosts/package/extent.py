"""How far does a sheet really reach, and would reading it cost more than its file could hold?

The reader makes one dense block from the first to the last cell, and aborts the process where that
does not fit: a lone cell at XFD1048576 is enough. So the cells are looked at before it is called.
"""

from __future__ import annotations

import re

from salesbook.errors import UnsafeFile
from salesbook.hosts.package.refs import MAX_COLUMN, MAX_ROW, cell_name, column_number
from salesbook.hosts.package.xmlscan import root_prefix

MAX_CELLS = 16_000_000
FREE_CELLS = 2_000_000
MAX_BLANKS_PER_CELL = 30
_SLOW_CELLS = 1_000_000


def refuse_wide_extent(data: bytes, part: str, sheet: str) -> None:
    """Refuse a sheet whose cells span too much, or that is nearly all gaps.

    Raises: UnsafeFile, naming the last cell.
    """
    prefix = root_prefix(data, b"worksheet", part)
    narrow = _rows_of_narrow(data, prefix)
    if narrow:
        rows, columns = narrow, 26
    elif _is_usual(data, prefix):
        rows, columns = _bounds(data, prefix)
    else:
        if data.count(b"<" + prefix + b"c") > _SLOW_CELLS:
            raise UnsafeFile("unusual-xml", where=sheet, found="cells without reference")
        rows, columns = _walked_bounds(data, prefix)
    if rows * columns <= FREE_CELLS:
        return
    tag = b"<" + prefix + b"c"
    if not _too_much(rows, columns, data.count(tag, 0, len(data) // 16)):
        return
    cells = data.count(tag)
    if not _too_much(rows, columns, cells):
        return
    rows, columns = _walked_bounds(data, prefix)
    if rows > MAX_ROW or columns > MAX_COLUMN or _too_much(rows, columns, cells):
        last = cell_name(min(rows, MAX_ROW), min(columns, MAX_COLUMN))
        raise UnsafeFile(
            "sheet-too-sparse", where=f"{sheet}!{last}", rows=rows, columns=columns, cells=cells
        )


def _too_much(rows: int, columns: int, cells: int) -> bool:
    return rows * columns > min(MAX_CELLS, FREE_CELLS + cells * MAX_BLANKS_PER_CELL)


def _rows_of_narrow(data: bytes, prefix: bytes) -> int:
    """Number the last row where all is written the usual way and lies in columns A to Z; else 0."""
    start, end = data.find(b"<" + prefix + b"sheetData"), data.rfind(b"</" + prefix + b"sheetData")
    end = max(start, end)
    rows = re.compile(rb'<%brow(?: r="([0-9]{1,7})")?' % prefix).findall(data, start, end)
    if b"" in rows:
        return 0
    last = max(map(int, rows), default=1)
    within = rb'<%bc(?! r="[A-Z](?:%b)")[\s/>]' % (prefix, _up_to(last))
    return 0 if re.compile(within).search(data, start, end) else last


def _up_to(number: int) -> bytes:
    """Match whole numbers without leading zeros up to this one, in as few steps as a short pattern
    can.
    """
    digits = str(number)
    ways = [
        f"{digits[:place]}[0-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit > "0"
    ]
    shorter = [f"[0-9]{{1,{len(digits) - 1}}}"] if len(digits) > 1 else []
    return "|".join([*ways, digits, *shorter]).encode()


def _is_usual(data: bytes, prefix: bytes) -> bool:
    """Say whether all rows and cells are written the usual way,
    each beginning with its reference.
    """
    start, end = data.find(b"<" + prefix + b"sheetData"), data.rfind(b"</" + prefix + b"sheetData")
    odd_cell = re.compile(rb"<" + prefix + rb'c(?! r="[A-Z]{1,3}[0-9]{1,7}")')
    odd_row = re.compile(rb"<" + prefix + rb'row(?! r="[0-9]{1,7}")')
    return not odd_cell.search(data, start, max(start, end)) and not odd_row.search(
        data, start, max(start, end)
    )


def _bounds(data: bytes, prefix: bytes) -> tuple[int, int]:
    """Bound rows and columns from above in a few quick passes."""
    cell, row = b"<" + prefix + b'c r="', b"<" + prefix + b'row r="'
    last_row = max(map(int, re.findall(row + rb"([0-9]+)", data)), default=1)
    if not re.search(cell + rb'(?![A-Z][0-9]{1,5}")', data):
        return last_row, 26
    far = re.findall(cell + rb"[A-Z]{1,3}([0-9]{6,7})", data)
    wide = re.findall(cell + rb"([A-Z]{3})", data) or re.findall(cell + rb"([A-Z]{2})", data)
    last_column = max((column_number(letters.decode()) for letters in set(wide)), default=26)
    return max(
        last_row, 99_999 if last_column > 26 else 1, max(map(int, far), default=1)
    ), last_column


def _walked_bounds(data: bytes, prefix: bytes) -> tuple[int, int]:
    """Follow every row and cell, counting on where a reference is missing, as the reader does."""
    tag = re.compile(
        rb"<"
        + prefix
        + rb"""(row|c)(?=[\s/>])(?:[^>]*?\sr\s*=\s*["']\$?([A-Za-z]*)\$?(\d{0,9}))?"""
    )
    row = column = last_row = last_column = 0
    for found in tag.finditer(data):
        kind, letters, digits = found.groups()
        if kind == b"row":
            row, column = int(digits) if digits else row + 1, 0
            continue
        column = column_number(letters[:7].decode()) if letters else column + 1
        if digits:
            row = int(digits)
        last_row, last_column = max(last_row, row), max(last_column, column)
    return last_row, last_column
