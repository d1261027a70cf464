"""What is written into a cell that gets a new value, and in which format?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from salesbook.errors import CannotWrite
from salesbook.hosts.package import moves
from salesbook.hosts.package.cellxml import cell_xml, style_of
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.refs import MAX_COLUMN, cell_name
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import attribute, tag_pattern, whole_number
from salesbook.store import Cell, TableWrite

DEFAULT_DATE, DEFAULT_MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class NewCells:
    """Writes the new cells of one table. Made before its rows are edited; `place` counts columns from 0."""

    rows: SheetRows
    table: TablePart
    write: TableWrite
    styles: Styles
    is_1904: bool

    def blank(self, number: int, place: int) -> bytes | None:
        """Write a cell of a new row that nobody gives: calculated, or blank with the column's format."""
        calculation = self.table.calculations.get(self.table.headers[place])
        if not calculation:
            return self.cell(None, None, number, place)
        top, column = self.table.body.top, self.table.area.left + place
        first = self.rows.row(top).cells.get(column, b"")
        made = moves.Calculated(calculation, first, top, column, self.rows.sheet)
        return made.cell(number, self._column_styles[place], self.rows.prefix)

    def cell(self, value: Cell, kept: bytes | None, number: int, place: int) -> bytes | None:
        """Write a value, in the format of the cell it replaces or else the column's.

        Raises: CannotWrite.
        """
        style = style_of(kept) if kept else self._column_styles[place]
        reference = cell_name(number, self.table.area.left + place)
        if value is None or value == "":
            if not style:
                return None
        elif isinstance(value, (dt.date, int, float)) and not isinstance(value, bool):
            style = self._fitting(style, value, place)
        prefix = self.rows.prefix.decode()
        try:
            return cell_xml(reference, value, style, prefix, self.is_1904).encode()
        except CannotWrite as error:
            error.where = f"{self.rows.sheet}!{reference}"
            raise

    def _fitting(self, style: int, value: dt.date | int | float, place: int) -> int:
        """Choose a format that shows a date as one, and a number not as a date."""
        key = (style, type(value), place)
        if key not in self._chosen:
            chosen = style
            if isinstance(value, dt.date) and not self.styles.shows_date(style):
                default = DEFAULT_MOMENT if isinstance(value, dt.datetime) else DEFAULT_DATE
                code = self.write.number_formats.get(self.table.headers[place], default)
                chosen = self.styles.like(style, code)
            elif not isinstance(value, dt.date) and self.styles.shows_date(style):
                chosen = style if self.styles.shows_only_time(style) else self.styles.like(style, "General")
            self._chosen[key] = chosen
        return self._chosen[key]

    @cached_property
    def _chosen(self) -> dict[tuple[int, type, int], int]:
        return {}

    @cached_property
    def _column_styles(self) -> tuple[int, ...]:
        """The format of each column's new cells: the first body row's, else the sheet column's."""
        first = self.rows.row(self.table.body.top).cells
        defaults = _sheet_column_styles(self.rows)
        columns = range(self.table.area.left, self.table.area.right + 1)
        return tuple(style_of(first[c]) if c in first else defaults.get(c, 0) for c in columns)


def _sheet_column_styles(rows: SheetRows) -> dict[int, int]:
    """Read the formats that whole sheet columns have."""
    found: dict[int, int] = {}
    for tag in tag_pattern(rows.prefix, b"col").finditer(rows.head):
        style, first, last = (whole_number(attribute(tag[0], name)) for name in (b"style", b"min", b"max"))
        if style:
            found |= dict.fromkeys(range(first, min(last, MAX_COLUMN) + 1), style)
    return found
