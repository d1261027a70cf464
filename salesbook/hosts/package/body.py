"""How does a table's new body come into its sheet's rows?

The order matters. First everything that may be refused is looked at, then shared formulas are
written out, then the totals row and freed rows go, then rows are set. Where a row takes cells from
another, all new rows are made before the first is put in place: it might overwrite one that is
still to be read.

Throughout, an *index* counts the rows of the new body from 0, a *source* those of the old one, a
*number* is a sheet row's and a *place* counts the table's columns from 0.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.cell_facts import moment_of
from salesbook.hosts.fitting import refuse_unfit
from salesbook.hosts.formulas import (
    Carrying,
    ColumnFormula,
    TableFormulas,
    UnsureError,
    as_files_have_it,
)
from salesbook.hosts.package import moves
from salesbook.hosts.package.cellxml import blank_cell, formula_cell, style_of, with_style
from salesbook.hosts.package.newcells import FreshRows, NewCells
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.rows import Look, SheetRows, look_of, with_look
from salesbook.hosts.package.sheet_formulas import SheetFormulas
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import attribute, tag_pattern, with_attribute
from salesbook.hosts.row_map import RowMap
from salesbook.store import KEEP, Annotation, Cell, Mark, NewCell, TableCells, TableWrite

_CAN_BE_PUT = {
    Mark.FORMULA: re.compile(r"=.+", re.DOTALL),
    Mark.COLOUR: re.compile(r"#[0-9A-Fa-f]{6}"),
    Mark.HEIGHT: re.compile(r"[0-9]{1,3}(\.[0-9]{1,15})?"),
}
"""What may be put into a sheet's rows themselves; Excel would repair a file with anything else."""


@dataclass(frozen=True, slots=True)
class _NewRow:
    """A row of the new body that is ready to be put in place."""

    number: int
    cells: dict[int, bytes]
    """By sheet column."""
    look: Look | None = None
    """Its format and height; None where the row has other tables too, which may want another."""


@dataclass
class NewBody:
    """One write, held against the table as it stands. `apply` edits the rows."""

    rows: SheetRows
    table: TablePart
    old: TableCells
    write: TableWrite
    styles: Styles
    sheet_formulas: SheetFormulas
    is_alone: bool = False
    """True where nothing else is written on the sheet."""
    has_own_rows: bool = True
    """True where no other table lies in the same rows."""

    @cached_property
    def sources(self) -> Sequence[int | None]:
        """The old row of each new one; a body is never without a row."""
        return self.write.sources or (None,)

    @cached_property
    def row_map(self) -> RowMap:
        """The way of the old rows into the new body."""
        return RowMap(self.table.body, self.sources, self.table.totals_rows)

    @property
    def body(self) -> Area:
        """The new body."""
        return self.row_map.new_body

    @cached_property
    def area(self) -> Area:
        """The new table, header and totals included."""
        return self.table.area.ending_at(self.body.bottom + self.table.totals_rows)

    @cached_property
    def _formulas(self) -> TableFormulas:
        return self.sheet_formulas.of_table(self.table, self.old)

    @cached_property
    def carrying(self) -> Carrying:
        """What the write does to formulas."""
        return Carrying(self.table.sheet.name, self.row_map)

    @cached_property
    def _cells(self) -> NewCells:
        calculated = moves.new_formulas(
            self.rows, self.table, self._formulas, self.carrying, self.sheet_formulas.arrays
        )
        return NewCells(
            self.rows, self.table, self.write, self.styles, self.old.epoch_1904, calculated
        )

    @cached_property
    def _given(self) -> list[Sequence[NewCell] | None]:
        """The new values of each column, None where it keeps its own."""
        return [self.write.columns.get(header) for header in self.table.headers]

    @cached_property
    def _given_places(self) -> list[tuple[int, Sequence[NewCell]]]:
        """The columns that get new values, by their place."""
        return [(place, values) for place, values in enumerate(self._given) if values]

    def apply(self) -> None:
        """Put the new body, and the totals row after it, in place.

        Raises: CannotWrite, ColumnMissing.
        """
        refuse_unfit(self.old, self.write)
        first_fresh = self._first_fresh_index()
        changed = self._changed_indices(first_fresh)
        touched = self._touched_numbers(changed)
        if not touched:
            return

        old_body = self.table.body
        self._refuse_obstacles(Area(min(touched), old_body.left, max(touched), old_body.right))
        freed = range(self.body.bottom + 1, old_body.bottom + 1)
        losing_formulas = {number for number in touched if number <= old_body.bottom}
        losing_formulas.update(freed)
        for index in changed:
            source = self.sources[index]
            if source is not None:
                losing_formulas.add(old_body.top + source)

        moves.unshare(self.rows, old_body, self.sheet_formulas, losing_formulas)

        like = self.rows.row(old_body.bottom).tag
        if first_fresh < len(self.sources):
            fresh_rows = FreshRows(self.rows, self.write, self._cells, self.table.headers, like)
            fresh_rows.append(first_fresh, self.body.top + first_fresh)

        self._set_rows(changed, freed, like)
        if self.has_own_rows and self._cells.heights.are_needed:
            for index in changed:
                self._fit_height(index)

    def _fit_height(self, index: int) -> None:
        """Let a row of the new body be as high as its sentences need."""
        source = self.sources[index]

        def value_at(place: int) -> NewCell:
            values = self._given[place]
            given: NewCell = values[index] if values else KEEP
            if given is not KEEP:
                return given
            return None if source is None else self.old.columns[place][source]

        self._cells.heights.fit(self.body.top + index, value_at)

    def _first_fresh_index(self) -> int:
        """Find from where on the new rows come from none and lie below all that the sheet holds.

        Those are appended as a block. With a second write on the sheet they are not: that one may
        still add rows above them.
        """
        count = len(self.sources)
        if not self.is_alone or not self.write.sources:
            return count

        last_used = max(self.table.area.bottom, self.rows.last_read)
        first_free_index = max(last_used + 1 - self.table.body.top, 0)
        first_fresh = count
        while first_fresh > first_free_index and self.sources[first_fresh - 1] is None:
            first_fresh -= 1

        # A row on which something is put is written by itself.
        marked = [mark.row for mark in self.write.annotations if mark.row is not None]
        first_fresh = max(first_fresh, max(marked, default=-1) + 1)

        return first_fresh

    def _changed_indices(self, end: int) -> list[int]:
        """List the new rows, up to `end`, that are not simply the old row in its old place."""
        is_changed = bytearray(source != index for index, source in enumerate(self.sources[:end]))
        is_given = bytearray(len(is_changed))
        for header, values in self.write.columns.items():
            before = self.old.columns[self.old.headers.index(header)]
            given = [
                (index, value) for index, value in enumerate(values[:end]) if value is not KEEP
            ]
            for index, value in given:
                is_given[index] = 1
                if not is_changed[index] and not same(value, before[index]):
                    is_changed[index] = 1

        # A value replaces a formula even where that showed the same.
        top = self.table.body.top
        formula_indices = {row - top for row, _ in self.sheet_formulas.texts}
        for index in formula_indices:
            if 0 <= index < len(is_given) and is_given[index]:
                is_changed[index] = 1

        for index in self._rewritten_indices:
            if index < end:
                is_changed[index] = 1

        return [index for index, changed in enumerate(is_changed) if changed]

    @cached_property
    def _rewritten_indices(self) -> set[int]:
        """The rows that stay in their place while a formula in them has to name other cells."""
        if self.row_map.is_still:
            return set()

        rewritten = set()
        for header, texts in self._formulas.texts.items():
            for row, text in texts.items():
                stays = self.row_map.new_rows.get(row) == row
                if stays and self._carried(text, header, row, row) != text:
                    rewritten.add(row - self.body.top)
        return rewritten

    def _carried(self, text: str, header: str, row: int, new_row: int) -> str | None:
        """Say what a kept formula reads in its new row; None where it cannot be taken along."""
        try:
            formula = self._formulas.columns.get(header)
            if formula and formula.reads(text, row):
                return self._column_formulas[header].at(new_row)
            return self.carrying.exception(text)
        except UnsureError:
            return None

    @cached_property
    def _column_formulas(self) -> dict[str, ColumnFormula]:
        """What the formulas of calculated columns are in the new body."""
        return {
            header: self.carrying.column(formula)
            for header, formula in self._formulas.columns.items()
        }

    def _touched_numbers(self, changed: Sequence[int]) -> list[int]:
        """List the sheet rows that the write touches; of a span that moves, its two ends."""
        old_body = self.table.body
        touched = [old_body.top + index for index in changed]
        if self.body.bottom != old_body.bottom:
            touched.append(min(old_body.bottom, self.body.bottom) + 1)
            touched.append(max(self.area.bottom, self.table.area.bottom))
        return touched

    def _refuse_obstacles(self, touched: Area) -> None:
        """Refuse where merged cells, an array formula or other content would be harmed."""
        sheet, table = self.rows.sheet, self.table.code
        for match in tag_pattern(self.rows.prefix, b"mergeCell").finditer(self.rows.tail):
            merged = Area.parse(attribute(match[0], b"ref") or "")
            if merged and merged.meets(touched):
                raise CannotWrite("merged-cells", where=f"{sheet}!{merged}", table=table)

        moves.refuse_wide_arrays(self.rows, touched)

        last_used = min(self.area.bottom, self.rows.last_read)
        for number in range(self.table.area.bottom + 1, last_used + 1):
            for column, cell in self.rows.row(number).cells.items():
                is_below_us = self.area.left <= column <= self.area.right
                if is_below_us and self.rows.has_content(cell):
                    where = f"{sheet}!{cell_name(number, column)}"
                    raise CannotWrite("cells-in-the-way", where=where, table=table)

    def _set_rows(self, changed: Sequence[int], freed: range, like: bytes) -> None:
        """Put the changed rows in place; one by one where none takes cells from another."""
        takes_from_others = any(self.sources[index] not in (None, index) for index in changed)
        if takes_from_others:
            rows = [self._new_row(index) for index in changed]
            self._move_totals(freed, like)
            for row in rows:
                self._put(row, like)
            return

        self._move_totals(freed, like)
        for index in changed:
            if self.sources[index] is None or index in self._rewritten_indices:
                self._put(self._new_row(index), like)
            else:
                self._set_given(index, like)

    def _set_given(self, index: int, like: bytes) -> None:
        """Set the given cells of a row that stays in its place."""
        number = self.body.top + index
        cells = self.rows.row(number).cells
        new: dict[int, bytes | None] = {}
        for place, values in self._given_places:
            value = values[index]
            column = self.body.left + place
            kept = cells.get(column)
            if value is KEEP or self._is_as_before(kept, value, place, index):
                continue
            cell = self._cells.cell(value, kept, number, place)
            if cell != kept:
                new[column] = cell

        if not new:
            return

        row = self.rows.edit(number, like)
        for column, cell in new.items():
            if cell:
                row.cells[column] = cell
            else:
                row.cells.pop(column, None)

    def _new_row(self, index: int) -> _NewRow:
        number = self.body.top + index
        source = self.sources[index]
        look = None
        if self.has_own_rows:
            look = () if source is None else look_of(self.rows.row(self.body.top + source).tag)
        return _NewRow(number, self._row_cells(index), look)

    def _row_cells(self, index: int) -> dict[int, bytes]:
        """Write or keep the cells of one row of the new body, by sheet column."""
        source = self.sources[index]
        number = self.body.top + index
        before = {} if source is None else self.rows.row(self.body.top + source).cells
        cells: dict[int, bytes] = {}
        for place, values in enumerate(self._given):
            value: NewCell = values[index] if values else KEEP
            column = self.body.left + place
            kept = before.get(column)
            if source is None:
                if value is KEEP:
                    cell = self._cells.blank(number, place)
                else:
                    cell = self._cells.cell(value, None, number, place)
            elif value is KEEP or self._is_as_before(kept, value, place, source):
                cell = self._kept(kept, source, number, column)
            else:
                cell = self._cells.cell(value, kept, number, place)
            if cell:
                cells[column] = cell

        return cells

    def _is_as_before(self, kept: bytes | None, value: Cell, place: int, source: int) -> bool:
        """Say whether a cell already holds a value, and no formula that merely shows it."""
        if not same(value, self.old.columns[place][source]):
            return False
        return not kept or not moves.has_formula(kept)

    def _kept(self, cell: bytes | None, source: int, number: int, column: int) -> bytes | None:
        """Take a cell along from its old row, or leave it blank where its formula is lost."""
        old_number = self.body.top + source
        if cell is None:
            return None

        text = self.sheet_formulas.texts.get((old_number, column))
        if text is not None:
            header = self.table.headers[column - self.body.left]
            new_text = self._carried(text, header, old_number, number)
            if new_text is None:
                return self._cells.cell(None, cell, number, column - self.body.left)
            return moves.moved(cell, cell_name(number, column), new_text)
        if old_number == number:
            return cell
        return moves.moved(cell, cell_name(number, column), None)

    def _move_totals(self, freed: range, like: bytes) -> None:
        """Take the freed rows' cells away and carry the totals row to the table's new end."""
        shift = self.row_map.shift
        if not shift:
            self._rewrite_totals()
            return

        columns = self.area.columns
        totals = []
        looks = {}
        for number in range(self.table.body.bottom + 1, self.table.area.bottom + 1):
            cells = self.rows.row(number).cells
            ours = {column: cells[column] for column in columns if column in cells}
            totals.append((number, ours))
            looks[number] = look_of(self.rows.row(number).tag)
            self._clear(number, columns)

        for number in freed:
            self._clear(number, columns)

        for number, cells in totals:
            target = number + shift
            moved_cells = {
                column: self._moved_total(cell, number, column, target)
                for column, cell in cells.items()
            }
            look = looks[number] if self.has_own_rows else None
            self._put(_NewRow(target, moved_cells, look), like)

    def _rewrite_totals(self) -> None:
        """Let a totals row that stays name the cells that it named, where their rows moved."""
        for number in range(self.table.body.bottom + 1, self.table.area.bottom + 1):
            cells = self.rows.row(number).cells
            for column in self.area.columns:
                if (number, column) not in self.sheet_formulas.texts:
                    continue
                new = self._moved_total(cells[column], number, column, number)
                if new != cells[column]:
                    self.rows.edit(number).cells[column] = new

    def _moved_total(self, cell: bytes, number: int, column: int, target: int) -> bytes:
        """Give a cell of the totals row to its new row."""
        text = self.sheet_formulas.texts.get((number, column))
        if text is None:
            return moves.moved(cell, cell_name(target, column), None)
        try:
            new_text = self.carrying.exception(text)
        except UnsureError:
            return blank_cell(cell, cell_name(target, column), self.rows.prefix)
        return moves.moved(cell, cell_name(target, column), new_text)

    def put_marks(self) -> None:
        """Put formulas, colours and heights on rows of the new body, which stands by now.

        Raises: CannotWrite where the workbook has as many formats as Excel takes.
        """
        for mark in self.write.annotations:
            if mark.row is None or not _can_be_put(mark):
                continue
            number = self.body.top + mark.row
            row = self.rows.edit(number)
            if mark.mark is Mark.HEIGHT:
                row.tag = with_attribute(row.tag, b"ht", str(mark.content))
                row.tag = with_attribute(row.tag, b"customHeight", "1")
                continue

            place = self.table.headers.index(mark.header)
            column = self.body.left + place
            cell = row.cells.get(column)
            name = cell_name(number, column)
            style = style_of(cell) if cell else self._cells.column_style(place)
            if mark.mark is Mark.FORMULA:
                text = as_files_have_it(str(mark.content).removeprefix("="), self.table.code)
                row.cells[column] = formula_cell(text, name, style, self.rows.prefix)
            else:
                new_style = self.styles.filled(style, str(mark.content))
                cell = cell or blank_cell(b"<c/>", name, self.rows.prefix)
                row.cells[column] = with_style(cell, new_style)

    def _clear(self, number: int, columns: range) -> None:
        """Take our columns' cells out of a row that the table leaves."""
        if not self.rows.row(number).tag:
            return
        row = self.rows.edit(number)
        for column in columns:
            row.cells.pop(column, None)
        if self.has_own_rows:
            row.tag = with_look(row.tag, ())

    def _put(self, new: _NewRow, like: bytes) -> None:
        """Set our columns' cells of one row and leave its other cells."""
        columns = self.body.columns
        current = self.rows.row(new.number)
        ours = {column: current.cells[column] for column in columns if column in current.cells}
        keeps_look = new.look is None or new.look == look_of(current.tag)
        if new.cells == ours and keeps_look:
            return

        row = self.rows.edit(new.number, like)
        for column in columns:
            row.cells.pop(column, None)

        row.cells |= new.cells
        if not keeps_look and new.look is not None:
            row.tag = with_look(row.tag, new.look)


def _can_be_put(mark: Annotation) -> bool:
    pattern = _CAN_BE_PUT.get(mark.mark)
    return pattern is not None and pattern.fullmatch(str(mark.content)) is not None


def same(new: Cell, old: Cell) -> bool:
    """Say whether a cell already holds a value; a date and its midnight are one."""
    if new is None or new == "":
        return old is None
    # True equals 1, and is another value.
    if isinstance(new, bool) or isinstance(old, bool):
        return new is old
    if isinstance(new, dt.date) and isinstance(old, dt.date):
        return moment_of(new) == moment_of(old)
    return new == old
