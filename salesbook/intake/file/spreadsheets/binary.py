"""What does an .xlsb workbook hold? The package of .xlsx, with records in the place of XML.

A record is a number, a length and its content; the number and the length take seven bits of each
byte. Source: MS-XLSB 2.1.4 (Record).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from salesbook.hosts.number_formats import BUILT_IN, GENERAL
from salesbook.hosts.package import Archive, ForeignParts, relations
from salesbook.hosts.sheet_cells import SheetCells, Tab, WantsFormat
from salesbook.intake.file.spreadsheets.calamine import CalamineBook, damaged
from salesbook.intake.file.spreadsheets.seen import ERRORS, Seen, wanted_formats
from salesbook.store import CellError

_ROW, _LAST_CELL = 0, 11
_BLANK, _ERROR, _ERROR_OF_FORMULA = 1, 3, 11
_FORMAT, _CELL_FORMAT, _CELL_FORMATS, _CELL_FORMATS_END = 44, 47, 617, 618
_BOOK, _SHEET = 153, 156
_SEVEN_BITS: Final = 0x7F
_MORE: Final = 0x80
_MOST_LENGTH_BYTES: Final = 4

_CELL = struct.Struct("<II")
"""A cell's column, and its format in the lower three bytes of the second number."""
_FORMAT_INDEX: Final = 0xFFFFFF
_ERROR_PLACE: Final = 8
_ROW_FLAGS: Final = 11
_IS_HIDDEN: Final = 0x10
_COUNTS_FROM_1904: Final = 0x01
_SHEET_ID_PLACE: Final = 8
"""Where the relation's id stands in the record of a sheet: behind its state and its number."""


class BinaryWorkbook:
    """An .xlsb workbook.

    Raises: NotAWorkbook, PasswordProtected, UnsafeFile.
    """

    def __init__(self, archive: Archive, part: str, where: str) -> None:
        """Open it.

        Args:
            part: the workbook's own part.
        """
        self._parts = ForeignParts(archive)
        self._where = where
        if part not in self._parts:
            raise damaged(where, part)
        self._related = {relation.key: relation for relation in relations(self._parts, part)}
        self._sheet_parts: dict[str, str] = {}
        self._is_1904 = False
        for kind, content in self._records(part):
            if kind == _BOOK:
                self._is_1904 = bool(content[:1] and content[0] & _COUNTS_FROM_1904)
            elif kind == _SHEET:
                self._note_sheet(content)
        # The reader takes memory for a record before it finds that the record is cut off.
        for relation in self._related.values():
            if relation.kind == "sharedStrings" and relation.target in self._parts:
                for _ in self._records(relation.target):
                    pass
        self._book = CalamineBook(archive.data, where)

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The worksheets in the order of their tabs."""
        return self._book.tabs

    @property
    def is_1904(self) -> bool:
        """Whether its days count from 1904."""
        return self._is_1904

    def cells(self, place: int, wants: WantsFormat, first_rows: int = 0) -> SheetCells:
        """Read a sheet, always all of it. Raises: NotAWorkbook, UnsafeFile."""
        name = self.tabs[place].name
        part = self._sheet_parts.get(name, "")
        seen = Seen()
        if part in self._parts:
            self._look_at(part, wants, seen)
        seen.refuse_sparse(f"{self._where}, {name}")
        return seen.beside(self._book.rows(place))

    def _note_sheet(self, content: bytes) -> None:
        key, end = _text(content, _SHEET_ID_PLACE)
        name, _ = _text(content, end)
        relation = self._related.get(key)
        if relation is not None:
            self._sheet_parts[name] = relation.target

    def _look_at(self, part: str, wants: WantsFormat, seen: Seen) -> None:
        wanted = wanted_formats(self._formats, wants)
        row = 0
        for kind, content in self._records(part):
            if kind > _LAST_CELL:
                continue
            if kind == _ROW:
                row = int.from_bytes(content[:4], "little") + 1
                if len(content) > _ROW_FLAGS and content[_ROW_FLAGS] & _IS_HIDDEN:
                    seen.hidden.add(row)
                continue

            if kind == _BLANK or len(content) < _CELL.size:
                continue
            column_index, style = _CELL.unpack_from(content)
            column = column_index + 1
            seen.note(row, column)
            index = style & _FORMAT_INDEX
            if index in wanted:
                seen.styled.append((row, column, wanted[index]))
            if kind in (_ERROR, _ERROR_OF_FORMULA) and len(content) > _ERROR_PLACE:
                code = ERRORS.get(content[_ERROR_PLACE], "#UNKNOWN!")
                seen.errors[row, column] = CellError(code)

    @cached_property
    def _formats(self) -> list[str]:
        """The number format of each cell format."""
        codes = dict(BUILT_IN)
        ids: list[int] = []
        is_inside = False
        for relation in self._related.values():
            if relation.kind != "styles" or relation.target not in self._parts:
                continue
            for kind, content in self._records(relation.target):
                if kind == _FORMAT:
                    codes[int.from_bytes(content[:2], "little")] = _text(content, 2)[0]
                elif kind in (_CELL_FORMATS, _CELL_FORMATS_END):
                    is_inside = kind == _CELL_FORMATS
                elif kind == _CELL_FORMAT and is_inside:
                    ids.append(int.from_bytes(content[2:4], "little"))
        return [codes.get(format_id, GENERAL) for format_id in ids]

    def _records(self, part: str) -> Iterator[tuple[int, bytes]]:
        """Go through a part's records. Raises: NotAWorkbook where one is cut off."""
        data = self._parts.content(part)
        place = 0
        size = len(data)
        while place < size:
            kind = data[place]
            place += 1
            if kind & _MORE and place < size:
                kind = kind & _SEVEN_BITS | (data[place] & _SEVEN_BITS) << 7
                place += 1

            length = 0
            for byte_number in range(_MOST_LENGTH_BYTES):
                if place >= size:
                    raise damaged(self._where, part)
                byte = data[place]
                place += 1
                length |= (byte & _SEVEN_BITS) << 7 * byte_number
                if not byte & _MORE:
                    break

            if place + length > size:
                raise damaged(self._where, part)
            yield kind, data[place : place + length]
            place += length


def _text(content: bytes, place: int) -> tuple[str, int]:
    """Read a text: how many characters, then the characters. Returns: it, and where it ends."""
    start = place + 4
    count = int.from_bytes(content[place:start], "little")
    if count == 0xFFFFFFFF:  # no text at all
        return "", start
    end = start + 2 * count
    return content[start:end].decode("utf-16-le", "replace"), end
