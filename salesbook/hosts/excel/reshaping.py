"""How does a table in Excel get columns right of its last one, and how do its last ones go again?"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from salesbook.errors import CannotWrite, ChangedMeanwhile, ProtectedSheet
from salesbook.hosts.area import MAX_COLUMN, Area, cell_name
from salesbook.hosts.excel.replacing import Reading, shown_cells, was_changed
from salesbook.hosts.excel.table import Layout, LiveTable, formulas_of, rows_of
from salesbook.hosts.fitting import refuse_columns
from salesbook.store import TableWrite

_LEAST_WIDTH = 15.0
"""Characters that a new column is wide at least."""
_BOLD, _BUTTON = 1.2, 4.0
"""How much wider letters in bold are, and the room of the filter's button beside them."""


@dataclass
class Reshaping:
    """The change of one table's columns; everything needed to take it back.

    Nothing is moved: new columns take cells that are free, and those that go leave them blank.
    """

    live: LiveTable
    layout: Layout
    new_headers: tuple[str, ...]
    gone_count: int
    _gone: list[list[Any]] = field(default_factory=list)
    """What stood in the columns that go, headers and totals included, row by row."""
    _is_begun: bool = False

    @property
    def _staying(self) -> Area:
        """The old table as far as its columns stay."""
        area = self.layout.area()
        return Area(area.top, area.left, area.bottom, area.right - self.gone_count)

    @property
    def _target(self) -> Area:
        """The new table."""
        staying = self._staying
        right = staying.right + len(self.new_headers)
        return Area(staying.top, staying.left, staying.bottom, right)

    def apply(self) -> None:
        """Give the table its columns, and the new ones their headers."""
        self._is_begun = True
        old = self.layout.area()
        going = Area(old.top, self._staying.right + 1, old.bottom, old.right)
        if self.gone_count:
            cells = self._cells(going)
            self._gone = [list(row) for row in rows_of(self.live.calls(lambda: formulas_of(cells)))]

        self._resize(self._target)
        if self.gone_count:
            self._put(going, [[None] * self.gone_count for _ in range(going.row_count)])
        if self.new_headers and self.layout.has_headers:
            self._put(self._header_cells, [list(self.new_headers)])
            self._make_room()

    def _make_room(self) -> None:
        """Let new columns be as wide as their headers need; one that somebody widened keeps that."""
        area = self._header_cells
        for column, header in zip(area.columns, self.new_headers, strict=True):
            cell = self.live.span(area.top, column, area.top, column)
            width = max(_LEAST_WIDTH, len(header) * _BOLD + _BUTTON)
            # It is a matter of looks alone, and no reason to stop.
            with contextlib.suppress(Exception):
                self._widen(cell, width)

    def _widen(self, cell: Any, width: float) -> None:
        """Make a cell's column as wide as it needs to be."""
        if self.live.calls(lambda: cell.column_width) < _LEAST_WIDTH:
            self.live.calls(lambda: setattr(cell, "column_width", width))

    def take_back(self) -> None:
        """Give the table its old columns, whatever part of the change was made."""
        if not self._is_begun:
            return
        old = self.layout.area()
        self._resize(old)
        if self.new_headers and self.layout.has_headers:
            self._put(self._header_cells, [[None] * len(self.new_headers)])
        if self._gone:
            going = Area(old.top, self._staying.right + 1, old.bottom, old.right)
            self._put(going, self._gone)

    @property
    def _header_cells(self) -> Area:
        target = self._target
        return Area(target.top, self._staying.right + 1, target.top, target.right)

    def _cells(self, area: Area) -> Any:
        return self.live.span(area.top, area.left, area.bottom, area.right)

    def _put(self, area: Area, rows: Sequence[Sequence[Any]]) -> None:
        cells = self._cells(area)
        values = [list(row) for row in rows]
        self.live.calls(lambda: setattr(cells, "value", values))

    def _resize(self, area: Area) -> None:
        """Let the table reach over an area; its totals row is hidden meanwhile, as Excel wants it."""
        layout = self.layout
        if layout.has_totals:
            self.live.show_totals(False)
        whole = self.live.span(area.top, area.left, area.bottom - layout.has_totals, area.right)
        self.live.calls(lambda: self.live.table.resize(whole))
        if layout.has_totals:
            self.live.show_totals(True)


def prepare_reshaping(live: LiveTable, write: TableWrite, read: Reading | None) -> Reshaping:
    """Prepare the change of a table's columns and refuse it where it would do harm.

    Args:
        read: what the table held when it was handed out; None if it never was.

    Raises: ProtectedSheet, ChangedMeanwhile, CannotWrite.
    """
    if live.is_protected():
        raise ProtectedSheet("protected-sheet", where=live.sheet_name, sheet=live.sheet_name)

    layout = live.layout()
    now = live.contents(layout, max(1, layout.rows))
    if read is not None and was_changed(layout, now, read):
        raise ChangedMeanwhile("changed-meanwhile", where=live.sheet_name, table=live.code)
    refuse_columns(shown_cells(live, layout, now), write)
    _refuse_right(live, layout, len(write.new_headers) - len(write.gone_headers))
    return Reshaping(live, layout, write.new_headers, len(write.gone_headers))


def _refuse_right(live: LiveTable, layout: Layout, count: int) -> None:
    """Refuse where anything stands in the cells that the table is to take.

    Raises: CannotWrite.
    """
    if count <= 0:
        return
    old = layout.area()
    area = Area(old.top, old.right + 1, old.bottom, old.right + count)
    if area.right > MAX_COLUMN:
        raise CannotWrite("cells-right-in-the-way", where=live.sheet_name, table=live.code)

    obstacles = [other for _, other in live.neighbours() if other.meets(area)]
    obstacles += live.merged(area)
    for obstacle in obstacles:
        where = f"{live.sheet_name}!{obstacle}"
        raise CannotWrite("cells-right-in-the-way", where=where, table=live.code)

    cells = live.span(area.top, area.left, area.bottom, area.right)
    texts = rows_of(live.calls(lambda: cells.formula))
    for number, row in enumerate(texts, start=area.top):
        for column, text in enumerate(row, start=area.left):
            if text not in (None, ""):
                where = f"{live.sheet_name}!{cell_name(number, column)}"
                raise CannotWrite("cells-right-in-the-way", where=where, table=live.code)
