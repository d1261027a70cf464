"""What does an import do to one table of the workbook?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from salesbook.cells.base import Value


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

    @property
    def does_something(self) -> bool:
        """False where the table stays as it is."""
        return bool(self.changes) or len(self.new_rows) > 0 or self.replaces
