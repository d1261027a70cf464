"""What becomes of a formula whose cell moves to another row?"""

from __future__ import annotations

import re

from salesbook.hosts.area import MAX_COLUMN, MAX_ROW, column_number
from salesbook.store import column_letters

Token = tuple[str, str]
"""A kind (text, sheet, name, call, bracket, other) and what stands there."""

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""  # "a ""quoted"" text"
    # a sheet's prefix: Sheet1!   'Q1 ''26'!   [2]Prices!   Jan:Mar!
    r"""|(?P<sheet>(?:'(?:[^']|'')*'|(?:\[\d+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!)"""
    r"""|(?P<name>[\w.$\\?]+)(?P<call>\()?"""  # $B$2, Quota_2026, 3.5; with call: SUM(
    r"""|(?P<bracket>\[)"""  # where a structured reference begins: [@amount]
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
    """The formula cannot be moved with certainty."""


def _tokens(formula: str) -> list[Token]:
    """Cut a formula into kinds and texts; a structured reference is one token, however nested."""
    tokens: list[Token] = []
    position = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None:
            raise UnsureError(formula)
        kind = str(match.lastgroup)
        text = match[0]
        if kind == "bracket":
            text = _bracketed(formula, position)
        tokens.append((kind, text))
        position += len(text)

    return tokens


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


def has_cell_references(formula: str) -> bool:
    """Say whether a formula names cells by place, not only by column name or defined name.

    Raises: UnsureError where it cannot be read.
    """
    tokens = _tokens(formula)
    for kind, text in tokens:
        if kind == "sheet":
            return True
        if kind == "name" and _CELL.fullmatch(text):
            return True

    return _has_row_range(tokens)


def _has_row_range(tokens: list[Token]) -> bool:
    """Find `3:5`, which names rows by place."""
    texts = [text for _, text in tokens]
    for before, text, after in zip(texts, texts[1:], texts[2:], strict=False):
        if text != ":":
            continue
        if _WHOLE_ROW.fullmatch(before) or _WHOLE_ROW.fullmatch(after):
            return True
    return False


def moved(formula: str, old_row: int, new_row: int) -> str:
    """Give a formula to another row of its table, with its references to its own row.

    `=B3*$D$1` of row 3 becomes `=B9*$D$1` in row 9.

    Raises: UnsureError where it names other rows relatively, or other sheets' cells relatively:
    sorting would have to guess what is meant.
    """
    tokens = _tokens(formula)
    if _has_row_range(tokens):
        raise UnsureError(formula)

    new: list[str] = []
    names_other_sheet = False
    for kind, text in tokens:
        cell = _CELL.fullmatch(text) if kind == "name" else None
        new_text = text
        if cell and not cell[3]:
            if names_other_sheet or int(cell[4]) != old_row:
                raise UnsureError(formula)
            new_text = f"{cell[1]}{cell[2]}{new_row}"
        new.append(new_text)

        # A sheet's name holds for the whole range behind it: both ends of Prices!A1:B2.
        if kind == "sheet":
            names_other_sheet = True
        elif text != ":" and cell is None:
            names_other_sheet = False

    return "".join(new)


def copied(formula: str, down: int, right: int) -> str:
    """Shift every relative reference, as copying a cell does: what a shared formula means.

    Raises: UnsureError where a reference would leave the sheet or names whole rows or columns.
    """
    tokens = _tokens(formula)
    new: list[str] = []
    for index, (kind, text) in enumerate(tokens):
        cell = _CELL.fullmatch(text) if kind == "name" else None
        if cell:
            new.append(_shifted(cell, down, right))
            continue
        if kind == "name" and _stands_beside_colon(tokens, index):
            whole = _WHOLE_ROW.fullmatch(text) or _WHOLE_COLUMN.fullmatch(text)
            is_relative = whole is not None and not whole[1]
            if is_relative:
                raise UnsureError(formula)
        new.append(text)

    return "".join(new)


def _stands_beside_colon(tokens: list[Token], index: int) -> bool:
    is_after = index > 0 and tokens[index - 1][1] == ":"
    is_before = index + 1 < len(tokens) and tokens[index + 1][1] == ":"
    return is_after or is_before


def _shifted(cell: re.Match[str], down: int, right: int) -> str:
    column_dollar, letters, row_dollar, digits = cell.groups()
    column = column_number(letters)
    row = int(digits)
    if not column_dollar:
        column += right

    if not row_dollar:
        row += down

    if not (1 <= column <= MAX_COLUMN and 1 <= row <= MAX_ROW):
        raise UnsureError(cell[0])
    return f"{column_dollar}{column_letters(column)}{row_dollar}{row}"


def to_r1c1(formula: str, row: int, column: int) -> str:
    """Write a formula relative to its cell, so that it says the same in every row.

    Raises: UnsureError where it cannot be read.
    """
    new: list[str] = []
    for kind, text in _tokens(formula):
        cell = _CELL.fullmatch(text) if kind == "name" else None
        if cell is None:
            new.append(text)
            continue
        column_dollar, letters, row_dollar, digits = cell.groups()
        row_part = f"R{digits}" if row_dollar else _offset("R", int(digits) - row)
        number = column_number(letters)
        column_part = f"C{number}" if column_dollar else _offset("C", number - column)
        new.append(row_part + column_part)
    return "".join(new)


def _offset(letter: str, distance: int) -> str:
    return f"{letter}[{distance}]" if distance else letter


_R1C1 = re.compile(r"R(\[(-?\d+)\]|\d+)?C(\[(-?\d+)\]|\d+)?(?![\w.(\[])", re.IGNORECASE)


def from_r1c1(formula: str, row: int, column: int) -> str:
    """Write a formula that is relative to its cell as it reads in that cell.

    Raises: UnsureError where it cannot be read.
    """

    def named(match: re.Match[str]) -> str:
        row_text, row_offset, column_text, column_offset = match.groups()
        row_dollar = "$" if row_text and row_offset is None else ""
        column_dollar = "$" if column_text and column_offset is None else ""
        new_row = int(row_text) if row_dollar else row + int(row_offset or 0)
        new_column = int(column_text) if column_dollar else column + int(column_offset or 0)
        if not (1 <= new_column <= MAX_COLUMN and 1 <= new_row <= MAX_ROW):
            raise UnsureError(formula)
        return f"{column_dollar}{column_letters(new_column)}{row_dollar}{new_row}"

    parts = re.split(r'("(?:[^"]|"")*")', formula)
    return "".join(
        part if part.startswith('"') else re.sub(r"(?<![\w.\[])" + _R1C1.pattern, named, part)
        for part in parts
    )
