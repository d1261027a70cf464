"""What does a foreign file hold: its headers, its rows of raw cells, and what can be no row?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from salesbook.cells.base import Reason
from salesbook.intake.file.read_as import ReadAs
from salesbook.messages import Message
from salesbook.store import Cell


def is_blank(cell: Cell) -> bool:
    """True for a cell that holds nothing but space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def filled_count(cells: Sequence[Cell]) -> int:
    """Count the cells that hold something."""
    return len(cells) - sum(map(is_blank, cells))


def has_one_cell(cells: Sequence[Cell]) -> bool:
    """True for a row in which a single cell holds something; most rows tell by their second one."""
    filled = 0
    for cell in cells:
        if not is_blank(cell):
            filled += 1
            if filled > 1:
                return False
    return filled == 1


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What the user says about a file."""

    encoding: str | None = None
    sheet: str | None = None
    headers: tuple[str, ...] = ()
    """Headers that the user names with `--column`: they count as known."""
    hidden: Literal["take", "leave"] | None = None
    """What becomes of rows that a sheet hides; missing: they are taken."""
    delimiter: str | None = None
    """One character between the cells of a text file; None to find out."""
    has_headers: bool = True
    """False for a file without headers: its columns are called A, B, C."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a file as it stands."""

    number: int
    """Line of a text file, row of a sheet; both from 1."""
    cells: tuple[Cell, ...]
    fault: Reason | None = None
    """Why the row cannot be used whatever its cells mean."""
    last: int = 0
    """Last line of a row of a text file that goes over several lines; 0: it has one."""
    own_key: str = ""
    """Of a row that an earlier import rejected: the key that it gets if it has none."""

    @property
    def last_line(self) -> int:
        """The line on which the row ends."""
        return max(self.number, self.last)


@dataclass(frozen=True, slots=True)
class Apart:
    """Lines of a file that are no rows of the table."""

    kind: Literal["title", "header", "rule", "other-table"]
    """A line over the table; headers, also repeated ones; a line of dashes; all of another table."""
    first: int
    """Line of a text file, row of a sheet, as `RawRow.number`."""
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """A table out of a foreign file.

    Every row without a fault has one cell per header; a row with one has its cells as they came.
    """

    headers: tuple[str, ...]
    rows: tuple[RawRow, ...]
    encoding: str = ""
    """Of a text file, as `delimiter`; blank for a workbook."""
    delimiter: str = ""
    sheet: str = ""
    """Of a workbook; blank for a text file."""
    epoch_1904: bool = False
    """True where the workbook counts its days from 1904, as Excel for Mac once did."""
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """By row number and column: `%` or the currency word that a cell's number format shows."""
    above: tuple[str, ...] = ()
    """Title lines over the headers, as text."""
    hidden_taken: int = 0
    """How many of the rows the sheet hides, by hand or by a filter."""
    hidden_left: int = 0
    """How many hidden rows were left out because the user said so."""
    apart: tuple[Apart, ...] = ()
    """What holds something and is no row, in the file's order, title lines and headers among it."""
    notes: tuple[Message, ...] = ()
    """What to know of how the table was found in the file."""
    earlier: Mapping[str, int] = field(default_factory=dict)
    """By folded header, how many columns of that name stand in other tables before this one."""
    empty_columns: frozenset[int] = frozenset()
    """Columns without header that hold nothing in any row."""
    computed: int = 0
    """Columns at the end that the file itself does not have: the import made them of others."""
    read_as: Mapping[str, ReadAs] = field(default_factory=dict)
    """By `column_name`, how columns are read because the file from which these rows were rejected
    has proved it, or because amounts were made of them.
    """

    def without_columns(self, gone: Collection[int]) -> ForeignTable:
        """The table with the other columns moved up."""
        left = [column for column in range(len(self.headers)) if column not in gone]
        place_of = {column: place for place, column in enumerate(left)}
        return replace(
            self,
            headers=tuple(self.headers[column] for column in left),
            rows=tuple(_without_cells(row, gone) for row in self.rows),
            formats={
                (number, place_of[column]): shown
                for (number, column), shown in self.formats.items()
                if column in place_of
            },
            empty_columns=frozenset(
                place_of[column] for column in self.empty_columns if column in place_of
            ),
        )


def _without_cells(row: RawRow, gone: Collection[int]) -> RawRow:
    return replace(row, cells=tuple(c for place, c in enumerate(row.cells) if place not in gone))
