"""What was not taken whole, and why? CSV files that a person can mend and import again."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from salesbook import labels
from salesbook.cells.base import DIGIT_LIMIT, Reason
from salesbook.errors import CannotWrite
from salesbook.hosts.package import read_ordinary
from salesbook.intake.columns.header_meanings import note_of
from salesbook.intake.columns.headers import column_name, name_without_signs
from salesbook.intake.draft import ImportDraft
from salesbook.intake.file.mended import NO_DATA, own_keys, titles_of_gaps, titles_of_rejects
from salesbook.intake.file.our_columns import title
from salesbook.intake.file.read_as import NOTHING, ReadAs, written
from salesbook.intake.foreign import is_blank
from salesbook.intake.matching.matcher import has_made_keys, key_of
from salesbook.intake.rows import FileRow
from salesbook.labels import Language
from salesbook.store import Cell, CellError
from salesbook.tables import TABLES

_STARTS_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠|%]")
"""With these characters a spreadsheet begins to calculate, or to call another program."""

_PLAIN_NUMBER = re.compile(r"[-+]?[\d.,]*\d%?")
"""`-5`, `+1,234.50`, `12%`."""

_MOST_FILES = 10**6
_MAY_READ_AND_WRITE = 0o666


def write_beside(file: Path, what: str, text: str) -> Path:
    """Write what was not taken of a file beside it, as UTF-8 with the mark by which Excel knows it.

    What a person may have mended in the rejects of an earlier import stays; the new ones get a
    number. Nobody may read them who may not read the file that they come from.

    Args:
        what: `rejects`, `gaps` or `dropped`, which stands behind the file's name.

    Returns: where they are. Raises: CannotWrite.
    """
    data = text.encode("utf-8-sig", "replace")
    path = file
    try:
        rights = file.stat().st_mode & _MAY_READ_AND_WRITE
        for path in _paths(file, what):
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


def _paths(file: Path, what: str) -> Iterator[Path]:
    """Where the rows may lie, in the order in which the places are tried."""
    endings = chain([""], (f".{number}" for number in range(2, _MOST_FILES)))
    return (file.with_name(f"{file.stem}.{what}{ending}.csv") for ending in endings)


def _holds(path: Path, data: bytes) -> bool:
    """Whether these very rows lie there; a link or a pipe is none, whatever comes out of it."""
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
        # Half of the rows would look like all of them.
        path.unlink(missing_ok=True)
        raise


def rejects_text(
    draft: ImportDraft, say: Callable[[Reason], str], language: Language = "en"
) -> str:
    """Write the rejected rows as CSV: row number, field and reason, then the cells as they came.

    A cell that a spreadsheet would take for a formula gets an apostrophe, which the import takes
    off again.

    Args:
        say: puts a reason into words.
    """
    read_as = written(draft.read_as)
    keys = _own_keys(draft)
    rows = []
    for row, key in zip(draft.rejected, keys, strict=True):
        no_data = [reason.code for _, reason in row.faults if reason.code in NO_DATA]
        # A row that is no data is none when it comes again, though all others are mended.
        how = no_data[0] if no_data else harmless(read_as)
        problem = _problems(_all_reasons(row), say, draft, language)
        rows.append([row.number, *problem, how, key, *_cells_as_read(row, draft)])
    return _csv([*titles_of_rejects(language), *_headers(draft, draft.rejected)], rows)


def _own_keys(draft: ImportDraft) -> list[str]:
    """The keys by which rejected rows that have none will be rows of their own."""
    if not has_made_keys(draft.table):
        return [""] * len(draft.rejected)
    keys = own_keys(draft.table, ((row.own_key, _cells(row)) for row in draft.rejected))
    name = TABLES[draft.table].key[0]
    columns = [mapped.column for mapped in draft.header_map.columns if mapped.field == name]
    has_key = [
        any(not is_blank(row.cells[column]) for column in columns if column < len(row.cells))
        for row in draft.rejected
    ]
    return ["" if has else key for has, key in zip(has_key, keys, strict=True)]


def dropped_text(draft: ImportDraft, language: Language = "en") -> str:
    """Write the rows that were dropped as CSV: row number, then the cells as they came."""
    rows = [[row.number, *_cells(row)] for row in draft.dropped]
    return _csv([title("row", language), *_headers(draft, draft.dropped)], rows)


def gaps_text(draft: ImportDraft, say: Callable[[Reason], str], language: Language) -> str:
    """Write the cells for which fields stayed blank as CSV, each row with its key.

    Imported again, the file changes these fields of these rows and nothing else: it holds no other
    field, and the key also where the import has made it. A mended cell is read as the file's was:
    where a header says thousands, the header here says so too.

    Args:
        say: puts a reason into words.
    """
    table = draft.table
    key_names = TABLES[table].key
    gap_names = dict.fromkeys(name for row in draft.with_gaps for name, _, _ in row.gaps)

    columns = {column.field: column for column in draft.header_map.columns}
    headers = [labels.header(table, name, language) for name in key_names]
    read_as: dict[str, ReadAs] = {}
    for name in gap_names:
        note = note_of(columns[name].header) if name in columns else ""
        headers.append(f"{labels.header(table, name, language)}{note}")
        if name in columns:
            own_name = column_name(columns[name].column, draft.source.headers)
            read_as[name_without_signs(headers[-1])] = draft.read_as.get(own_name, NOTHING)
    how = harmless(written(read_as))

    rows = []
    for row in draft.with_gaps:
        reasons = {name: (header, reason) for name, header, reason in row.gaps}
        cell_by_name = {name: _gap_cell(row, name, draft) for name in reasons}
        key = key_of(table, row.values)
        key_cells = [harmless(_shown(part)) for part in key]
        gap_cells = [cell_by_name.get(name, "") for name in gap_names]
        problem = _problems(reasons.values(), say, draft, language)
        rows.append([row.number, *problem, how, *key_cells, *gap_cells])
    return _csv([*titles_of_gaps(language), *headers], rows)


def _gap_cell(row: FileRow, name: str, draft: ImportDraft) -> str:
    """The cell that could not be read, as it came."""
    for column in draft.header_map.columns:
        if column.field == name:
            return harmless(_shown(row.cells[column.column]))
    return ""


def _csv(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(map(harmless, headers))
    writer.writerows(rows)
    return out.getvalue()


def _headers(draft: ImportDraft, rows: Sequence[FileRow]) -> list[str]:
    """The file's headers, with blank ones where a row that was spoiled has more cells."""
    headers = list(draft.source.headers)
    width = max([len(headers), *(len(row.cells) for row in rows)])
    return headers + [""] * (width - len(headers))


def _cells(row: FileRow) -> list[str]:
    return [harmless(_shown(cell)) for cell in row.cells]


def _cells_as_read(row: FileRow, draft: ImportDraft) -> list[str]:
    """The cells as they came; numbers of a sheet with the comma where texts of their column have it."""
    cells = _cells(row)
    for column in range(min(len(cells), len(draft.source.headers))):
        how = draft.read_as.get(column_name(column, draft.source.headers), NOTHING)
        if isinstance(row.cells[column], float) and how.decimal == "comma":
            cells[column] = cells[column].replace(".", ",")
    return cells


def _all_reasons(row: FileRow) -> list[tuple[str, Reason]]:
    """Why a row was rejected, and what else of it is to be mended while somebody is about it."""
    return [*row.faults, *((header, reason) for _, header, reason in row.gaps)]


def _problems(
    reasons: Iterable[tuple[str, Reason]],
    say: Callable[[Reason], str],
    draft: ImportDraft,
    language: Language,
) -> tuple[str, str]:
    """The columns that something is wrong with, and what is."""
    reasons = list(reasons)
    # One field may have two reasons, and two fields the same.
    fields = dict.fromkeys(_column_said(where, draft, language) for where, _ in reasons if where)
    said = dict.fromkeys(say(reason) for _, reason in reasons)
    return harmless("; ".join(fields)), harmless(" ".join(said))


def _column_said(where: str, draft: ImportDraft, language: Language) -> str:
    """A column as the file calls it; a field that a reason names by its code, as the workbook does."""
    is_code = where in TABLES[draft.table].field_names and where not in draft.source.headers
    return labels.header(draft.table, where, language) if is_code else where


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
