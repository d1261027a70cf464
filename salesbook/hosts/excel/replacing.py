"""How does one table get its new body, and how does it get the old one back?"""

from __future__ import annotations

from dataclasses import dataclass

from salesbook.errors import CannotWrite, ChangedMeanwhile, ProtectedSheet
from salesbook.hosts.area import MAX_ROW, Area, cell_name
from salesbook.hosts.excel.body import (
    Contents,
    Mask,
    NewBody,
    differences,
    padded,
    row_map,
    table_formulas,
)
from salesbook.hosts.excel.cells import Formula, same
from salesbook.hosts.excel.marks import MarkMove
from salesbook.hosts.excel.put import Writer
from salesbook.hosts.excel.table import Layout, LiveTable, rows_of
from salesbook.hosts.fitting import refuse_unfit
from salesbook.hosts.formulas import Carrying
from salesbook.store import TableCells, TableWrite


@dataclass
class Replacement:
    """One write, held against its table as it stands; everything needed to take it back."""

    live: LiveTable
    layout: Layout
    now: Contents
    want: Contents
    touched: Mask
    writer: Writer
    marks: MarkMove

    @property
    def rows(self) -> int:
        """Rows that are looked at: those of the old body and of the new one."""
        return max(len(self.now[0]), len(self.want[0]))

    @property
    def is_needed(self) -> bool:
        """True where anything would change."""
        return self._resizes or self.marks.is_needed or any(any(column) for column in self.touched)

    @property
    def _resizes(self) -> bool:
        return max(1, self.layout.rows) != len(self.want[0])

    @property
    def _moves_totals(self) -> bool:
        return self._resizes and self.layout.has_totals

    def apply(self) -> None:
        """Put the new body in place and look whether Excel took it. Raises: CannotWrite."""
        want = padded(self.want, self.rows)
        self.marks.look()
        # The totals row is hidden while the table's size changes: Excel shows it at the new end.
        if self._moves_totals:
            self.live.show_totals(False)

        if self._resizes:
            self.live.resize(self.layout, len(self.want[0]))

        written_by_excel = self.marks.put_beneath()
        for row, place in written_by_excel:
            self.touched[place][row] = True
        self.writer.put(want, self.touched)

        not_taken = self._left_over(want)
        if any(map(any, not_taken)):
            self.writer.put(want, not_taken, as_text=True)
            self._refuse_left_over(self._left_over(want), "excel-refused")

        self.marks.put_above()
        if self._moves_totals:
            self.live.show_totals(True)

    def take_back(self) -> None:
        """Put the old body back, whatever part of the new one was written. Raises: CannotWrite."""
        layout = self.live.layout()
        if layout.has_totals and self._resizes:
            self.live.show_totals(False)

        if max(1, layout.rows) != max(1, self.layout.rows):
            self.live.resize(layout, self.layout.rows)

        # Formats before values: a text that looks like a number stays one in a text cell alone.
        self.writer.restore_formats()
        self.marks.take_back_beneath()
        old = padded(self.now, self.rows)
        self.writer.put(old, self._left_over(old, to_the_letter=True))
        self.writer.restore_formats()
        self._refuse_left_over(self._left_over(old), "roll-back-failed")
        self.marks.take_back_above()
        if self._moves_totals:
            self.live.show_totals(True)

    def _left_over(self, want: Contents, *, to_the_letter: bool = False) -> Mask:
        """Look which cells do not hold yet what they should."""
        contents = self.live.contents(self.layout, self.rows)
        return differences(contents, want, self.rows, to_the_letter=to_the_letter)

    def _refuse_left_over(self, left_over: Mask, code: str) -> None:
        for place, column in enumerate(left_over):
            if any(column):
                first_cell = self.layout.cell(column.index(True), place)
                where = f"{self.live.sheet_name}!{first_cell}"
                raise CannotWrite(code, where=where, table=self.live.code)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table held when it was handed out, with its formulas."""

    cells: TableCells
    contents: Contents


def prepare_replacement(live: LiveTable, write: TableWrite, read: Reading | None) -> Replacement:
    """Prepare a write and refuse it where it would do harm.

    Args:
        read: what the table held when it was handed out; None if it never was.

    Raises: ProtectedSheet, ColumnMissing, ChangedMeanwhile, CannotWrite.
    """
    if live.is_protected():
        raise ProtectedSheet("protected-sheet", where=live.sheet_name, sheet=live.sheet_name)

    layout = live.layout()
    now = live.contents(layout, max(1, layout.rows))
    _refuse_unfit(live, layout, now, write)
    if read is not None and was_changed(layout, now, read):
        raise ChangedMeanwhile("changed-meanwhile", where=live.sheet_name, table=live.code)

    want = new_body(live, layout, now, write).contents()
    rows = max(len(now[0]), len(want[0]))
    touched = differences(now, want, rows)
    writer = Writer(live, layout, dict(write.number_formats))
    marks = MarkMove(live, layout, write, now, rows)
    replacement = Replacement(live, layout, now, want, touched, writer, marks)
    if replacement.is_needed:
        _refuse_merged(live, layout, touched)
        _refuse_below(live, layout, len(want[0]))

    return replacement


def new_body(live: LiveTable, layout: Layout, now: Contents, write: TableWrite) -> NewBody:
    """How a table's cells get their new contents."""
    carrying = Carrying(live.sheet_name, row_map(layout, write))
    return NewBody(
        layout, now, table_formulas(shown_cells(live, layout, now), now), carrying, write
    )


def shown_cells(live: LiveTable, layout: Layout, contents: Contents) -> TableCells:
    """A body as the contract hands it out: of a formula, what it shows."""
    columns = tuple(
        [cell.shown if isinstance(cell, Formula) else cell for cell in column]
        for column in contents
    )
    return TableCells(
        table=live.code,
        sheet=live.sheet_name,
        headers=layout.headers,
        columns=columns,
        first_row=layout.top,
        first_column=layout.left,
    )


def _refuse_unfit(live: LiveTable, layout: Layout, now: Contents, write: TableWrite) -> None:
    refuse_unfit(shown_cells(live, layout, now), write)


def was_changed(layout: Layout, now: Contents, read: Reading) -> bool:
    """Say whether somebody typed since a table was read.

    That goes by formulas and values. What a formula shows may change by itself at any time.
    """
    if read.cells.headers != layout.headers or read.cells.row_count != layout.rows:
        return True
    for column, before in zip(now, read.contents, strict=False):
        for content, old_content in zip(column, before, strict=False):
            if not same(content, old_content):
                return True
    return False


def _refuse_merged(live: LiveTable, layout: Layout, touched: Mask) -> None:
    touched_rows = [
        row for column in touched for row, is_touched in enumerate(column) if is_touched
    ]
    if not touched_rows:
        return
    top = layout.top + min(touched_rows)
    bottom = layout.top + max(touched_rows)
    for merged in live.merged(Area(top, layout.left, bottom, layout.right)):
        raise CannotWrite("merged-cells", where=f"{live.sheet_name}!{merged}", table=live.code)


def _refuse_below(live: LiveTable, layout: Layout, rows: int) -> None:
    """Refuse where a table that grows would run into something."""
    old = layout.area()
    new = layout.area(rows)
    if new.bottom <= old.bottom:
        return
    if new.bottom > MAX_ROW:
        raise CannotWrite("sheet-full", where=live.sheet_name, table=live.code, rows=rows)

    for code, area in live.neighbours():
        if area.meets(new):
            where = f"{live.sheet_name}!{area}"
            raise CannotWrite("table-in-the-way", where=where, table=live.code, other=code)

    first_below = old.bottom + 1
    below = live.span(first_below, new.left, new.bottom, new.right)
    texts = rows_of(live.calls(lambda: below.formula))
    for number, row in enumerate(texts, start=first_below):
        for column, text in enumerate(row, start=new.left):
            if text not in (None, ""):
                where = f"{live.sheet_name}!{cell_name(number, column)}"
                raise CannotWrite("cells-in-the-way", where=where, table=live.code)
