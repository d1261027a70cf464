"""Which cells does a formula name by place, and what stands between these references?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from salesbook.hosts.area import MAX_COLUMN, MAX_ROW, Area, column_number
from salesbook.store import column_letters

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""  # "a ""quoted"" text"
    # a sheet's prefix: Sheet1!   'Q1 ''26'!   [2]Prices!   [Book.xlsx]Prices!   Jan:Mar!
    # and that of a sheet which is gone: #REF!A1
    r"""|(?P<sheet>(?:'(?:[^']|'')*'|(?:\[[^\[\]]*\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!"""
    r"""|\#REF!(?=[$A-Za-z]))"""
    r"""|(?P<error>\#[A-Za-z]+(?:/[A0])?[!?]?)"""  # #N/A   #DIV/0!   #NAME?
    r"""|(?P<name>[\w.$\\?]+)(?P<call>\()?"""  # $B$2, Quota_2026, 3.5; with call: SUM(
    r"""|(?P<bracket>\[)"""  # where a structured reference begins: [@amount]
    r"""|(?P<colon>:)"""
    r"""|(?P<other>.)""",  # operators, commas, spaces
    re.DOTALL,
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")
"""Matches `B2` and `$B$2`: a dollar or none, the column, a dollar or none, the row."""
_WHOLE_ROW = re.compile(r"(\$?)([1-9][0-9]{0,6})")
"""Matches one side of `3:5` or `$3:$5`."""
_WHOLE_COLUMN = re.compile(r"(\$?)([A-Za-z]{1,3})")
"""Matches one side of `B:C` or `$B:$C`."""


class UnsureError(Exception):
    """The formula cannot be read, or cannot say with certainty what it said."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A cell as a formula names it, or a whole row or column."""

    row: int | None
    """None for a whole column."""
    column: int | None
    """None for a whole row."""
    row_is_fixed: bool = False
    """Whether a dollar stands before it."""
    column_is_fixed: bool = False

    def __str__(self) -> str:
        text = ""
        if self.column is not None:
            text = "$" * self.column_is_fixed + column_letters(self.column)
        if self.row is not None:
            text += "$" * self.row_is_fixed + str(self.row)
        return text

    def shifted(self, down: int, right: int) -> Corner:
        """Go down and right where no dollar holds it.

        Raises: UnsureError where that leaves the sheet.
        """
        row, column = self.row, self.column
        if row is not None and not self.row_is_fixed:
            row += down
            if not 1 <= row <= MAX_ROW:
                raise UnsureError(str(self))

        if column is not None and not self.column_is_fixed:
            column += right
            if not 1 <= column <= MAX_COLUMN:
                raise UnsureError(str(self))

        return replace(self, row=row, column=column)


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or a range that a formula names by place."""

    sheet: str
    """The prefix as it stands there, `Prices!`; empty for the formula's own sheet."""
    first: Corner
    last: Corner | None = None
    """None for a single cell; `B2:B2` is a range."""
    is_open: bool = False
    """Whether it is one end of a range whose other end is no plain cell: `B2:INDEX(B:B,9)`."""

    def __str__(self) -> str:
        if self.last is None:
            return f"{self.sheet}{self.first}"
        return f"{self.sheet}{self.first}:{self.last}"

    @property
    def corners(self) -> tuple[Corner, ...]:
        """Its one or two corners."""
        return (self.first,) if self.last is None else (self.first, self.last)

    @property
    def area(self) -> Area:
        """The cells that it names."""
        rows = sorted(corner.row for corner in self.corners if corner.row is not None)
        columns = sorted(corner.column for corner in self.corners if corner.column is not None)
        top, bottom = (rows[0], rows[-1]) if rows else (1, MAX_ROW)
        left, right = (columns[0], columns[-1]) if columns else (1, MAX_COLUMN)
        return Area(top, left, bottom, right)

    def is_on(self, sheet: str) -> bool:
        """Say whether it names cells of a sheet, that being the formula's own."""
        if not self.sheet:
            return True
        name = self.sheet.removesuffix("!")
        if name.startswith("'"):
            name = name[1:-1].replace("''", "'")
        return name.casefold() == sheet.casefold()

    def at(self, area: Area) -> Reference:
        """Name other rows instead, each corner with the dollars that it has."""
        # `B5:B3` is as good as `B3:B5`: the corner that was above stays above.
        is_turned = self.last is not None and (self.first.row or 0) > (self.last.row or 0)
        first_row, last_row = area.top, area.bottom
        if is_turned:
            first_row, last_row = last_row, first_row
        first = replace(self.first, row=first_row)
        last = None if self.last is None else replace(self.last, row=last_row)
        return replace(self, first=first, last=last)

    def shifted(self, down: int, right: int) -> Reference:
        """Go along as copying a cell does.

        Raises: UnsureError where that leaves the sheet.
        """
        last = None if self.last is None else self.last.shifted(down, right)
        return replace(self, first=self.first.shifted(down, right), last=last)


Piece = str | Reference
"""A reference, or the text between two of them."""
Token = tuple[str, str]
"""A kind (text, sheet, error, name, call, bracket, colon, other) and what stands there."""
_REMEMBERED: Final = 4_000
"""Formulas that are kept cut: whoever inserts columns asks for the same ones column by column."""


def cut(formula: str) -> list[Piece]:
    """Cut a formula into its references and what stands between them.

    Columns of tables and defined names are no references by place.

    Raises: UnsureError where it cannot be read.
    """
    return [*_cut(formula)]


@lru_cache(maxsize=_REMEMBERED)
def _cut(formula: str) -> tuple[Piece, ...]:
    all_tokens = tokens(formula)
    pieces: list[Piece] = []
    position = 0
    while position < len(all_tokens):
        kind, text = all_tokens[position]
        sheet = text if kind == "sheet" else ""
        reference, length = _reference(all_tokens, position + bool(sheet), sheet)
        if reference is None:
            pieces.append(text)
            position += 1
            continue

        pieces.append(reference)
        position += length + bool(sheet)

    return tuple(pieces)


def joined(pieces: Iterable[Piece]) -> str:
    """Put a formula together again."""
    return "".join(map(str, pieces))


def tokens(formula: str) -> list[Token]:
    """Cut a formula into kinds and texts; a structured reference is one token, however nested."""
    found: list[Token] = []
    position = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None:
            raise UnsureError(formula)
        kind = str(match.lastgroup)
        text = match[0]
        if kind == "bracket":
            text = _bracketed(formula, position)
        found.append((kind, text))
        position += len(text)

    return found


def _bracketed(formula: str, start: int) -> str:
    """Take a structured reference from its first bracket to the one that closes it.

    Inside, an apostrophe escapes the next character: `Deals[a '[net']]` names the column `a [net]`.
    """
    depth = 0
    position = start
    while position < len(formula):
        letter = formula[position]
        position += 2 if letter == "'" else 1
        if letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
        if depth == 0:
            return formula[start:position]

    raise UnsureError(formula)


def _reference(tokens: list[Token], position: int, sheet: str) -> tuple[Reference | None, int]:
    """Read the reference that begins at a token, and say how many tokens it takes."""
    first = _cell(tokens, position)
    comes_after_colon = not sheet and _kind(tokens, position - 1) == "colon"
    if _kind(tokens, position + 1) != "colon":
        if first is None:
            return None, 0
        return Reference(sheet, first, is_open=comes_after_colon), 1

    if first is None:
        return _whole(tokens, position, sheet)

    last = _cell(tokens, position + 2)
    goes_on = comes_after_colon or _kind(tokens, position + 3) == "colon"
    if last is None or goes_on:
        return Reference(sheet, first, is_open=True), 1
    return Reference(sheet, first, last), 3


def _whole(tokens: list[Token], position: int, sheet: str) -> tuple[Reference | None, int]:
    """Read whole rows or columns: `3:5` or `B:C`."""
    if _kind(tokens, position) != "name" or _kind(tokens, position + 2) != "name":
        return None, 0

    texts = (tokens[position][1], tokens[position + 2][1])
    rows = [_WHOLE_ROW.fullmatch(text) for text in texts]
    columns = [_WHOLE_COLUMN.fullmatch(text) for text in texts]
    corners: list[Corner] = []
    for row, column in zip(rows, columns, strict=True):
        if row and all(rows) and int(row[2]) <= MAX_ROW:
            corners.append(Corner(int(row[2]), None, row_is_fixed=bool(row[1])))
        elif column and all(columns) and column_number(column[2]) <= MAX_COLUMN:
            number = column_number(column[2])
            corners.append(Corner(None, number, column_is_fixed=bool(column[1])))

    if len(corners) < len(texts):
        return None, 0
    return Reference(sheet, corners[0], corners[1]), 3


def _cell(tokens: list[Token], position: int) -> Corner | None:
    if _kind(tokens, position) != "name":
        return None
    cell = _CELL.fullmatch(tokens[position][1])
    if not cell:
        return None
    column_dollar, letters, row_dollar, digits = cell.groups()
    row, column = int(digits), column_number(letters)
    # Beyond the sheet's last cell such a word is a name: QUOTA2026.
    if row > MAX_ROW or column > MAX_COLUMN:
        return None
    return Corner(row, column, bool(row_dollar), bool(column_dollar))


def _kind(tokens: list[Token], position: int) -> str:
    return tokens[position][0] if 0 <= position < len(tokens) else ""


def names_only_its_row(formula: str, row: int, table: Area, sheet: str) -> bool:
    """Say whether a formula says the same in any row of a table, wherever the table's rows go.

    It does where it names nothing but cells of its own row, whole columns, and cells outside that a
    dollar holds. `=B7-B6` in row 7 does not: nobody knows which customer will stand above.

    Args:
        row: where the formula stands.
        table: the table's rows and columns, on `sheet`.

    Raises: UnsureError where it cannot be read.
    """
    return all(
        _is_sure(corner, row, table, is_here=piece.is_on(sheet))
        for piece in cut(formula)
        if isinstance(piece, Reference)
        for corner in piece.corners
    )


def _is_sure(corner: Corner, row: int, table: Area, *, is_here: bool) -> bool:
    if corner.row is None:
        return True
    is_beside = corner.column is not None and not table.left <= corner.column <= table.right
    is_among_rows = is_here and not is_beside and table.top <= corner.row <= table.bottom
    if is_among_rows:
        return corner.row == row and not corner.row_is_fixed
    return corner.row_is_fixed
