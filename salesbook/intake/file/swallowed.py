"""Has a quote that is never closed made one cell of several rows?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.intake.foreign import RawRow, is_blank
from salesbook.store import Cell

_ENOUGH_ROWS: Final = 1000
"""Rows whose cells are looked at: shapes repeat."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a record that goes over several."""

    text: str
    foreign: int
    """So many of its columns would be another row's; behind them, the record goes on itself."""


class RowShapes:
    """What the rows of one file look like, column by column.

    A quoted cell may hold line breaks and delimiters: that is legal, and people's notes do. Where
    the record is as wide as the headers, only a line in the cell that looks like a row of this very
    file, its dates and numbers in the columns where the others have theirs, speaks against it.
    """

    def __init__(self, rows: Sequence[RawRow], delimiter: str, width: int) -> None:
        """
        Args:
            rows: of the file; those over several lines are passed over.
            width: how many headers there are.
        """
        self._delimiter = delimiter
        self._width = width
        self._shapes: list[set[str]] = [set() for _ in range(width)]
        self._texts: list[int] = [0] * width
        """By column, how many cells have no digit in them, its header among them."""
        self._numbers: list[int] = [0] * width
        fitting = (row for row in rows if not row.last and len(row.cells) == width)
        for _, row in zip(range(_ENOUGH_ROWS), fitting, strict=False):
            for column, cell in enumerate(row.cells):
                self._note(column, cell)

    def _note(self, column: int, cell: Cell) -> None:
        if is_blank(cell):
            return
        shape = _shape(str(cell))
        if "9" in shape:
            self._shapes[column].add(shape)
            self._numbers[column] += 1
        else:
            self._texts[column] += 1

    def has_swallowed(self, row: RawRow) -> bool:
        """True for a record of several lines with a line in it that is a row of its own."""
        if self._width <= 2:
            # A line with one delimiter is any sentence.
            return False
        first, *further = self._lines(row)
        if len(row.cells) != self._width:
            return any(line.text.count(self._delimiter) >= self._width - 1 for line in further)
        first_cells = self._cells_of(first)
        return any(self._is_row(line, first_cells) for line in further)

    def _lines(self, row: RawRow) -> list[_Line]:
        """The lines of the file that a record goes over, without quotes."""
        lines = [_Line("", 0)]
        for column, cell in enumerate(row.cells):
            parts = str(cell or "").splitlines() or [""]
            between = self._delimiter if column else ""
            lines[-1] = _Line(lines[-1].text + between + parts[0], lines[-1].foreign)
            lines += [_Line(part, self._width) for part in parts[1:-1]]
            if len(parts) > 1:
                lines.append(_Line(parts[-1], column + 1))
        return lines

    def _cells_of(self, line: _Line) -> list[str]:
        return [cell.strip(" \"'") for cell in line.text.split(self._delimiter)]

    def _is_row(self, line: _Line, first_cells: Sequence[str]) -> bool:
        """Whether a line has as many cells as there are headers, each number where the others are.

        Args:
            first_cells: of the record's first line: one more row, if it is as wide.
        """
        cells = self._cells_of(line)
        if len(cells) != self._width:
            return False
        some_fit = False
        for column, cell in enumerate(cells[: line.foreign]):
            shapes = self._shapes[column]
            if len(first_cells) == self._width and "9" in (shape := _shape(first_cells[column])):
                shapes = shapes | {shape}
            holds_numbers = bool(shapes) and self._texts[column] <= max(1, self._numbers[column])
            if not cell or not holds_numbers:
                continue
            if _shape(cell) not in shapes:
                return False
            some_fit = True
        return some_fit


def _shape(text: str) -> str:
    """`2026-03-02` as `9-9-9`, `SO-12` as `a-9`."""
    return _DIGITS.sub("9", _LETTERS.sub("a", text.strip()))
