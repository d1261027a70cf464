"""When do two cells hold the same, so that one need not be written and typing is not taken for new?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from operator import eq
from typing import Final

from salesbook.cells.sameness import comparable, digits, same_cell
from salesbook.hosts.formulas import ColumnFormula, UnsureError, column_formula, to_r1c1
from salesbook.store import KEEP, Annotation, Cell, Mark, NewCell, TableCells

_NOTHING: Final = type(None)
_FORMULA_SIGN: Final = "\x1d"
"""Before a formula in what a fingerprint is of, so that no typed text can look like one."""
_FUTURE: Final = re.compile(r"_xl(?:fn|ws|pm|udf)\.", re.IGNORECASE)
"""Matches what a file, unlike Excel's window, writes before younger functions: `_xlfn.XLOOKUP`."""
_THIS_ROW: Final = re.compile(r"[\w.]*\[\[#This Row\],\s*\[([^\[\]]*)\]\]", re.IGNORECASE)
"""Matches `Deals[[#This Row],[amount]]`, the long form of `[@amount]`."""
_AT_COLUMN: Final = re.compile(r"(?:\w[\w.]*)?\[@([^\[\]]+)\]")
"""Matches `[@amount]` and `Deals[@amount]`."""


def changes_of(new: Sequence[Cell], old: Sequence[Cell]) -> list[NewCell]:
    """Cells that take the place of others, row by row: KEEP where the old one says the same."""
    holds_flags = bool in {*map(type, new), *map(type, old)}
    if holds_flags:  # Python's == would take True for 1
        return [
            KEEP if same_cell(cell, old_cell) else cell
            for cell, old_cell in zip(new, old, strict=True)
        ]
    if new == old:
        return [KEEP] * len(new)
    pairs = zip(map(eq, new, old), new, old, strict=True)
    return [
        KEEP if is_equal or same_cell(cell, old_cell) else cell
        for is_equal, cell, old_cell in pairs
    ]


def content_fingerprint(
    cells: TableCells, annotations: Sequence[Annotation], headers: Container[str] | None = None
) -> str:
    """A short hash of what was typed into a table, equal for equal content as `same_cell` sees it.

    A formula counts as it reads relative to its row, never with its value: recalculating types
    nothing. Of a calculated column only the exceptions count. Notes, threads, links, colours and
    heights do not count: they go with their rows, and with rows that go they are parked.

    Args:
        annotations: what people put on the table's rows (`Host.annotations`).
        headers: the columns that count; all of them where nothing is said.
    """
    digest = hashlib.blake2b(digest_size=8)
    marks_by_header = _typed_marks(annotations)
    for place, header in enumerate(cells.headers):
        if headers is not None and header not in headers:
            continue
        texts = _typed_texts(cells, place, marks_by_header.get(header, {}))
        # A column in which nothing stands is none: it may have lost its formulas with its last row.
        if any(texts):
            digest.update("\x1f".join([header, *texts]).encode("utf-8", "surrogatepass"))
            digest.update(b"\x1e")
    return digest.hexdigest()


def own_fingerprint(header: str, cells: Sequence[Cell]) -> str:
    """`content_fingerprint` of one column that holds values alone, such as a user's own."""
    alone = TableCells("", "", (header,), (cells,), first_row=1, first_column=1)
    return content_fingerprint(alone, ())


def _typed_marks(annotations: Sequence[Annotation]) -> Mapping[str, Mapping[int, Annotation]]:
    """The exceptions and formulas, by header and row."""
    marks: dict[str, dict[int, Annotation]] = {}
    for annotation in annotations:
        is_typed = annotation.mark in (Mark.VALUE, Mark.FORMULA)
        if is_typed and annotation.row is not None:
            marks.setdefault(annotation.header, {})[annotation.row] = annotation
    return marks


def _typed_texts(cells: TableCells, place: int, marks: Mapping[int, Annotation]) -> list[str]:
    """What was typed into each cell of a column; nothing where its own formula stands."""
    header, column = cells.headers[place], cells.columns[place]
    if header in cells.calculated and not marks:
        return []

    own_formula = None
    if header in cells.calculated:
        texts = [""] * cells.row_count
    else:
        texts = list(_spellings(column))
        own_formula = _column_formula(cells, marks)

    for row, mark in marks.items():
        formula = str(mark.content).removeprefix("=")
        sheet_row = cells.first_row + row
        if mark.mark is Mark.VALUE:
            texts[row] = _spelling(mark.content)
        elif own_formula is not None and own_formula.reads(formula, sheet_row):
            texts[row] = ""
        else:
            column_number = cells.first_column + place
            texts[row] = _FORMULA_SIGN + relative_formula(formula, sheet_row, column_number)
    return texts


def _column_formula(cells: TableCells, marks: Mapping[int, Annotation]) -> ColumnFormula | None:
    """The formula that makes a column a calculated one as soon as its table is read again.

    Where rows have gone, a formula that few of them held may be that of the rows that are left. One
    that is left alone may be a column's or a remark: that is not known before the table is read
    again, and must make no difference.
    """
    formulas = {
        cells.first_row + row: str(mark.content).removeprefix("=")
        for row, mark in sorted(marks.items())
        if mark.mark is Mark.FORMULA
    }
    if not formulas:
        return None
    rows_in_use = sum(
        any(value not in (None, "") for value in row) for row in zip(*cells.columns, strict=True)
    )
    return column_formula(formulas, rows_in_use, is_declared=True)


def relative_formula(formula: str, row: int, column: int) -> str:
    """A formula as it says the same in every row, whichever program tells it.

    A file writes `_xlfn.XLOOKUP` and `Deals[[#This Row],[amount]]` where Excel's window shows
    `XLOOKUP` and `[@amount]`.

    Args:
        row: of its cell in the sheet, from 1.
        column: likewise.
    """
    try:
        relative = to_r1c1(formula, row, column)
    except UnsureError:
        relative = formula  # then it counts as other wherever its row goes
    relative = _FUTURE.sub("", relative)
    relative = _THIS_ROW.sub(r"[@\1]", relative)
    return _AT_COLUMN.sub(r"[@\1]", relative).casefold()


def _spellings(column: Sequence[Cell]) -> Iterable[str]:
    """`_spelling` of each cell; a column of one kind is spelled at once."""
    kinds = set(map(type, column)) - {_NOTHING}
    if kinds <= {str}:
        return [cell or "" for cell in column]  # type: ignore[misc]
    if kinds <= {int, float}:
        return ["" if cell is None else digits(cell) for cell in column]  # type: ignore[arg-type]
    if len(kinds) == 1:
        # Dates and flags repeat: each is spelled once.
        spelling_of = {cell: _spelling(cell) for cell in set(column)}
        return [spelling_of[cell] for cell in column]
    return [_spelling(cell) for cell in column]


def _spelling(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return digits(value)
    return str(comparable(value))
