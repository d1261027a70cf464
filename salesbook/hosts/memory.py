"""How do tables behave that live in memory alone? Every other host is held against this one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from salesbook.errors import NoSuchTable
from salesbook.hosts.area import Area
from salesbook.hosts.fitting import refuse_columns, refuse_twice, refuse_unfit
from salesbook.hosts.formulas import Carrying, UnsureError
from salesbook.hosts.formulas.naming import named_in
from salesbook.hosts.row_map import RowMap
from salesbook.store import (
    KEEP,
    NOT_CALCULATED,
    Annotation,
    Cell,
    Mark,
    NewCell,
    TableCells,
    TableWrite,
)


class MemoryHost:
    """Tables in a dict. An empty text is a blank, as in a sheet.

    It keeps what people put on rows as it is given. Of formulas it knows those among that alone:
    they go on naming their cells. It calculates none, and has no filters.
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
        """List the formulas that name cells which go.

        Raises: NoSuchTable.
        """
        return lost_formulas(self.read(write.table), self.annotations(write.table), write)

    def named_columns(self, headers: Collection[str]) -> frozenset[str]:
        """Look for headers in the formulas among what people put on rows."""
        texts = [
            str(mark.content).casefold()
            for marks in self._annotations.values()
            for mark in marks
            if mark.mark is Mark.FORMULA
        ]
        return named_in(texts, headers)

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Put all these bodies in place, or none.

        Raises: NoSuchTable, ColumnMissing.
        """
        refuse_twice(writes)
        new_tables = {}
        new_annotations = {}
        for write in writes:
            old = with_columns(self.read(write.table), write)
            old_annotations = [
                mark for mark in self.annotations(write.table) if mark.header in old.headers
            ]
            lost = lost_formulas(old, old_annotations, write)
            carried = carried_annotations(old, old_annotations, write, lost)
            blanked = {(mark.row, mark.header) for mark in lost}
            new = written(old, write, blanked)
            new_tables[write.table.lower()] = _with_formulas(new, write.annotations)
            new_annotations[write.table.lower()] = carried
        self._tables |= new_tables
        self._annotations |= new_annotations


def lost_formulas(
    cells: TableCells, annotations: Sequence[Annotation], write: TableWrite
) -> tuple[Annotation, ...]:
    """Which of the formulas that people typed could not go on naming their cells in a write.

    One whose cell is given a value is not asked for.
    """
    carrying = _carrying(cells, write)
    new_row_of = new_rows(write.sources)
    lost = []
    for mark in annotations:
        new_row = new_row_of.get(mark.row)
        is_kept = mark.mark is Mark.FORMULA and new_row is not None
        if not is_kept or _is_given(write, mark.header, new_row):
            continue
        try:
            carrying.exception(str(mark.content))
        except UnsureError:
            lost.append(mark)
    return tuple(lost)


def carried_annotations(
    cells: TableCells,
    annotations: Sequence[Annotation],
    write: TableWrite,
    lost: Sequence[Annotation] = (),
) -> tuple[Annotation, ...]:
    """What stands on the rows of a table after a write, by row.

    Each goes to the first row of its source. A value that is given replaces a formula, and is an
    exception where the column is calculated.

    Args:
        cells: the table as it was.
        annotations: what stood on its rows.
        lost: what of that is lost though its row stays (`Host.losses`).
    """
    if not annotations and not write.annotations and not cells.calculated & write.columns.keys():
        return ()
    carrying = _carrying(cells, write)
    new_row_of = new_rows(write.sources)
    gone = set(lost)
    put = {(mark.row, mark.header) for mark in write.annotations if mark.mark is Mark.FORMULA}
    after = []
    for mark in annotations:
        new_row = new_row_of.get(mark.row)
        if new_row is None or mark in gone:
            continue
        is_typed = mark.mark in (Mark.VALUE, Mark.FORMULA)
        is_replaced = (new_row, mark.header) in put or _is_given(write, mark.header, new_row)
        if is_typed and is_replaced:
            continue
        if mark.mark is Mark.FORMULA:
            mark = replace(mark, content=carrying.exception(str(mark.content)))
        after.append(replace(mark, row=new_row))

    for header in cells.calculated & write.columns.keys():
        for row, value in enumerate(write.columns[header]):
            if value is not KEEP and value not in (None, ""):
                after.append(Annotation(row, header, Mark.VALUE, value))
    after.extend(write.annotations)
    places = {header: place for place, header in enumerate(cells.headers)}
    return tuple(sorted(after, key=lambda mark: (mark.row or 0, places.get(mark.header, 0))))


def new_rows(sources: Sequence[int | None]) -> dict[int | None, int]:
    """The new row of each old one that stays: the first that names it as source."""
    rows: dict[int | None, int] = {}
    for row, source in enumerate(sources):
        if source is not None:
            rows.setdefault(source, row)
    return rows


def _carrying(cells: TableCells, write: TableWrite) -> Carrying:
    bottom = cells.first_row + max(cells.row_count, 1) - 1
    right = cells.first_column + max(len(cells.headers), 1) - 1
    body = Area(cells.first_row, cells.first_column, bottom, right)
    return Carrying(cells.sheet, RowMap(body, write.sources))


def _is_given(write: TableWrite, header: str, row: int | None) -> bool:
    """Whether a write gives a cell of the new body a value."""
    given = write.columns.get(header)
    return given is not None and row is not None and given[row] is not KEEP


def _with_formulas(new: TableCells, annotations: Sequence[Annotation]) -> TableCells:
    """Empty the cells that get a formula: nobody has calculated it."""
    formulas = {(mark.row, mark.header) for mark in annotations if mark.mark is Mark.FORMULA}
    if not formulas:
        return new
    columns = [
        [NOT_CALCULATED if (row, header) in formulas else cell for row, cell in enumerate(column)]
        for header, column in zip(new.headers, new.columns, strict=True)
    ]
    return replace(new, columns=tuple(columns))


def written(
    old: TableCells, write: TableWrite, blanked: Collection[tuple[int | None, str]] = ()
) -> TableCells:
    """Say what a table holds after a write.

    Args:
        blanked: cells by old row and header whose formula is lost.
    """
    refuse_unfit(old, write)
    # A body is never without a row.
    sources = write.sources or (None,)
    nothing_given = (KEEP,) * len(sources)
    columns: list[Sequence[Cell]] = []
    for header, before in zip(old.headers, old.columns, strict=True):
        given: Sequence[NewCell] = write.columns.get(header, ()) or nothing_given
        stays: Sequence[Cell] = before
        if blanked:
            stays = [None if (row, header) in blanked else cell for row, cell in enumerate(before)]
        cells = zip(given, sources, strict=True)
        columns.append([_cell(value, source, stays) for value, source in cells])

    return replace(old, columns=tuple(columns))


def with_columns(cells: TableCells, write: TableWrite) -> TableCells:
    """The table with the columns that a write puts right of it, blank, and without those that go.

    Raises: ColumnMissing, ValueError, as `refuse_columns`.
    """
    refuse_columns(cells, write)
    left = len(cells.headers) - len(write.gone_headers)
    blank: Sequence[Cell] = [None] * cells.row_count
    return replace(
        cells,
        headers=(*cells.headers[:left], *write.new_headers),
        columns=(*cells.columns[:left], *(blank for _ in write.new_headers)),
    )


def _cell(value: NewCell, source: int | None, before: Sequence[Cell]) -> Cell:
    if value is KEEP:
        return None if source is None else before[source]
    return None if value == "" else value
