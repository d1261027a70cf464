"""Which tables get their first rows with a run or an import, so that their sheets may be seen?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from salesbook.store import TableCells, TableWrite
from salesbook.tables import TABLES, Role


def tables_first_filled(
    read: Callable[[str], TableCells], writes: Sequence[TableWrite]
) -> list[str]:
    """The tables that have no rows yet and get some, in the order of the writes; no settings.

    Their sheets may come to light, see `book.tabs`. A sheet that somebody hid while it had rows
    stays hidden: it is not filled for the first time.

    Args:
        read: hands out a table as it is before the writes.
    """
    return [write.table for write in writes if _gets_first_rows(read, write)]


def _gets_first_rows(read: Callable[[str], TableCells], write: TableWrite) -> bool:
    spec = TABLES.get(write.table)
    has_own_sheet = spec is not None and spec.role is not Role.SETTING
    if not has_own_sheet or not write.sources:
        return False

    return not has_rows(read(write.table))


def has_rows(cells: TableCells) -> bool:
    """Whether a table holds anything that somebody typed or a run wrote."""
    for header, column in zip(cells.headers, cells.columns, strict=True):
        # A formula of the user's own fills its column even where there are no rows.
        is_typed = header not in cells.calculated
        if is_typed and any(cell is not None for cell in column):
            return True
    return False
