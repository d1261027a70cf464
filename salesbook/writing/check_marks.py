"""Which cells are to be coloured, said by their row's key, so that a mark goes where the row goes?

A sheet's rule puts together, for each of its cells, the table's code, the header above the cell and the
key at the left of the row, and looks whether CheckMarks has that text. So a row that is sorted, moved
or pushed down by a new one keeps its mark, which no address could.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Final

import pandas as pd

from salesbook.frames import frame_from_rows
from salesbook.labels import Language
from salesbook.messages import Finding
from salesbook.reading.table import ReadTable
from salesbook.store import Cell
from salesbook.tables import TABLES, Role
from salesbook.writing.values import cells_of

CHECK_MARKS: Final = "CheckMarks"
BETWEEN_PARTS: Final = "|"
_MOST_MARKS: Final = 2_000
"""More coloured cells nobody mends at a time, and each cell in sight is looked up among them."""
_MOST_LOOKED_AT: Final = 4_000
"""Some of these have no key, and so no mark."""
_FIRST_DAY: Final = dt.date(1899, 12, 30)
_FIRST_DAY_1904: Final = dt.date(1904, 1, 1)


def marks_frame(
    findings: Iterable[Finding],
    find: Callable[[str], ReadTable | None],
    *,
    language: Language,
    currency: str,
) -> pd.DataFrame:
    """CheckMarks of some findings, errors before warnings: at most 2,000.

    A cell has one mark. What is about a table or a column as a whole has none, nor has a row without
    a key: nothing would lead a mark to it once the row has moved.

    Args:
        findings: those with a row, by its position in the table as it was read.
        find: a table as it was read; None where the workbook has none.
    """
    errors_first = sorted(findings, key=lambda finding: finding.severity != "error")
    markable = [finding for finding in errors_first if _can_be_marked(finding, find)]
    rows: dict[str, list[int]] = {}
    for finding in markable[:_MOST_LOOKED_AT]:
        rows.setdefault(finding.table, []).append(finding.row or 0)
    keys = {
        table: _keys_in_cells(read, rows_of_table, language=language, currency=currency)
        for table, rows_of_table in rows.items()
        if (read := find(table)) is not None
    }

    marks: dict[str, str] = {}
    for finding in markable[:_MOST_LOOKED_AT]:
        read = find(finding.table)
        key = keys[finding.table].get(finding.row or 0)
        header = read.headers.get(finding.field or read.spec.key[0]) if read else None
        if header and key and len(marks) < _MOST_MARKS:
            marks.setdefault(BETWEEN_PARTS.join([finding.table, header, key]), finding.severity)
    return frame_from_rows(
        CHECK_MARKS,
        [
            {"mark": f"{severity}{BETWEEN_PARTS}{place}"}
            for place, severity in sorted(marks.items())
        ],
    )


def _can_be_marked(finding: Finding, find: Callable[[str], ReadTable | None]) -> bool:
    """Whether a finding is about a cell or row of a table whose wrong cells are coloured."""
    spec = TABLES[finding.table]
    is_typed_into = bool(spec.key) and (spec.role is not Role.OUTPUT or bool(spec.yours))
    return is_typed_into and finding.row is not None and find(finding.table) is not None


def _keys_in_cells(
    read: ReadTable, rows: Iterable[int], *, language: Language, currency: str
) -> dict[int, str]:
    """The keys of rows as their cells say them, parts in the key's order; without blank ones."""
    wanted = list(dict.fromkeys(rows))
    parts_of: dict[int, str] = {}
    for frame in (read.frame, read.left_out):
        these = frame[frame.index.isin(wanted)]
        if these.empty:
            continue
        columns = [
            cells_of(
                read.spec.name, read.spec.field(name), these, language=language, currency=currency
            )
            for name in read.spec.key
        ]
        for row, cells in zip(these.index, zip(*columns, strict=True), strict=True):
            texts = [_text(cell, epoch_1904=read.cells.epoch_1904) for cell in cells]
            parts_of[int(row)] = BETWEEN_PARTS.join(texts)
    return {row: key for row, key in parts_of.items() if key.strip(BETWEEN_PARTS)}


def _text(cell: Cell, *, epoch_1904: bool) -> str:
    """What a formula joins to a text where a cell stands, without blanks at its ends."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, dt.date):
        first = _FIRST_DAY_1904 if epoch_1904 else _FIRST_DAY
        return str((cell - first).days)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return f"{cell:.15g}"
    return " ".join(part for part in str(cell).split(" ") if part)
