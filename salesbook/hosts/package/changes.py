"""Which parts change, and to what, when tables are written?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbook.errors import CannotWrite, ProtectedSheet
from salesbook.hosts.area import MAX_ROW, Area
from salesbook.hosts.package import surroundings
from salesbook.hosts.package.body import NewBody
from salesbook.hosts.package.filters import Rewritten, filter_name_resized, settled
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, Parts, SheetPart, TablePart, relations_part
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.surroundings import Growth
from salesbook.hosts.package.verify import refuse_unsound_rows
from salesbook.hosts.package.xmlscan import attribute, tag_pattern
from salesbook.store import Annotation, TableCells, TableWrite

_TYPES = "[Content_Types].xml"


@dataclass(slots=True)
class Changes:
    """What a write does to the package."""

    parts: dict[str, bytes | None] = field(default_factory=dict)
    """New content by part name in lower case; None for a part that goes."""
    areas: dict[str, Area] = field(default_factory=dict)
    """Where each written table lies now, by code in lower case."""
    cleared_filters: dict[str, list[Annotation]] = field(default_factory=dict)
    """The criteria of filters that were cleared, by code in lower case."""


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
    if not book.styles:
        raise CannotWrite("no-cell-formats", where=book.workbook)

    writes_by_sheet: dict[SheetPart, list[TableWrite]] = {}
    for write in writes:
        sheet = book.tables[write.table.lower()].sheet
        writes_by_sheet.setdefault(sheet, []).append(write)

    patch = _Patch(parts, book, Styles(parts.content(book.styles), book.styles), today)
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
    today: dt.date
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
            # Rows that are appended as a block cannot be hidden one by one.
            is_alone = len(writes) == 1 and not self._has_filter(rows, table)
            new = NewBody(rows, table, tables[key], write, self.styles, is_alone=is_alone)
            self._refuse_overlap(table, new.area)
            new.apply()
            growths.append(Growth(table.body, new.body))
            self.changes.areas[key] = new.area
            if new.area != table.area:
                old_part = self.parts.content(table.part)
                new_part = surroundings.table_part(old_part, table, new.area)
                self.changes.parts[table.part.lower()] = new_part

        tail = self._settle_filters(rows, sheet, writes, tables)
        if rows.is_edited or tail != rows.tail:
            new_data = self._patched_sheet(rows, tail, sheet, growths)
            self.changes.parts[sheet.part.lower()] = new_data

    def _has_filter(self, rows: SheetRows, table: TablePart) -> bool:
        return table.is_filtered or b"filterColumn" in rows.tail

    def _settle_filters(
        self,
        rows: SheetRows,
        sheet: SheetPart,
        writes: Sequence[TableWrite],
        tables: Mapping[str, TableCells],
    ) -> bytes:
        """Hide and show rows as the sheet's filters have it. Returns: the sheet behind its rows."""
        writes_by_code = {write.table.lower(): write for write in writes}
        rewritten = []
        for table in self.book.tables_of(sheet):
            key = table.code.lower()
            part = self._now(table.part)
            write = writes_by_code.get(key)
            new = Rewritten(table, self._area(table), tables.get(key), write, part)
            rewritten.append(new)

        result = settled(rows, rows.tail, rewritten, self.styles, self.today)
        for code, part in result.parts.items():
            self.changes.parts[self.book.tables[code].part.lower()] = part
        self.changes.cleared_filters |= result.losses
        if result.resized_filter:
            workbook = self._now(self.book.workbook)
            named = filter_name_resized(workbook, sheet.name, *result.resized_filter)
            self._change(self.book.workbook, named)
        return result.tail

    def _patched_sheet(
        self, rows: SheetRows, tail: bytes, sheet: SheetPart, growths: Sequence[Growth]
    ) -> bytes:
        areas = [self._area(table) for table in self.book.tables_of(sheet)]
        head = surroundings.with_dimension(rows.head, rows.prefix, rows.last_number(), areas)
        tail = surroundings.with_rules_extended(tail, rows.prefix, growths)
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
        self._change(workbook, surroundings.recalculating(self._now(workbook), workbook))

        chain = self.book.calc_chain
        if chain:
            self.changes.parts[chain.lower()] = None
            holder = relations_part(workbook)
            links = self.parts.content(holder)
            self._change(holder, surroundings.without_relation(links, "calcChain"))
            types = self.parts.content(_TYPES)
            self._change(_TYPES, surroundings.without_override(types, chain))

    def _now(self, part: str) -> bytes:
        """Give a part as it is by now."""
        return self.changes.parts.get(part.lower()) or self.parts.content(part)

    def _change(self, part: str, data: bytes) -> None:
        if data != self.parts.content(part):
            self.changes.parts[part.lower()] = data


def _refuse_protected(rows: SheetRows) -> None:
    protection = tag_pattern(rows.prefix, b"sheetProtection").search(rows.tail)
    if protection and attribute(protection[0], b"sheet") in ("1", "true"):
        raise ProtectedSheet("protected-sheet", where=rows.sheet, sheet=rows.sheet)
