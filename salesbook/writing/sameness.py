"""When do two cells hold the same, so that one need not be written and typing is not taken for new?"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from operator import eq
from typing import Final

from salesbook.store import KEEP, Annotation, Cell, NewCell, TableCells

_SHORT: Final = 16
"""Characters of at most 15 digits and a decimal sign."""
_NOTHING: Final = type(None)


def same_cell(left: Cell, right: Cell) -> bool:
    """True where two raw cells hold the same.

    Blank text is no text, 3 is 3.0, a bare date its midnight. Numbers are compared as a sheet shows
    them, to 15 digits: programs save the rest as they like.
    """
    if left in (None, "") and right in (None, ""):
        return True
    # To Python True is 1; to somebody who looks at the sheet it is not.
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return _comparable(left) == _comparable(right)


def _comparable(value: Cell) -> object:
    if isinstance(value, dt.date):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _digits(value)
    return value


def _digits(number: float) -> str:
    """A number to 15 significant digits, spelled as Python does."""
    text = repr(float(number))
    return text if len(text) <= _SHORT else repr(float(f"{number:.15g}"))


def changes_of(new: Sequence[Cell], old: Sequence[Cell]) -> list[NewCell]:
    """Cells that take the place of others, row by row: KEEP where the old one says the same."""
    holds_flags = bool in {*map(type, new), *map(type, old)}
    if holds_flags:  # Python's == would take True for 1
        return [
            KEEP if same_cell(cell, old_cell) else cell
            for cell, old_cell in zip(new, old, strict=True)
        ]
    if new == old:
        return [KEEP] * len(new)
    pairs = zip(map(eq, new, old), new, old, strict=True)
    return [
        KEEP if is_equal or same_cell(cell, old_cell) else cell
        for is_equal, cell, old_cell in pairs
    ]


def fingerprint(columns: Sequence[Sequence[Cell]]) -> str:
    """A short hash of raw cells, equal for equal content as `same_cell` sees it."""
    digest = hashlib.blake2b(digest_size=8)
    for column in columns:
        digest.update("\x1f".join(_spellings(column)).encode("utf-8", "surrogatepass"))
        digest.update(b"\x1e")
    return digest.hexdigest()


def content_fingerprint(cells: TableCells, annotations: Sequence[Annotation]) -> str:
    """A short hash of what was typed into a table: recalculation does not change it."""
    typed = [
        column
        for header, column in zip(cells.headers, cells.columns, strict=True)
        if header not in cells.calculated
    ]
    return fingerprint(typed)


def _spellings(column: Sequence[Cell]) -> Iterable[str]:
    """`_spelling` of each cell; a column of one kind is spelled at once."""
    kinds = set(map(type, column)) - {_NOTHING}
    if kinds <= {str}:
        return [cell or "" for cell in column]  # type: ignore[misc]
    if kinds <= {int, float}:
        return ["" if cell is None else _digits(cell) for cell in column]  # type: ignore[arg-type]
    if len(kinds) == 1:
        # Dates and flags repeat: each is spelled once.
        spelling_of = {cell: _spelling(cell) for cell in set(column)}
        return [spelling_of[cell] for cell in column]
    return [_spelling(cell) for cell in column]


def _spelling(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _digits(value)
    return str(_comparable(value))
