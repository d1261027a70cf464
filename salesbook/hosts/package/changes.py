"""Which parts change, and to what, when tables are written?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbook.errors import CannotWrite, ProtectedSheet, SalesbookError
from salesbook.hosts.package import around, book_patch
from salesbook.hosts.package.body import NewBody
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, Parts, SheetPart, TablePart, relations_part
from salesbook.hosts.package.refs import MAX_ROW, Area
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import attribute, tag_pattern
from salesbook.store import TableCells, TableWrite

_TYPES = "[Content_Types].xml"


class UnsoundPackageError(RuntimeError):
    """A patch went wrong: our own bug, found before anything was saved."""


@dataclass(slots=True)
class Changes:
    """New content by part name in lower case, None for a part that goes;
    and where tables now lie.
    """

    parts: dict[str, bytes | None] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)


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
    patch = _Patch(parts, book, Styles(parts.content(book.styles), book.styles))
    by_sheet: dict[SheetPart, list[TableWrite]] = {}
    for write in writes:
        by_sheet.setdefault(book.tables[write.table.lower()].sheet, []).append(write)
    for sheet, sheet_writes in by_sheet.items():
        patch.write_sheet(sheet, [(write, tables[write.table.lower()]) for write in sheet_writes])
    if patch.found.parts:
        patch.finish()
    return patch.found


@dataclass(slots=True)
class _Patch:
    """The changes as they come together."""

    parts: Parts
    book: BookParts
    styles: Styles
    found: Changes = field(default_factory=Changes)

    def write_sheet(
        self, sheet: SheetPart, writes: Sequence[tuple[TableWrite, TableCells]]
    ) -> None:
        """Edit one sheet for all its writes, in their order, and the tables' own parts."""
        data = self.parts.content(sheet.part)
        refuse_entities(data, sheet.part)
        rows = SheetRows(data, sheet.part, sheet.name)
        _refuse_protected(rows)
        growths = []
        for write, cells in writes:
            table = self.book.tables[write.table.lower()]
            new = NewBody(rows, table, cells, write, self.styles, is_alone=len(writes) == 1)
            self._refuse_overlap(table, new.area)
            new.apply()
            growths.append((table.body, new.body))
            self.found.areas[table.code.lower()] = new.area
            if new.area != table.area:
                resized = book_patch.table_part(self.parts.content(table.part), table, new.area)
                self.found.parts[table.part.lower()] = resized
        if rows.is_edited:
            self.found.parts[sheet.part.lower()] = self._patched(rows, sheet, growths)

    def _patched(
        self, rows: SheetRows, sheet: SheetPart, growths: Sequence[around.Growth]
    ) -> bytes:
        areas = [self._area(table) for table in self.book.tables_of(sheet)]
        head = around.with_dimension(rows.head, rows.prefix, rows.last_number(), areas)
        tail = around.with_rules_extended(rows.tail, rows.prefix, growths)
        data = rows.render(head, tail)
        _refuse_unsound_sheet(rows, data, sheet.part)
        return data

    def _area(self, table: TablePart) -> Area:
        return self.found.areas.get(table.code.lower(), table.area)

    def _refuse_overlap(self, table: TablePart, area: Area) -> None:
        if area.bottom > MAX_ROW:
            raise CannotWrite(
                "sheet-full", where=table.sheet.name, table=table.code, rows=area.row_count
            )
        for other in self.book.tables_of(table.sheet):
            if other != table and self._area(other).meets(area):
                place = f"{table.sheet.name}!{self._area(other)}"
                raise CannotWrite(
                    "table-in-the-way", where=place, table=table.code, other=other.code
                )

    def finish(self) -> None:
        """Have everything calculated on load, and drop the chain of formulas, which the new cells
        outdate.
        """
        changed, name = self.found.parts, self.book.workbook
        styles = self.styles.render()
        if styles is not None and self.book.styles:
            changed[self.book.styles.lower()] = styles
        self._change(name, book_patch.recalculating(self.parts.content(name), name))
        if self.book.calc_chain:
            changed[self.book.calc_chain.lower()] = None
            holder = relations_part(name)
            self._change(
                holder, book_patch.without_relation(self.parts.content(holder), "calcChain")
            )
            self._change(
                _TYPES,
                book_patch.without_override(self.parts.content(_TYPES), self.book.calc_chain),
            )

    def _change(self, part: str, data: bytes) -> None:
        if data != self.parts.content(part):
            self.found.parts[part.lower()] = data


def _refuse_protected(rows: SheetRows) -> None:
    tag = tag_pattern(rows.prefix, b"sheetProtection").search(rows.tail)
    if tag and attribute(tag[0], b"sheet") in ("1", "true"):
        raise ProtectedSheet("protected-sheet", where=rows.sheet, sheet=rows.sheet)


def _refuse_unsound_sheet(rows: SheetRows, data: bytes, part: str) -> None:
    """Hold a patched sheet's rows against each other: ascending, each cell once and in its row.

    Raises: UnsoundPackageError.
    """
    try:
        again = SheetRows(data, part, rows.sheet)
        for number in [*rows.edited_numbers, *rows.appended_ends]:
            again.refuse_disorder(number)
    except SalesbookError as error:
        raise UnsoundPackageError(f"{part}: {error}") from error
