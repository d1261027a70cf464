"""How does a table become what it was at an earlier time?"""

from __future__ import annotations

from collections.abc import Sequence

from salesbook.reading.table import ReadTable
from salesbook.store import KEEP, Annotation, Cell, NewCell, TableWrite
from salesbook.writing.body import PreparedWrite
from salesbook.writing.sameness import fingerprint, same_cell


def restored_write(
    now: ReadTable,
    now_annotations: Sequence[Annotation],
    old: ReadTable,
    old_annotations: Sequence[Annotation],
) -> PreparedWrite:
    """The write that makes a table what it was, cells that are the same left alone.

    Columns that came since stay; nothing is put into columns that the sheet calculates.
    """
    cells, before = now.cells, old.cells
    sources = [row if row < cells.row_count else None for row in range(before.row_count)]
    columns: dict[str, Sequence[NewCell]] = {}
    after: list[Sequence[Cell]] = []
    for header, cells_now in zip(cells.headers, cells.columns, strict=True):
        if header in cells.calculated:
            continue
        if header not in before.headers:
            after.append([None if source is None else cells_now[source] for source in sources])
            continue
        old_cells = before.columns[before.headers.index(header)]
        after.append(old_cells)
        columns[header] = [
            KEEP if source is not None and same_cell(old_cell, cells_now[source]) else old_cell
            for old_cell, source in zip(old_cells, sources, strict=True)
        ]
    return PreparedWrite(TableWrite(cells.table, columns, sources), (), fingerprint(after))
