"""Which parts change, and to what, when tables are written?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbook.errors import CannotWrite, ProtectedSheet
from salesbook.hosts.package import around, book_patch
from salesbook.hosts.package.body import NewBody
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.parts import BookParts, Parts, SheetPart, TablePart, relations_part
from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.verify import refuse_unsound_sheet
from salesbook.hosts.package.xmlscan import attribute, tag_pattern
from salesbook.store import TableCells, TableWrite

_TYPES = "[Content_Types].xml"


@dataclass(slots=True)
class Changes:
    """New content by part name in lower case, None for a part that goes; and where tables now lie."""

    parts: dict[str, bytes | None] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)


def changes_for(
    parts: Parts, book: BookParts, writes: Sequence[TableWrite], tables: Mapping[str, TableCells]
) -> Changes:
    """Work out all changes for these writes; nothing is kept unless every one succeeds.

    Raises: CannotWrite, ProtectedSheet, ColumnMissing.
    """
    if book.is_signed:
        raise CannotWrite("signed-package", where=book.workbook)
    styles = Styles(parts.content(book.styles), book.styles) if book.styles else None
    if styles is None:
        raise CannotWrite("no-cell-formats", where=book.workbook)
    found = Changes()
    by_sheet: dict[SheetPart, list[TableWrite]] = {}
    for write in writes:
        by_sheet.setdefault(book.tables[write.table.lower()].sheet, []).append(write)
    for sheet, sheet_writes in by_sheet.items():
        _patch_sheet(parts, book, sheet, [(w, tables[w.table.lower()]) for w in sheet_writes], styles, found)
    if not found.parts:
        return found
    new_styles = styles.render()
    if new_styles is not None and book.styles:
        found.parts[book.styles.lower()] = new_styles
    _recalculate(parts, book, found)
    return found


def _patch_sheet(
    parts: Parts,
    book: BookParts,
    sheet: SheetPart,
    writes: Sequence[tuple[TableWrite, TableCells]],
    styles: Styles,
    found: Changes,
) -> None:
    """Edit one sheet for all its writes, in their order, and the tables' own parts."""
    data = parts.content(sheet.part)
    refuse_entities(data, sheet.part)
    rows = SheetRows(data, sheet.part, sheet.name)
    _refuse_protected(rows)
    growths = []
    for write, cells in writes:
        table = book.tables[write.table.lower()]
        new = NewBody(rows, table, cells, write, styles)
        _refuse_overlap(book, table, new.area, found)
        new.apply()
        growths.append((table.body, new.body))
        found.areas[table.code.lower()] = new.area
        if new.area != table.area:
            found.parts[table.part.lower()] = book_patch.table_part(parts.content(table.part), table, new.area)
    if not rows.edited_numbers:
        return
    areas = [found.areas.get(table.code.lower(), table.area) for table in book.tables_of(sheet)]
    head = around.with_dimension(rows.head, rows.prefix, rows.last_number(), areas)
    tail = around.with_rules_extended(rows.tail, rows.prefix, growths)
    patched = rows.render(head, tail)
    refuse_unsound_sheet(rows, patched, sheet.part)
    found.parts[sheet.part.lower()] = patched


def _refuse_protected(rows: SheetRows) -> None:
    tag = tag_pattern(rows.prefix, b"sheetProtection").search(rows.tail)
    if tag and attribute(tag[0], b"sheet") in ("1", "true"):
        raise ProtectedSheet("protected-sheet", where=rows.sheet, sheet=rows.sheet)


def _refuse_overlap(book: BookParts, table: TablePart, area: Area, found: Changes) -> None:
    for other in book.tables_of(table.sheet):
        current = found.areas.get(other.code.lower(), other.area)
        if other != table and current.meets(area):
            place = f"{table.sheet.name}!{current}"
            raise CannotWrite("table-in-the-way", where=place, table=table.code, other=other.code)
    if area.bottom > 1_048_576:
        raise CannotWrite("sheet-full", where=table.sheet.name, table=table.code, rows=area.row_count)


def _recalculate(parts: Parts, book: BookParts, found: Changes) -> None:
    """Have everything calculated on load, and drop the chain of formulas, which the new cells outdate."""
    name = book.workbook
    found.parts[name.lower()] = book_patch.recalculating(parts.content(name), name)
    if not book.calc_chain:
        return
    found.parts[book.calc_chain.lower()] = None
    holder = relations_part(name)
    found.parts[holder.lower()] = book_patch.without_relation(parts.content(holder), "calcChain")
    found.parts[_TYPES.lower()] = book_patch.without_override(parts.content(_TYPES), book.calc_chain)
