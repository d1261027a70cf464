"""What becomes of a formula whose cell moves to another row?"""

from __future__ import annotations

import re

from salesbook.hosts.package.refs import MAX_COLUMN, MAX_ROW, column_number
from salesbook.store import column_letters

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<sheet>(?:'(?:[^']|'')*'|(?:\[\d+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!)"""
    r"""|(?P<name>[\w.$\\?]+)(?P<call>\()?"""
    r"""|(?P<bracket>\[)"""
    r"""|(?P<other>.)""",
    re.DOTALL,
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")
_WHOLE_ROW = re.compile(r"(\$?)([1-9][0-9]{0,6})")
_WHOLE_COLUMN = re.compile(r"(\$?)([A-Za-z]{1,3})")


class UnsureError(Exception):
    """The formula cannot be moved with certainty."""


def _tokens(formula: str) -> list[tuple[str, str]]:
    """Cut a formula into kinds and texts; a structured reference is one token, however nested."""
    found, at = [], 0
    while at < len(formula):
        token = _TOKEN.match(formula, at)
        if token is None:
            raise UnsureError(formula)
        kind, text = str(token.lastgroup), token[0]
        if kind == "bracket":
            text = _bracketed(formula, at)
        found.append((kind, text))
        at += len(text)
    return found


def _bracketed(formula: str, start: int) -> str:
    """Take a structured reference from its first bracket to the one that closes it; ' escapes."""
    depth, at = 0, start
    while at < len(formula):
        letter = formula[at]
        at += 2 if letter == "'" else 1
        depth += (letter == "[") - (letter == "]")
        if depth == 0:
            return formula[start:at]
    raise UnsureError(formula)


def has_cell_references(formula: str) -> bool:
    """Say whether a formula names cells by place, not only by column name or defined name."""
    tokens = _tokens(formula)
    return any(
        kind == "sheet" or (kind == "name" and _CELL.fullmatch(text)) for kind, text in tokens
    ) or _has_row_range(tokens)


def _has_row_range(tokens: list[tuple[str, str]]) -> bool:
    """Find `3:5`, which names rows by place."""
    return any(
        text == ":"
        and any(_WHOLE_ROW.fullmatch(near) for near in (tokens[at - 1][1], tokens[at + 1][1]))
        for at, (_, text) in enumerate(tokens[:-1])
        if at
    )


def moved(formula: str, old_row: int, new_row: int) -> str:
    """Give a formula to another row of its table, with its references to its own row.

    Raises: UnsureError where it names other rows relatively, or other sheets' cells relatively:
    sorting would have to guess what is meant.
    """
    tokens, found = _tokens(formula), []
    if _has_row_range(tokens):
        raise UnsureError(formula)
    elsewhere = False
    for kind, text in tokens:
        cell = _CELL.fullmatch(text) if kind == "name" else None
        if cell and not cell[3]:
            if elsewhere or int(cell[4]) != old_row:
                raise UnsureError(formula)
            text = f"{cell[1]}{cell[2]}{new_row}"
        elsewhere = (
            kind == "sheet" or (elsewhere and text == ":") or (elsewhere and cell is not None)
        )
        found.append(text)
    return "".join(found)


def copied(formula: str, down: int, right: int) -> str:
    """Shift every relative reference, as copying a cell does: what a shared formula means.

    Raises: UnsureError where a reference would leave the sheet or names whole rows or columns.
    """
    tokens, found = _tokens(formula), []
    for at, (kind, text) in enumerate(tokens):
        beside_colon = ":" in (
            tokens[at - 1][1] if at else "",
            tokens[at + 1][1] if at + 1 < len(tokens) else "",
        )
        cell = _CELL.fullmatch(text) if kind == "name" else None
        if cell:
            text = _shifted(cell, down, right)
        elif kind == "name" and beside_colon:
            whole = _WHOLE_ROW.fullmatch(text) or _WHOLE_COLUMN.fullmatch(text)
            if whole and not whole[1]:
                raise UnsureError(formula)
        found.append(text)
    return "".join(found)


def _shifted(cell: re.Match[str], down: int, right: int) -> str:
    column = column_number(cell[2]) + (0 if cell[1] else right)
    row = int(cell[4]) + (0 if cell[3] else down)
    if not (1 <= column <= MAX_COLUMN and 1 <= row <= MAX_ROW):
        raise UnsureError(cell[0])
    return f"{cell[1]}{column_letters(column)}{cell[3]}{row}"
