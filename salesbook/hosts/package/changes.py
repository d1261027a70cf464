"""Which parts change, and to what, when tables are written?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbook.errors import CannotWrite, ProtectedSheet
from salesbook.hosts.area import MAX_ROW, Area
from salesbook.hosts.package import surroundings
from salesbook.hosts.package.beside.sheet import Beside
from salesbook.hosts.package.beside.sheet_moves import SheetMoves
from salesbook.hosts.package.body import NewBody
from salesbook.hosts.package.colours import theme_colours
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.filters import Rewritten, filter_name_resized, settled
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.marks import has_own_rows
from salesbook.hosts.package.parts import (
    BookParts,
    Parts,
    SheetPart,
    TablePart,
    relations,
    relations_part,
)
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.sheet_formulas import read_formulas
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.verify import refuse_unsound_rows
from salesbook.hosts.package.xmlscan import attribute, tag_pattern
from salesbook.store import Annotation, TableCells, TableWrite


@dataclass(slots=True)
class Changes:
    """What a write does to the package."""

    edits: Edits
    areas: dict[str, Area] = field(default_factory=dict)
    """Where each written table lies now, by code in lower case."""
    cleared_filters: dict[str, list[Annotation]] = field(default_factory=dict)
    """The criteria of filters that were cleared, by code in lower case."""

    @property
    def parts(self) -> dict[str, bytes | None]:
        """New content by part name in lower case; None for a part that goes."""
        return self.edits.changed


def changes_for(
    parts: Parts,
    book: BookParts,
    writes: Sequence[TableWrite],
    tables: Mapping[str, TableCells],
    today: dt.date,
) -> Changes:
    """Work out all changes for these writes; nothing is kept unless every one succeeds.

    Args:
        tables: what each written table holds, and each filtered one beside it, by code in lower
            case.
        today: the day from which filters by moving dates count.

    Raises: CannotWrite, ProtectedSheet, ColumnMissing.
    """
    if book.is_signed:
        raise CannotWrite("signed-package", where=book.workbook)

    writes_by_sheet: dict[SheetPart, list[TableWrite]] = {}
    for write in writes:
        sheet = book.tables[write.table.lower()].sheet
        writes_by_sheet.setdefault(sheet, []).append(write)

    edits = Edits(parts)
    patch = _Patch(edits, book, book_styles(parts, book), today, Changes(edits))
    for sheet, sheet_writes in writes_by_sheet.items():
        patch.write_sheet(sheet, sheet_writes, tables)

    if patch.changes.parts:
        patch.finish()

    return patch.changes


def book_styles(parts: Parts, book: BookParts) -> Styles:
    """Read a workbook's styles part; its theme only if a colour is asked for.

    Raises: CannotWrite where it has none.
    """
    if not book.styles:
        raise CannotWrite("no-cell-formats", where=book.workbook)

    def theme() -> list[str]:
        for relation in relations(parts, book.workbook):
            if relation.kind == "theme" and relation.target in parts:
                return theme_colours(parts.content(relation.target))
        return []

    return Styles(parts.content(book.styles), book.styles, theme)


@dataclass(slots=True)
class _Patch:
    """The changes as they come together."""

    edits: Edits
    book: BookParts
    styles: Styles
    today: dt.date
    changes: Changes

    def write_sheet(
        self, sheet: SheetPart, writes: Sequence[TableWrite], tables: Mapping[str, TableCells]
    ) -> None:
        """Edit one sheet for all its writes, in their order, and the tables' own parts."""
        data = self.edits.content(sheet.part)
        refuse_entities(data, sheet.part)
        rows = SheetRows(data, sheet.part, sheet.name)
        _refuse_protected(rows)
        formulas = read_formulas(rows)

        bodies: list[NewBody] = []
        for write in writes:
            key = write.table.lower()
            table = self.book.tables[key]
            new = NewBody(
                rows,
                table,
                tables[key],
                write,
                self.styles,
                formulas,
                # Rows that are appended as a block cannot be hidden one by one.
                is_alone=len(writes) == 1 and not _has_filter(rows, table),
            )
            new.has_own_rows = has_own_rows(table, self.book.tables_of(sheet), new.area)
            self._refuse_overlap(table, new.area)
            new.apply()
            bodies.append(new)
            self.changes.areas[key] = new.area
            if new.area != table.area:
                old_part = self.edits.content(table.part)
                new_part = surroundings.table_part(old_part, table, new.area)
                new_part = surroundings.with_column_formulas(new_part, new.carrying)
                self.edits.change(table.part, new_part)

        for new in bodies:
            new.put_marks()

        tail = self._with_marks(sheet, rows, bodies)
        tail = self._settle_filters(rows, tail, sheet, bodies, tables)
        if rows.is_edited or tail != rows.tail:
            self.edits.change(sheet.part, self._patched_sheet(rows, sheet, tail))

    def _with_marks(self, sheet: SheetPart, rows: SheetRows, bodies: Sequence[NewBody]) -> bytes:
        """Let what people put beside values go along, and put more there.

        Returns: the sheet from its rows on.
        """
        beside = Beside(self.edits, self.book, sheet, rows.tail, rows.prefix)
        beside.move(SheetMoves([body.row_map for body in bodies]))
        for body in bodies:
            for mark in body.write.annotations:
                if mark.row is not None:
                    column = body.body.left + body.table.headers.index(mark.header)
                    place = (body.body.top + mark.row, column)
                    beside.put(place, mark.mark, str(mark.content))
        return beside.tail

    def _settle_filters(
        self,
        rows: SheetRows,
        tail: bytes,
        sheet: SheetPart,
        bodies: Sequence[NewBody],
        tables: Mapping[str, TableCells],
    ) -> bytes:
        """Hide and show rows as the sheet's filters have it. Returns: the sheet behind its rows."""
        writes = {body.table.code.lower(): body.write for body in bodies}
        rewritten = []
        for table in self.book.tables_of(sheet):
            key = table.code.lower()
            part = self.edits.content(table.part)
            area = self._area(table)
            rewritten.append(Rewritten(table, area, tables.get(key), writes.get(key), part))

        result = settled(rows, tail, rewritten, self.styles, self.today)
        for code, part in result.parts.items():
            self.edits.change(self.book.tables[code].part, part)
        self.changes.cleared_filters |= result.losses
        if result.resized_filter:
            workbook = self.book.workbook
            old = self.edits.content(workbook)
            named = filter_name_resized(old, sheet.name, *result.resized_filter)
            self.edits.change(workbook, named)
        return result.tail

    def _patched_sheet(self, rows: SheetRows, sheet: SheetPart, tail: bytes) -> bytes:
        areas = [self._area(table) for table in self.book.tables_of(sheet)]
        head = surroundings.with_dimension(rows.head, rows.prefix, rows.last_number(), areas)
        data = rows.render(head, tail)
        refuse_unsound_rows(rows, data, sheet.part)
        return data

    def _area(self, table: TablePart) -> Area:
        """Say where a table lies now."""
        return self.changes.areas.get(table.code.lower(), table.area)

    def _refuse_overlap(self, table: TablePart, area: Area) -> None:
        sheet = table.sheet
        if area.bottom > MAX_ROW:
            raise CannotWrite("sheet-full", where=sheet.name, table=table.code, rows=area.row_count)

        for other in self.book.tables_of(sheet):
            other_area = self._area(other)
            if other != table and other_area.meets(area):
                where = f"{sheet.name}!{other_area}"
                raise CannotWrite(
                    "table-in-the-way", where=where, table=table.code, other=other.code
                )

    def finish(self) -> None:
        """Append new formats, have everything calculated on load, and drop the chain of formulas.

        The chain lists the cells in the order in which Excel last calculated them; with new cells
        it would be wrong, and without one Excel makes another.
        """
        styles = self.styles.render()
        if styles is not None and self.book.styles:
            self.edits.change(self.book.styles, styles)

        workbook = self.book.workbook
        old = self.edits.content(workbook)
        self.edits.change(workbook, surroundings.recalculating(old, workbook))

        chain = self.book.calc_chain
        if chain:
            self.edits.remove(chain)
            holder = relations_part(workbook)
            links = self.edits.content(holder)
            self.edits.change(holder, surroundings.without_relation(links, "calcChain"))


def _has_filter(rows: SheetRows, table: TablePart) -> bool:
    return table.is_filtered or b"filterColumn" in rows.tail


def _refuse_protected(rows: SheetRows) -> None:
    protection = tag_pattern(rows.prefix, b"sheetProtection").search(rows.tail)
    if protection and attribute(protection[0], b"sheet") in ("1", "true"):
        raise ProtectedSheet("protected-sheet", where=rows.sheet, sheet=rows.sheet)
