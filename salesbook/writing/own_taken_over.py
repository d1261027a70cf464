"""What becomes of people's own columns when a row goes into another one?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from salesbook.reading.table import ReadTable
from salesbook.store import Cell, OwnCells

_BLANK = (None, "")


@dataclass(frozen=True)
class OwnTakenOver:
    """Cells of people's own columns that go from one row to another."""

    cells: Mapping[int, Mapping[str, Cell]] = field(default_factory=dict)
    """By header, by the position of the row that takes them."""
    carried: frozenset[tuple[int, str]] = frozenset()
    """Position and header of each cell that is taken over, or says what the other row says already."""

    def added_to(self, own: OwnCells) -> OwnCells:
        """What is to be written into own columns, these cells among it."""
        if not self.cells:
            return own
        changes = {row: dict(cells) for row, cells in own.changes.items()}
        for row, cells in self.cells.items():
            changes[row] = {**cells, **changes.get(row, {})}
        return replace(own, changes=changes)


def own_taken_over(read: ReadTable, into: Mapping[int, int]) -> OwnTakenOver:
    """Fill blank cells of people's own columns from rows that go; what clashes stays where it is.

    Args:
        into: the position of the row that takes over, by that of the row that goes.
    """
    if not into:
        return OwnTakenOver()
    cells: dict[int, dict[str, Cell]] = {}
    carried: set[tuple[int, str]] = set()
    for header in read.own_headers:
        if header in read.cells.calculated:
            continue
        column = read.column(header)
        for going, staying in into.items():
            value = column[going]
            if value in _BLANK:
                continue
            there = cells.get(staying, {}).get(header, column[staying])
            if there in _BLANK:
                cells.setdefault(staying, {})[header] = value
                carried.add((going, header))
            elif there == value:
                carried.add((going, header))
    return OwnTakenOver(cells, frozenset(carried))
