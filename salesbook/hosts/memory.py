"""How do tables behave that live in memory alone? Every other host is held against this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from salesbook.errors import NoSuchTable
from salesbook.hosts.fitting import refuse_twice, refuse_unfit
from salesbook.store import KEEP, Annotation, Cell, NewCell, TableCells, TableWrite


class MemoryHost:
    """Tables in a dict. An empty text is a blank, as in a sheet.

    It keeps annotations as they are given; it knows neither formulas nor filters, so that nothing
    is ever in their way.
    """

    def __init__(
        self,
        tables: Iterable[TableCells] = (),
        annotations: Mapping[str, Sequence[Annotation]] | None = None,
    ) -> None:
        self._tables = {table.table.lower(): table for table in tables}
        self._annotations = {
            table.lower(): tuple(marks) for table, marks in (annotations or {}).items()
        }

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

    def headers(self, table: str) -> Sequence[str]:
        """Hand out one table's headers.

        Raises: NoSuchTable.
        """
        return self.read(table).headers

    def annotations(self, table: str) -> Sequence[Annotation]:
        """Hand out what people put on the rows of one table.

        Raises: NoSuchTable.
        """
        self.read(table)
        return self._annotations.get(table.lower(), ())

    def losses(self, write: TableWrite) -> Sequence[Annotation]:
        """Nothing: whatever stays is taken along.

        Raises: NoSuchTable.
        """
        self.read(write.table)
        return ()

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Put all these bodies in place, or none.

        Raises: NoSuchTable, ColumnMissing.
        """
        refuse_twice(writes)
        written_tables = {
            write.table.lower(): written(self.read(write.table), write) for write in writes
        }
        carried = {
            write.table.lower(): carried_annotations(self.annotations(write.table), write)
            for write in writes
        }
        self._tables |= written_tables
        self._annotations |= carried


def carried_annotations(before: Sequence[Annotation], write: TableWrite) -> tuple[Annotation, ...]:
    """Where a write leaves what people put on rows: each goes to the first row of its source."""
    new_row_of: dict[int, int] = {}
    for row, source in enumerate(write.sources):
        if source is not None:
            new_row_of.setdefault(source, row)

    kept = [
        replace(annotation, row=new_row_of[annotation.row])
        for annotation in before
        if annotation.row in new_row_of
    ]
    return tuple(sorted([*kept, *write.annotations], key=lambda annotation: annotation.row or 0))


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
