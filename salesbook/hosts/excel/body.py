"""What should a table's cells hold after a write, and which of them must change for it?"""

from __future__ import annotations

from collections.abc import Sequence

from salesbook.errors import CannotWrite
from salesbook.hosts.excel.cells import Content, Formula, same
from salesbook.hosts.excel.table import Layout
from salesbook.hosts.package import formulas
from salesbook.store import KEEP, NewCell, TableWrite

Contents = list[list[Content]]
"""Column by column, each from the first body row down."""


def calculated_columns(contents: Contents) -> list[int]:
    """Columns in which every cell has a formula. Excel does not tell which it fills by itself."""
    return [
        place
        for place, column in enumerate(contents)
        if column and all(isinstance(content, Formula) for content in column)
    ]


def wanted(layout: Layout, now: Contents, write: TableWrite, sheet: str) -> Contents:
    """The new body. Raises: CannotWrite for a formula that cannot go along with its row."""
    sources = write.sources or (None,)
    filled = frozenset(calculated_columns(now))
    found: Contents = []
    for place, (header, before) in enumerate(zip(layout.headers, now, strict=True)):
        given: Sequence[NewCell] = write.columns.get(header, ()) or (KEEP,) * len(sources)
        column: list[Content] = []
        for row, (value, source) in enumerate(zip(given, sources, strict=True)):
            if value is not KEEP:
                column.append(None if value == "" else value)
            elif source is not None:
                column.append(_moved(before[source], layout, (source, row, place), sheet))
            elif place in filled:
                column.append(_moved(before[0], layout, (0, row, place), sheet))
            else:
                column.append(None)
        found.append(column)
    return found


def _moved(content: Content, layout: Layout, way: tuple[int, int, int], sheet: str) -> Content:
    """What stood in one row, for another row of its column."""
    source, row, place = way
    if not isinstance(content, Formula) or source == row:
        return content
    text = content.text[1:]
    try:
        if formulas.has_cell_references(text):
            text = formulas.moved(text, layout.top + source, layout.top + row)
    except formulas.UnsureError:
        start = f"{sheet}!{layout.cell(source, place)}"
        raise CannotWrite("formula-cannot-move", where=start, formula=text[:200]) from None
    return Formula("=" + text)


Mask = list[list[bool]]


def differences(now: Contents, want: Contents, rows: int, *, to_the_letter: bool = True) -> Mask:
    """Which cells of the first so many rows differ; what lies beyond a column's end is blank."""
    return [
        [not same(_at(old, row), _at(new, row), to_the_letter=to_the_letter) for row in range(rows)]
        for old, new in zip(now, want, strict=True)
    ]


def _at(column: Sequence[Content], row: int) -> Content:
    return column[row] if row < len(column) else None


def padded(contents: Contents, rows: int) -> Contents:
    """The same with blanks down to so many rows."""
    return [[*column, *([None] * (rows - len(column)))] for column in contents]
