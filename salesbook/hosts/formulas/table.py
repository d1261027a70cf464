"""What of a table's formulas did people put there, and what of them would a write lose?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from salesbook.hosts.formulas.carrying import Carrying
from salesbook.hosts.formulas.columns import ColumnFormula, column_formula
from salesbook.hosts.formulas.references import UnsureError
from salesbook.store import KEEP, Annotation, Mark, TableCells, TableWrite


@dataclass(frozen=True)
class TableFormulas:
    """The formulas of one table's body, held against the values of its cells."""

    cells: TableCells
    texts: Mapping[str, Mapping[int, str]]
    """By header, then by sheet row, ascending; without `=`. Columns without formulas may be left
    out."""
    declared: frozenset[str] = frozenset()
    """Headers of columns that the file says are calculated; asked where there are too few rows."""

    @cached_property
    def columns(self) -> dict[str, ColumnFormula]:
        """The formulas of calculated columns, by header, in the order of the sheet."""
        columns: dict[str, ColumnFormula] = {}
        for header in self.cells.headers:
            texts = self.texts.get(header)
            if not texts:
                continue
            is_declared = header in self.declared
            formula = column_formula(texts, self._rows_in_use, is_declared=is_declared)
            if formula is not None:
                columns[header] = formula
        return columns

    @cached_property
    def calculated(self) -> frozenset[str]:
        """The headers of calculated columns."""
        has_rows = self._has_typed_rows
        return frozenset(self.columns) if has_rows else frozenset(self.columns) | self.declared

    @cached_property
    def _rows_in_use(self) -> int:
        """How many rows hold anything at all."""
        first_row = self.cells.first_row
        in_use: set[int] = set()
        for header, column in zip(self.cells.headers, self.cells.columns, strict=True):
            if None not in column:
                return self.cells.row_count
            in_use.update(row for row, value in enumerate(column) if value is not None)
            in_use.update(row - first_row for row in self.texts.get(header, ()))
        return len(in_use)

    @cached_property
    def _has_typed_rows(self) -> bool:
        """Whether anything stands in the body that is not calculated."""
        return any(True for _ in self._typed_values(self.cells.headers))

    def _typed_values(self, headers: Iterable[str]) -> Iterator[Annotation]:
        """List the values in some columns that no formula calculates."""
        for header, column in zip(self.cells.headers, self.cells.columns, strict=True):
            if header not in headers:
                continue
            texts = self.texts.get(header, {})
            for row, value in enumerate(column):
                if value is not None and self.cells.first_row + row not in texts:
                    yield Annotation(row, header, Mark.VALUE, value)

    def annotations(self) -> list[Annotation]:
        """List the exceptions: values in calculated columns, and formulas that are no column's.

        Returns: by row, then by column.
        """
        typed = list(self._typed_values(self.columns))
        for header, texts in self.texts.items():
            formula = self.columns.get(header)
            for row, text in texts.items():
                if formula is None or not formula.reads(text, row):
                    typed.append(self._annotation(row, header, text))

        return self._in_order(typed)

    def _annotation(self, row: int, header: str, text: str) -> Annotation:
        return Annotation(row - self.cells.first_row, header, Mark.FORMULA, "=" + text)

    def losses(self, carrying: Carrying, write: TableWrite) -> list[Annotation]:
        """List the formulas of rows that stay which cannot go on saying what they said.

        A cell that the write gives a value is none of them: nobody asks for its formula.

        Returns: their texts as they read now, by row, then by column.
        """
        lost: list[Annotation] = []
        for header, texts in self.texts.items():
            formula = self.columns.get(header)
            new_formula = formula and carrying.column(formula)
            for row, text in texts.items():
                new_row = carrying.rows.new_rows.get(row)
                if new_row is None or not self._is_kept(write, header, new_row):
                    continue
                try:
                    if new_formula and formula and formula.reads(text, row):
                        new_formula.at(new_row)
                    else:
                        carrying.exception(text)
                except UnsureError:
                    lost.append(self._annotation(row, header, text))

        return self._in_order(lost)

    def _is_kept(self, write: TableWrite, header: str, new_row: int) -> bool:
        """Say whether a write keeps a cell of the new body as its source has it."""
        given = write.columns.get(header)
        return given is None or given[new_row - self.cells.first_row] is KEEP

    def _in_order(self, annotations: list[Annotation]) -> list[Annotation]:
        places = {header: place for place, header in enumerate(self.cells.headers)}
        return sorted(annotations, key=lambda mark: (mark.row or 0, places[mark.header]))
