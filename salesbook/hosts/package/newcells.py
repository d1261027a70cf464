"""What is written into a cell that gets a new value, and in which format?

A write of a hundred thousand rows mostly repeats itself: the same words, the same formats. So what
follows a cell's reference is kept and used again, and whole new columns are written at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from salesbook.errors import CannotWrite
from salesbook.hosts import number_formats
from salesbook.hosts.area import cell_name
from salesbook.hosts.package.cellxml import after_reference, rests_of, style_of
from salesbook.hosts.package.heights import Heights
from salesbook.hosts.package.moves import Calculated
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.rows import SheetRow, SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.usual_formats import UsualFormats
from salesbook.store import KEEP, Cell, NewCell, TableWrite, column_letters

_MOST_RESTS_KEPT = 50_000
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class NewCells:
    """Writes the new cells of one table. Made before its rows are edited.

    In all methods `number` is a sheet row's, and `place` counts the table's columns from 0.
    """

    rows: SheetRows
    table: TablePart
    write: TableWrite
    styles: Styles
    is_1904: bool
    calculated: Mapping[str, Calculated]
    """What new rows calculate, by header."""

    def blank(self, number: int, place: int) -> bytes | None:
        """Write a cell of a new row that nobody gives.

        It is calculated where its column is, else blank with the column's format.
        """
        calculated = self._calculated(place)
        cell = None
        if calculated:
            cell = calculated.cell(number, self._column_styles[place], self.rows.prefix)
        return cell or self.cell(None, None, number, place)

    def _calculated(self, place: int) -> Calculated | None:
        return self.calculated.get(self.table.headers[place])

    def column_style(self, place: int) -> int:
        """The format of a column's new cells."""
        return self._column_styles[place]

    @cached_property
    def heights(self) -> Heights:
        """What rows need for the sentences in them."""
        return Heights(self.rows, self.styles, self.table.body, self._column_styles)

    def cell(self, value: Cell, kept: bytes | None, number: int, place: int) -> bytes | None:
        """Write a value.

        Args:
            kept: the cell it replaces, whose format it takes; without one it takes the column's.

        Raises: CannotWrite.
        """
        style = style_of(kept) if kept else self._column_styles[place]
        # 1, 1.0 and True are equal, and written differently: hence the class.
        rest = self._rests.get((value.__class__, value, style, place))
        if rest is None:
            rest = self._written_rest(value, style, number, place)

        if not rest:
            return None
        return self._starts[place] + b"%d" % number + rest

    def column(
        self, values: Sequence[NewCell] | None, numbers: Sequence[str], place: int
    ) -> tuple[str, list[str]]:
        """Write a column's cells in new rows.

        Args:
            values: None for a column that nobody gives.
            numbers: the rows' numbers.

        Returns: what every cell begins with, up to its row's number, and what follows that; or else
            no beginning and the whole cells, nothing where there is none.

        Raises: CannotWrite.
        """
        is_given = values is not None
        if not is_given and not self._calculated(place):
            values = [None] * len(numbers)

        rests = None
        if values is not None and KEEP not in values:
            style_for = self._style_chooser(self._column_styles[place], place)
            rests = rests_of(values, style_for, self.rows.prefix.decode(), self.is_1904)

        if rests is None:
            new_values = values or [KEEP] * len(numbers)
            pairs = zip(numbers, new_values, strict=True)
            return "", [self._new_cell(value, int(number), place) for number, value in pairs]

        start = self._starts[place].decode()
        if "" not in rests:
            return start, rests

        number_and_rest = zip(numbers, rests, strict=True)
        return "", [f"{start}{number}{rest}" if rest else "" for number, rest in number_and_rest]

    def _new_cell(self, value: NewCell, number: int, place: int) -> str:
        """Write one cell of a new row; nothing where there is none."""
        cell = self.blank(number, place) if value is KEEP else self.cell(value, None, number, place)
        return cell.decode() if cell else ""

    def _written_rest(self, value: Cell, style: int, number: int, place: int) -> bytes:
        """Write what follows a cell's reference, and keep it for the next cell that holds the same.

        Returns: nothing for a blank cell without a format, which is left out.
        """
        if len(self._rests) > _MOST_RESTS_KEPT:
            self._rests.clear()

        rest = b""
        is_blank = value is None or value == ""
        if style or not is_blank:
            reference = cell_name(number, self.table.area.left + place)
            fitting_style = self._fitting_style(style, value, place)
            prefix = self.rows.prefix.decode()
            try:
                text = after_reference(value, fitting_style, prefix, self.is_1904, reference)
            except CannotWrite as error:
                error.where = f"{self.rows.sheet}!{reference}"
                raise
            rest = b'"' + text.encode()

        self._rests[value.__class__, value, style, place] = rest
        return rest

    @cached_property
    def _rests(self) -> dict[tuple[type, Cell, int, int], bytes]:
        return {}

    @cached_property
    def _starts(self) -> tuple[bytes, ...]:
        """What each column's cells begin with, up to the row's number: `<c r="B`."""
        return tuple(
            b'<%bc r="%b' % (self.rows.prefix, column_letters(column).encode())
            for column in self.table.area.columns
        )

    def _style_chooser(self, style: int, place: int) -> Callable[[Cell], int]:
        return lambda value: self._fitting_style(style, value, place)

    def _fitting_style(self, style: int, value: Cell, place: int) -> int:
        """Choose a format that shows a date as one, and a number not as a date."""
        if not isinstance(value, (dt.date, int, float)) or isinstance(value, bool):
            return style
        key = (style, type(value), place)
        if key not in self._fitting_styles:
            self._fitting_styles[key] = self._chosen_style(style, value, place)
        return self._fitting_styles[key]

    def _chosen_style(self, style: int, value: dt.date | float, place: int) -> int:
        shows_date = self.styles.shows_date(style)
        if isinstance(value, dt.date):
            if shows_date:
                return style
            is_moment = isinstance(value, dt.datetime)
            default = number_formats.MOMENT if is_moment else number_formats.DATE
            code = self.write.number_formats.get(self.table.headers[place], default)
            return self.styles.like(style, code)

        # A number under a format of times is a time of day: nothing is wrong with it.
        if not shows_date or self.styles.shows_only_time(style):
            return style
        return self.styles.like(style, number_formats.GENERAL)

    @cached_property
    def _fitting_styles(self) -> dict[tuple[int, type, int], int]:
        return {}

    @cached_property
    def _column_styles(self) -> tuple[int, ...]:
        """The format of each column's new cells."""
        return UsualFormats(self.rows, self.table.body, self.styles).columns


@dataclass(frozen=True)
class FreshRows:
    """The last rows of a write, of which the sheet holds nothing yet.

    They are written by the thousand, without a look at each, and come out as if edited singly.
    """

    rows: SheetRows
    write: TableWrite
    cells: NewCells
    headers: tuple[str, ...]
    like: bytes
    """Start tag of the row whose height and format the new ones take."""

    def append(self, start: int, first_number: int) -> None:
        """Add the write's rows from index `start` on, as sheet rows from `first_number` on.

        They are written when the sheet is put together; that then raises CannotWrite.
        """
        end = len(self.write.sources)
        shift = first_number - start
        firsts = range(start, end, _ROWS_AT_ONCE)
        blocks = (range(first, min(first + _ROWS_AT_ONCE, end)) for first in firsts)
        # All of them at once would take as much memory as the sheet, and not all of it comes back.
        pieces = (self._piece(indices, shift) for indices in blocks)
        self.rows.append(range(first_number, end + shift), pieces)

    def _piece(self, indices: range, shift: int) -> bytes:
        """Write some rows.

        Columns are written one by one, and put together row by row with one pattern for all, as
        `<row r="%s"><c r="B%s%s<c r="C%s%s</row>`: the row's number, and then for each column the
        row's number again and the rest of the cell. A column in which cells are missing gives whole
        cells instead: `%s`.
        """
        numbers = [str(index + shift) for index in indices]
        tag = self.rows.tag_like(self.like, 0).decode().replace("%", "%%")
        before_number, after_number = tag.split(' r="0"')
        pattern = f'{before_number} r="%s"%s{after_number}'
        streams = [numbers, self._heights(indices)]
        may_have_blank_rows = True
        for place, header in enumerate(self.headers):
            given = self.write.columns.get(header)
            values = given[indices.start : indices.stop] if given else None
            start, cells = self.cells.column(values, numbers, place)
            if start:
                pattern += f"{start}%s%s"
                streams += [numbers, cells]
                may_have_blank_rows = False
            else:
                pattern += "%s"
                streams.append(cells)

        pattern += f"</{self.rows.prefix.decode()}row>"

        rows = zip(*streams, strict=True)
        if not may_have_blank_rows:
            return "".join(map(pattern.__mod__, rows)).encode()
        return "".join(
            [pattern % row if any(row[1:]) else self._blank_row(row[0]) for row in rows]
        ).encode()

    def _heights(self, indices: range) -> list[str]:
        """What the start tags of some rows say of their heights; nothing for one of usual height."""
        heights = self.cells.heights
        if not heights.are_needed:
            return [""] * len(indices)
        columns = [self.write.columns.get(header) for header in self.headers]
        texts = []
        for index in indices:

            def value_at(place: int, index: int = index) -> NewCell:
                column = columns[place]
                return column[index] if column else None

            height = heights.height(value_at)
            texts.append(f' ht="{height}"' if height else "")
        return texts

    def _blank_row(self, number: str) -> str:
        """Write a row without cells."""
        row = SheetRow(self.rows.tag_like(self.like, int(number)), {})
        return self.rows.rendered(row).decode()
