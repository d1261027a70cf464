"""Which cells does a reference such as `B2:F10` name?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from salesbook.store import column_letters

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
"""Matches a cell's name with or without dollars: `B2`, `$B$2`, `xfd1048576`."""


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """Number a column: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_name(row: int, column: int) -> str:
    """Name a cell by its row and column, both from 1."""
    return f"{column_letters(column)}{row}"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells by its first and last row and column, from 1, ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, text: str) -> Area | None:
        """Read `B2:F10` or `B2`; None where the text is neither or lies outside a sheet."""
        first, _, last = text.strip().partition(":")
        start = _CELL.fullmatch(first)
        end = _CELL.fullmatch(last or first)
        if not start or not end:
            return None

        rows = (int(start[2]), int(end[2]))
        columns = (column_number(start[1]), column_number(end[1]))
        # `F10:B2` is the same area.
        top, bottom = sorted(rows)
        left, right = sorted(columns)
        if bottom > MAX_ROW or right > MAX_COLUMN:
            return None
        return cls(top, left, bottom, right)

    @classmethod
    def one_cell(cls, row: int, column: int) -> Area:
        """Make the area of a single cell."""
        return cls(row, column, row, column)

    def __str__(self) -> str:
        first = cell_name(self.top, self.left)
        last = cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    @property
    def row_count(self) -> int:
        """How many rows it has."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """How many columns it has."""
        return self.right - self.left + 1

    @property
    def is_one_cell(self) -> bool:
        """Whether it is a single cell."""
        return self.top == self.bottom and self.left == self.right

    @property
    def columns(self) -> range:
        """The numbers of its columns."""
        return range(self.left, self.right + 1)

    def meets(self, other: Area) -> bool:
        """Say whether the two have a cell in common."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def within(self, other: Area) -> Area | None:
        """Give the cells that both have; None where they have none."""
        if not self.meets(other):
            return None
        return Area(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def contains(self, other: Area) -> bool:
        """Say whether every cell of `other` is one of ours."""
        return (
            self.top <= other.top
            and self.left <= other.left
            and self.bottom >= other.bottom
            and self.right >= other.right
        )

    def ending_at(self, bottom: int) -> Area:
        """Give the same columns and first row another last row."""
        return Area(self.top, self.left, bottom, self.right)
