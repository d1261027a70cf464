"""Is a package that is about to be saved sound? What was changed is read again, strictly.

A fault found here is ours, not the user's: it comes as a RuntimeError before anything is saved.
"""

from __future__ import annotations

from collections.abc import Mapping

from salesbook.errors import SalesbookError
from salesbook.hosts.area import Area
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, Parts, read_parts
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.xmlscan import refuse_malformed


class UnsoundPackageError(RuntimeError):
    """A patch went wrong: our own bug, found before anything was saved."""


def refuse_unsound_rows(rows: SheetRows, data: bytes, part: str) -> None:
    """Hold a patched sheet's rows against each other: ascending, each cell once and in its row.

    Args:
        rows: the sheet's rows, which know what was edited.
        data: the patched sheet.

    Raises: UnsoundPackageError.
    """
    try:
        patched_rows = SheetRows(data, part, rows.sheet)
        for number in [*rows.edited_numbers, *rows.appended_ends]:
            patched_rows.refuse_disorder(number)
    except SalesbookError as error:
        raise UnsoundPackageError(f"{part}: {error}") from error


def refuse_unsound(
    parts: Parts,
    before: Parts,
    changed_parts: Mapping[str, bytes | None],
    areas: Mapping[str, Area],
    path: str,
) -> BookParts:
    """Read the changed parts again and hold the tables against what was meant.

    Args:
        before: the package without the changes; damage that was there already is no bug of ours.
        areas: where each written table is meant to lie, by code in lower case.

    Returns: the package's parts as they are now.

    Raises: UnsoundPackageError, NotAWorkbook.
    """
    try:
        for part, data in changed_parts.items():
            if data is not None:
                refuse_entities(data, part)
                refuse_malformed(data, part)
        book = read_parts(parts, path)
    except SalesbookError as error:
        for part in changed_parts:
            if part in before:
                refuse_malformed(before.content(part), part)
        raise UnsoundPackageError(str(error)) from error

    for code, area in areas.items():
        actual = book.tables[code].area
        if actual != area:
            raise UnsoundPackageError(f"table {code} is at {actual} instead of {area}")

    _refuse_overlapping_tables(book)
    return book


def _refuse_overlapping_tables(book: BookParts) -> None:
    for sheet in book.sheets:
        tables = book.tables_of(sheet)
        for index, table in enumerate(tables):
            if any(table.area.meets(other.area) for other in tables[:index]):
                raise UnsoundPackageError(f"table {table.code} overlaps another")
