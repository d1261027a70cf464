"""Has a quote that is never closed made one cell of several rows?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from salesbook.intake.foreign import RawRow, is_blank
from salesbook.store import Cell

_ENOUGH_ROWS: Final = 1000
"""Rows whose cells are looked at: shapes repeat."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")


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
        """By column, how many cells have no digit in them."""
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
        else:
            self._texts[column] += 1

    def has_swallowed(self, row: RawRow) -> bool:
        """True for a record of several lines with a line in it that is a row of its own."""
        if self._width <= 2:
            # A line with one delimiter is any sentence.
            return False
        has_headers_width = len(row.cells) == self._width
        looks_like_row = self._is_row if has_headers_width else self._is_wide
        return any(map(looks_like_row, self._further_lines(row)))

    def _further_lines(self, row: RawRow) -> list[str]:
        """The lines of the file after the first one that the record goes over, without quotes."""
        text = self._delimiter.join(str(cell) for cell in row.cells if cell is not None)
        return text.splitlines()[1:]

    def _is_wide(self, line: str) -> bool:
        return line.count(self._delimiter) >= self._width - 1

    def _is_row(self, line: str) -> bool:
        """Whether a line has as many cells as there are headers, each number where the others are."""
        cells = [cell.strip(" \"'") for cell in line.split(self._delimiter)]
        if len(cells) != self._width:
            return False
        some_fit = False
        for column, cell in enumerate(cells):
            shapes = self._shapes[column]
            holds_numbers_only = bool(shapes) and self._texts[column] <= 1
            if not cell or not holds_numbers_only:
                continue
            # The one text that such a column may have is its header.
            if _shape(cell) not in shapes:
                return False
            some_fit = True
        return some_fit


def _shape(text: str) -> str:
    """`2026-03-02` as `9-9-9`, `SO-12` as `a-9`."""
    return _DIGITS.sub("9", _LETTERS.sub("a", text.strip()))
