"""What does the user say of all rows at once? `--column rep_id="=Ann Lee"` names no header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from salesbook.intake.foreign import ForeignTable

_SIGN = "="


def says_value(header: str) -> bool:
    """True for what stands in place of a header and is the value of all rows."""
    return header.startswith(_SIGN) and bool(header.removeprefix(_SIGN).strip())


def with_said_values(source: ForeignTable, columns: Mapping[str, str]) -> ForeignTable:
    """The file with a column more for each value that the user says, as if all its rows had it.

    So a value is read, resolved and explained as any other cell is.

    Args:
        columns: header by field, as the user says.
    """
    said = [header for header in dict.fromkeys(columns.values()) if says_value(header)]
    if not said:
        return source

    values = tuple(header.removeprefix(_SIGN).strip() for header in said)
    width = len(source.headers)
    # A row that was spoiled has its cells as they came.
    rows = tuple(
        replace(row, cells=(*row.cells, *values)) if len(row.cells) == width else row
        for row in source.rows
    )
    return replace(
        source,
        headers=(*source.headers, *said),
        rows=rows,
        computed=source.computed + len(said),
    )
