"""How does a text file fall into rows and cells? By its delimiter and its quotes, some spoiled."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from salesbook.cells.base import Reason
from salesbook.intake.foreign import RawRow, is_blank
from salesbook.store import Cell

DELIMITERS: Final = (",", ";", "\t", "|")

_SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|:^~])\"?(?:\r\n|\r|\n)", re.IGNORECASE)
"""`sep=;` as a file's first line: programs write it to tell Excel the delimiter."""

_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
"""`="00123"`, a formula whose value is a text."""

_APOSTROPHE = re.compile(r"'[=+\-@\t\r\n＝＋－＠|%]")
"""`'=1+1`: an apostrophe before what a spreadsheet would take for a formula."""

_WRAPPED = ('="', "'")
_LINE_END = re.compile(r"\r\n|\r|\n")
_END_OF_FILE = "\x1a"
"""With this character DOS programs end a text."""

_HEAD_ROWS = 60
_HEAD_CHARACTERS = 200_000
_MOST_LINES_PER_ROW = 200

csv.field_size_limit(16 * 1024 * 1024)


def split_text(text: str, score: Callable[[Sequence[str]], int]) -> tuple[list[RawRow], str]:
    """Cut a text into rows by the delimiter under which its head has the most known headers.

    Args:
        score: how many of a row's cells are known headers.

    Returns: rows that are not blank, and the delimiter.
    """
    first_line = 1
    separator_line = _SEPARATOR_LINE.match(text)
    if separator_line:
        text = text[separator_line.end() :]
        first_line = 2
        delimiter = separator_line[1]
    else:
        delimiter = _best_delimiter(text, score)
    text = text.rstrip(_END_OF_FILE)

    try:
        rows = list(_strict_rows(text, delimiter, first_line))
    except csv.Error:
        rows = list(_mended_rows(text, delimiter, first_line))
    return [_unwrapped(row) for row in rows if not all(map(is_blank, row.cells))], delimiter


def header_score(text: str, score: Callable[[Sequence[str]], int]) -> int:
    """Count the most known headers that any row of a text's head has, under any delimiter."""
    return max(_head_score(text, delimiter, score)[0] for delimiter in DELIMITERS)


def _best_delimiter(text: str, score: Callable[[Sequence[str]], int]) -> str:
    """Most known headers; then most rows of one width above 1; then the order of `DELIMITERS`."""
    # Of equals `max` takes the first.
    return max(DELIMITERS, key=lambda delimiter: _head_score(text, delimiter, score))


def _head_score(
    text: str, delimiter: str, score: Callable[[Sequence[str]], int]
) -> tuple[int, int]:
    """The most known headers in a row of the head, and how many rows have the usual width."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text[:_HEAD_CHARACTERS], newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == _HEAD_ROWS:
                break
    except csv.Error:
        pass  # what came before the spoiled row says enough

    most_known = max((score(row) for row in rows), default=0)
    widths = [len(row) for row in rows if len(row) > 1]
    of_usual_width = max((widths.count(width) for width in set(widths)), default=0)
    return most_known, of_usual_width


def _strict_rows(text: str, delimiter: str, first_line: int) -> Iterator[RawRow]:
    """Rows of a well-formed text. Raises: csv.Error where a quote is out of place."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = first_line
    width = 0
    for cells in reader:
        width = max(width, len(cells))
        next_line = reader.line_num + first_line
        has_several_lines = next_line - 1 > line
        is_spoiled = has_several_lines and _holds_a_row(cells, delimiter, width)
        yield RawRow(line, tuple(cells), Reason("quote-unclosed") if is_spoiled else None)
        line = next_line


def _holds_a_row(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """True where a quoted cell holds what looks like a whole row of the file.

    A quote that is never closed swallows the rows up to the next quote.
    """
    if width <= 2:
        return False
    for cell in cells:
        if "\n" in cell:
            _, *further_lines = cell.splitlines()
            if any(line.count(delimiter) >= width - 1 for line in further_lines):
                return True
    return False


def _mended_rows(text: str, delimiter: str, first_line: int) -> Iterator[RawRow]:
    """Rows of a text with quotes out of place: only the lines they spoil are lost, with the reason."""
    lines = _LINE_END.split(text)
    index = 0
    while index < len(lines):
        cells, line_count = _row_from(lines, index, delimiter)
        if cells is None:
            spoiled = tuple(lines[index].split(delimiter))
            yield RawRow(index + first_line, spoiled, Reason("quote-unclosed"))
        else:
            yield RawRow(index + first_line, tuple(cells))
        index += line_count


def _row_from(lines: Sequence[str], start: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Read the row that begins on a line, and how many lines it takes; None where it is no row."""
    record = ""
    for line_count, line in enumerate(lines[start : start + _MOST_LINES_PER_ROW], start=1):
        record = line if line_count == 1 else f"{record}\n{line}"
        # Only a line with a quote can end a cell that an earlier line has begun.
        if line_count > 1 and '"' not in line:
            continue
        try:
            rows = list(
                csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True)
            )
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            if is_open:
                continue
            break
        cells = rows[0] if rows else []
        if line_count > 1 and _holds_a_row(cells, delimiter, len(cells)):
            break
        return cells, line_count
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
