"""What was not taken, and why? A CSV file that a person can mend and import again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from salesbook.cells.field import Reason
from salesbook.errors import CannotWrite
from salesbook.intake.plan import ImportPlan
from salesbook.store import Cell, CellError

_STARTS_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠|%]")
_PLAIN_NUMBER = re.compile(r"[-+]?[\d.,]*\d%?")
TITLES = ("Row", "Problem in", "Problem")
"""Headers of the three columns before the file's own; no table has a field of that name."""


def write_rejects(file: Path, text: str) -> Path:
    """Write a file's rejects beside it, as UTF-8 with the mark by which Excel knows it.

    What a person may have mended in the rejects of an earlier import stays; the new ones get a
    number.

    Returns: where they are. Raises: CannotWrite.
    """
    data = text.encode("utf-8-sig", "replace")
    names = (
        f"{file.stem}.rejects{number}.csv" for number in ("", *map(".{}".format, range(2, 10**6)))
    )
    path = next(path for name in names if not _holds_other(path := file.with_name(name), data))
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CannotWrite(
            "cannot-write", where=str(path), found=error.strerror or str(error)
        ) from error
    return path


def _holds_other(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() != data
    except OSError:
        return False


def rejects_text(
    plan: ImportPlan, say: Callable[[Reason], str], titles: Sequence[str] = TITLES
) -> str:
    """The rejected rows as CSV: row number, field and reason, then the cells as they came.

    A cell that a spreadsheet would take for a formula gets an apostrophe, which the import takes
    off again.

    Args: say puts a reason into words.
    """
    width = max([len(plan.source.headers), *(len(row.cells) for row in plan.rejected)])
    headers = [*plan.source.headers, *[""] * (width - len(plan.source.headers))]
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([*titles, *map(harmless, headers)])
    for row in plan.rejected:
        fields = "; ".join(dict.fromkeys(where for where, _ in row.faults if where))
        reasons = " ".join(dict.fromkeys(say(reason) for _, reason in row.faults))
        writer.writerow(
            [
                row.number,
                harmless(fields),
                harmless(reasons),
                *(harmless(_shown(cell)) for cell in row.cells),
            ]
        )
    return out.getvalue()


def harmless(text: str) -> str:
    """The text with an apostrophe before what would start a formula; plain numbers stay."""
    if _STARTS_FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.code
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
