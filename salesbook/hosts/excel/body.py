"""What should a table's cells hold after a write, and which of them must change for it?"""

from __future__ import annotations

from collections.abc import Sequence

from salesbook.errors import CannotWrite
from salesbook.hosts import formulas
from salesbook.hosts.excel.cells import Content, Formula, same
from salesbook.hosts.excel.table import Layout
from salesbook.store import KEEP, NewCell, TableWrite

Contents = list[list[Content]]
"""Column by column, each from the first body row down."""
Mask = list[list[bool]]
"""Likewise, which of the cells are meant."""
_SHOWN_OF_FORMULA = 200
"""So much of a formula is shown in a refusal."""


def calculated_columns(contents: Contents) -> list[int]:
    """Columns in which every cell has a formula. Excel does not tell which it fills by itself."""
    return [
        place
        for place, column in enumerate(contents)
        if column and all(isinstance(content, Formula) for content in column)
    ]


def wanted(layout: Layout, now: Contents, write: TableWrite, sheet: str) -> Contents:
    """The new body. Raises: CannotWrite for a formula that cannot go along with its row."""
    # A body is never without a row.
    sources = write.sources or (None,)
    nothing_given = (KEEP,) * len(sources)
    calculated = frozenset(calculated_columns(now))
    columns: Contents = []
    for place, (header, before) in enumerate(zip(layout.headers, now, strict=True)):
        given: Sequence[NewCell] = write.columns.get(header, ()) or nothing_given
        column: list[Content] = []
        for row, (value, source) in enumerate(zip(given, sources, strict=True)):
            content: Content = None
            if value is not KEEP:
                content = None if value == "" else value
            elif source is not None:
                content = _moved(before[source], layout, (source, row, place), sheet)
            elif place in calculated:
                # A new row calculates what the first one does.
                content = _moved(before[0], layout, (0, row, place), sheet)
            column.append(content)
        columns.append(column)

    return columns


def _moved(content: Content, layout: Layout, way: tuple[int, int, int], sheet: str) -> Content:
    """What stood in one row, for another row of its column.

    Args:
        way: the old row, the new row and the column, counted from 0.
    """
    old_row, new_row, place = way
    if not isinstance(content, Formula) or old_row == new_row:
        return content

    text = content.text.removeprefix("=")
    try:
        if formulas.has_cell_references(text):
            text = formulas.moved(text, layout.top + old_row, layout.top + new_row)
    except formulas.UnsureError:
        where = f"{sheet}!{layout.cell(old_row, place)}"
        shown = text[:_SHOWN_OF_FORMULA]
        raise CannotWrite("formula-cannot-move", where=where, formula=shown) from None

    return Formula("=" + text)


def differences(now: Contents, want: Contents, rows: int, *, to_the_letter: bool = True) -> Mask:
    """Which cells of the first so many rows differ; what lies beyond a column's end is blank."""
    mask = []
    for old_column, new_column in zip(padded(now, rows), padded(want, rows), strict=True):
        pairs = zip(old_column[:rows], new_column[:rows], strict=True)
        mask.append([not same(old, new, to_the_letter=to_the_letter) for old, new in pairs])
    return mask


def padded(contents: Contents, rows: int) -> Contents:
    """The same with blanks down to so many rows."""
    return [[*column, *([None] * (rows - len(column)))] for column in contents]
