"""How wide are a sheet's columns, and which format do their cells begin with?

`<cols><col min="2" max="3" width="15.7" style="4" customWidth="1"/></cols>` speaks of columns B and C.
"""

from __future__ import annotations

import re
from typing import Final

from salesbook.hosts.package.xmlscan import attribute, with_attribute

_COL: Final = re.compile(rb"<col\s[^>]*>")
_COLS: Final = re.compile(rb"<cols>.*?</cols>", re.DOTALL)
_BEFORE_ROWS: Final = re.compile(rb"<sheetData[\s/>]|\Z")


def cols_of(sheet: bytes) -> bytes:
    """The element that speaks of all columns; empty where a sheet has none."""
    match = _COLS.search(sheet)
    return match[0] if match else b""


def with_cols(head: bytes, cols: bytes) -> bytes:
    """Let a sheet, up to its rows, have this element."""
    match = _COLS.search(head)
    if match:
        return head[: match.start()] + cols + head[match.end() :]
    before_rows = _BEFORE_ROWS.search(head)
    place = before_rows.start() if before_rows else len(head)
    return head[:place] + cols + head[place:]


def col_of(cols: bytes, column: int) -> bytes:
    """Find the `<col>` that says a column's width; empty where none does."""
    for found in _COL.findall(cols):
        first, last = (int(attribute(found, name) or 0) for name in (b"min", b"max"))
        if first <= column <= last:
            return bytes(found)
    return b""


def with_col(cols: bytes, col: bytes, column: int) -> bytes:
    """Give one column a width and format among those of a sheet."""
    new = with_attribute(with_attribute(col, b"min", str(column)), b"max", str(column))
    pieces: list[tuple[int, bytes]] = [(column, new)]
    for found in _COL.findall(cols):
        first, last = (int(attribute(found, name) or 0) for name in (b"min", b"max"))
        for low, high in ((first, min(last, column - 1)), (max(first, column + 1), last)):
            if low <= high:
                piece = with_attribute(found, b"min", str(low))
                pieces.append((low, with_attribute(piece, b"max", str(high))))
    return b"<cols>" + b"".join(xml for _, xml in sorted(pieces)) + b"</cols>"
