"""What kind of file is this, whatever its name says, and which table is in it?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from salesbook.cells.base import plain_text
from salesbook.errors import CannotWrite, NotAWorkbook, UnsafeFile, UsageError
from salesbook.hosts.package import read_ordinary, refuse_special, refuse_unless_zip
from salesbook.intake.book_now import takes_imports
from salesbook.intake.delimited import header_score, split_text
from salesbook.intake.encodings import decode
from salesbook.intake.foreign import ForeignTable, SourceOptions
from salesbook.intake.header_words import fold_header
from salesbook.intake.headers import known_count
from salesbook.intake.layout import lay_out
from salesbook.intake.workbooks import read_workbook
from salesbook.store import Cell
from salesbook.tables import TABLES

MOST_BYTES = 512 * 1024 * 1024
_MOST_HEADER_CHARACTERS = 200
_NAMED = 1000
"""What a header that the user names counts for: the row that has it is the header row."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a workbook begins; and an encrypted one, or one of before 2007."""
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"SQLite format",
)
_MARKUP_HEAD = 4096


def read_source(path: Path, table: str, options: SourceOptions) -> ForeignTable:
    """Read the table that a file holds, as raw cells.

    The content decides, not the name: a workbook called .csv is a workbook. HTML, PDF and old
    binary workbooks are refused by name.

    Args:
        table: the table that is to take the rows; its known headers tell where the headers stand.
            Blank: those of the table that knows most.

    Raises: CannotWrite (cannot-read), UsageError, NotAWorkbook, PasswordProtected, UnsafeFile,
        AmbiguousFile, ColumnMissing.
    """
    where = path.name
    data = _content(path)
    score = _score(table, options.headers)

    if data.startswith(_ZIP):
        if options.encoding:
            raise UsageError("option-not-for-workbook", where="--encoding", found=where)
        return read_workbook(data, options.sheet, score, where=where)

    _refuse_binary(data, where)
    if options.sheet:
        raise UsageError("option-not-for-text", where="--sheet", found=where)
    text, encoding = decode(
        data, options.encoding, lambda text: header_score(text, score), where=where
    )
    _refuse_markup(text, where)
    rows, delimiter = split_text(text, score)
    headers, body, above = lay_out(rows, score, where=where)
    return ForeignTable(headers, body, encoding=encoding, delimiter=delimiter, above=above)


def _content(path: Path) -> bytes:
    refuse_special(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnsafeFile("file-too-large", where=str(path), megabytes=size >> 20)
        return read_ordinary(path)
    except FileNotFoundError:
        raise UsageError("no-such-file", where=str(path)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite("cannot-read", where=str(path), found=reason) from error


def _score(table: str, named: Sequence[str]) -> Callable[[Sequence[Cell]], int]:
    """How many of a row's cells are headers of the table, or named by the user."""
    tables = (table,) if table else tuple(name for name in TABLES if takes_imports(name))
    named_headers = {fold_header(header) for header in named}
    # `Amount#2` is the second column called Amount.
    for header in named:
        if "#" in header:
            named_headers.add(fold_header(header.rpartition("#")[0]))

    def score(cells: Sequence[Cell]) -> int:
        texts = [
            plain_text(cell)
            for cell in cells
            if isinstance(cell, str) and len(cell) < _MOST_HEADER_CHARACTERS
        ]
        named_count = sum(fold_header(text) in named_headers for text in texts)
        known = max(known_count(name, texts) for name in tables)
        return known + _NAMED * named_count

    return score


def _refuse_binary(data: bytes, where: str) -> None:
    if not data.strip():
        raise NotAWorkbook("empty-file", where=where)
    if data.startswith(_OLE):
        refuse_foreign_ole(data, where)
    if data.startswith(_BINARY):
        raise NotAWorkbook("no-table-file", where=where)


def refuse_foreign_ole(data: bytes, where: str) -> None:
    """Refuse an encrypted workbook and an old binary one, each by its name."""
    try:
        refuse_unless_zip(data, where)
    except NotAWorkbook:
        raise NotAWorkbook("old-excel-format", where=where) from None


def _refuse_markup(text: str, where: str) -> None:
    """Web pages and XML that programs save under the name .xls are no tables."""
    head = text[:_MARKUP_HEAD].lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("<!doctype html", "<html", "<table", "<meta", "<head", "mime-version:")):
        raise NotAWorkbook("html-as-workbook", where=where)
    if head.startswith("<?xml"):
        raise NotAWorkbook("xml-as-workbook", where=where)
