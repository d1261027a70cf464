"""How does a text file without delimiters fall into cells? By columns that blanks keep apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from salesbook.cells.base import Reason
from salesbook.intake.file.dialects import lines_of
from salesbook.intake.file.header_words import HeaderWords
from salesbook.intake.foreign import RawRow

_HEAD_LINES: Final = 60
_BETWEEN_CELLS: Final = re.compile(r"\s{2,}")
_RULE: Final = re.compile(r"[-=_+\s]*[-=_]{3,}[-=_+\s]*")
_ENOUGH_KNOWN: Final = 2
_NARROWEST_GAP: Final = 2
"""Blanks that part two columns; one may stand within a cell of every line."""
_FILLER: Final = "\0"
"""Stands behind a wide character, which takes the place of two in a column."""

_Gap = tuple[int, int]


def aligned_rows(text: str, words: HeaderWords, first_line: int) -> list[RawRow] | None:
    """Cut a text into cells where two or more blanks run through all lines of its table.

    The table begins with the line of most known headers and ends before a blank line. Lines outside
    that cross a gap are one cell; below the headers they have a fault. So no part of a cell comes
    into its neighbour's column.

    Returns: rows that are not blank; None where no line has two known headers, or where the gaps
        do not part the headers as their own blanks do.
    """
    lines = lines_of(text.expandtabs())
    header_index = _header_index(lines, words)
    if header_index is None:
        return None
    headers = _BETWEEN_CELLS.split(lines[header_index].strip())
    table = [_spread(line) for line in _table_lines(lines, header_index)]
    gaps = _gaps(table)
    if _cut(_spread(lines[header_index]), gaps) != headers:
        return None

    rows: list[RawRow] = []
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        number = index + first_line
        cells = _cut(_spread(line), gaps)
        if _RULE.fullmatch(line) or cells is None:
            is_faulty = cells is None and index > header_index and not _RULE.fullmatch(line)
            fault = Reason("row-not-aligned") if is_faulty else None
            rows.append(RawRow(number, (line.strip(),), fault))
        else:
            rows.append(RawRow(number, tuple(cells)))
    return rows


def _header_index(lines: Sequence[str], words: HeaderWords) -> int | None:
    """The line with the most headers that two blanks keep apart; None where fewer than two are."""
    scores = [words(_BETWEEN_CELLS.split(line.strip())) for line in lines[:_HEAD_LINES]]
    most_known = max(scores, default=0)
    return scores.index(most_known) if most_known >= _ENOUGH_KNOWN else None


def _table_lines(lines: Sequence[str], header_index: int) -> list[str]:
    """The headers and the lines under them up to a blank one, lines of dashes left out."""
    table: list[str] = []
    for line in lines[header_index:]:
        is_end = not line.strip() and len(table) > 1
        if is_end:
            break
        if line.strip() and not _RULE.fullmatch(line):
            table.append(line)
    return table


def _spread(line: str) -> str:
    """The line with one character for each column of the screen that it takes."""
    if line.isascii():
        return line
    wide = ("W", "F")
    return "".join(
        sign + _FILLER if unicodedata.east_asian_width(sign) in wide else sign for sign in line
    )


def _gaps(table: Sequence[str]) -> list[_Gap]:
    """Runs of columns that are blank in every line, wide enough to part two cells."""
    width = max(map(len, table))
    is_blank = [True] * width
    for line in table:
        for column, sign in enumerate(line):
            if not sign.isspace():
                is_blank[column] = False

    gaps: list[_Gap] = []
    start = None
    for column in range(width):
        if is_blank[column]:
            start = column if start is None else start
        elif start is not None:
            is_margin = start == 0
            if not is_margin and column - start >= _NARROWEST_GAP:
                gaps.append((start, column))
            start = None
    return gaps


def _cut(line: str, gaps: Sequence[_Gap]) -> list[str] | None:
    """The cells between the gaps; None for a line that has something in a gap."""
    cells: list[str] = []
    begin = 0
    for start, end in gaps:
        if line[start:end].strip():
            return None
        cells.append(line[begin:start])
        begin = end
    cells.append(line[begin:])
    return [cell.replace(_FILLER, "").strip() for cell in cells]
