"""What makes a table what it was, without losing what people have put on its rows since?"""

from __future__ import annotations

from collections.abc import Sequence

from salesbook.reading.table import ReadTable
from salesbook.store import KEEP, Annotation, Cell, NewCell, TableWrite
from salesbook.writing.body import PreparedWrite
from salesbook.writing.sameness import same_cell


def restored_write(
    now: ReadTable,
    now_annotations: Sequence[Annotation],
    old: ReadTable,
    old_annotations: Sequence[Annotation],
) -> PreparedWrite:
    """Prepare the write that makes a table what it was, cells that are the same left alone.

    Args:
        now: the table as it is, and what people put on its rows.
        old: the same table as it was, and what people had put on its rows.

    Returns: a write with its content's fingerprint, and what must be parked: what was put since on
        rows that go.
    """
    cells, old_cells = now.cells, old.cells
    sources = [row if row < cells.row_count else None for row in range(old_cells.row_count)]
    columns: dict[str, Sequence[NewCell]] = {}
    for header in cells.headers:
        if header in cells.calculated or header not in old_cells.headers:
            continue
        old_column: Sequence[Cell] = old.column(header)
        column_now: Sequence[Cell] = now.column(header)
        columns[header] = [
            KEEP if source is not None and same_cell(old_cell, column_now[source]) else old_cell
            for old_cell, source in zip(old_column, sources, strict=True)
        ]
    return PreparedWrite(TableWrite(cells.table, columns, sources), (), "")
