"""What should a table's cells hold after a write, and which of them must change for it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salesbook.hosts.area import Area
from salesbook.hosts.excel.cells import Content, Formula, same
from salesbook.hosts.excel.table import Layout
from salesbook.hosts.formulas import Carrying, ColumnFormula, TableFormulas, UnsureError
from salesbook.hosts.row_map import RowMap
from salesbook.store import KEEP, Mark, NewCell, TableCells, TableWrite

Contents = list[list[Content]]
"""Column by column, each from the first body row down."""
Mask = list[list[bool]]
"""Likewise, which of the cells are meant."""


def table_formulas(cells: TableCells, contents: Contents) -> TableFormulas:
    """The formulas of a body, as both hosts look at them."""
    texts = {}
    for header, column in zip(cells.headers, contents, strict=True):
        formulas = {
            cells.first_row + row: content.text.removeprefix("=")
            for row, content in enumerate(column)
            if isinstance(content, Formula)
        }
        if formulas:
            texts[header] = formulas
    return TableFormulas(cells, texts)


def row_map(layout: Layout, write: TableWrite) -> RowMap:
    """The way of the body's rows, in rows of the sheet."""
    body = Area(layout.top, layout.left, layout.top + max(1, layout.rows) - 1, layout.right)
    return RowMap(body, write.sources, totals_rows=int(layout.has_totals))


@dataclass(frozen=True)
class NewBody:
    """How the cells of one table get their new contents."""

    layout: Layout
    now: Contents
    formulas: TableFormulas
    carrying: Carrying
    write: TableWrite

    def contents(self) -> Contents:
        """The new body; a formula that cannot go on saying what it said leaves its cell blank."""
        columns = [
            self._column(header, before)
            for header, before in zip(self.layout.headers, self.now, strict=True)
        ]
        for annotation in self.write.annotations:
            if annotation.mark is Mark.FORMULA and annotation.row is not None:
                place = self.layout.headers.index(annotation.header)
                columns[place][annotation.row] = Formula(str(annotation.content))
        return columns

    def _column(self, header: str, before: Sequence[Content]) -> list[Content]:
        # A body is never without a row.
        sources = self.write.sources or (None,)
        nothing_given = (KEEP,) * len(sources)
        given: Sequence[NewCell] = self.write.columns.get(header, ()) or nothing_given
        old_formula = self.formulas.columns.get(header)
        new_formula = old_formula and self.carrying.column(old_formula)
        column: list[Content] = []
        for row, (value, source) in enumerate(zip(given, sources, strict=True)):
            content: Content = None
            if value is not KEEP:
                content = None if value == "" else value
            elif source is not None:
                content = self._kept(before[source], source, row, old_formula, new_formula)
            elif new_formula is not None:
                content = _at(new_formula, self.layout.top + row)
            column.append(content)
        return column

    def _kept(
        self,
        content: Content,
        source: int,
        row: int,
        old_formula: ColumnFormula | None,
        new_formula: ColumnFormula | None,
    ) -> Content:
        """What stood in one row, for another row of its column."""
        if not isinstance(content, Formula):
            return content
        text = content.text.removeprefix("=")
        is_columns_own = old_formula is not None and old_formula.reads(
            text, self.layout.top + source
        )
        if is_columns_own and new_formula is not None:
            return (
                content if self.carrying.rows.is_still else _at(new_formula, self.layout.top + row)
            )
        try:
            new_text = self.carrying.exception(text)
        except UnsureError:
            return None
        return content if new_text == text else Formula("=" + new_text)


def _at(formula: ColumnFormula, row: int) -> Content:
    try:
        return Formula("=" + formula.at(row))
    except UnsureError:
        return None


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
