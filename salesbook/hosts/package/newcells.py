"""What is written into a cell that gets a new value, and in which format?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from salesbook.errors import CannotWrite
from salesbook.hosts.package import moves
from salesbook.hosts.package.cellxml import after_reference, style_of
from salesbook.hosts.package.manycells import rests_of
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.refs import MAX_COLUMN, cell_name
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import attribute, tag_pattern, whole_number
from salesbook.store import KEEP, Cell, NewCell, TableWrite, column_letters

_MOST_KEPT = 50_000
DEFAULT_DATE, DEFAULT_MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class NewCells:
    """Writes the new cells of one table. Made before its rows are edited; `place` counts columns
    from 0.
    """

    rows: SheetRows
    table: TablePart
    write: TableWrite
    styles: Styles
    is_1904: bool

    def blank(self, number: int, place: int) -> bytes | None:
        """Write a cell of a new row that nobody gives: calculated, or blank with the column's
        format.
        """
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
        rest = self._rest.get((value.__class__, value, style, place))
        if rest is None:
            rest = self._written(value, style, number, place)
        return self._starts[place] + b"%d" % number + rest if rest else None

    def column(
        self, values: Sequence[NewCell] | None, numbers: Sequence[str], place: int
    ) -> tuple[str, list[str]]:
        """Write a column's cells in new rows, whose numbers are given.

        Args:
            values: None for a column that nobody gives.

        Returns: what every cell begins with, up to its row's number, and what follows that; or else
            no beginning and the whole cells, nothing where there is none.

        Raises: CannotWrite.
        """
        if values is None and not self.table.calculations.get(self.table.headers[place]):
            values = [None] * len(numbers)
        style, prefix = self._column_styles[place], self.rows.prefix.decode()
        rests = None
        if values is not None and KEEP not in values:
            fitting = partial(self._fitting, style, place=place)
            rests = rests_of(values, fitting, prefix, self.is_1904)
        if rests is None:
            given = zip(numbers, values or [KEEP] * len(numbers), strict=True)
            return "", [self._new(value, int(number), place).decode() for number, value in given]
        start = self._starts[place].decode()
        if "" not in rests:
            return start, rests
        pairs = zip(numbers, rests, strict=True)
        return "", [f"{start}{number}{rest}" if rest else "" for number, rest in pairs]

    def _new(self, value: NewCell, number: int, place: int) -> bytes:
        """Write one cell of a new row."""
        cell = self.blank(number, place) if value is KEEP else self.cell(value, None, number, place)
        return cell or b""

    def _written(self, value: Cell, style: int, number: int, place: int) -> bytes:
        """Write what follows a cell's reference,
        and keep it for the next cell that holds the same.
        """
        if len(self._rest) > _MOST_KEPT:
            self._rest.clear()
        rest = b""
        if style or not (value is None or value == ""):
            reference = cell_name(number, self.table.area.left + place)
            fitting = self._fitting(style, value, place)
            try:
                text = after_reference(
                    value, fitting, self.rows.prefix.decode(), self.is_1904, reference
                )
            except CannotWrite as error:
                error.where = f"{self.rows.sheet}!{reference}"
                raise
            rest = b'"' + text.encode()
        self._rest[value.__class__, value, style, place] = rest
        return rest

    @cached_property
    def _rest(self) -> dict[tuple[type, Cell, int, int], bytes]:
        return {}

    @cached_property
    def _starts(self) -> tuple[bytes, ...]:
        """What each column's cells begin with, up to the row's number."""
        columns = range(self.table.area.left, self.table.area.right + 1)
        return tuple(
            b'<%bc r="%b' % (self.rows.prefix, column_letters(c).encode()) for c in columns
        )

    def _fitting(self, style: int, value: Cell, place: int) -> int:
        """Choose a format that shows a date as one, and a number not as a date."""
        if not isinstance(value, (dt.date, int, float)) or isinstance(value, bool):
            return style
        key = (style, type(value), place)
        if key not in self._chosen:
            chosen = style
            if isinstance(value, dt.date) and not self.styles.shows_date(style):
                default = DEFAULT_MOMENT if isinstance(value, dt.datetime) else DEFAULT_DATE
                code = self.write.number_formats.get(self.table.headers[place], default)
                chosen = self.styles.like(style, code)
            elif not isinstance(value, dt.date) and self.styles.shows_date(style):
                chosen = (
                    style
                    if self.styles.shows_only_time(style)
                    else self.styles.like(style, "General")
                )
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
        style, first, last = (
            whole_number(attribute(tag[0], name)) for name in (b"style", b"min", b"max")
        )
        if style:
            found |= dict.fromkeys(range(first, min(last, MAX_COLUMN) + 1), style)
    return found
