"""What does the user say of all rows at once? `--column rep_id="=Ann Lee"` names no header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from salesbook.intake.book_now import BookNow
from salesbook.intake.foreign import ForeignTable
from salesbook.names.folding import fold_name
from salesbook.tables import TABLES

_SIGN: Final = "="
_MOST_REPS: Final = 9
"""Reps among whom somebody chooses one; of more he types the name himself."""


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


def said_as_value(value: str) -> str:
    """What stands in place of a header where all rows have a value."""
    return f"{_SIGN}{value}"


def values_for_all(table: str, name: str, book: BookNow) -> tuple[str, ...]:
    """What all rows of a file without a column of a field may have in common, as one would say it.

    Returns: the reps who are there today, by name, or the codes of a choice; empty for other fields.
    """
    spec = TABLES[table].field(name)
    if spec.ref == "Reps":
        return _reps_there(book)
    return tuple(spec.choices)


def _reps_there(book: BookNow) -> tuple[str, ...]:
    """Names of the reps who have not left; the key of one who shares his name."""
    reps = list(book.table("Reps").rows.values())
    namesakes = Counter(fold_name(str(rep["name"])) for rep in reps)
    there = sorted(
        (rep for rep in reps if "left_on" not in rep or rep["left_on"] >= book.as_of),  # type: ignore[operator]
        key=lambda rep: (fold_name(str(rep["name"])), str(rep["rep_id"])),
    )
    return tuple(
        str(rep["name"] if namesakes[fold_name(str(rep["name"]))] == 1 else rep["rep_id"])
        for rep in there[:_MOST_REPS]
    )
