"""What does a formula read when a sheet or a column is called otherwise, or columns come in between?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from salesbook.hosts.area import MAX_COLUMN
from salesbook.hosts.formulas.references import (
    Corner,
    Piece,
    Reference,
    UnsureError,
    cut,
    joined,
)

_LEAF: Final = re.compile(r"\[((?:'.|[^\[\]'])*)\]")
"""Matches a bracket with no bracket inside, `[Amount]` in `[[#This Row],[Amount]]`: an apostrophe
takes the next sign along."""
_PLAIN_SHEET: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
"""Matches a sheet's name that a formula may give without apostrophes."""
_LOOKS_LIKE_CELL: Final = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*")
_SPECIAL: Final = frozenset("[]#'@")


@dataclass(frozen=True, slots=True)
class Names:
    """New names: of sheets by their old one, of columns by table and old header, in lower case."""

    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.sheets) or any(self.columns.values())


def renamed(formula: str, names: Names, table: str = "") -> str:
    """Let a formula name sheets and columns as they are called now.

    Args:
        table: the table that the formula's cell is in, which `[@Amount]` does not name.

    One that cannot be read stays as it is.
    """
    if not _may_name(formula, names):
        return formula
    try:
        pieces = cut(formula)
    except UnsureError:
        return formula

    new: list[Piece] = []
    before = ""
    for piece in pieces:
        if isinstance(piece, Reference):
            new.append(replace(piece, sheet=_sheet_prefix(piece.sheet, names.sheets)))
            before = ""
            continue
        if piece.startswith("["):
            owner = before or table.lower()
            new.append(_bracket(piece, names.columns.get(owner, {})))
        elif piece.endswith("!"):
            new.append(_sheet_prefix(piece, names.sheets))
        else:
            new.append(piece)
        before = piece.lower()
    return joined(new)


def _may_name(formula: str, names: Names) -> bool:
    """Whether a formula holds the letters of a name that changes.

    Nearly none does, and looking is a hundred times quicker than cutting. Apostrophes are left out:
    formulas put them around names and before signs.
    """
    letters = formula.lower().replace("'", "")
    headers = (header for columns in names.columns.values() for header in columns)
    return any(name.replace("'", "") in letters for name in (*names.sheets, *headers))


def brackets_of(header: str) -> tuple[str, str]:
    """How a structured reference may name a column: `[Chance]`, and `[@Chance]` in its own row."""
    spelled = "".join(f"'{sign}" if sign in _SPECIAL else sign for sign in header)
    return f"[{spelled}]", f"[@{spelled}]"


def named_in(texts: Iterable[str], headers: Collection[str]) -> frozenset[str]:
    """Those headers that formulas name.

    Args:
        texts: the formulas, in small letters.
    """
    brackets = {
        header: tuple(bracket.casefold() for bracket in brackets_of(header)) for header in headers
    }
    named = set()
    for text in texts:
        # Nearly no formula names a column of a table, which one look shows.
        if "[" not in text:
            continue
        for header, spellings in brackets.items():
            if any(spelling in text for spelling in spellings):
                named.add(header)
    return frozenset(named)


def quoted_sheet(name: str) -> str:
    """Spell a sheet's name as formulas do, without the exclamation mark."""
    if _PLAIN_SHEET.fullmatch(name) and not _LOOKS_LIKE_CELL.fullmatch(name):
        return name
    return "'" + name.replace("'", "''") + "'"


def sheet_of(prefix: str) -> str:
    """Read the sheet's name in `'Q1 ''26'!` or `Sheet1!`."""
    name = prefix.removesuffix("!")
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    return name


def first_sheet(formula: str) -> str:
    """The sheet that a formula begins with, in lower case: `'Start'!$E$19` names start.

    Empty where it begins with something else.
    """
    try:
        pieces = cut(formula)
    except UnsureError:
        return ""
    if pieces and isinstance(pieces[0], Reference):
        return sheet_of(pieces[0].sheet).lower()
    return ""


def _sheet_prefix(prefix: str, sheets: Mapping[str, str]) -> str:
    new = sheets.get(sheet_of(prefix).lower()) if prefix else None
    return prefix if new is None else quoted_sheet(new) + "!"


def _bracket(text: str, columns: Mapping[str, str]) -> str:
    """Rename the columns that a structured reference names between its brackets."""
    if not columns:
        return text

    def leaf(match: re.Match[str]) -> str:
        content = match[1]
        at = "@" if content.startswith("@") else ""
        header = re.sub(r"'(.)", r"\1", content.removeprefix("@"))
        new = columns.get(header.lower())
        if new is None:
            return match[0]
        # `[@Amount]` takes a name with a space or sign only in brackets of its own.
        escaped = escaped_header(new)
        return f"[@[{escaped}]]" if at and not new.isalnum() else f"[{at}{escaped}]"

    return _LEAF.sub(leaf, text)


def escaped_header(header: str) -> str:
    """Spell a header as structured references do."""
    return "".join(f"'{sign}" if sign in _SPECIAL else sign for sign in header)


def with_columns_inserted(
    formula: str, sheet: str, column: int, count: int, *, is_on_sheet: bool
) -> str:
    """Let a formula name the same cells after columns came in between, as Excel does.

    Args:
        sheet: where the columns were inserted.
        column: number of the first new column; what stood there stands `count` further right.
        is_on_sheet: the formula stands on that sheet, so that a bare `B2` is one of its cells.

    Raises: UnsureError where it cannot be read.
    """
    new: list[Piece] = []
    for piece in cut(formula):
        if isinstance(piece, Reference):
            names_sheet = piece.is_on(sheet) if piece.sheet else is_on_sheet
            if names_sheet:
                first = _moved(piece.first, column, count)
                last = None if piece.last is None else _moved(piece.last, column, count)
                piece = replace(piece, first=first, last=last)
        new.append(piece)
    return joined(new)


def _moved(corner: Corner, column: int, count: int) -> Corner:
    if corner.column is None or corner.column < column:
        return corner
    # Whole sheets are named to their last column, which stays the last.
    return replace(corner, column=min(corner.column + count, MAX_COLUMN))
