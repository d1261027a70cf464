"""How do tables behave that live in memory alone? Every other host is held against this one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from salesbook.errors import NoSuchTable
from salesbook.hosts.fitting import refuse_twice, refuse_unfit
from salesbook.store import KEEP, Cell, NewCell, TableCells, TableWrite


class MemoryHost:
    """Tables in a dict. An empty text is a blank, as in a sheet."""

    def __init__(self, tables: Iterable[TableCells] = ()) -> None:
        self._tables = {table.table.lower(): table for table in tables}

    def table_codes(self) -> tuple[str, ...]:
        """List the codes in the order given."""
        return tuple(table.table for table in self._tables.values())

    def read(self, table: str) -> TableCells:
        """Hand out one table.

        Raises: NoSuchTable.
        """
        try:
            return self._tables[table.lower()]
        except KeyError:
            raise NoSuchTable("no-such-table", where=table, table=table) from None

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Put all these bodies in place, or none.

        Raises: NoSuchTable, ColumnMissing.
        """
        refuse_twice(writes)
        written_tables = {
            write.table.lower(): written(self.read(write.table), write) for write in writes
        }
        self._tables |= written_tables


def written(old: TableCells, write: TableWrite) -> TableCells:
    """Say what a table holds after a write."""
    refuse_unfit(old, write)
    # A body is never without a row.
    sources = write.sources or (None,)
    nothing_given = (KEEP,) * len(sources)
    columns: list[Sequence[Cell]] = []
    for header, before in zip(old.headers, old.columns, strict=True):
        given: Sequence[NewCell] = write.columns.get(header, ()) or nothing_given
        cells = zip(given, sources, strict=True)
        columns.append([_cell(value, source, before) for value, source in cells])

    return replace(old, columns=tuple(columns))


def _cell(value: NewCell, source: int | None, before: Sequence[Cell]) -> Cell:
    if value is KEEP:
        return None if source is None else before[source]
    return None if value == "" else value
