"""Is a package that is about to be saved sound? Every changed part is read again, strictly."""

from __future__ import annotations

from salesbook.errors import SalesbookError
from salesbook.hosts.package.changes import Changes, UnsoundPackageError
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, Parts, read_parts
from salesbook.hosts.package.xmlscan import refuse_malformed


def refuse_unsound(parts: Parts, before: Parts, changed: Changes, path: str) -> BookParts:
    """Read the changed parts again and hold the tables against what was meant.

    Args:
        before: the package without the changes; damage that was there already is no bug of ours.

    Raises: UnsoundPackageError, NotAWorkbook.
    """
    try:
        for part, data in changed.parts.items():
            if data is not None:
                refuse_entities(data, part)
                refuse_malformed(data, part)
        book = read_parts(parts, path)
    except SalesbookError as error:
        for part in changed.parts:
            refuse_malformed(before.content(part), part)
        raise UnsoundPackageError(str(error)) from error
    for code, area in changed.areas.items():
        if book.tables[code].area != area:
            raise UnsoundPackageError(
                f"table {code} is at {book.tables[code].area} instead of {area}"
            )
    for sheet in book.sheets:
        tables = book.tables_of(sheet)
        for at, table in enumerate(tables):
            if any(table.area.meets(other.area) for other in tables[:at]):
                raise UnsoundPackageError(f"table {table.code} overlaps another")
    return book
