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
from salesbook.intake.file.our_columns import Ours, title
from salesbook.intake.file.read_as import understood
from salesbook.intake.foreign import ForeignTable, RawRow
from salesbook.labels import LANGUAGES, Language
from salesbook.store import Cell

_READ_AS: Final = "read_as"
_OWN_KEY: Final = "own_key"
_OF_GAPS: Final[tuple[Ours, ...]] = ("row", "problem_in", "problem", _READ_AS)
_OF_REJECTS: Final[tuple[Ours, ...]] = (*_OF_GAPS, _OWN_KEY)
NO_DATA: Final = ("totals-row", "note-row")
"""Faults of rows with which there is nothing to do."""
_KEY_LENGTH: Final = 12


def titles_of_gaps(language: Language) -> list[str]:
    """Headers of the columns before those of a file of gaps."""
    return [title(name, language) for name in _OF_GAPS]


def titles_of_rejects(language: Language) -> list[str]:
    """Headers of the columns before those of a file of rejected rows."""
    return [title(name, language) for name in _OF_REJECTS]


def as_mended(source: ForeignTable) -> ForeignTable:
    """The file without our own columns, and with what they say; other files as they are."""
    ours = _places_of_ours(source.headers)
    if not ours:
        return source
    said = [_text(row.cells, ours[_READ_AS]) for row in source.rows]
    rows = tuple(_with_what_it_says(row, ours) for row in source.rows)
    mended = replace(source, rows=rows, read_as=understood(said))
    return mended.without_columns(frozenset(ours.values()))


def _places_of_ours(headers: Sequence[str]) -> dict[str, int]:
    """Where our columns stand, called as in one of the languages; empty in a file that is not ours."""
    for language in LANGUAGES:
        if set(titles_of_gaps(language)) <= set(headers):
            titles = {name: title(name, language) for name in _OF_REJECTS}
            return {name: headers.index(said) for name, said in titles.items() if said in headers}
    return {}


def _with_what_it_says(row: RawRow, ours: dict[str, int]) -> RawRow:
    """The row with its own key; one that was no data still is none."""
    own_key = _text(row.cells, ours[_OWN_KEY]) if _OWN_KEY in ours else ""
    code = _text(row.cells, ours[_READ_AS])
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
