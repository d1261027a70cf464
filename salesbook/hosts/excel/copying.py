"""How is the open workbook kept as it stands, typing included that nobody has saved yet?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from salesbook.hosts.excel.calls import Calls, bounded_retries, native, refusal

if TYPE_CHECKING:
    import xlwings as xw


def save_copy(book: xw.Book, path: Path) -> None:
    """Write the open workbook into a new file; the workbook stays where and as it is.

    Excel for Mac has no `SaveCopyAs`, and may refuse it in the cloud. Where nothing was typed since
    the last save, the workbook's own file holds the same.

    Raises: CannotWrite, LockedFile, in Excel's words; OSError.
    """
    try:
        with bounded_retries():
            Calls(path.name)(lambda: book.api.SaveCopyAs(str(path)))
    except Exception as error:
        if not _is_saved(book):
            raise refusal(error, path.name) from error
        # It may have begun before it gave up.
        path.unlink(missing_ok=True)
        _write_private(path, Path(str(book.fullname)).read_bytes())

    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _is_saved(book: xw.Book) -> bool:
    """Whether the workbook holds nothing that its file does not hold."""
    try:
        return bool(native(book.api, "Saved", "saved"))
    except Exception:
        return False


def _write_private(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
