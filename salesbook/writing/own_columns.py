"""What makes columns of the user's own what they were before a run wrote into them?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.cells.sameness import same_cell
from salesbook.reading.table import ReadTable
from salesbook.store import KEEP, Cell, NewCell
from salesbook.writing.sameness import own_fingerprint

GONE: Final = "-"
"""What the log of runs says of a column that a run took away."""


@dataclass(frozen=True)
class OwnColumnsBack:
    """Columns of the user's own on their way back to what they were before a run wrote into them."""

    now: ReadTable
    old: ReadTable
    sources: Sequence[int | None]
    """For each old row the one of now that it is."""
    headers: Collection[str]

    @property
    def new_headers(self) -> tuple[str, ...]:
        """Columns that were there and are not: a run took them away."""
        return tuple(
            header
            for header in self.old.cells.headers
            if header in self.headers and header not in self.now.cells.headers
        )

    def gone_headers(
        self, named_columns: Callable[[Collection[str]], frozenset[str]]
    ) -> tuple[str, ...]:
        """The table's last columns, as far as a run brought them and no formula names them.

        A column with others right of it stays, emptied: these must not move.
        """
        brought = [header for header in self.headers if header not in self.old.cells.headers]
        if not brought:
            return ()
        named = named_columns(brought)
        gone: list[str] = []
        for header in reversed(self.now.cells.headers):
            if header not in brought or header in named:
                break
            gone.insert(0, header)
        return tuple(gone)

    def columns(self, gone_headers: Collection[str]) -> dict[str, list[NewCell]]:
        """The cells of the columns that stay or come back, KEEP where a row has them already."""
        columns: dict[str, list[NewCell]] = {}
        for header in self.headers:
            if header in gone_headers or not self._is_there(header):
                continue
            after = self._after(header)
            cells: list[NewCell] = [
                KEEP if same_cell(cell, self._cell_now(header, source)) else cell
                for cell, source in zip(after, self.sources, strict=True)
            ]
            if header in self.new_headers or any(cell is not KEEP for cell in cells):
                columns[header] = cells
        return columns

    def states(self, gone_headers: Collection[str]) -> dict[str, str]:
        """What is left in each, for the log of runs."""
        return {
            header: GONE
            if header in gone_headers or not self._is_there(header)
            else own_fingerprint(header, self._after(header))
            for header in self.headers
        }

    def _is_there(self, header: str) -> bool:
        return header in self.now.cells.headers or header in self.old.cells.headers

    def _after(self, header: str) -> list[Cell]:
        if header not in self.old.cells.headers:
            return [None] * len(self.sources)
        return list(self.old.column(header))

    def _cell_now(self, header: str, source: int | None) -> Cell:
        if source is None or header not in self.now.cells.headers:
            return None
        cell: Cell = self.now.column(header)[source]
        return cell
