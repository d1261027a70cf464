"""How is python-calamine asked for a workbook's values, whatever a damaged file leads it to?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from salesbook.errors import NotAWorkbook, PasswordProtected
from salesbook.hosts.sheet_cells import Tab

_MOST_REASON_CHARACTERS: Final = 100
_PANIC: Final = "PanicException"
"""What the reader's own bugs come as; it cannot be imported, and is no Exception."""


class CalamineBook:
    """A workbook's values. A damaged one is refused.

    Raises: NotAWorkbook, PasswordProtected.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self._where = where
        with self._refusals():
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            # Sheets of charts and of old macros hold no rows.
            self._sheets = [
                sheet
                for sheet in self._book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
            ]

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The worksheets in their order."""
        return tuple(
            Tab(sheet.name, sheet.visible != SheetVisibleEnum.Visible) for sheet in self._sheets
        )

    def rows(self, place: int) -> list[list[Any]]:
        """Read a sheet's rows from its first cell on. Raises: NotAWorkbook."""
        with self._refusals():
            sheet = self._book.get_sheet_by_name(self._sheets[place].name)
            rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        return rows

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except PasswordError as error:
            raise PasswordProtected("password-protected", where=self._where) from error
        except (CalamineError, ValueError, IndexError, OSError) as error:
            raise damaged(self._where, str(error)) from error
        except BaseException as error:
            if type(error).__name__ != _PANIC:
                raise
            raise damaged(self._where, _PANIC) from error


def damaged(where: str, reason: str) -> NotAWorkbook:
    """Say that a workbook cannot be read, with what the reader says of it."""
    return NotAWorkbook(
        "damaged-workbook", where=where, found=reason[:_MOST_REASON_CHARACTERS] or "?"
    )
