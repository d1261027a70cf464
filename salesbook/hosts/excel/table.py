"""Where does a table lie in its sheet, and what do its cells hold?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.excel.calls import Calls, is_unknown_name, native
from salesbook.hosts.excel.cells import ERROR_NAMES, Content, Formula, cell_of
from salesbook.store import Cell, CellError

if TYPE_CHECKING:
    import xlwings as xw

_CELLS_AT_ONCE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's place: its body by sheet row and column, and what stands around it."""

    headers: tuple[str, ...]
    top: int
    left: int
    rows: int
    """Body rows; 0 where Excel says there are none, though one blank row is shown."""
    has_headers: bool
    has_totals: bool

    @property
    def right(self) -> int:
        """The last column."""
        return self.left + len(self.headers) - 1

    def area(self, rows: int | None = None) -> Area:
        """The whole table with its headers and totals, as it is or with so many body rows."""
        body_rows = max(1, self.rows if rows is None else rows)
        top = self.top - self.has_headers
        bottom = self.top + body_rows - 1 + self.has_totals
        return Area(top, self.left, bottom, self.right)

    def cell(self, row: int, column: int) -> str:
        """The name of a body cell, counted from 0."""
        return cell_name(self.top + row, self.left + column)


class LiveTable:
    """One table of a workbook that is open in Excel."""

    def __init__(self, calls: Calls, sheet: xw.Sheet, table: xw.main.Table, code: str) -> None:
        self.calls = calls
        self.sheet = sheet
        self.table = table
        self.code = code
        self.sheet_name: str = calls(lambda: sheet.name)

    def layout(self) -> Layout:
        """Ask where the table lies now."""
        whole = self.calls(lambda: self.table.range)
        top, left = self.calls(lambda: (whole.row, whole.column))
        has_headers = bool(self.calls(lambda: self.table.show_headers))
        has_totals = bool(self.calls(lambda: self.table.show_totals))
        body = self.calls(lambda: self.table.data_body_range)
        rows = 0 if body is None else self.calls(lambda: int(body.shape[0]))
        return Layout(
            headers=self._headers(),
            top=top + has_headers,
            left=left,
            rows=rows,
            has_headers=has_headers,
            has_totals=has_totals,
        )

    def _headers(self) -> tuple[str, ...]:
        header_row = self.calls(
            lambda: self.table.header_row_range if self.table.show_headers else None
        )
        if header_row is None:
            # A table whose headers are hidden still has names for its columns.
            names = self.calls(lambda: [column.name for column in self.table.columns])
            return tuple(names)
        (names,) = self.calls(lambda: header_row.options(ndim=2).value)
        return tuple("" if name is None else str(name) for name in names)

    def contents(self, layout: Layout, rows: int) -> list[list[Content]]:
        """What the first so many rows below the headers hold, column by column."""
        columns: list[list[Content]] = [[] for _ in layout.headers]
        rows_at_once = max(1, _CELLS_AT_ONCE // max(1, len(columns)))
        for first in range(0, rows, rows_at_once):
            last = min(rows, first + rows_at_once) - 1
            cells = self.span(layout.top + first, layout.left, layout.top + last, layout.right)
            self._add_contents(columns, cells)
        return columns

    def _add_contents(self, columns: list[list[Content]], cells: xw.Range) -> None:
        """Read a block of cells and put what they hold at the columns' ends."""
        formula_rows = rows_of(self.calls(lambda: formulas_of(cells)))
        value_rows = self._values(cells)
        for values, formulas in zip(value_rows, formula_rows, strict=True):
            for column, value, formula in zip(columns, values, formulas, strict=True):
                column.append(_content(value, formula))

    def _values(self, cells: xw.Range) -> Iterator[list[Cell]]:
        """Raw values as cells, row by row.

        On a Mac a raw value does not tell an error from nothing, so its name is asked for;
        elsewhere a name would not tell an error from a text.
        """
        if sys.platform == "darwin":
            for row in self.calls(lambda: cells.options(ndim=2, err_to_str=True).value):
                yield [CellError(raw) if raw in ERROR_NAMES else cell_of(raw) for raw in row]
            return

        for row in rows_of(self.calls(lambda: cells.raw_value)):
            yield [cell_of(raw) for raw in row]

    def span(self, top: int, left: int, bottom: int, right: int) -> xw.Range:
        """Cells of the table's sheet."""
        return self.sheet.range((top, left), (bottom, right))

    def cell(self, layout: Layout, spot: tuple[int, int]) -> xw.Range:
        """One cell of the body by its row and column, counted from 0."""
        row, place = spot
        return self.sheet.range((layout.top + row, layout.left + place))

    def is_protected(self) -> bool:
        """True where the sheet lets no macro write."""
        is_protected = self.calls(
            lambda: native(self.sheet.api, "ProtectContents", "protect_contents")
        )
        if not is_protected:
            return False

        # A sheet may be protected against the user's hand alone.
        lets_macros_write = self.calls(
            lambda: native(self.sheet.api, "ProtectionMode", "protection_mode")
        )
        return not lets_macros_write

    def merged(self, area: Area) -> Iterator[Area]:
        """Merged areas that meet an area, found by halving it.

        Excel answers for many cells at once whether none, all or some of them are merged.
        """
        cells = self.span(area.top, area.left, area.bottom, area.right)
        are_merged = self.calls(lambda: cells.merge_cells)
        if are_merged is False:
            return

        if area.is_one_cell:
            merged = self.calls(lambda: cells.merge_area)
            yield self._area_of(merged)
            return

        for half in _halves(area):
            yield from self.merged(half)

    def _area_of(self, cells: xw.Range) -> Area:
        """Ask where some cells lie."""
        top, left, shape = self.calls(lambda: (cells.row, cells.column, cells.shape))
        rows, columns = shape
        return Area(top, left, top + rows - 1, left + columns - 1)

    def neighbours(self) -> list[tuple[str, Area]]:
        """The other tables of the sheet by code, and where they lie."""
        neighbours = []
        for table in self.calls(lambda: list(self.sheet.tables)):
            code = self.calls(lambda table=table: table.name)  # type: ignore[misc]
            if code.lower() == self.code.lower():
                continue
            whole = self.calls(lambda table=table: table.range)  # type: ignore[misc]
            neighbours.append((code, self._area_of(whole)))
        return neighbours

    def resize(self, layout: Layout, rows: int) -> None:
        """Give the table so many body rows, at least one; cells are neither moved nor cleared."""
        area = layout.area(rows)
        whole = self.span(area.top, area.left, area.bottom - layout.has_totals, area.right)
        self.calls(lambda: self.table.resize(whole))

    def show_totals(self, shown: bool) -> None:
        """Show or hide the totals row; Excel remembers what it adds up."""

        def assign() -> None:
            self.table.show_totals = shown

        self.calls(assign)


def rows_of(raw: Any) -> Sequence[Sequence[Any]]:
    """Rows of values: Excel hands a single cell over bare."""
    return raw if isinstance(raw, list | tuple) else ((raw,),)


def formulas_of(cells: xw.Range) -> Any:
    """Formulas as Excel spells them.

    Versions before dynamic arrays know the older property only.
    """
    try:
        return cells.formula2
    except Exception as error:
        if not is_unknown_name(error):
            raise
        return cells.formula


def is_hidden(sheet: xw.Sheet) -> bool:
    """Whether people can show a sheet in Excel's own menu.

    One that is very hidden is not among those. Excel for Windows numbers the states (0 is hidden, 2
    very hidden); of Excel for Mac xlwings only tells whether it is visible.
    """
    if sheet.visible:
        return False
    state = native(sheet.api, "Visible", "visible")
    return "very_hidden" not in str(state)


def _content(value: Cell, formula: Any) -> Content:
    """A formula where the cell has one: a text that only looks like one is its own value."""
    if isinstance(formula, str) and formula.startswith("=") and formula != value:
        return Formula(formula, value)
    return value


def _halves(area: Area) -> tuple[Area, Area]:
    """Cut an area into an upper and a lower half, or a single row into a left and a right one."""
    top, left, bottom, right = area.top, area.left, area.bottom, area.right
    if bottom > top:
        middle = (top + bottom) // 2
        return Area(top, left, middle, right), Area(middle + 1, left, bottom, right)
    middle = (left + right) // 2
    return Area(top, left, top, middle), Area(top, middle + 1, top, right)
