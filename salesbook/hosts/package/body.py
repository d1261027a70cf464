"""How does a table's new body come into its sheet's rows?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from salesbook.errors import CannotWrite
from salesbook.hosts.fitting import refuse_unfit
from salesbook.hosts.package import moves
from salesbook.hosts.package.freshrows import FreshRows
from salesbook.hosts.package.newcells import NewCells
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.refs import Area, cell_name
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import attribute, tag_pattern, with_attribute
from salesbook.store import KEEP, Cell, NewCell, TableCells, TableWrite

_NewRow = tuple[int, dict[int, bytes], bool | None]


@dataclass(frozen=True)
class NewBody:
    """One write, held against the table as it stands. `apply` edits the rows."""

    rows: SheetRows
    table: TablePart
    old: TableCells
    write: TableWrite
    styles: Styles
    is_alone: bool = False
    """True where nothing else is written on the sheet."""

    @cached_property
    def sources(self) -> Sequence[int | None]:
        """The old row of each new one; a body is never without a row."""
        return self.write.sources or (None,)

    @cached_property
    def body(self) -> Area:
        """The new body."""
        return self.table.body.ending_at(self.table.body.top + len(self.sources) - 1)

    @cached_property
    def area(self) -> Area:
        """The new table, header and totals included."""
        return self.table.area.ending_at(self.body.bottom + self.table.totals_rows)

    @cached_property
    def _cells(self) -> NewCells:
        return NewCells(self.rows, self.table, self.write, self.styles, self.old.epoch_1904)

    def apply(self) -> None:
        """Put the new body, and the totals row after it, in place.

        Raises: CannotWrite, ColumnMissing.
        """
        refuse_unfit(self.old, self.write)
        fresh = self._fresh_start()
        changed = self._changed_rows(fresh)
        before, top = self.table.body, self.table.body.top
        touched = [top + index for index in changed]
        if self.body.bottom != before.bottom:
            ends = sorted((self.area.bottom, self.table.area.bottom))
            touched += [min(before.bottom, self.body.bottom) + 1, ends[1]]
        if not touched:
            return
        self._refuse_obstacles(Area(min(touched), before.left, max(touched), before.right))
        freed = range(self.body.bottom + 1, before.bottom + 1)
        old_rows = {
            top + source for index in changed if (source := self.sources[index]) is not None
        }
        old_rows.update(number for number in touched if number <= before.bottom)
        moves.unshare(self.rows, before, sorted(old_rows.union(freed)))
        like = self.rows.row(before.bottom).tag
        if fresh < len(self.sources):
            new_rows = FreshRows(self.rows, self.write, self._cells, self.table.headers, like)
            new_rows.append(fresh, top + fresh)
        self._set_rows(changed, freed, like)

    def _fresh_start(self) -> int:
        """Find from where on the new body's rows come from none and lie below all that the sheet
        holds.
        """
        count = len(self.sources)
        if not self.is_alone or not self.write.sources:
            return count
        last = max(self.table.area.bottom, self.rows.last_read)
        start = max(last + 1 - self.table.body.top, 0)
        while count > start and self.sources[count - 1] is None:
            count -= 1
        return count

    def _changed_rows(self, end: int) -> list[int]:
        """List the rows of the new body, up to `end`, that are not simply the old row in its old
        place.
        """
        changed = bytearray(source != index for index, source in enumerate(self.sources[:end]))
        given = bytearray(len(changed))
        for header, column in self.write.columns.items():
            before = self.old.columns[self.old.headers.index(header)]
            for index, value in [
                (at, cell) for at, cell in enumerate(column[:end]) if cell is not KEEP
            ]:
                given[index] = 1
                if not changed[index] and not same(value, before[index]):
                    changed[index] = 1
        formula = b"<" + self.rows.prefix + b"f"
        top = self.table.body.top
        for index, is_given in enumerate(given):
            if is_given and not changed[index] and formula in self.rows.xml(top + index):
                changed[index] = 1
        return [index for index, is_changed in enumerate(changed) if is_changed]

    def _refuse_obstacles(self, touched: Area) -> None:
        """Refuse where merged cells, an array formula or other content would be harmed."""
        sheet = self.rows.sheet
        for tag in tag_pattern(self.rows.prefix, b"mergeCell").finditer(self.rows.tail):
            area = Area.parse(attribute(tag[0], b"ref") or "")
            if area and area.meets(touched):
                raise CannotWrite("merged-cells", where=f"{sheet}!{area}", table=self.table.code)
        moves.refuse_wide_arrays(self.rows, touched)
        last = min(self.area.bottom, self.rows.last_read)
        for number in range(self.table.area.bottom + 1, last + 1):
            for column, cell in self.rows.row(number).cells.items():
                if self.area.left <= column <= self.area.right and self.rows.has_content(cell):
                    place = f"{sheet}!{cell_name(number, column)}"
                    raise CannotWrite("cells-in-the-way", where=place, table=self.table.code)

    def _set_rows(self, changed: Sequence[int], freed: range, like: bytes) -> None:
        """Put the changed rows in place; one by one where none takes cells from another."""
        if any(self.sources[index] not in (None, index) for index in changed):
            rows = [self._new_row(index) for index in changed]
            self._move_totals(freed)
            for new in rows:
                self._put(*new, like)
            return
        self._move_totals(freed)
        for index in reversed(changed):
            if self.sources[index] is None:
                self._put(*self._new_row(index), like)
            else:
                self._set_given(index, like)

    def _set_given(self, index: int, like: bytes) -> None:
        """Set the given cells of a row that stays in its place."""
        number = self.body.top + index
        cells = self.rows.row(number).cells
        new: dict[int, bytes | None] = {}
        for place, given in self._given_places:
            value, kept = given[index], cells.get(self.body.left + place)
            if value is KEEP or self._is_as_before(kept, value, place, index):
                continue
            cell = self._cells.cell(value, kept, number, place)
            if cell != kept:
                new[self.body.left + place] = cell
        if not new:
            return
        row = self.rows.edit(number, like)
        for column, cell in new.items():
            if cell:
                row.cells[column] = cell
            else:
                row.cells.pop(column, None)

    def _new_row(self, index: int) -> _NewRow:
        """Give a new row's number, its cells, and whether a filter hides it."""
        return self.body.top + index, self._row_cells(index), self._is_hidden(self.sources[index])

    def _row_cells(self, index: int) -> dict[int, bytes]:
        """Write or keep the cells of one row of the new body."""
        source, number = self.sources[index], self.body.top + index
        before = {} if source is None else self.rows.row(self.body.top + source).cells
        found: dict[int, bytes] = {}
        for place, given in enumerate(self._given):
            value: NewCell = given[index] if given else KEEP
            kept = before.get(self.body.left + place)
            if source is None:
                cell = (
                    self._cells.blank(number, place)
                    if value is KEEP
                    else self._cells.cell(value, None, number, place)
                )
            elif value is KEEP or self._is_as_before(kept, value, place, source):
                cell = self._kept(kept, source, number, self.body.left + place)
            else:
                cell = self._cells.cell(value, kept, number, place)
            if cell:
                found[self.body.left + place] = cell
        return found

    @cached_property
    def _given(self) -> list[Sequence[NewCell] | None]:
        """The new values of each column, None where it keeps its own."""
        return [self.write.columns.get(header) for header in self.table.headers]

    @cached_property
    def _given_places(self) -> list[tuple[int, Sequence[NewCell]]]:
        """The columns that get new values, by their place."""
        return [(place, given) for place, given in enumerate(self._given) if given]

    def _is_as_before(self, kept: bytes | None, value: Cell, place: int, source: int) -> bool:
        return same(value, self.old.columns[place][source]) and not (
            kept and moves.has_formula(kept)
        )

    def _kept(self, cell: bytes | None, source: int, number: int, column: int) -> bytes | None:
        old = self.body.top + source
        if cell is None or old == number:
            return cell
        return moves.moved(cell, self.rows.sheet, (old, column), number)

    def _is_hidden(self, source: int | None) -> bool | None:
        """Say whether a filter hid the source's row; None where no filter has a say."""
        if not self.table.is_filtered:
            return None
        return (
            source is not None
            and attribute(self.rows.row(self.body.top + source).tag, b"hidden") == "1"
        )

    def _move_totals(self, freed: range) -> None:
        """Take the freed rows' cells away and carry the totals row to the table's new end."""
        shift = self.body.bottom - self.table.body.bottom
        if not shift:
            return
        columns = range(self.area.left, self.area.right + 1)
        totals = []
        for number in range(self.table.body.bottom + 1, self.table.area.bottom + 1):
            cells = self.rows.row(number).cells
            totals.append(
                (number, {column: cells[column] for column in columns if column in cells})
            )
            self._clear(number, columns)
        for number in freed:
            self._clear(number, columns)
        for number, cells in totals:
            target = number + shift
            new = {
                c: moves.moved(cell, self.rows.sheet, (number, c), target)
                for c, cell in cells.items()
            }
            self._put(target, new, None, self.rows.row(number).tag)

    def _clear(self, number: int, columns: range) -> None:
        if not self.rows.row(number).tag:
            return
        row = self.rows.edit(number)
        for column in columns:
            row.cells.pop(column, None)
        if self.table.is_filtered:
            row.tag = with_attribute(row.tag, b"hidden", None)

    def _put(self, number: int, new: dict[int, bytes], is_hidden: bool | None, like: bytes) -> None:
        """Set our columns' cells of one row and leave its other cells."""
        columns = range(self.body.left, self.body.right + 1)
        current = self.rows.row(number)
        hides = attribute(current.tag, b"hidden") == "1"
        if new == {c: current.cells[c] for c in columns if c in current.cells} and is_hidden in (
            None,
            hides,
        ):
            return
        row = self.rows.edit(number, like)
        for column in columns:
            row.cells.pop(column, None)
        row.cells |= new
        if is_hidden is not None and is_hidden != hides:
            row.tag = with_attribute(row.tag, b"hidden", "1" if is_hidden else None)


def same(new: Cell, old: Cell) -> bool:
    """Say whether a cell already holds a value; a date and its midnight are one."""
    if new is None or new == "":
        return old is None
    if isinstance(new, bool) or isinstance(old, bool):
        return new is old
    if isinstance(new, dt.date) and isinstance(old, dt.date):
        return _moment(new) == _moment(old)
    return new == old


def _moment(value: dt.date) -> dt.datetime:
    return (
        value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    )
