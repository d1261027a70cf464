"""How does a text file fall into rows and cells? By its delimiter and its quotes, some spoiled."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from salesbook.cells.base import Reason
from salesbook.errors import AmbiguousFile
from salesbook.intake.file.aligned import aligned_rows
from salesbook.intake.file.dialects import (
    SEPARATOR_LINE,
    TAB_SEPARATOR_LINE,
    Dialect,
    best_delimiter,
    blanks_may_be_within,
    header_score,
    header_width,
    headers_at_blanks,
    is_parted,
    likely_dialects,
    lines_of,
    without_outer_quotes,
)
from salesbook.intake.file.header_words import HeaderWords
from salesbook.intake.file.swallowed import RowShapes
from salesbook.intake.foreign import RawRow, is_blank
from salesbook.store import Cell

_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
"""`="00123"`, a formula whose value is a text."""

_APOSTROPHE = re.compile(r"'[=+\-@\t\r\n＝＋－＠|%]")
"""`'=1+1`: an apostrophe before what a spreadsheet would take for a formula."""

_WRAPPED = ('="', "'")
_END_OF_FILE = "\x1a"
"""With this character DOS programs end a text."""

_ESCAPED: Final = {quote: re.compile(rf"(?<!\\)((?:\\\\)*)\\{quote}") for quote in "\"'"}
r"""A quote behind an odd number of backslashes: in `\\"` the backslash itself is escaped."""
_LONE_BACKSLASH: Final = re.compile(r"(?<!\\)(?:\\\\)*\\(?![\\\"'])")
"""A backslash that escapes nothing: the program that wrote it does not double backslashes."""

_MOST_LINES_PER_ROW = 200
_FEW: Final = 50
"""Rows that are looked at to tell whether any is as wide as the headers."""

_MOST_KNOWN: Final = 100_000
"""Different cells that are looked for again; a column in which all differ must not fill memory."""

csv.field_size_limit(16 * 1024 * 1024)


def split_text(
    text: str, words: HeaderWords, delimiter: str | None = None, *, where: str
) -> tuple[list[RawRow], str]:
    """Cut a text into rows of cells.

    Args:
        words: which cells are known headers.
        delimiter: as the user says; None: the one under which the head has the most known headers.

    Returns: rows that are not blank, and the delimiter.
    Raises: AmbiguousFile where blanks part the cells, and nobody can tell which.
    """
    text = text.rstrip(_END_OF_FILE)
    first_line = 1
    for pattern in (SEPARATOR_LINE, TAB_SEPARATOR_LINE):
        separator_line = pattern.match(text)
        if separator_line:
            text = text[separator_line.end() :]
            first_line = 2
            delimiter = delimiter or (separator_line[1] if pattern.groups else "\t")
            break

    if delimiter is None and not is_parted(text, words):
        text = without_outer_quotes(text)
    if delimiter in (None, " ") and not is_parted(text, words):
        aligned = aligned_rows(text, words, first_line)
        if aligned is not None:
            return aligned, " "
        headers = headers_at_blanks(text, words)
        is_parted_at_all = header_score(text, words) > 0
        if delimiter is None and headers and not is_parted_at_all:
            if blanks_may_be_within(headers, words):
                raise _blanks_in_headers(headers, where)
            delimiter = " "
    delimiter = delimiter or best_delimiter(text, words)

    width = header_width(text, delimiter, words)
    rows = _best_rows(text, delimiter, width, first_line)
    below = [row for row in rows if row.number > first_line and not all(map(is_blank, row.cells))]
    if delimiter == " " and below and not any(len(row.cells) == width for row in below[-_FEW:]):
        raise _blanks_in_headers(headers_at_blanks(text, words), where)
    return [_unwrapped(row) for row in rows if not all(map(is_blank, row.cells))], delimiter


def _blanks_in_headers(headers: Sequence[str], where: str) -> AmbiguousFile:
    return AmbiguousFile("blanks-in-headers", where=where, headers=" ".join(headers))


def _best_rows(text: str, delimiter: str, width: int, first_line: int) -> list[RawRow]:
    """The rows under the dialect that makes the most rows of the header's width; of equals, the
    plainer one's.
    """
    dialects = list(likely_dialects(text, delimiter))
    best = _rows_of(text, dialects[0], width, first_line)
    if len(dialects) == 1:
        return best
    best_quality = _quality(best, width)
    for dialect in dialects[1:]:
        rows = _rows_of(text, dialect, width, first_line)
        quality = _quality(rows, width)
        # Quotes that stand around cells are no part of them, where every cell of the file allows it.
        is_cleaner = dialect.quote == "'" and not any(row.fault for row in rows)
        if quality > best_quality or (is_cleaner and quality == best_quality):
            best, best_quality = rows, quality
    return best


def _quality(rows: Sequence[RawRow], width: int) -> tuple[int, int]:
    """How well rows fit under the headers, more being better.

    Returns: how many are sound and as wide as the headers, less those that are spoiled or wider;
        then, below 0, how many are narrower.
    """
    fitting = 0
    narrower = 0
    for row in rows:
        if row.fault or len(row.cells) > width:
            fitting -= 1
        elif len(row.cells) == width:
            fitting += 1
        elif row.cells:
            narrower += 1
    return fitting, -narrower


def _rows_of(text: str, dialect: Dialect, width: int, first_line: int) -> list[RawRow]:
    """The rows of a text under a dialect, blank ones among them."""
    bare: Callable[[RawRow], RawRow] | None = None
    if dialect.has_escapes:
        quote = dialect.quote
        doubles_backslashes = "\\\\" in text and not _LONE_BACKSLASH.search(text)
        text = _ESCAPED[quote].sub(rf"\1{quote}{quote}", text)
        bare = _without_doubled_backslashes if doubles_backslashes else None

    try:
        rows = _strict_rows(text, dialect, first_line)
    except csv.Error:
        rows = None
    if rows is None or _some_swallowed(rows, dialect.delimiter, width):
        rows = list(_mended_rows(text, dialect, width, first_line))
    return list(map(bare, rows)) if bare else rows


def _without_doubled_backslashes(row: RawRow) -> RawRow:
    cells = [cell.replace("\\\\", "\\") if isinstance(cell, str) else cell for cell in row.cells]
    return replace(row, cells=tuple(cells))


def _reader(text: str, dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        skipinitialspace=dialect.skips_blanks,
        strict=True,
    )


def _strict_rows(text: str, dialect: Dialect, first_line: int) -> list[RawRow]:
    """Rows of a well-formed text. Raises: csv.Error where a quote is out of place."""
    reader: object = _reader(text, dialect)
    rows: list[RawRow] = []
    line = first_line
    known: dict[str, str] = {}
    for cells in reader:  # type: ignore[attr-defined]
        last = reader.line_num + first_line - 1  # type: ignore[attr-defined]
        # Most cells say what cells above say; all of those hold one text.
        shared = tuple(map(known.setdefault, cells, cells))
        if len(known) > _MOST_KNOWN:
            known.clear()
        rows.append(RawRow(line, shared, None, last if last > line else 0))
        line = last + 1
    return rows


def _some_swallowed(rows: Sequence[RawRow], delimiter: str, width: int) -> bool:
    """Whether a quote that is never closed has made one cell of several rows."""
    several_lines = [row for row in rows if row.last]
    if not several_lines:
        return False
    shapes = RowShapes(rows, delimiter, width)
    return any(shapes.has_swallowed(row) for row in several_lines)


def _mended_rows(text: str, dialect: Dialect, width: int, first_line: int) -> Iterator[RawRow]:
    """Rows of a text with quotes out of place: only the lines they spoil are lost, with the reason."""
    lines = lines_of(text)
    one_line_rows = [
        RawRow(index, tuple(line.split(dialect.delimiter)))
        for index, line in enumerate(lines)
        if dialect.quote not in line
    ]
    shapes = RowShapes(one_line_rows, dialect.delimiter, width)

    index = 0
    while index < len(lines):
        cells, line_count = _row_from(lines, index, dialect, shapes)
        number = index + first_line
        if cells is None:
            spoiled = tuple(lines[index].split(dialect.delimiter))
            yield RawRow(number, spoiled, Reason("quote-unclosed"))
        else:
            last = number + line_count - 1
            yield RawRow(number, tuple(cells), None, last if line_count > 1 else 0)
        index += line_count


def _row_from(
    lines: Sequence[str], start: int, dialect: Dialect, shapes: RowShapes
) -> tuple[list[str] | None, int]:
    """Read the row that begins on a line, and how many lines it takes; None where it is no row."""
    record = ""
    for line_count, line in enumerate(lines[start : start + _MOST_LINES_PER_ROW], start=1):
        record = line if line_count == 1 else f"{record}\n{line}"
        # Only a line with a quote can end a cell that an earlier line has begun.
        if line_count > 1 and dialect.quote not in line:
            continue
        try:
            rows = list(_reader(record, dialect))
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            if is_open:
                continue
            break
        cells = rows[0] if rows else []
        if line_count > 1 and shapes.has_swallowed(RawRow(start, tuple(cells))):
            break
        return cells, line_count
    return None, 1


def _unwrapped(row: RawRow) -> RawRow:
    """`="00123"` and `'=1+1` are how programs make a spreadsheet keep a text."""
    if not any(isinstance(cell, str) and cell.startswith(_WRAPPED) for cell in row.cells):
        return row
    return replace(row, cells=tuple(map(_bare, row.cells)))


def _bare(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    match = _AS_TEXT.fullmatch(cell)
    if match:
        return match[1].replace('""', '"')
    return cell[1:] if _APOSTROPHE.match(cell) else cell
