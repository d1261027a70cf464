"""Which sheets come to light with a run or an import? Those whose tables get their first rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from salesbook.store import TableCells, TableWrite
from salesbook.tables import TABLES, Role


def tables_first_filled(
    read: Callable[[str], TableCells], writes: Sequence[TableWrite]
) -> list[str]:
    """The tables that have no rows yet and get some, in the order of the writes; no settings.

    A host then shows their sheets (`reveal`), to which Checks and the last line of a run send
    people. A sheet that somebody hid while it had rows stays hidden: it is not filled for the first
    time.

    Args:
        read: hands out a table as it is before the writes.
    """
    return [write.table for write in writes if _gets_first_rows(read, write)]


def _gets_first_rows(read: Callable[[str], TableCells], write: TableWrite) -> bool:
    spec = TABLES.get(write.table)
    has_own_sheet = spec is not None and spec.role is not Role.SETTING
    if not has_own_sheet or not write.sources:
        return False

    before = read(write.table)
    for header, column in zip(before.headers, before.columns, strict=True):
        # A formula of the user's own fills its column even where there are no rows.
        is_typed = header not in before.calculated
        if is_typed and any(cell is not None for cell in column):
            return False
    return True
