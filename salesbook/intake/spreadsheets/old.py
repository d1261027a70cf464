"""What does an .xls workbook hold? A stream of records in the container of old Office files.

A record is a number of two bytes, a length of two bytes, and its content; the globals come first
and then each sheet, at the place that the globals name. Source: MS-XLS 2.1.4 (Record).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Final

from olefile import OleFileIO

from salesbook.errors import NotAWorkbook, PasswordProtected
from salesbook.hosts.number_formats import BUILT_IN, GENERAL
from salesbook.hosts.sheet_cells import SheetCells, Tab, WantsFormat
from salesbook.intake.spreadsheets.calamine import CalamineBook, damaged
from salesbook.intake.spreadsheets.seen import ERRORS, Seen, wanted_formats
from salesbook.store import NOT_CALCULATED, CellError

_STREAMS: Final = ("Workbook", "Book")
"""How the stream is called since Excel 97, and before."""
_ENCRYPTED: Final = "EncryptedPackage"
"""The stream of an encrypted .xlsx, .xlsm or .xlsb."""

_BEGIN, _END, _ENCRYPTION, _DATES, _SHEET = 0x0809, 0x000A, 0x002F, 0x0022, 0x0085
_FORMAT, _CELL_FORMAT, _ROW = 0x041E, 0x00E0, 0x0208
_NUMBER, _SHORT_NUMBER, _SHORT_NUMBERS, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
_TEXT, _OLD_TEXT, _RICH_TEXT, _FLAG_OR_ERROR = 0x00FD, 0x0204, 0x00D6, 0x0205
_SINGLE_CELLS: Final = frozenset(
    (_NUMBER, _SHORT_NUMBER, _FORMULA, _TEXT, _OLD_TEXT, _RICH_TEXT, _FLAG_OR_ERROR)
)
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


class OldWorkbook:
    """An .xls workbook.

    Raises: NotAWorkbook, PasswordProtected.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self._where = where
        self._stream = _stream(data, where)
        self._sheet_starts: list[int] = []
        self._is_1904 = False
        codes = dict(BUILT_IN)
        ids: list[int] = []
        is_since_97 = True
        for kind, content in self._records(0):
            if kind == _ENCRYPTION:
                raise PasswordProtected("password-protected", where=where)
            if kind == _BEGIN:
                is_since_97 = int.from_bytes(content[:2], "little") >= _VERSION_97
            elif kind == _DATES:
                self._is_1904 = content[:1] == b"\x01"
            elif kind == _SHEET:
                is_worksheet = content[_SHEET_KIND : _SHEET_KIND + 1] == b"\x00"
                if is_worksheet:
                    self._sheet_starts.append(int.from_bytes(content[:4], "little"))
            elif kind == _FORMAT:
                code_of = _text if is_since_97 else _old_text
                codes[int.from_bytes(content[:2], "little")] = code_of(content[2:])
            elif kind == _CELL_FORMAT:
                ids.append(int.from_bytes(content[2:4], "little"))
        self._formats = [codes.get(format_id, GENERAL) for format_id in ids]
        self._book = CalamineBook(data, where)

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
        if len(self._sheet_starts) != len(self.tabs):
            # Which of the sheets has which formats could only be guessed.
            raise damaged(self._where, "sheets")
        seen = Seen()
        wanted = wanted_formats(self._formats, wants)
        blank_formulas: list[tuple[int, int]] = []
        some_calculated = False
        for kind, content in self._records(self._sheet_starts[place]):
            if kind in _SINGLE_CELLS and len(content) >= _CELL.size:
                row, column, index = _CELL.unpack_from(content)
                _note_cell(seen, row + 1, column + 1, wanted.get(index))
                error = _error_in(kind, content)
                if error:
                    seen.errors[row + 1, column + 1] = CellError(error)
                elif kind == _FORMULA and _result_kind(content) == _IS_BLANK:
                    blank_formulas.append((row + 1, column + 1))
                some_calculated |= kind == _FORMULA and _result_kind(content) != _IS_BLANK
            elif kind == _SHORT_NUMBERS:
                _note_numbers(seen, content, wanted)
            elif kind == _ROW and len(content) > _ROW_FLAGS and content[_ROW_FLAGS] & _IS_HIDDEN:
                seen.hidden.add(int.from_bytes(content[:2], "little") + 1)

        # A formula without a value looks like one that gives a blank text. Where none of the sheet
        # has a value, it was written by a program that does not calculate.
        if not some_calculated:
            seen.errors.update(dict.fromkeys(blank_formulas, NOT_CALCULATED))
        seen.refuse_sparse(f"{self._where}, {self.tabs[place].name}")
        return seen.beside(self._book.rows(place))

    def _records(self, place: int) -> Iterator[tuple[int, bytes]]:
        """Go through the records of the globals or of a sheet, from its begin to its end.

        A chart in a sheet has a begin and an end of its own.
        """
        stream = self._stream
        depth = 0
        while place + _HEAD.size <= len(stream):
            kind, length = _HEAD.unpack_from(stream, place)
            start = place + _HEAD.size
            place = start + length
            if kind == _BEGIN:
                depth += 1
            elif kind == _END:
                depth -= 1
                if depth <= 0:
                    return
            if depth <= 1:
                yield kind, stream[start:place]


def _stream(data: bytes, where: str) -> bytes:
    """The workbook's stream. Raises: NotAWorkbook, PasswordProtected."""
    try:
        with OleFileIO(io.BytesIO(data)) as container:
            if container.exists(_ENCRYPTED):
                raise PasswordProtected("password-protected", where=where)
            for name in _STREAMS:
                if container.exists(name):
                    stream: bytes = container.openstream(name).read()
                    return stream
    except (OSError, ValueError, IndexError, TypeError, struct.error) as error:
        if _ENCRYPTED.encode("utf-16-le") in data:
            raise PasswordProtected("password-protected", where=where) from error
        raise damaged(where, str(error)) from error
    raise NotAWorkbook("no-table-file", where=where)


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
