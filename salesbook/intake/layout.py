"""Where does a table begin and end in a file? Titles over it, blank rows in it, totals under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from salesbook.cells.base import Reason, plain_number_text, plain_text
from salesbook.cells.number import Amount, DecimalRule, read_amount
from salesbook.errors import ColumnMissing
from salesbook.intake.foreign import RawRow, filled_count, is_blank
from salesbook.names.totals import may_say_total, says_total
from salesbook.store import Cell

_HEAD_ROWS: Final = 40
_SPARSE: Final = 0.67
"""Share of the usual cells up to which a row may be a total or a title."""
_WIDE: Final = 4
"""Cells in the fullest row from which a row of one cell stands apart as a note."""
_MOST_HEADERS_SHOWN: Final = 20


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
    header_index = _header_index(rows, score, where)
    above = rows[:header_index]
    below = rows[header_index + 1 :]

    headers = [_text(cell) for cell in rows[header_index].cells]
    while headers and not headers[-1]:
        headers.pop()
    width = len(headers)

    body = [_squared(row, width) for row in below]
    titles = tuple(_title(row) for row in above)
    return tuple(headers), tuple(_with_totals_marked(body)), titles


def _header_index(
    rows: Sequence[RawRow], score: Callable[[Sequence[Cell]], int], where: str
) -> int:
    """Which row holds the headers. Raises: ColumnMissing."""
    counts = [score(row.cells) for row in rows[:_HEAD_ROWS]]
    most_known = max(counts, default=0)
    index = counts.index(most_known) if most_known else 0

    # A row that is nearly as wide, above what looks like headers, is the true header row in words
    # that nobody knows: then a known word further down is a cell.
    tables_above: list[RawRow] = []
    if most_known:
        titles_have = max(2, filled_count(rows[index].cells) * _SPARSE)
        tables_above = [row for row in rows[:index] if filled_count(row.cells) > titles_have]
    if most_known and not tables_above:
        return index

    first = (tables_above or rows[:1])[0] if rows else None
    texts = [_text(cell) for cell in first.cells] if first else []
    raise ColumnMissing(
        "no-known-header",
        where=where,
        headers=", ".join(texts[:_MOST_HEADERS_SHOWN]),
        option="--column",
    )


def _text(cell: Cell) -> str:
    return "" if cell is None else " ".join(plain_text(str(cell)).split())


def _title(row: RawRow) -> str:
    """A line over the table as one text."""
    texts = [_text(cell) for cell in row.cells]
    return " ".join(text for text in texts if text)


def _squared(row: RawRow, width: int) -> RawRow:
    """The row with one cell per header; with a fault where it has more cells that hold something.

    A row that is spoiled already keeps its surplus cells, for the rejects file to show.
    """
    cells = row.cells
    if len(cells) == width:
        return row
    if len(cells) < width:
        return replace(row, cells=(*cells, *[None] * (width - len(cells))))

    if row.fault:
        return row
    if all(map(is_blank, cells[width:])):
        return replace(row, cells=cells[:width])
    return replace(row, fault=Reason("row-too-long", {"cells": len(cells), "headers": width}))


def _with_totals_marked(rows: Sequence[RawRow]) -> list[RawRow]:
    """Mark rows that say Total and are emptier than others, and notes at the end."""
    counts = [filled_count(row.cells) for row in rows]
    fullest = max(counts, default=0)
    sparse_rows = [
        row
        for row, count in zip(rows, counts, strict=True)
        if row.fault is None and count <= fullest * _SPARSE
    ]

    totals: set[int] = set()
    if _may_hold_totals(sparse_rows):
        totals = {row.number for row in sparse_rows if _is_totals(row)}
    marked = [_as_totals(row) if row.number in totals else row for row in rows]
    return _with_notes_marked(marked) if fullest >= _WIDE else marked


def _as_totals(row: RawRow) -> RawRow:
    return replace(row, fault=Reason("totals-row"))


def _with_notes_marked(rows: list[RawRow]) -> list[RawRow]:
    """Mark last rows of one cell that stand apart: after a blank line or a totals row."""
    start = len(rows)
    while start > 1 and _is_one_cell(rows[start - 1]):
        start -= 1

    for index in range(start, len(rows)):
        if _stands_apart(rows[index], rows[index - 1]):
            table, notes = rows[:index], rows[index:]
            return [*table, *(replace(row, fault=Reason("note-row")) for row in notes)]
    return rows


def _is_one_cell(row: RawRow) -> bool:
    return not row.fault and filled_count(row.cells) == 1


def _stands_apart(row: RawRow, before: RawRow) -> bool:
    """True behind a blank line, which is no row, or behind a totals row."""
    follows_blank_line = row.number > before.number + 1
    return follows_blank_line or before.fault is not None


def _may_hold_totals(rows: Sequence[RawRow]) -> bool:
    """One look at all texts, since most files have no totals."""
    texts = [cell for row in rows for cell in row.cells if isinstance(cell, str)]
    return may_say_total(map(plain_text, texts))


def _is_totals(row: RawRow) -> bool:
    """Whether the row begins with a word for a total, or has one beside nothing but numbers."""
    filled = [cell for cell in row.cells if not is_blank(cell)]
    texts = [plain_text(cell) for cell in filled if isinstance(cell, str)]
    if not any(map(says_total, texts)):
        return False

    first = filled[0]
    if isinstance(first, str) and says_total(plain_text(first)):
        return True
    words = [text for text in texts if not _is_number(text)]
    return len(words) == 1


def _is_number(text: str) -> bool:
    # Of one cell its column's decimal sign is not known: either sign makes a number.
    rule: DecimalRule = "comma" if "," in text else "open"
    return isinstance(read_amount(plain_number_text(text), rule), Amount)
