"""Does a write fit the table it is meant for?"""

from __future__ import annotations

from collections.abc import Sequence

from salesbook.errors import ColumnMissing
from salesbook.store import TableCells, TableWrite


def refuse_unfit(old: TableCells, write: TableWrite) -> None:
    """Refuse a write that names columns the table has not, or whose columns differ in length.

    Raises: ColumnMissing; ValueError for a write that contradicts itself, which is our bug.
    """
    for header, column in write.columns.items():
        if header not in old.headers:
            raise ColumnMissing("column-missing", where=old.sheet, table=old.table, column=header)
        values, rows = len(column), len(write.sources)
        if values != rows:
            raise ValueError(f"{write.table}[{header}] has {values} values for {rows} rows")

    for source in write.sources:
        if source is not None and not 0 <= source < old.row_count:
            raise ValueError(f"{write.table} has no row {source}")


def refuse_twice(writes: Sequence[TableWrite]) -> None:
    """Refuse two bodies for one table.

    Raises: ValueError, since that is our bug.
    """
    codes = [write.table.lower() for write in writes]
    if len(set(codes)) < len(codes):
        raise ValueError(f"a table is written twice: {codes}")


def refuse_columns(old: TableCells, write: TableWrite) -> None:
    """Refuse columns that cannot come right of a table, or that are not its last ones.

    Raises: ValueError, since that is our bug.
    """
    headers = [header.casefold() for header in (*old.headers, *write.new_headers)]
    if write.new_headers and len(set(headers)) < len(headers):
        raise ValueError(f"{write.table} would have a header twice: {write.new_headers}")
    last = old.headers[len(old.headers) - len(write.gone_headers) :]
    if last != write.gone_headers:
        raise ValueError(f"{write.gone_headers} are not the last columns of {write.table}")
