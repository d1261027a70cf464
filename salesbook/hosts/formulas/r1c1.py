"""How is a formula written so that it reads the same in every row? In Excel's R1C1 style.

`=B3*$D$1` in C3 is `=RC[-1]*R1C4`: a bare R or C is the formula's own row or column, a bracket
counts from there, a number without one is fixed.
"""

from __future__ import annotations

import re

from salesbook.hosts.area import MAX_COLUMN, MAX_ROW
from salesbook.hosts.formulas.references import Corner, Piece, Reference, UnsureError, cut, joined

_NUMBER = r"(?:\[(-?\d{1,7})\]|(\d{1,7}))?"
"""Matches `[-2]`, `7` or nothing: relative, fixed, or the formula's own."""
_ROW, _COLUMN = rf"R{_NUMBER}", rf"C{_NUMBER}"
_CORNER = re.compile(rf"{_ROW}{_COLUMN}|{_ROW}|{_COLUMN}")
"""Matches `R[-1]C4`, `R5`, `C[1]`; groups 1 to 4 a cell's row and column, 5 and 6 a whole row's, 7
and 8 a whole column's."""
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<sheet>(?:'(?:[^']|'')*'|(?:\[[^\[\]]*\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!)"""
    # not before what makes it a longer word, a function's name or a structured reference
    r"""|(?P<corner>R(?:\[-?\d+\]|\d+)?C(?:\[-?\d+\]|\d+)?(?![\w.\\?(\[])"""
    r"""|R(?:\[-?\d+\]|\d+)?(?![\w.\\?(\[])|C(?:\[-?\d+\]|\d+)?(?![\w.\\?(\[]))"""
    r"""|(?P<word>[\w.$\\?]+)"""
    # a column of a table, in which an apostrophe escapes: Deals[[#This Row],[a '[net']]]
    r"""|(?P<bracket>\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])"""
    r"""|(?P<other>.)""",
    re.DOTALL,
)


def to_r1c1(text: str, row: int, column: int) -> str:
    """Write a formula that stands in a cell in R1C1 style.

    Raises: UnsureError where it cannot be read.
    """
    pieces: list[str] = []
    for piece in cut(text):
        if isinstance(piece, Reference):
            corners = [_as_r1c1(corner, row, column) for corner in piece.corners]
            pieces.append(piece.sheet + ":".join(corners))
        else:
            pieces.append(piece)
    return "".join(pieces)


def _as_r1c1(corner: Corner, row: int, column: int) -> str:
    text = ""
    if corner.row is not None:
        text += "R" + _counted(corner.row, row, corner.row_is_fixed)
    if corner.column is not None:
        text += "C" + _counted(corner.column, column, corner.column_is_fixed)
    return text


def _counted(number: int, own: int, is_fixed: bool) -> str:
    if is_fixed:
        return str(number)
    return f"[{number - own}]" if number != own else ""


def from_r1c1(text: str, row: int, column: int) -> str:
    """Write a formula of R1C1 style as it reads in a cell.

    Raises: UnsureError where it names what lies outside the sheet there.
    """
    pieces: list[Piece] = []
    for match in _TOKEN.finditer(text):
        corner = match[0]
        if match.lastgroup == "corner":
            pieces.append(str(_from_r1c1(corner, row, column)))
        else:
            pieces.append(corner)
    return joined(pieces)


def _from_r1c1(text: str, row: int, column: int) -> Corner:
    match = _CORNER.fullmatch(text)
    if match is None:
        raise UnsureError(text)

    rows = (match[1] or match[5], match[2] or match[6])
    columns = (match[3] or match[7], match[4] or match[8])
    names_row, names_column = text.startswith("R"), "C" in text
    row_number = _number(rows, row, MAX_ROW, text) if names_row else None
    column_number = _number(columns, column, MAX_COLUMN, text) if names_column else None
    return Corner(row_number, column_number, rows[1] is not None, columns[1] is not None)


def _number(counted: tuple[str | None, str | None], own: int, limit: int, text: str) -> int:
    relative, fixed = counted
    number = int(fixed) if fixed is not None else own + int(relative or 0)
    if not 1 <= number <= limit:
        raise UnsureError(text)
    return number
