"""Is a package that is about to be saved sound? Every changed part is read again, strictly."""

from __future__ import annotations

from collections.abc import Mapping

from salesbook.errors import SalesbookError
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, Parts, read_parts
from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.xmlscan import refuse_malformed


class UnsoundPackageError(RuntimeError):
    """A patch went wrong: our own bug, found before anything was saved."""


def refuse_unsound(
    parts: Parts, changes: Mapping[str, bytes | None], areas: Mapping[str, Area], path: str
) -> BookParts:
    """Read the changed parts again and hold the tables against what was meant.

    Args:
        areas: by table code in lower case, where each written table must now lie.

    Raises: UnsoundPackageError.
    """
    try:
        for part, data in changes.items():
            if data is not None:
                refuse_entities(data, part)
                refuse_malformed(data, part)
        book = read_parts(parts, path)
    except SalesbookError as error:
        raise UnsoundPackageError(str(error)) from error
    for code, area in areas.items():
        if book.tables[code].area != area:
            raise UnsoundPackageError(f"table {code} is at {book.tables[code].area} instead of {area}")
    for sheet in book.sheets:
        tables = book.tables_of(sheet)
        for at, table in enumerate(tables):
            if any(table.area.meets(other.area) for other in tables[:at]):
                raise UnsoundPackageError(f"table {table.code} overlaps another")
    return book


def refuse_unsound_sheet(rows: SheetRows, data: bytes, part: str) -> None:
    """Hold a patched sheet's rows against each other: ascending, each cell once and in its row.

    Raises: UnsoundPackageError.
    """
    try:
        again = SheetRows(data, part, rows.sheet)
        for number in rows.edited_numbers:
            again.row(number)
    except SalesbookError as error:
        raise UnsoundPackageError(f"{part}: {error}") from error
