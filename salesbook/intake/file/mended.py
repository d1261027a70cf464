"""Is this a file of rejected rows or of gaps that an import wrote, and what do its rows say of themselves?

Such a file begins with columns of ours. They are no data: they say how the whole file was read,
which rows are no data either, and which key a row without one gets, so that it is a row of its own
and the same one however often the file is imported.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from salesbook.cells.base import Reason
from salesbook.intake.file.our_columns import TITLES
from salesbook.intake.file.read_as import understood
from salesbook.intake.foreign import ForeignTable, RawRow
from salesbook.store import Cell

READ_AS: Final = "Read as"
OWN_KEY: Final = "Own key"
GAPS_TITLES: Final = (*TITLES, READ_AS)
REJECTS_TITLES: Final = (*GAPS_TITLES, OWN_KEY)
"""Headers of the columns before the file's own; no table has a field of that name."""
NO_DATA: Final = ("totals-row", "note-row")
"""Faults of rows with which there is nothing to do."""
_KEY_LENGTH: Final = 12


def as_mended(source: ForeignTable) -> ForeignTable:
    """The file without our own columns, and with what they say; other files as they are."""
    headers = source.headers
    if not set(GAPS_TITLES) <= set(headers):
        return source
    ours: dict[str, int] = {
        title: headers.index(title) for title in REJECTS_TITLES if title in headers
    }
    said = [_text(row.cells, ours[READ_AS]) for row in source.rows]
    rows = tuple(_with_what_it_says(row, ours) for row in source.rows)
    mended = replace(source, rows=rows, read_as=understood(said))
    return mended.without_columns(frozenset(ours.values()))


def _with_what_it_says(row: RawRow, ours: dict[str, int]) -> RawRow:
    """The row with its own key; one that was no data still is none."""
    own_key = _text(row.cells, ours[OWN_KEY]) if OWN_KEY in ours else ""
    code = _text(row.cells, ours[READ_AS])
    fault = row.fault or (Reason(code) if code in NO_DATA else None)
    return replace(row, fault=fault, own_key=own_key)


def _text(cells: Sequence[Cell], column: int) -> str:
    cell = cells[column] if column < len(cells) else None
    return "" if cell is None else str(cell).strip().removeprefix("'")


def own_keys(table: str, contents: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Make keys for rows that have none: the same content gets the same key in every import.

    So a row that comes again with the next export, as wrong as before, is the same row. Of rows
    that are equal to the letter, the second has another key than the first.

    Args:
        contents: of each row the key that it has from an earlier rejects file, else blank, and its
            cells.
    """
    keys: list[str] = []
    seen: Counter[str] = Counter()
    for known, cells in contents:
        text = "\x1f".join((table, *cells))
        seen[text] += 1
        digest = hashlib.sha256(f"{text}\x1f{seen[text]}".encode("utf-8", "replace")).hexdigest()
        keys.append(known or f"ROW-{digest[:_KEY_LENGTH].upper()}")
    return keys
