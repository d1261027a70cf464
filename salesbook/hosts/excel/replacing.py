"""How does one table get its new body, and how does it get the old one back?"""

from __future__ import annotations

from dataclasses import dataclass

from salesbook.errors import CannotWrite, ChangedMeanwhile, ProtectedSheet
from salesbook.hosts.excel.body import Contents, Mask, differences, padded, wanted
from salesbook.hosts.excel.calls import Calls
from salesbook.hosts.excel.cells import Formula, same
from salesbook.hosts.excel.put import Writer
from salesbook.hosts.excel.table import Layout, LiveTable, block
from salesbook.hosts.fitting import refuse_unfit
from salesbook.hosts.package.refs import MAX_ROW, Area, cell_name
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

    @property
    def rows(self) -> int:
        """Rows that are looked at: those of the old body and of the new one."""
        return max(len(self.now[0]), len(self.want[0]))

    @property
    def is_needed(self) -> bool:
        """True where anything would change."""
        return self._resizes or any(any(column) for column in self.touched)

    @property
    def _resizes(self) -> bool:
        return max(1, self.layout.rows) != len(self.want[0])

    def apply(self) -> None:
        """Put the new body in place and look whether Excel took it. Raises: CannotWrite."""
        want = padded(self.want, self.rows)
        if self._resizes:
            self._resize(len(self.want[0]))
        self.writer.put(want, self.touched)
        left = self._left_over(self.layout, want)
        if any(map(any, left)):
            self.writer.put(want, left, as_text=True)
            self._refuse_left_over(self._left_over(self.layout, want), "excel-refused")
        if self._resizes and self.layout.has_totals:
            self.live.show_totals(True)

    def take_back(self) -> None:
        """Put the old body back, whatever part of the new one was written. Raises: CannotWrite."""
        layout = self.live.layout()
        if layout.has_totals and self._resizes:
            self.live.show_totals(False)
        if max(1, layout.rows) != max(1, self.layout.rows):
            self.live.resize(layout, self.layout.rows)
        old = padded(self.now, self.rows)
        self.writer.put(old, self._left_over(self.layout, old, to_the_letter=True))
        self.writer.restore_formats()
        self._refuse_left_over(self._left_over(self.layout, old), "roll-back-failed")
        if self.layout.has_totals and self._resizes:
            self.live.show_totals(True)

    def _resize(self, rows: int) -> None:
        if self.layout.has_totals:
            self.live.show_totals(False)
        self.live.resize(self.layout, rows)

    def _left_over(self, layout: Layout, want: Contents, *, to_the_letter: bool = False) -> Mask:
        found = self.live.contents(layout, self.rows)
        return differences(found, want, self.rows, to_the_letter=to_the_letter)

    def _refuse_left_over(self, left: Mask, code: str) -> None:
        for place, column in enumerate(left):
            if any(column):
                where = f"{self.live.sheet_name}!{self.layout.cell(column.index(True), place)}"
                raise CannotWrite(code, where=where, table=self.live.code)


def replacement(live: LiveTable, write: TableWrite, read: TableCells | None) -> Replacement:
    """Plan a write and refuse it where it would do harm.

    Args:
        read: what the table held when it was handed out; None if it never was.

    Raises: ProtectedSheet, ColumnMissing, ChangedMeanwhile, CannotWrite.
    """
    if live.is_protected():
        raise ProtectedSheet("protected-sheet", where=live.sheet_name, sheet=live.sheet_name)
    layout = live.layout()
    now = live.contents(layout, max(1, layout.rows))
    _refuse_unfit(live, layout, now, write)
    _refuse_changed(live, layout, now, read)
    want = wanted(layout, now, write, live.sheet_name)
    touched = differences(now, want, max(len(now[0]), len(want[0])))
    made = Replacement(
        live, layout, now, want, touched, Writer(live, layout, dict(write.number_formats))
    )
    if made.is_needed:
        _refuse_merged(live, layout, touched)
        _refuse_below(live, layout, len(want[0]))
    return made


def _refuse_unfit(live: LiveTable, layout: Layout, now: Contents, write: TableWrite) -> None:
    columns = tuple(now)
    cells = TableCells(
        live.code,
        live.sheet_name,
        layout.headers,
        columns,  # type: ignore[arg-type]
        layout.top,
        layout.left,
    )
    refuse_unfit(cells, write)


def _refuse_changed(
    live: LiveTable, layout: Layout, now: Contents, read: TableCells | None
) -> None:
    """Refuse where somebody typed between reading and writing; what formulas show may change."""
    if read is None:
        return
    changed = read.headers != layout.headers or read.row_count != layout.rows
    for column, before in zip(now, read.columns, strict=False):
        if changed:
            break
        changed = any(
            not isinstance(content, Formula) and not same(content, cell)
            for content, cell in zip(column, before, strict=False)
        )
    if changed:
        raise ChangedMeanwhile("changed-meanwhile", where=live.sheet_name, table=live.code)


def _refuse_merged(live: LiveTable, layout: Layout, touched: Mask) -> None:
    rows = [row for column in touched for row, is_touched in enumerate(column) if is_touched]
    if not rows:
        return
    area = Area(layout.top + min(rows), layout.left, layout.top + max(rows), layout.right)
    for merged in live.merged(area):
        raise CannotWrite("merged-cells", where=f"{live.sheet_name}!{merged}", table=live.code)


def _refuse_below(live: LiveTable, layout: Layout, rows: int) -> None:
    """Refuse where a table that grows would run into something."""
    old, new = layout.area(), layout.area(rows)
    if new.bottom <= old.bottom:
        return
    if new.bottom > MAX_ROW:
        raise CannotWrite("sheet-full", where=live.sheet_name, table=live.code, rows=rows)
    for code, area in neighbours(live):
        if area.meets(new):
            where = f"{live.sheet_name}!{area}"
            raise CannotWrite("table-in-the-way", where=where, table=live.code, other=code)
    below = live.span(old.bottom + 1, new.left, new.bottom, new.right)
    for row, cells in enumerate(block(live.calls(lambda: below.formula))):
        for column, text in enumerate(cells):
            if text not in (None, ""):
                place = cell_name(old.bottom + 1 + row, new.left + column)
                raise CannotWrite(
                    "cells-in-the-way", where=f"{live.sheet_name}!{place}", table=live.code
                )


def neighbours(live: LiveTable) -> list[tuple[str, Area]]:
    """The other tables of the sheet and where they lie."""
    found = []
    calls: Calls = live.calls
    for table in calls(lambda: list(live.sheet.tables)):
        code = calls(lambda table=table: table.name)  # type: ignore[misc]
        if code.lower() == live.code.lower():
            continue
        whole = calls(lambda table=table: table.range)  # type: ignore[misc]
        top, left, shape = calls(lambda whole=whole: (whole.row, whole.column, whole.shape))  # type: ignore[misc]
        found.append((code, Area(top, left, top + shape[0] - 1, left + shape[1] - 1)))
    return found
