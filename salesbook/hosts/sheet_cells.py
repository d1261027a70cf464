"""What does a sheet of somebody else's workbook hold, whatever kind of file it is in?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from salesbook.store import Cell, CellError

_TIMES: Final = frozenset((dt.time, dt.timedelta))

WantsFormat = Callable[[str], bool]
"""Whether a number format says something that the reader of the sheet wants to know."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A worksheet as it is chosen."""

    name: str
    is_hidden: bool


class Spreadsheet(Protocol):
    """A file of worksheets."""

    @property
    def tabs(self) -> Sequence[Tab]:
        """The worksheets in their order."""
        ...

    @property
    def is_1904(self) -> bool:
        """Whether its days count from 1904."""
        ...

    def cells(self, place: int, wants: WantsFormat, first_rows: int = 0) -> SheetCells:
        """Read a sheet, or at least its first rows where so many are asked for.

        Args:
            place: that of its tab, from 0.

        Raises: NotAWorkbook, UnsafeFile.
        """
        ...


@dataclass(frozen=True, slots=True)
class SheetCells:
    """A sheet's cells from A1 on, row by row."""

    rows: Sequence[list[Cell]]
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """The number formats that were wanted, by row from 1 and by the column's place from 0."""
    hidden: frozenset[int] = frozenset()
    """The numbers of the rows that are hidden, by hand or by a filter."""

    def cell(self, row: int, place: int) -> Cell:
        """Give one cell by its row from 1 and its column's place from 0; None beyond the last."""
        cells = self.rows[row - 1] if row <= len(self.rows) else []
        return cells[place] if place < len(cells) else None


def cells_of(
    rows: Sequence[Sequence[Any]], errors: Mapping[tuple[int, int], CellError]
) -> list[list[Cell]]:
    """Turn the reader's rows into raw cells.

    The reader gives an empty text for a blank cell, and nothing for an error and for a formula
    without a value. A time of day or a duration is no date: it stays a text, as a sheet shows it.

    Args:
        rows: as the reader gives them, from the sheet's first cell on.
        errors: what belongs into cells that the reader leaves blank, by row and column from 1.
    """
    cells: list[list[Cell]] = []
    for row in rows:
        if _TIMES.isdisjoint(map(type, row)):
            cells.append([None if cell == "" else cell for cell in row])
        else:
            cells.append([_without_times(cell) for cell in row])

    for (row_number, column), error in errors.items():
        missing_rows = row_number - len(cells)
        cells.extend([] for _ in range(missing_rows))
        row_cells = cells[row_number - 1]
        row_cells.extend([None] * (column - len(row_cells)))
        row_cells[column - 1] = error
    return cells


def _without_times(cell: Any) -> Cell:
    if type(cell) in _TIMES:
        return str(cell)
    return None if cell == "" else cell
