"""What does a formula say after its cell was moved or copied, by itself?"""

from __future__ import annotations

from salesbook.hosts.formulas.references import Piece, Reference, UnsureError, cut, joined


def has_cell_references(formula: str) -> bool:
    """Say whether a formula names cells by place, not only by column name or defined name.

    Raises: UnsureError where it cannot be read.
    """
    return any(isinstance(piece, Reference) for piece in cut(formula))


def copied(formula: str, down: int, right: int) -> str:
    """Shift every relative reference, as copying a cell does: what a shared formula means.

    Raises: UnsureError where a reference would leave the sheet.
    """
    pieces: list[Piece] = []
    for piece in cut(formula):
        pieces.append(piece.shifted(down, right) if isinstance(piece, Reference) else piece)
    return joined(pieces)


def moved(formula: str, old_row: int, new_row: int) -> str:
    """Give a formula to another row of its table, with its references to its own row.

    `=B3*$D$1` of row 3 becomes `=B9*$D$1` in row 9.

    Raises: UnsureError where it names other rows relatively, or other sheets' cells relatively:
    sorting would have to guess what is meant.
    """
    pieces = cut(formula)
    for piece in pieces:
        if not isinstance(piece, Reference):
            continue
        for corner in piece.corners:
            names_rows = corner.row is not None and corner.column is None
            is_relative = corner.row is not None and not corner.row_is_fixed
            if names_rows or (is_relative and (piece.sheet or corner.row != old_row)):
                raise UnsureError(formula)

    return copied(formula, new_row - old_row, 0)
