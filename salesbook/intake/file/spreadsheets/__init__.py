"""Which kind of spreadsheet is a file, and what do its sheets hold? Five kinds, one answer.

python-calamine reads the values of all of them. What it does not tell is seen in a pass of our own
over each file: number formats, hidden rows, errors, formulas without a value. Why so:
docs/decisions/0034-readers-of-foreign-workbooks.md.
"""

from __future__ import annotations

from typing import Final

from salesbook.errors import NotAWorkbook
from salesbook.hosts.package import Archive, ForeignParts, ForeignWorkbook, relations
from salesbook.hosts.sheet_cells import Spreadsheet
from salesbook.intake.file.spreadsheets.binary import BinaryWorkbook
from salesbook.intake.file.spreadsheets.calamine import damaged
from salesbook.intake.file.spreadsheets.old import OldWorkbook
from salesbook.intake.file.spreadsheets.opendocument import OpenDocument
from salesbook.intake.file.spreadsheets.second import second_reading
from salesbook.intake.file.spreadsheets.shown import read_format, tells_something

__all__ = [
    "BEGINNINGS",
    "as_foreign",
    "open_spreadsheet",
    "read_format",
    "second_reading",
    "tells_something",
]

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINNINGS: Final = (b"PK\x03\x04", _OLE)
"""How a file begins that may be a spreadsheet: a zip, and the container of old Office files."""
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument."
_KIND_PART: Final = "mimetype"
_KIND_BYTES: Final = 200


def open_spreadsheet(data: bytes, where: str) -> Spreadsheet:
    """Open a spreadsheet by what it holds, whatever its name says.

    Raises: NotAWorkbook, PasswordProtected, UnsafeFile.
    """
    if data.startswith(_OLE):
        return OldWorkbook(data, where)
    try:
        return _in_zip(Archive(data, where), where)
    except NotAWorkbook as error:
        raise as_foreign(error, where) from error


def as_foreign(error: NotAWorkbook, where: str) -> NotAWorkbook:
    """Say what is wrong with somebody else's file: nobody keeps backups of it."""
    if error.code == "not-a-workbook":
        return NotAWorkbook("no-table-file", where=where)
    if error.code in ("damaged-zip", "damaged-part"):
        part = error.params.get("member") or error.where
        return damaged(where, "zip" if part == where else str(part))
    return error


def _in_zip(archive: Archive, where: str) -> Spreadsheet:
    kind = archive.head(_KIND_PART, _KIND_BYTES) if _KIND_PART in archive else b""
    if kind.startswith(_OPEN_DOCUMENT):
        if not kind.startswith(_OPEN_DOCUMENT + b"spreadsheet"):
            raise NotAWorkbook("no-table-file", where=where)
        return OpenDocument(archive, where)

    for relation in relations(ForeignParts(archive), ""):
        if relation.kind == "officeDocument" and relation.target.lower().endswith(".bin"):
            return BinaryWorkbook(archive, relation.target, where)
    return ForeignWorkbook(archive, where)
