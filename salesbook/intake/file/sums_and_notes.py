"""Which rows of a laid-out table are no data: sums of others, and notes under the table?"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from salesbook.cells.base import CellOptions, Reason, plain_text
from salesbook.cells.frame import read_values
from salesbook.intake.file.header_words import is_number
from salesbook.intake.foreign import RawRow, filled_count, has_one_cell, is_blank
from salesbook.names.folding import fold_name
from salesbook.names.totals import group_of_total, may_say_total, says_total
from salesbook.store import Cell
from salesbook.tables import Kind

SPARSE: Final = 0.67
"""Share of the usual cells up to which a row may be a total or a title."""
_WIDE: Final = 4
"""Cells in the fullest row from which a row of one cell stands apart as a note."""
_FEWEST_SUMMED: Final = 2
"""Of one number alone, another row may be the same by chance."""
_HALF_A_CENT: Final = 0.005
"""Sums of decimals are off by less than that."""
_SAP_TOTAL: Final = re.compile(r"\*{1,5}")
"""With asterisks, one for each level, a SAP list begins its sums."""


def mark_sums_and_notes(rows: Sequence[RawRow]) -> list[RawRow]:
    """Mark rows that say Total and are emptier than others, and notes at the end."""
    counts = [filled_count(row.cells) for row in rows]
    fullest = max(counts, default=0)
    sparse_rows = [
        row
        for row, count in zip(rows, counts, strict=True)
        if row.fault is None and count <= fullest * SPARSE
    ]

    totals: set[int] = set()
    if _may_hold_totals(sparse_rows):
        totals = {row.number for row in sparse_rows if _is_totals(row)}
        totals |= _totals_of_groups(rows, [row for row in sparse_rows if row.number not in totals])
    last = next((row for row in reversed(rows) if row.fault is None), None)
    if last is not None and last.number not in totals and _closes_with_total(rows, last):
        totals.add(last.number)
    marked = [_as_totals(row) if row.number in totals else row for row in rows]
    return _with_notes_marked(marked) if fullest >= _WIDE else marked


def _as_totals(row: RawRow) -> RawRow:
    return replace(row, fault=Reason("totals-row"))


def _with_notes_marked(rows: list[RawRow]) -> list[RawRow]:
    """Mark last rows of one cell that stand apart: after a blank line or a totals row."""
    start = len(rows)
    # In a file with a blank behind each comma, two cells are two cells.
    is_note = _is_one_cell if _begins_cells_with_blanks(rows) else _is_one_text
    while start > 1 and is_note(rows[start - 1]):
        start -= 1

    for index in range(start, len(rows)):
        if _stands_apart(rows[index], rows[index - 1]):
            table, notes = rows[:index], rows[index:]
            return [*table, *(replace(row, fault=Reason("note-row")) for row in notes)]
    return rows


def _is_one_cell(row: RawRow) -> bool:
    return not row.fault and has_one_cell(row.cells)


def _is_one_text(row: RawRow) -> bool:
    return _is_one_cell(row) or (not row.fault and _is_cut_sentence(row.cells))


def _begins_cells_with_blanks(rows: Sequence[RawRow]) -> bool:
    cells = rows[0].cells[1:] if rows else ()
    return any(isinstance(cell, str) and cell.startswith(" ") for cell in cells)


def _is_cut_sentence(cells: Sequence[Cell]) -> bool:
    """True for two cells that are a sentence which its own comma cut: the second begins blank."""
    first, second = (*cells[:2], None, None)[:2]
    is_alone = filled_count(cells) == 2 and not is_blank(first)
    return is_alone and isinstance(second, str) and second.startswith(" ") and len(second) > 1


def _stands_apart(row: RawRow, before: RawRow) -> bool:
    """True behind a blank line, which is no row, or behind a totals row."""
    follows_blank_line = row.number > before.last_line + 1
    return follows_blank_line or before.fault is not None


def _may_hold_totals(rows: Sequence[RawRow]) -> bool:
    """One look at all texts, since most files have no totals."""
    texts = [cell for row in rows for cell in row.cells if isinstance(cell, str)]
    return may_say_total(map(plain_text, texts), within=True) or "*" in map(str.strip, texts)


def _is_totals(row: RawRow) -> bool:
    """Whether the row begins with a word for a total, or has one beside nothing but numbers."""
    filled = [cell for cell in row.cells if not is_blank(cell)]
    texts = [plain_text(cell) for cell in filled if isinstance(cell, str)]
    words = [text for text in texts if not is_number(text)]

    first = filled[0]
    is_sap_total = isinstance(first, str) and bool(_SAP_TOTAL.fullmatch(first.strip()))
    if is_sap_total and len(words) == 1 and len(filled) > 1:
        return True
    if not any(map(says_total, texts)):
        return False
    if isinstance(first, str) and says_total(plain_text(first)):
        return True
    return len(words) == 1


def _closes_with_total(rows: Sequence[RawRow], last: RawRow) -> bool:
    """Whether the last row is a total though it is as full as the others.

    It begins with the word and nothing else, and has either nothing but numbers beside it, or a
    number that is the sum of those above it.
    """
    first, *others = last.cells or (None,)
    filled = [cell for cell in others if not is_blank(cell)]
    if not isinstance(first, str) or not filled or not says_total(plain_text(first)):
        return False
    if all(map(_is_numeric, filled)):
        return True
    above = [row for row in rows if row.fault is None and row is not last]
    return any(
        _is_sum([row.cells[column] for row in above], last.cells[column])
        for column in range(1, len(last.cells))
    )


def _is_numeric(cell: Cell) -> bool:
    if isinstance(cell, str):
        return is_number(plain_text(cell))
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _is_sum(above: Sequence[Cell], total: Cell) -> bool:
    """Whether a number is the sum of two or more above it, with the point or with the comma."""
    filled = [cell for cell in above if not is_blank(cell)]
    if len(filled) < _FEWEST_SUMMED or not _is_numeric(total):
        return False
    for decimal in ("point", "comma"):
        options = CellOptions(decimal=decimal)
        *numbers, whole = (
            reading for reading in read_values([*filled, total], Kind.NUMBER, options)
        )
        known = [number for number in (*numbers, whole) if isinstance(number, float)]
        is_known = len(known) == len(filled) + 1
        # Nothing sums to nothing, and proves no total.
        if is_known and known[-1] and abs(sum(known[:-1]) - known[-1]) < _HALF_A_CENT:
            return True
    return False


def _totals_of_groups(rows: Sequence[RawRow], sparse_rows: Sequence[RawRow]) -> set[int]:
    """Numbers of rows such as `Acme Total` or `Total for Acme`, under rows of a group Acme.

    A customer may be called `Best Total`: only the name of a group that stands in a row above, with
    nothing but numbers beside it, makes a total of it.
    """
    groups = {row.number: group for row in sparse_rows if (group := _group_of(row))}
    if not groups:
        return set()

    totals: set[int] = set()
    seen: set[str] = set()
    for row in rows:
        group = groups.get(row.number, "")
        if group and fold_name(group) in seen:
            totals.add(row.number)
        else:
            seen |= _folded_texts(row.cells, groups.values())
    return totals


def _group_of(row: RawRow) -> str:
    """The group whose total a row may be; blank where it has other words or no number."""
    filled = [cell for cell in row.cells if not is_blank(cell)]
    texts = [plain_text(cell) for cell in filled if isinstance(cell, str)]
    words = [text for text in texts if not is_number(text)]
    has_number = len(filled) > len(words)
    return group_of_total(words[0]) if len(words) == 1 and has_number else ""


def _folded_texts(cells: Sequence[Cell], groups: Collection[str]) -> set[str]:
    """The names of groups that stand in a row."""
    wanted = set(map(fold_name, groups))
    texts = {fold_name(plain_text(cell)) for cell in cells if isinstance(cell, str)}
    return texts & wanted
