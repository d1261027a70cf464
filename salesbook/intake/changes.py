"""What does an import do to one table of the workbook?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from salesbook.cells.base import Value
from salesbook.store import NO_OWN_CELLS, OwnCells


@dataclass(frozen=True)
class TableChange:
    """What the import does to one table."""

    table: str
    changes: Mapping[int, Mapping[str, Value]]
    """New typed values by field, by the row's position in the table; empty where the body is
    replaced.
    """
    new_rows: pd.DataFrame
    """Rows to append, or the whole new body."""
    replaces: bool = False
    own: OwnCells = NO_OWN_CELLS
    """What goes into columns of the user's own."""
    leaving: Sequence[int] = ()
    """Positions of rows that go."""

    @property
    def does_something(self) -> bool:
        """False where the table stays as it is."""
        changes_rows = bool(self.changes or self.leaving) or len(self.new_rows) > 0
        return changes_rows or self.replaces or self.own.does_something


def different_values(old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, Value]:
    """What of new values is not there yet."""
    return {name: value for name, value in new.items() if old.get(name) != value}
