"""How does a table fit a terminal? As columns where they fit its width, else one record below another.

Widths are those of a terminal's cells: a Chinese character takes two, an accent none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rich.cells import cell_len

from salesbook.labels.words import inert

_GAP: Final = 2
"""Blank cells between two columns."""
_FOLDED: Final = 24
"""Cells are parted over several lines where they are longer; a column of such is never narrower."""
_LONG: Final = 60
"""Cells from which a text has lines of its own in a record."""
_RULE_WIDTH: Final = 40
_MOST_LINES: Final = 1.5
"""How many times as long as its records a table may be: beyond, its columns are too narrow to read."""
_BETWEEN_ENTRIES: Final = "   "
_INDENT: Final = "  "
_RULE: Final = "─"

_EAST_ASIAN: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
_CLOSING: Final = "，。、；：！？）》」』】”’％"
"""Marks that no line begins with."""
_IS_EAST_ASIAN: Final = re.compile(f"[{_EAST_ASIAN}]")
_PIECES: Final = re.compile(rf"\s+|[{_EAST_ASIAN}][{_CLOSING}]*|[^\s{_EAST_ASIAN}]+[{_CLOSING}]*|.")
"""Between which a line may be broken: blanks, words, and each Chinese character with its marks."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table as people read it."""

    header: str
    cells: Sequence[str]
    is_number: bool = False
    """Whether its cells stand on the right, units below units."""

    def inert(self) -> Column:
        """The column with a mark for each character that a terminal would obey."""
        return replace(self, header=inert(self.header), cells=[*map(_plain, self.cells)])


def _plain(cell: str) -> str:
    """A cell without what a terminal would obey; a tab is as wide as the terminal likes."""
    return inert(cell).replace("\t", " ").strip()


def fitted(columns: Sequence[Column], width: int) -> list[str]:
    """Lay a table out in lines none of which is wider than the terminal.

    Args:
        columns: at least one, all of as many cells.
        width: of the terminal, in its cells.
    """
    widths = _column_widths(columns, width)
    if widths is None:
        return records(columns, width)

    as_table = _table(columns, widths)
    # Short cells in one line each need no second thought.
    if len(as_table) == len(columns[0].cells) + 2:
        return as_table
    as_records = records(columns, width)
    return as_table if len(as_table) <= _MOST_LINES * len(as_records) else as_records


def fits(columns: Sequence[Column], width: int) -> bool:
    """Whether the columns of a table stand beside each other with each cell in one line."""
    return sum(_natural_widths(columns)) + _GAP * (len(columns) - 1) <= width


def _natural_widths(columns: Sequence[Column]) -> list[int]:
    return [max(_longest_line(column.cells), cell_len(column.header)) for column in columns]


def _column_widths(columns: Sequence[Column], width: int) -> list[int] | None:
    """How wide each column is; None where they do not fit beside each other.

    What is short stays in one line. What is long is parted between words: each such column has its
    least width, and what is left of the terminal goes to those that need most.
    """
    natural = _natural_widths(columns)
    left = width - _GAP * (len(columns) - 1)
    if sum(natural) <= left:
        return natural

    widths = [_least_width(column) for column in columns]
    left -= sum(widths)
    if left < 0:
        return None
    wanted = [most - least for most, least in zip(natural, widths, strict=True)]
    for position in sorted(range(len(columns)), key=wanted.__getitem__):
        # The least needy come first: what they leave over goes to the others in equal parts.
        still_to_come = sum(1 for need in wanted if need >= wanted[position] and need > 0)
        share = min(wanted[position], left // max(still_to_come, 1))
        widths[position] += share
        left -= share
    return widths


def _least_width(column: Column) -> int:
    longest_cell = min(_longest_line(column.cells), _FOLDED)
    words = [piece for piece in _PIECES.findall(column.header) if not piece.isspace()]
    longest_word = max((cell_len(word) for word in words), default=1)
    return max(longest_cell, min(longest_word, _FOLDED), 2)


def _longest_line(cells: Sequence[str]) -> int:
    return max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)


def _table(columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    """Headers, a rule, and the rows, each in as many lines as its longest cell needs."""
    head = _row([column.header for column in columns], columns, widths)
    rule = (_RULE * width for width in widths)
    lines = [*head, (" " * _GAP).join(rule)]
    for row in zip(*(column.cells for column in columns), strict=True):
        lines.extend(_row(row, columns, widths))
    return lines


def _row(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, wrapped))):
        parts = []
        for cell_lines, column, width in zip(wrapped, columns, widths, strict=True):
            text = cell_lines[number] if number < len(cell_lines) else ""
            blank = " " * (width - cell_len(text))
            parts.append(blank + text if column.is_number else text + blank)
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines


def records(columns: Sequence[Column], width: int) -> list[str]:
    """Lay rows out one below another: what each holds with its header, as many in a line as fit.

    What is long in some row has lines of its own in every row: so it is found at the same place.
    """
    is_long = [_longest_line(column.cells) > _LONG for column in columns]
    lines = []
    for number, row in enumerate(zip(*(column.cells for column in columns), strict=True), start=1):
        head = f"{_RULE * 2} {number} "
        lines.append(head + _RULE * max(min(width, _RULE_WIDTH) - cell_len(head), 0))
        short_entries: list[str] = []
        for column, cell, stands_alone in zip(columns, row, is_long, strict=True):
            if not cell:
                continue
            entry = f"{column.header}{_colon_after(column.header)}{cell}" if column.header else cell
            if stands_alone:
                lines += _flowing(short_entries, width)
                lines += wrap(entry, width, indent=_INDENT)
                short_entries = []
            else:
                short_entries.append(entry)
        lines += _flowing(short_entries, width)
    return lines


def _colon_after(header: str) -> str:
    """Behind Chinese words a colon of their width; behind others one with a blank."""
    return "：" if _IS_EAST_ASIAN.match(header[-1]) else ": "


def _flowing(entries: Sequence[str], width: int) -> list[str]:
    """Entries one behind the other, as many in a line as fit."""
    lines: list[str] = []
    for entry in entries:
        longer = f"{lines[-1]}{_BETWEEN_ENTRIES}{entry}" if lines else ""
        if lines and cell_len(longer) <= width and "\n" not in entry:
            lines[-1] = longer
        else:
            lines += wrap(entry, width, indent=_INDENT)
    return lines


def wrap(text: str, width: int, *, indent: str = "") -> list[str]:
    """Part a text into lines, between words where it can be; a word longer than a line is cut.

    Args:
        width: cells of a line, two at the least.
        indent: what every line but the first begins with.

    Returns: at least one line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = indent if lines else ""
        start = line
        for piece in _PIECES.findall(paragraph):
            if cell_len(line + piece.rstrip()) <= width:
                # No line begins with the blanks that parted it from the one before.
                line += piece if line != start or not piece.isspace() else ""
                continue
            if piece.isspace():
                continue
            if line != start:
                lines.append(line.rstrip())
                line = start = indent
            while cell_len(line + piece) > width:
                head = _head(piece, width - cell_len(line))
                lines.append(line + head)
                piece = piece[len(head) :]
                line = start = indent
            line += piece
        lines.append(line.rstrip())
    return lines


def _head(word: str, width: int) -> str:
    """As much of a word as fits, one character at the least."""
    for length in range(2, len(word) + 1):
        if cell_len(word[:length]) > width:
            return word[: length - 1]
    return word
