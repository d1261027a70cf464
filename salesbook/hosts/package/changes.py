"""Which parts change, and to what, when tables are written?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbook.errors import CannotWrite, ProtectedSheet
from salesbook.hosts.area import MAX_ROW, Area
from salesbook.hosts.package import surroundings
from salesbook.hosts.package.body import NewBody
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, Parts, SheetPart, TablePart, relations_part
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.surroundings import Growth
from salesbook.hosts.package.verify import refuse_unsound_rows
from salesbook.hosts.package.xmlscan import attribute, tag_pattern
from salesbook.store import TableCells, TableWrite

_TYPES = "[Content_Types].xml"


@dataclass(slots=True)
class Changes:
    """What a write does to the package."""

    parts: dict[str, bytes | None] = field(default_factory=dict)
    """New content by part name in lower case; None for a part that goes."""
    areas: dict[str, Area] = field(default_factory=dict)
    """Where each written table lies now, by code in lower case."""


def changes_for(
    parts: Parts, book: BookParts, writes: Sequence[TableWrite], tables: Mapping[str, TableCells]
) -> Changes:
    """Work out all changes for these writes; nothing is kept unless every one succeeds.

    Args:
        tables: what each written table holds, by code in lower case.

    Raises: CannotWrite, ProtectedSheet, ColumnMissing.
    """
    if book.is_signed:
        raise CannotWrite("signed-package", where=book.workbook)
    if not book.styles:
        raise CannotWrite("no-cell-formats", where=book.workbook)

    writes_by_sheet: dict[SheetPart, list[TableWrite]] = {}
    for write in writes:
        sheet = book.tables[write.table.lower()].sheet
        writes_by_sheet.setdefault(sheet, []).append(write)

    patch = _Patch(parts, book, Styles(parts.content(book.styles), book.styles))
    for sheet, sheet_writes in writes_by_sheet.items():
        patch.write_sheet(sheet, sheet_writes, tables)

    if patch.changes.parts:
        patch.finish()

    return patch.changes


@dataclass(slots=True)
class _Patch:
    """The changes as they come together."""

    parts: Parts
    book: BookParts
    styles: Styles
    changes: Changes = field(default_factory=Changes)

    def write_sheet(
        self, sheet: SheetPart, writes: Sequence[TableWrite], tables: Mapping[str, TableCells]
    ) -> None:
        """Edit one sheet for all its writes, in their order, and the tables' own parts."""
        data = self.parts.content(sheet.part)
        refuse_entities(data, sheet.part)
        rows = SheetRows(data, sheet.part, sheet.name)
        _refuse_protected(rows)

        growths = []
        for write in writes:
            key = write.table.lower()
            table = self.book.tables[key]
            is_alone = len(writes) == 1
            new = NewBody(rows, table, tables[key], write, self.styles, is_alone=is_alone)
            self._refuse_overlap(table, new.area)
            new.apply()
            growths.append(Growth(table.body, new.body))
            self.changes.areas[key] = new.area
            if new.area != table.area:
                old_part = self.parts.content(table.part)
                new_part = surroundings.table_part(old_part, table, new.area)
                self.changes.parts[table.part.lower()] = new_part

        if rows.is_edited:
            self.changes.parts[sheet.part.lower()] = self._patched_sheet(rows, sheet, growths)

    def _patched_sheet(self, rows: SheetRows, sheet: SheetPart, growths: Sequence[Growth]) -> bytes:
        areas = [self._area(table) for table in self.book.tables_of(sheet)]
        head = surroundings.with_dimension(rows.head, rows.prefix, rows.last_number(), areas)
        tail = surroundings.with_rules_extended(rows.tail, rows.prefix, growths)
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
            self.changes.parts[self.book.styles.lower()] = styles

        workbook = self.book.workbook
        self._change(workbook, surroundings.recalculating(self.parts.content(workbook), workbook))

        chain = self.book.calc_chain
        if chain:
            self.changes.parts[chain.lower()] = None
            holder = relations_part(workbook)
            links = self.parts.content(holder)
            self._change(holder, surroundings.without_relation(links, "calcChain"))
            types = self.parts.content(_TYPES)
            self._change(_TYPES, surroundings.without_override(types, chain))

    def _change(self, part: str, data: bytes) -> None:
        if data != self.parts.content(part):
            self.changes.parts[part.lower()] = data


def _refuse_protected(rows: SheetRows) -> None:
    protection = tag_pattern(rows.prefix, b"sheetProtection").search(rows.tail)
    if protection and attribute(protection[0], b"sheet") in ("1", "true"):
        raise ProtectedSheet("protected-sheet", where=rows.sheet, sheet=rows.sheet)
