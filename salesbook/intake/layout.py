"""Where does a table begin and end in a file? Titles above it, blank rows in it,
totals under it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from salesbook.cells.base import plain_number_text, plain_text
from salesbook.cells.field import Reason
from salesbook.cells.number import Amount, read_amount
from salesbook.errors import ColumnMissing
from salesbook.intake.foreign import RawRow, is_blank
from salesbook.names.totals import may_say_total, says_total
from salesbook.store import Cell

_HEAD_ROWS: Final = 40
_SPARSE: Final = 0.67
_WIDE: Final = 4


def lay_out(
    rows: Sequence[RawRow], score: Callable[[Sequence[Cell]], int], *, where: str
) -> tuple[tuple[str, ...], tuple[RawRow, ...], tuple[str, ...]]:
    """Find the headers and square the rows under them.

    The header row is the one of the first rows with the most known headers. Under it, a row that is
    too short has its last cells missing; one with more cells than headers has a fault, as has a
    totals row.

    Returns: headers without blank ones at the end, rows, and the title lines above.
    Raises: ColumnMissing where no row has a header that is known, or one as wide as a table stands
    above.
    """
    counts = [score(row.cells) for row in rows[:_HEAD_ROWS]]
    best = max(counts, default=0)
    at = counts.index(best) if best else 0
    wide = [row for row in rows[:at] if _filled(row) > max(2, _filled(rows[at]) * _SPARSE)]
    if not best or wide:
        seen = [_text(cell) for cell in (wide or rows[:1])[0].cells] if rows else []
        raise ColumnMissing(
            "no-known-header", where=where, headers=", ".join(seen[:20]), option="--column"
        )
    headers = [_text(cell) for cell in rows[at].cells]
    while headers and not headers[-1]:
        headers.pop()
    above = tuple(" ".join(filter(None, map(_text, row.cells))) for row in rows[:at])
    body = [_squared(row, len(headers)) for row in rows[at + 1 :]]
    return tuple(headers), tuple(_without_totals(body)), above


def _text(cell: Cell) -> str:
    return "" if cell is None else " ".join(plain_text(str(cell)).split())


def _squared(row: RawRow, width: int) -> RawRow:
    cells = row.cells
    if len(cells) == width:
        return row
    if len(cells) > width:
        if row.fault or all(map(is_blank, cells[width:])):
            return replace(row, cells=cells[:width]) if not row.fault else row
        return replace(row, fault=Reason("row-too-long", {"cells": len(cells), "headers": width}))
    return replace(row, cells=(*cells, *[None] * (width - len(cells))))


def _without_totals(rows: Sequence[RawRow]) -> list[RawRow]:
    """Mark rows that say Total and are emptier than others, and notes at the end."""
    filled = list(map(_filled, rows))
    most = max(filled, default=0)
    sparse = {
        row.number: row
        for row, count in zip(rows, filled, strict=True)
        if row.fault is None and count <= most * _SPARSE
    }
    totals = (
        {number for number, row in sparse.items() if _is_totals(row)} if _may_hold(sparse) else ()
    )
    marked = [
        replace(row, fault=Reason("totals-row")) if row.number in totals else row for row in rows
    ]
    return _without_notes(marked) if most >= _WIDE else marked


def _without_notes(rows: list[RawRow]) -> list[RawRow]:
    """Mark last rows of one cell that stand apart: after a blank line or a totals row."""
    start = len(rows)
    while start > 1 and _filled(rows[start - 1]) == 1 and not rows[start - 1].fault:
        start -= 1
    for at in range(start, len(rows)):
        before = rows[at - 1]
        if before.fault is not None or rows[at].number > before.number + 1:
            return [*rows[:at], *(replace(row, fault=Reason("note-row")) for row in rows[at:])]
    return rows


def _filled(row: RawRow) -> int:
    return len(row.cells) - sum(map(is_blank, row.cells))


def _may_hold(rows: Mapping[int, RawRow]) -> bool:
    return may_say_total(
        plain_text(cell) for row in rows.values() for cell in row.cells if isinstance(cell, str)
    )


def _is_totals(row: RawRow) -> bool:
    """Whether the row begins with a word for a total, or has one beside nothing but numbers."""
    texts = [plain_text(cell) for cell in row.cells if isinstance(cell, str) and not is_blank(cell)]
    if not texts or not any(map(says_total, texts)):
        return False
    first = next(cell for cell in row.cells if not is_blank(cell))
    begins = isinstance(first, str) and says_total(plain_text(first))
    return begins or sum(not _is_number(text) for text in texts) == 1


def _is_number(text: str) -> bool:
    return isinstance(
        read_amount(plain_number_text(text), "comma" if "," in text else "open"), Amount
    )
