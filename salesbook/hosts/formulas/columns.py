"""Which formula is a calculated column's, and how does it read in each row?

A *calculated column* has one formula, the same in each row once it is written relative to its own
row: `=B3*2` in row 3 and `=B4*2` in row 4. No program tells reliably which columns are meant so;
Excel itself only remembers what it fills into new rows, and not whether people typed over it. So
the cells are asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from salesbook.hosts.area import MAX_ROW
from salesbook.hosts.formulas.references import Corner, Reference, UnsureError, cut
from salesbook.store import column_letters

_OWN_ROW: Final = re.compile(r"\[@|\[#this row\]", re.IGNORECASE)
"""Matches what begins `[@amount]`, or in a file stands in `Deals[[#This Row],[amount]]`."""


@dataclass(frozen=True, slots=True)
class ColumnFormula:
    """A formula of one column, written relative to the row in which it stands."""

    pieces: tuple[str | int, ...]
    """Texts, and between them how many rows below its own one the formula names."""

    def at(self, row: int) -> str:
        """Write it as it reads in a sheet row.

        Raises: UnsureError where it would name rows that no sheet has.
        """
        texts = []
        for piece in self.pieces:
            if isinstance(piece, int):
                number = row + piece
                if not 1 <= number <= MAX_ROW:
                    raise UnsureError(f"row {number}")
                texts.append(str(number))
            else:
                texts.append(piece)
        return "".join(texts)

    def reads(self, text: str, row: int) -> bool:
        """Say whether a formula of a row is this one; `b3` and `B3` are one cell."""
        try:
            return self.at(row) == text or relative(text, row) == self
        except UnsureError:
            return False


def relative(formula: str, row: int) -> ColumnFormula:
    """Write a formula relative to its row.

    Raises: UnsureError where it cannot be read.
    """
    pieces: list[str | int] = []
    for piece in cut(formula):
        if isinstance(piece, Reference):
            _add(pieces, piece.sheet)
            for place, corner in enumerate(piece.corners):
                _add(pieces, ":" * place)
                _add_corner(pieces, corner, row)
        else:
            _add(pieces, piece)

    return ColumnFormula(tuple(pieces))


def _add_corner(pieces: list[str | int], corner: Corner, row: int) -> None:
    if corner.column is not None:
        _add(pieces, "$" * corner.column_is_fixed + column_letters(corner.column))
    if corner.row is None:
        return
    if corner.row_is_fixed:
        _add(pieces, f"${corner.row}")
    else:
        pieces.append(corner.row - row)


def _add(pieces: list[str | int], text: str) -> None:
    """Put a text at the end, as one with the text before it."""
    if pieces and isinstance(pieces[-1], str):
        pieces[-1] += text
    else:
        pieces.append(text)


def column_formula(
    formulas: Mapping[int, str], rows: int, *, is_declared: bool = False
) -> ColumnFormula | None:
    """Find the formula of a calculated column: at least half of its rows hold it.

    Blank cells count as well. A formula that stands once in a column of hundred blanks is a remark
    on its row; filled into others it would say of them what nobody said. For the same reason one
    that stands once in a table of one or two rows is a remark too, unless the file declares the
    column calculated, or the formula names its own row by columns (`[@amount]`), as those do that
    people mean for all rows.

    Args:
        formulas: those of the column's cells, by sheet row, ascending.
        rows: how many rows of the body hold anything at all.
        is_declared: whether the file says that the column is calculated.

    Returns: None where the column is not calculated. Of two that stand equally often, the upper.
    """
    if not formulas or len(formulas) * 2 < rows:
        return None

    counts: dict[ColumnFormula, int] = {}
    last: ColumnFormula | None = None
    for row, text in formulas.items():
        # In nearly every row it is that of the row above, which is quickly seen.
        if last is None or not last.reads(text, row):
            last = _relative_or_none(text, row)
        if last is not None:
            counts[last] = counts.get(last, 0) + 1

    most = max(counts, key=lambda formula: counts[formula], default=None)
    if most is None or counts[most] * 2 < rows:
        return None
    stands_once = counts[most] == 1
    if stands_once and not is_declared and not _names_own_row(most):
        return None
    return most


def _names_own_row(formula: ColumnFormula) -> bool:
    """Whether a formula names columns of its own row, as Excel or as a file spells it."""
    texts = [piece for piece in formula.pieces if isinstance(piece, str)]
    return any(_OWN_ROW.search(text) for text in texts)


def _relative_or_none(text: str, row: int) -> ColumnFormula | None:
    try:
        return relative(text, row)
    except UnsureError:
        return None
