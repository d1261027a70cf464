"""What kind of file is this, whatever its name says, and which table is in it?"""

from __future__ import annotations

from pathlib import Path

from salesbook.errors import CannotWrite, NotAWorkbook, UnsafeFile, UsageError
from salesbook.hosts.package import read_ordinary, refuse_special
from salesbook.intake.file.delimited import split_text
from salesbook.intake.file.dialects import header_score
from salesbook.intake.file.encodings import decode
from salesbook.intake.file.header_words import HeaderWords
from salesbook.intake.file.layout import lay_out
from salesbook.intake.file.mended import as_mended
from salesbook.intake.file.our_columns import without_our_columns
from salesbook.intake.file.spreadsheets import BEGINNINGS
from salesbook.intake.file.workbooks import read_workbook
from salesbook.intake.foreign import ForeignTable, SourceOptions

MOST_BYTES = 512 * 1024 * 1024
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
    """Read the table that a file holds, as raw cells, without columns that an import put there.

    The content decides, not the name: a workbook called .csv is a workbook. HTML and PDF are
    refused by name.

    Args:
        table: the table that is to take the rows; its known headers tell where the headers stand.

    Raises: CannotWrite (cannot-read), UsageError, NotAWorkbook, PasswordProtected, UnsafeFile,
        AmbiguousFile, ColumnMissing.
    """
    where = path.name
    data = _content(path)
    words = HeaderWords(table, options.headers, has_headers=options.has_headers)

    if data.startswith(BEGINNINGS):
        for option, value in (("--encoding", options.encoding), ("--delimiter", options.delimiter)):
            if value:
                raise UsageError("option-not-for-workbook", where=option, found=where)
        table_of_sheet = read_workbook(data, options, words, where=where)
        return without_our_columns(as_mended(table_of_sheet), path)

    _refuse_binary(data, where)
    for option, value in (("--sheet", options.sheet), ("--hidden", options.hidden)):
        if value:
            raise UsageError("option-not-for-text", where=where, option=option)
    delimiter = options.delimiter
    text, encoding = decode(
        data, options.encoding, lambda text: header_score(text, words, delimiter), where=where
    )
    _refuse_markup(text, where)
    rows, delimiter = split_text(text, words, delimiter, where=where)
    table_of_text = lay_out(rows, words, where=where).table(encoding=encoding, delimiter=delimiter)
    return without_our_columns(as_mended(table_of_text), path)


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


def _refuse_binary(data: bytes, where: str) -> None:
    if not data.strip():
        raise NotAWorkbook("empty-file", where=where)
    if data.startswith(_BINARY):
        raise NotAWorkbook("no-table-file", where=where)


def _refuse_markup(text: str, where: str) -> None:
    """Web pages and XML that programs save under the name .xls are no tables."""
    head = text[:_MARKUP_HEAD].lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("<!doctype html", "<html", "<table", "<meta", "<head", "mime-version:")):
        raise NotAWorkbook("html-as-workbook", where=where)
    if head.startswith("<?xml"):
        raise NotAWorkbook("xml-as-workbook", where=where)
