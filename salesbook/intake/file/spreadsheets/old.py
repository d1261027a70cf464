"""What does an .xls workbook hold? A stream of records in the container of old Office files.

A record is a number of two bytes, a length of two bytes, and its content; the globals come first
and then each sheet, at the place that the globals name. Source: MS-XLS 2.1.4 (Record).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from salesbook.errors import PasswordProtected
from salesbook.hosts.number_formats import BUILT_IN, GENERAL
from salesbook.hosts.sheet_cells import SheetCells, Tab, WantsFormat
from salesbook.intake.file.spreadsheets.calamine import CalamineBook, damaged
from salesbook.intake.file.spreadsheets.container import container_of, stream_of
from salesbook.intake.file.spreadsheets.seen import ERRORS, Seen, wanted_formats
from salesbook.intake.file.spreadsheets.shown import tells_something
from salesbook.store import NOT_CALCULATED, CellError

_STREAMS: Final = ("Workbook", "Book")
"""How the stream is called since Excel 97, and before."""

_BEGIN, _END, _ENCRYPTION, _DATES, _SHEET = 0x0809, 0x000A, 0x002F, 0x0022, 0x0085
_FORMAT, _CELL_FORMAT, _ROW = 0x041E, 0x00E0, 0x0208
_NUMBER, _SHORT_NUMBER, _SHORT_NUMBERS, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
_TEXT, _OLD_TEXT, _RICH_TEXT, _FLAG_OR_ERROR = 0x00FD, 0x0204, 0x00D6, 0x0205
_SINGLE_CELLS: Final = frozenset(
    (_NUMBER, _SHORT_NUMBER, _FORMULA, _TEXT, _OLD_TEXT, _RICH_TEXT, _FLAG_OR_ERROR)
)
_EXTENT: Final = 0x0200
_UNUSED: Final = 0x0FFE
"""A number that no record has."""
_HEAD = struct.Struct("<HH")
_CELL = struct.Struct("<HHH")
"""A cell's row, column and format."""
_SHORT_NUMBER_SIZE: Final = 6
_VERSION_97: Final = 0x0600
_ROW_FLAGS: Final = 12
_IS_HIDDEN: Final = 0x20
_SHEET_KIND: Final = 5
_SHEET_NAME: Final = 6
_RESULT: Final = 6
"""Where a formula's result stands in its record; if its last two bytes are these, it is no number."""
_NO_NUMBER: Final = b"\xff\xff"
_IS_ERROR, _IS_BLANK = 2, 3


class _Globals:
    """What the records before the sheets say."""

    def __init__(self) -> None:
        self.is_1904 = False
        self.sheets: list[tuple[int, bool]] = []
        """Where each sheet begins, and whether it is one of cells."""
        self._codes = dict(BUILT_IN)
        self._ids: list[int] = []
        self._is_since_97 = True

    def take(self, kind: int, content: bytes) -> None:
        """Take a record."""
        if kind == _BEGIN:
            self._is_since_97 = int.from_bytes(content[:2], "little") >= _VERSION_97
        elif kind == _DATES:
            self.is_1904 = content[:1] == b"\x01"
        elif kind == _SHEET:
            is_worksheet = content[_SHEET_KIND : _SHEET_KIND + 1] == b"\x00"
            self.sheets.append((int.from_bytes(content[:4], "little"), is_worksheet))
        elif kind == _FORMAT:
            read_code = _text if self._is_since_97 else _old_text
            self._codes[int.from_bytes(content[:2], "little")] = read_code(content[2:])
        elif kind == _CELL_FORMAT:
            self._ids.append(int.from_bytes(content[2:4], "little"))

    def formats(self) -> list[str]:
        """The number format of each cell format."""
        return [self._codes.get(format_id, GENERAL) for format_id in self._ids]


class OldWorkbook:
    """An .xls workbook.

    Raises: NotAWorkbook, PasswordProtected, UnsafeFile.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self._where = where
        stream_name, stream = stream_of(data, _STREAMS, where)
        self._stream = bytearray(stream)
        self._worksheets: list[Seen] = []
        book = _Globals()
        for _, kind, content in self._records(0):
            if kind == _ENCRYPTION:
                raise PasswordProtected("password-protected", where=where)
            book.take(kind, content)
        self._is_1904 = book.is_1904

        formats = wanted_formats(book.formats(), tells_something)
        # The reader reads every sheet at once: each is looked at before.
        for start, is_worksheet in book.sheets:
            if start >= len(self._stream):
                raise damaged(where, "sheets")
            seen = self._look(start, formats)
            seen.refuse_sparse(where)
            if is_worksheet:
                self._worksheets.append(seen)
        self._book = CalamineBook(container_of(stream_name, bytes(self._stream)), where)
        if len(self._worksheets) != len(self.tabs):
            # Which of the sheets has which formats could only be guessed.
            raise damaged(where, "sheets")

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The worksheets in the order of their tabs."""
        return self._book.tabs

    @property
    def is_1904(self) -> bool:
        """Whether its days count from 1904."""
        return self._is_1904

    def cells(self, place: int, wants: WantsFormat, first_rows: int = 0) -> SheetCells:
        """Read a sheet, always all of it. Raises: NotAWorkbook."""
        seen = self._worksheets[place]
        shown = replace(seen, styled=[found for found in seen.styled if wants(found[2])])
        return shown.beside(self._book.rows(place))

    def _look(self, start: int, formats: dict[int, str]) -> Seen:
        """Look at a sheet, and take away what it claims as its extent: memory is reserved for it."""
        seen = Seen()
        blank_formulas: list[tuple[int, int]] = []
        some_calculated = False
        for place, kind, content in self._records(start):
            if kind == _EXTENT:
                _HEAD.pack_into(self._stream, place, _UNUSED, len(content))
            elif kind in _SINGLE_CELLS and len(content) >= _CELL.size:
                row, column, index = _CELL.unpack_from(content)
                _note_cell(seen, row + 1, column + 1, formats.get(index))
                error = _error_in(kind, content)
                if error:
                    seen.errors[row + 1, column + 1] = CellError(error)
                elif kind == _FORMULA and _result_kind(content) == _IS_BLANK:
                    blank_formulas.append((row + 1, column + 1))
                some_calculated |= kind == _FORMULA and _result_kind(content) != _IS_BLANK
            elif kind == _SHORT_NUMBERS:
                _note_numbers(seen, content, formats)
            elif kind == _ROW and len(content) > _ROW_FLAGS and content[_ROW_FLAGS] & _IS_HIDDEN:
                seen.hidden.add(int.from_bytes(content[:2], "little") + 1)

        # A formula without a value looks like one that gives a blank text. Where none of the sheet
        # has a value, it was written by a program that does not calculate.
        if not some_calculated:
            seen.errors.update(dict.fromkeys(blank_formulas, NOT_CALCULATED))
        return seen

    def _records(self, place: int) -> Iterator[tuple[int, int, bytes]]:
        """Go through the records of the globals or of a sheet: place, kind, content.

        A chart in a sheet has a begin and an end of its own, and is left out but for its extents.
        """
        stream = self._stream
        depth = 0
        while place + _HEAD.size <= len(stream):
            kind, length = _HEAD.unpack_from(stream, place)
            start = place + _HEAD.size
            if start + length > len(stream):
                raise damaged(self._where, "records")
            if kind == _BEGIN:
                depth += 1
            elif kind == _END:
                depth -= 1
                if depth <= 0:
                    return
            if depth <= 1 or kind == _EXTENT:
                yield place, kind, bytes(stream[start : start + length])
            place = start + length


def _note_cell(seen: Seen, row: int, column: int, code: str | None) -> None:
    seen.note(row, column)
    if code is not None:
        seen.styled.append((row, column, code))


def _note_numbers(seen: Seen, content: bytes, wanted: dict[int, str]) -> None:
    """Note numbers side by side: a row, the first column, and for each a format and four bytes."""
    row = int.from_bytes(content[:2], "little") + 1
    first_column = int.from_bytes(content[2:4], "little") + 1
    # The last two bytes repeat the last column.
    count = (len(content) - 6) // _SHORT_NUMBER_SIZE
    for offset in range(count):
        start = 4 + offset * _SHORT_NUMBER_SIZE
        index = int.from_bytes(content[start : start + 2], "little")
        _note_cell(seen, row, first_column + offset, wanted.get(index))


def _error_in(kind: int, content: bytes) -> str:
    """The error that a cell or a formula's result is; blank for any other."""
    if kind == _FLAG_OR_ERROR and content[7:8] == b"\x01":
        return ERRORS.get(content[6], "#UNKNOWN!")
    is_error = kind == _FORMULA and _result_kind(content) == _IS_ERROR
    return ERRORS.get(content[_RESULT + 2], "#UNKNOWN!") if is_error else ""


def _result_kind(content: bytes) -> int:
    """Which kind of result a formula has that is no number; -1 for a number."""
    result = content[_RESULT : _RESULT + 8]
    return result[0] if result[6:] == _NO_NUMBER else -1


def _text(content: bytes) -> str:
    """Read a text since Excel 97: how many characters, one or two bytes each, the characters."""
    count = int.from_bytes(content[:2], "little")
    is_wide = content[2:3] != b"\x00"
    if is_wide:
        return content[3 : 3 + 2 * count].decode("utf-16-le", "replace")
    return content[3 : 3 + count].decode("latin-1")


def _old_text(content: bytes) -> str:
    """Read a text of before Excel 97; its code page matters only beyond ASCII."""
    count = content[0] if content else 0
    return content[1 : 1 + count].decode("cp1252", "replace")
