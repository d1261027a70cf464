"""How far does a sheet really reach, and would reading it cost more than its file could hold?

The reader makes one dense block from the first to the last cell, and aborts the process where that
does not fit: a lone cell at XFD1048576 is enough. So the cells are looked at before it is called.
Nearly every sheet is honest, so the cheapest look that can prove it comes first.
"""

from __future__ import annotations

import re

from salesbook.errors import UnsafeFile
from salesbook.hosts.area import MAX_COLUMN, MAX_ROW, cell_name, column_number
from salesbook.hosts.package.xmlscan import root_prefix

MAX_CELLS = 16_000_000
FREE_CELLS = 2_000_000
MAX_BLANKS_PER_CELL = 30
_SLOW_CELLS = 1_000_000
_COLUMNS_OF_ONE_LETTER = 26
_ROWS_OF_FIVE_DIGITS = 99_999


def refuse_wide_extent(data: bytes, part: str, sheet: str) -> None:
    """Refuse a sheet whose cells span too much, or that is nearly all gaps.

    Raises: UnsafeFile, naming the last cell.
    """
    prefix = root_prefix(data, b"worksheet", part)
    rows, columns = _estimate(data, prefix, sheet)
    if rows * columns <= FREE_CELLS:
        return

    # Counting the cells of a large sheet takes time; a sixteenth of it may hold enough of them.
    cell = b"<" + prefix + b"c"
    if not is_too_much(rows, columns, data.count(cell, 0, len(data) // 16)):
        return

    cells = data.count(cell)
    if not is_too_much(rows, columns, cells):
        return

    # The estimate errs upwards, so that nothing is refused without a look at every cell.
    rows, columns = _walked_bounds(data, prefix)
    if rows > MAX_ROW or columns > MAX_COLUMN or is_too_much(rows, columns, cells):
        last = cell_name(min(rows, MAX_ROW), min(columns, MAX_COLUMN))
        raise UnsafeFile(
            "sheet-too-sparse", where=f"{sheet}!{last}", rows=rows, columns=columns, cells=cells
        )


def is_too_much(rows: int, columns: int, cells: int) -> bool:
    """Say whether a block of rows and columns is too large for the cells that it holds."""
    return rows * columns > min(MAX_CELLS, FREE_CELLS + cells * MAX_BLANKS_PER_CELL)


def _estimate(data: bytes, prefix: bytes, sheet: str) -> tuple[int, int]:
    """Bound rows and columns from above, in the cheapest way that the sheet's spelling allows.

    Raises: UnsafeFile for very many cells that are spelled in no usual way.
    """
    last_row = _rows_of_narrow(data, prefix)
    if last_row:
        return last_row, _COLUMNS_OF_ONE_LETTER
    if has_usual_references(data, prefix):
        return _bounds(data, prefix)
    if data.count(b"<" + prefix + b"c") > _SLOW_CELLS:
        raise UnsafeFile("unusual-xml", where=sheet, found="cells without reference")
    return _walked_bounds(data, prefix)


def rows_span(data: bytes, prefix: bytes) -> tuple[int, int]:
    """Find where the rows begin and end; an empty span where there are none."""
    start = data.find(b"<" + prefix + b"sheetData")
    end = data.rfind(b"</" + prefix + b"sheetData")
    return start, max(start, end)


def _rows_of_narrow(data: bytes, prefix: bytes) -> int:
    """Number the last row where all is written the usual way and lies in columns A to Z; else 0."""
    start, end = rows_span(data, prefix)
    # Matches `<row r="12"` with its number, and `<row` with none.
    row = re.compile(rb'<%brow(?: r="([0-9]{1,7})")?' % prefix)
    numbers = row.findall(data, start, end)
    if b"" in numbers:
        return 0

    last = max(map(int, numbers), default=1)
    # Matches `<c ` unless it goes on like `<c r="B12"` with one letter and a row up to the last.
    outside = re.compile(rb'<%bc(?! r="[A-Z](?:%b)")[\s/>]' % (prefix, _up_to(last)))
    return 0 if outside.search(data, start, end) else last


def _up_to(number: int) -> bytes:
    """Match whole numbers without leading zeros up to this one.

    Of 347 that is `[0-2][0-9]{2}|3[0-3][0-9]{1}|34[0-6][0-9]{0}|347|[0-9]{1,2}`: in as few steps as
    a short pattern can.
    """
    digits = str(number)
    ways = []
    for place, digit in enumerate(digits):
        if digit > "0":
            free_digits = len(digits) - place - 1
            ways.append(f"{digits[:place]}[0-{int(digit) - 1}][0-9]{{{free_digits}}}")

    ways.append(digits)
    if len(digits) > 1:
        ways.append(f"[0-9]{{1,{len(digits) - 1}}}")

    return "|".join(ways).encode()


def has_usual_references(data: bytes, prefix: bytes) -> bool:
    """Say whether all rows and cells are written the usual way, each beginning with its reference.

    Usual are `<row r="12"` and `<c r="AB12"`.
    """
    start, end = rows_span(data, prefix)
    odd_cell = re.compile(rb"<" + prefix + rb'c(?! r="[A-Z]{1,3}[0-9]{1,7}")')
    odd_row = re.compile(rb"<" + prefix + rb'row(?! r="[0-9]{1,7}")')
    if odd_cell.search(data, start, end):
        return False
    return not odd_row.search(data, start, end)


def _bounds(data: bytes, prefix: bytes) -> tuple[int, int]:
    """Bound rows and columns of a sheet of usual spelling from above in a few quick passes."""
    cell, row = b"<" + prefix + b'c r="', b"<" + prefix + b'row r="'
    last_row = max(map(int, re.findall(row + rb"([0-9]+)", data)), default=1)
    # Matches a cell that lies beyond column Z or row 99999.
    if not re.search(cell + rb'(?![A-Z][0-9]{1,5}")', data):
        return last_row, _COLUMNS_OF_ONE_LETTER

    # Cells may claim rows of their own: `<row r="1"><c r="A1048576">`.
    far_rows = re.findall(cell + rb"[A-Z]{1,3}([0-9]{6,7})", data)
    last_far_row = max(map(int, far_rows), default=1)
    wide_letters = re.findall(cell + rb"([A-Z]{3})", data)
    wide_letters = wide_letters or re.findall(cell + rb"([A-Z]{2})", data)
    wide_columns = [column_number(letters.decode()) for letters in set(wide_letters)]
    last_column = max(wide_columns, default=_COLUMNS_OF_ONE_LETTER)
    # No pass looked at the shorter rows that cells beyond column Z may claim.
    unseen_rows = _ROWS_OF_FIVE_DIGITS if last_column > _COLUMNS_OF_ONE_LETTER else 1
    return max(last_row, unseen_rows, last_far_row), last_column


def _walked_bounds(data: bytes, prefix: bytes) -> tuple[int, int]:
    """Follow every row and cell, counting on where a reference is missing, as the reader does."""
    # Matches the start of `<row spans="1:3" r="12"` or `<c s="4" r='$B$12'`, with or without the
    # reference, whose letters and digits are groups 2 and 3.
    tag = re.compile(
        rb"<"
        + prefix
        + rb"""(row|c)(?=[\s/>])(?:[^>]*?\sr\s*=\s*["']\$?([A-Za-z]*)\$?(\d{0,9}))?"""
    )
    row = column = last_row = last_column = 0
    for match in tag.finditer(data):
        kind, letters, digits = match.groups()
        if kind == b"row":
            row = int(digits) if digits else row + 1
            column = 0
            continue
        column = column_number(letters[:7].decode()) if letters else column + 1
        if digits:
            row = int(digits)
        last_row = max(last_row, row)
        last_column = max(last_column, column)

    return last_row, last_column
