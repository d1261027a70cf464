"""What goes into columns of the user's own, and where in the new body of a table does it stand?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from salesbook.store import KEEP, Cell, NewCell


@dataclass(frozen=True, slots=True)
class OwnCells:
    """Cells for columns of the user's own: those that are there, and new ones right of the table."""

    new_headers: tuple[str, ...] = ()
    """Of columns that come right of the table."""
    changes: Mapping[int, Mapping[str, Cell]] = field(default_factory=dict)
    """By header, by the position of the table's row."""
    added: Sequence[Mapping[str, Cell]] = ()
    """By header, for each row that the write adds; for each of the whole body where that is new."""

    @property
    def does_something(self) -> bool:
        """False where nothing is written."""
        return bool(self.new_headers or self.changes or any(self.added))

    def columns(
        self, sources: Sequence[int | None], first_added: int
    ) -> dict[str, list[NewCell]]:
        """The cells by header, one for each row of the new body, KEEP where nothing is given.

        Args:
            sources: per new row the old row that it continues.
            first_added: the new row that the first of `added` is about.
        """
        given: dict[str, list[NewCell]] = {
            header: [KEEP] * len(sources) for header in self.new_headers
        }

        def put(row: int, cells: Mapping[str, Cell]) -> None:
            for header, cell in cells.items():
                given.setdefault(header, [KEEP] * len(sources))[row] = cell

        for row, source in enumerate(sources):
            if source is not None and source in self.changes:
                put(row, self.changes[source])
        for place, cells in enumerate(self.added):
            put(first_added + place, cells)
        return given


NO_OWN_CELLS: Final = OwnCells()
