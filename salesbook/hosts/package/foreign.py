"""What do the sheets of somebody else's workbook hold? Only the parts that say it are read.

A package may hold much beside: queries, a data model, drawings, custom parts in any encoding. None
of it is parsed, so that none of it can harm or be in the way.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Final

from python_calamine import CalamineError

from salesbook.errors import NotAWorkbook
from salesbook.hosts.number_formats import GENERAL
from salesbook.hosts.package.archive import Archive
from salesbook.hosts.package.cell_formats import plain_styles, read_cell_formats
from salesbook.hosts.package.extent import refuse_wide_extent
from salesbook.hosts.package.foreign_parts import ForeignParts
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.lost import with_errors_as_texts
from salesbook.hosts.package.parts import BookParts, read_parts
from salesbook.hosts.package.reader import opened, readable_texts, without_extent
from salesbook.hosts.package.sheet_look import look_at, without_padding
from salesbook.hosts.package.xmlscan import root_prefix
from salesbook.hosts.package.zipping import stored
from salesbook.hosts.sheet_cells import SheetCells, Tab, WantsFormat, cells_of

_END_BYTES: Final = 1_000
"""Within so many bytes from its end a sheet ends; comments may follow."""
_UNREADABLE: Final = (CalamineError, ValueError, IndexError, OSError)
"""What the reader raises for a part that it cannot read."""


class ForeignWorkbook:
    """A workbook of sheets that anybody may have made.

    Raises: NotAWorkbook, PasswordProtected, UnsafeFile.
    """

    def __init__(self, archive: Archive, where: str) -> None:
        self._parts = ForeignParts(archive)
        self._book: BookParts = read_parts(self._parts, where, with_tables=False)

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The worksheets in the order of their tabs."""
        return tuple(Tab(sheet.name, sheet.is_hidden) for sheet in self._book.sheets)

    @property
    def is_1904(self) -> bool:
        """Whether its days count from 1904."""
        return self._book.is_1904

    @cached_property
    def _formats(self) -> list[str]:
        """The number format of each cell format; a workbook without styles has one."""
        part = self._book.styles
        if not part:
            return [GENERAL]
        return read_cell_formats(self._parts.content(part), part) or [GENERAL]

    def cells(self, place: int, wants: WantsFormat, first_rows: int = 0) -> SheetCells:
        """Read a sheet.

        Args:
            place: that of its tab, from 0.
            wants: which number formats are told beside the values.
            first_rows: read no more than so many rows; 0 for all.

        Raises: NotAWorkbook, UnsafeFile.
        """
        sheet = self._book.sheets[place]
        data = self._parts.content(sheet.part)
        refuse_entities(data, sheet.part)
        _refuse_cut_off(data, sheet.part)
        _refuse_lost_texts(data, sheet.part)
        if first_rows:
            data = _beginning(data, sheet.part, first_rows)
        refuse_wide_extent(data, sheet.part, sheet.name)

        meanings = {code: wants(code) for code in set(self._formats)}
        wanted = {place for place, code in enumerate(self._formats) if meanings[code]}
        look = look_at(data, sheet.part, wanted)

        # The reader does not know every error: as a text it takes any, and `look` has it.
        if look.errors:
            data = with_errors_as_texts(data)
        data = without_extent(data, sheet.part)
        try:
            rows = self._values(data)
        except _UNREADABLE:
            # Space around a number is rare, and the reader stumbles over it.
            try:
                rows = self._values(without_padding(data))
            except _UNREADABLE as error:
                raise NotAWorkbook("damaged-part", where=sheet.part) from error

        codes = self._formats
        formats = {(row, column - 1): codes[index] for row, column, index in look.styled}
        return SheetCells(cells_of(rows, look.errors), formats, frozenset(look.hidden))

    def _values(self, sheet: bytes) -> list[list[Any]]:
        styles = stored(plain_styles(self._formats))
        texts = readable_texts(self._parts, self._book.strings)
        book = opened([stored(sheet)], styles, texts, is_1904=self.is_1904)
        rows: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        return rows


def _refuse_cut_off(data: bytes, part: str) -> None:
    """Refuse a sheet without its end: the reader would take the rows that are left for all.

    Raises: NotAWorkbook.
    """
    end = b"</" + root_prefix(data, b"worksheet", part) + b"worksheet"
    if end not in data[-_END_BYTES:]:
        raise NotAWorkbook("damaged-part", where=part)


def _refuse_lost_texts(data: bytes, part: str) -> None:
    """Refuse a sheet with a text cell that names no text: the reader would take the first of all.

    Raises: NotAWorkbook.
    """
    prefix = root_prefix(data, b"worksheet", part)
    # Matches <c r="A1" t="s"><v>abc</v>, and not <c r="A1" t="s"><v> 12 </v>.
    pattern = rb"""\bt\s*=\s*["']s["'][^<>]*><%bv>(?!\s*[0-9]{1,10}\s*<)""" % prefix
    if re.search(pattern, data):
        raise NotAWorkbook("damaged-part", where=part)


def _beginning(data: bytes, part: str, rows: int) -> bytes:
    """Cut a sheet off behind some rows, in as far as their ends stand in the usual way."""
    prefix = root_prefix(data, b"worksheet", part)
    ends = re.compile(rb"</%brow>" % prefix).finditer(data)
    for number, end in enumerate(ends, start=1):
        if number == rows:
            return data[: end.end()] + b"</%bsheetData></%bworksheet>" % (prefix, prefix)
    return data
