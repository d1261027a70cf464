"""What was not taken, and why? A CSV file that a person can mend and import again."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from salesbook.cells.base import DIGIT_LIMIT, Reason
from salesbook.errors import CannotWrite
from salesbook.hosts.package import read_ordinary
from salesbook.intake.draft import ImportDraft
from salesbook.intake.rows import FileRow
from salesbook.store import Cell, CellError

_STARTS_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠|%]")
"""With these characters a spreadsheet begins to calculate, or to call another program."""

_PLAIN_NUMBER = re.compile(r"[-+]?[\d.,]*\d%?")
"""`-5`, `+1,234.50`, `12%`."""

_MOST_FILES = 10**6
_MAY_READ_AND_WRITE = 0o666
TITLES = ("Row", "Problem in", "Problem")
"""Headers of the three columns before the file's own; no table has a field of that name."""


def write_rejects(file: Path, text: str) -> Path:
    """Write a file's rejects beside it, as UTF-8 with the mark by which Excel knows it.

    What a person may have mended in the rejects of an earlier import stays; the new ones get a
    number. Nobody may read them who may not read the file that they come from.

    Returns: where they are. Raises: CannotWrite.
    """
    data = text.encode("utf-8-sig", "replace")
    path = file
    try:
        rights = file.stat().st_mode & _MAY_READ_AND_WRITE
        for path in _paths(file):
            if _holds(path, data):
                return path
            with contextlib.suppress(FileExistsError):
                _write_new(path, data, rights)
                return path
    except OSError as error:
        raise CannotWrite(
            "cannot-write", where=str(path), found=error.strerror or str(error)
        ) from error
    raise CannotWrite("already-there", where=str(path))


def _paths(file: Path) -> Iterator[Path]:
    """Where rejects may lie, in the order in which the places are tried."""
    endings = chain([""], (f".{number}" for number in range(2, _MOST_FILES)))
    return (file.with_name(f"{file.stem}.rejects{ending}.csv") for ending in endings)


def _holds(path: Path, data: bytes) -> bool:
    """Whether these very rejects lie there; a link or a pipe is none, whatever comes out of it."""
    try:
        return not path.is_symlink() and read_ordinary(path) == data
    except OSError:
        return False


def _write_new(path: Path, data: bytes, rights: int) -> None:
    """Write a file where nothing is, not even a link that leads nowhere.

    Raises: FileExistsError; OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, rights)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except BaseException:
        # Half of the rejects would look like all of them.
        path.unlink(missing_ok=True)
        raise


def rejects_text(
    draft: ImportDraft, say: Callable[[Reason], str], titles: Sequence[str] = TITLES
) -> str:
    """Write the rejected rows as CSV: row number, field and reason, then the cells as they came.

    A cell that a spreadsheet would take for a formula gets an apostrophe, which the import takes
    off again.

    Args:
        say: puts a reason into words.
    """
    headers = list(draft.source.headers)
    # A row that was spoiled may have more cells than there are headers.
    width = max([len(headers), *(len(row.cells) for row in draft.rejected)])
    headers += [""] * (width - len(headers))

    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([*titles, *map(harmless, headers)])
    for row in draft.rejected:
        writer.writerow(_reject_cells(row, say))
    return out.getvalue()


def _reject_cells(row: FileRow, say: Callable[[Reason], str]) -> list[object]:
    # One field may have two reasons, and two fields the same.
    fields = dict.fromkeys(where for where, _ in row.faults if where)
    reasons = dict.fromkeys(say(reason) for _, reason in row.faults)
    problem_in = harmless("; ".join(fields))
    problem = harmless(" ".join(reasons))
    cells = [harmless(_shown(cell)) for cell in row.cells]
    return [row.number, problem_in, problem, *cells]


def harmless(text: str) -> str:
    """The text with an apostrophe before what would start a formula; plain numbers stay."""
    if _STARTS_FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _shown(cell: Cell) -> str:
    """A cell as a text file has it, so that an import reads it as it read the sheet."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.code
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < DIGIT_LIMIT:
        return str(int(cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
