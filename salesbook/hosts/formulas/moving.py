"""What does a formula say after its cell was copied, by itself?"""

from __future__ import annotations

from salesbook.hosts.formulas.references import Piece, Reference, cut, joined


def copied(formula: str, down: int, right: int) -> str:
    """Shift every relative reference, as copying a cell does: what a shared formula means.

    Raises: UnsureError where a reference would leave the sheet.
    """
    pieces: list[Piece] = []
    for piece in cut(formula):
        pieces.append(piece.shifted(down, right) if isinstance(piece, Reference) else piece)
    return joined(pieces)
