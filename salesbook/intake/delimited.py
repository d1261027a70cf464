"""How does a text file fall into rows and cells? Delimiter, quotes, and lines that quotes have
spoiled.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from salesbook.cells.field import Reason
from salesbook.intake.foreign import RawRow, is_blank
from salesbook.store import Cell

DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|:^~])\"?(?:\r\n|\r|\n)", re.IGNORECASE)
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_APOSTROPHE = re.compile(r"'[=+\-@\t\r\n＝＋－＠|%]")
_WRAPPED = ('="', "'")
_HEAD_ROWS = 60
_MOST_LINES_PER_ROW = 200
_LINES = re.compile(r"\r\n|\r|\n")

csv.field_size_limit(16 * 1024 * 1024)


def split_text(text: str, score: Callable[[Sequence[str]], int]) -> tuple[list[RawRow], str]:
    """Cut a text into rows by the delimiter under which its head has the most known headers.

    Args: score says how many of a row's cells are known headers.
    Returns: rows that are not blank, and the delimiter.
    """
    first, delimiter = 1, ""
    told = _SEPARATOR_LINE.match(text)
    if told:
        text, first, delimiter = text[told.end() :], 2, told[1]
    delimiter = delimiter or _delimiter(text, score)
    text = text.rstrip("\x1a")
    try:
        rows = list(_strict_rows(text, delimiter, first))
    except csv.Error:
        rows = list(_mended_rows(text, delimiter, first))
    return [_unwrapped(row) for row in rows if not all(map(is_blank, row.cells))], delimiter


def header_score(text: str, score: Callable[[Sequence[str]], int]) -> int:
    """The most known headers that any row of a text's head has, under any delimiter."""
    return max(_best_row(text, delimiter, score)[0] for delimiter in DELIMITERS)


def _delimiter(text: str, score: Callable[[Sequence[str]], int]) -> str:
    """Most known headers; then most rows of one width above 1; then the order of `DELIMITERS`."""
    ranked = [(_best_row(text, delimiter, score), -at) for at, delimiter in enumerate(DELIMITERS)]
    return DELIMITERS[-max(ranked)[1]]


def _best_row(text: str, delimiter: str, score: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) == _HEAD_ROWS:
                break
    except csv.Error:
        pass
    widths = [len(row) for row in rows if len(row) > 1]
    usual = max((widths.count(width) for width in set(widths)), default=0)
    return max((score(row) for row in rows), default=0), usual


def _strict_rows(text: str, delimiter: str, first: int) -> Iterator[RawRow]:
    """Rows of a well-formed text. Raises: csv.Error where a quote is out of place."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = first
    width = 0
    for cells in reader:
        width = max(width, len(cells))
        fault = None
        if reader.line_num + first - 1 > start and _swallowed(cells, delimiter, width):
            fault = Reason("quote-unclosed")
        yield RawRow(start, tuple(cells), fault)
        start = reader.line_num + first


def _swallowed(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """True where a quoted cell holds what looks like a whole row of the file."""
    return width > 2 and any(
        line.count(delimiter) >= width - 1
        for cell in cells
        if "\n" in cell
        for line in cell.splitlines()[1:]
    )


def _mended_rows(text: str, delimiter: str, first: int) -> Iterator[RawRow]:
    """Rows of a text with quotes out of place: only the lines they spoil are lost,
    with the reason.
    """
    lines = _LINES.split(text)
    at = 0
    while at < len(lines):
        cells, taken = _one_row(lines, at, delimiter)
        fault = Reason("quote-unclosed") if cells is None else None
        plain = tuple(lines[at].split(delimiter)) if cells is None else tuple(cells)
        yield RawRow(at + first, plain, fault)
        at += taken


def _one_row(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The row that begins on a line and how many lines it takes; None where no row can be made of
    it.
    """
    record = ""
    for taken in range(1, _MOST_LINES_PER_ROW + 1):
        if at + taken > len(lines):
            break
        line = lines[at + taken - 1]
        record = line if taken == 1 else f"{record}\n{line}"
        if taken > 1 and '"' not in line:
            continue
        try:
            rows = list(
                csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True)
            )
        except csv.Error as error:
            if "unexpected end" in str(error):
                continue
            break
        cells = rows[0] if rows else []
        if taken > 1 and _swallowed(cells, delimiter, len(cells)):
            break
        return cells, taken
    return None, 1


def _unwrapped(row: RawRow) -> RawRow:
    """`="00123"` and `'=1+1` are how programs make a spreadsheet keep a text."""
    if not any(isinstance(cell, str) and cell.startswith(_WRAPPED) for cell in row.cells):
        return row
    return RawRow(row.number, tuple(map(_bare, row.cells)), row.fault)


def _bare(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    match = _AS_TEXT.fullmatch(cell)
    if match:
        return match[1].replace('""', '"')
    return cell[1:] if _APOSTROPHE.match(cell) else cell
