"""What was seen of a sheet's cells beside their values, and is its extent an honest one?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from salesbook.errors import UnsafeFile
from salesbook.hosts.area import MAX_COLUMN, MAX_ROW, cell_name
from salesbook.hosts.package import is_too_much
from salesbook.hosts.sheet_cells import SheetCells, WantsFormat, cells_of
from salesbook.store import CellError

ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Error values by the byte that binary workbooks store. Source: MS-XLS 2.5.10 (BErr)."""


@dataclass(slots=True)
class Seen:
    """What a pass over a sheet found; rows and columns from 1."""

    errors: dict[tuple[int, int], CellError] = field(default_factory=dict)
    styled: list[tuple[int, int, str]] = field(default_factory=list)
    """Row, column and number format of the cells whose format is wanted."""
    hidden: set[int] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    """How many cells hold something."""

    def note(self, row: int, column: int) -> None:
        """Note that a cell holds something."""
        self.cells += 1
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def refuse_sparse(self, where: str) -> None:
        """Refuse a sheet that would take far more memory than its cells are worth.

        The reader makes one dense block of it. Raises: UnsafeFile.
        """
        is_outside = self.last_row > MAX_ROW or self.last_column > MAX_COLUMN
        if is_outside or is_too_much(self.last_row, self.last_column, self.cells):
            last = cell_name(min(self.last_row, MAX_ROW), min(self.last_column, MAX_COLUMN))
            raise UnsafeFile(
                "sheet-too-sparse",
                where=f"{where}!{last}",
                rows=self.last_row,
                columns=self.last_column,
                cells=self.cells,
            )

    def beside(self, rows: Sequence[Sequence[object]]) -> SheetCells:
        """Put what was seen beside the values."""
        formats = {(row, column - 1): code for row, column, code in self.styled}
        return SheetCells(cells_of(rows, self.errors), formats, frozenset(self.hidden))


def wanted_formats(codes: Sequence[str], wants: WantsFormat) -> dict[int, str]:
    """The number formats that are wanted, by their place in the list."""
    return {place: code for place, code in enumerate(codes) if wants(code)}
