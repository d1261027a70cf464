"""What can openpyxl still read of a workbook that the first reader gives up?

A workbook whose links between parts are damaged may hold whole sheets, as Excel's own repair shows.
openpyxl goes by the parts' usual places where the links fail. It takes a part as it is, or not at
all: what the zip's checksums or XML tell to be spoiled is read by neither.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesbook.hosts.sheet_cells import SheetCells, Tab, WantsFormat
from salesbook.store import NOT_CALCULATED, Cell, CellError

_MOST_BYTES: Final = 128 * 1024 * 1024
"""A damaged workbook is read as a whole, at many times its size when unpacked."""
_MOST_CELLS: Final = 2_000_000
_NO_TEXT: Final = re.compile(rb"""\bt\s*=\s*["']s["'][^<>]*><v>(?!\s*[0-9]{1,10}\s*<)""")
_ERROR, _FORMULA = "e", "f"
_VISIBLE: Final = "visible"


class SecondReading:
    """A workbook as openpyxl reads it."""

    def __init__(self, values: Any, formulas: Any) -> None:
        """
        Args:
            values: openpyxl's workbook with the last results of its formulas.
            formulas: the same with the formulas in their place.
        """
        self._values = values.worksheets
        self._formulas = formulas.worksheets
        self.is_1904: bool = values.epoch.year == 1904
        self.tabs: Sequence[Tab] = [
            Tab(sheet.title, sheet.sheet_state != _VISIBLE) for sheet in self._values
        ]

    def cells(self, place: int, wants: WantsFormat, first_rows: int = 0) -> SheetCells:
        """Read a sheet, or its first rows where so many are asked for."""
        sheet, formulas = self._values[place], self._formulas[place]
        last_row = min(first_rows or sheet.max_row, sheet.max_row)
        rows: list[list[Cell]] = []
        formats: dict[tuple[int, int], str] = {}
        for number in range(1, last_row + 1):
            row = sheet[number]
            rows.append([_value(cell, formulas) for cell in row])
            for column, cell in enumerate(row):
                if isinstance(cell.value, int | float) and wants(cell.number_format):
                    formats[number, column] = cell.number_format
        return SheetCells(rows, formats, _hidden(sheet.row_dimensions))


def second_reading(data: bytes) -> SecondReading | None:
    """Open a workbook that the first reader has refused as damaged; None where this one cannot."""
    if not _is_harmless(data):
        return None
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # It warns of what it will not keep; nothing is written back.
            warnings.simplefilter("ignore")
            values = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
            formulas = load_workbook(io.BytesIO(data), keep_links=False)
    except Exception:  # It raises whatever a damaged part leads it to.
        return None
    # One lone cell far out would have it make all cells before.
    areas = [sheet.max_row * sheet.max_column for sheet in values.worksheets]
    if not areas or max(areas) > _MOST_CELLS:
        return None
    return SecondReading(values, formulas)


def _is_harmless(data: bytes) -> bool:
    """Whether a zip unpacks to no more than it should, and defines no entities of its own.

    openpyxl's parser would fetch what an entity names, or write one out a billion times.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if sum(member.file_size for member in members) > _MOST_BYTES:
                return False
            parts = [package.read(member) for member in members]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error):
        return False
    return not any(map(_is_dangerous, parts))


def _is_dangerous(part: bytes) -> bool:
    """Whether a part defines something of its own, or has a text cell that names no text.

    Of the latter openpyxl would count some from the end.
    """
    # In UTF-16 every second byte is 0.
    plain = part.replace(b"\0", b"").replace(b"<!--", b"")
    return b"<!" in plain or _NO_TEXT.search(plain) is not None


def _value(cell: Any, formulas: Any) -> Cell:
    value = cell.value
    if cell.data_type == _ERROR:
        return CellError(str(value))
    if value is None:
        has_formula = formulas.cell(cell.row, cell.column).data_type == _FORMULA
        return NOT_CALCULATED if has_formula else None
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time.min:
        return value.date()
    return value if isinstance(value, bool | int | float | dt.date | str) else str(value)


def _hidden(rows: Mapping[int, Any]) -> frozenset[int]:
    return frozenset(number for number, row in rows.items() if row.hidden)
