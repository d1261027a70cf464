"""How does a table get columns right of its last one, and how do its last ones go again?

Nothing is moved: new columns take cells that are free, and those that go leave them blank. The new
cells of the body are left to the write that follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from salesbook.errors import CannotWrite, ProtectedSheet
from salesbook.hosts.area import MAX_COLUMN, Area, cell_name
from salesbook.hosts.formulas.naming import brackets_of
from salesbook.hosts.number_formats import GENERAL
from salesbook.hosts.package import surroundings
from salesbook.hosts.package.archive import Staged
from salesbook.hosts.package.cellxml import after_reference, style_of
from salesbook.hosts.package.cols import col_of, cols_of, with_col, with_cols
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.heights import shown_width
from salesbook.hosts.package.parts import BookParts, TablePart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.verify import refuse_unsound_rows
from salesbook.hosts.package.xmlscan import (
    attribute,
    element_pattern,
    replaced,
    root_prefix,
    start_tag,
    tag_pattern,
    whole_number,
    with_attribute,
)
from salesbook.store import TableWrite

_YES = ("1", "true", "on")
_LEAST_WIDTH = 15.0
"""Digits that a new column is wide at least."""
_BOLD, _BUTTON = 1.2, 4.0
"""How much wider letters in bold are, and the room of the filter's button beside them."""


def is_reshaped(write: TableWrite) -> bool:
    """Whether a write changes which columns its table has."""
    return bool(write.new_headers or write.gone_headers)


def names_column(parts: Staged, header: str) -> bool:
    """Whether any part of the workbook names a column of a table: `Deals[Chance]`."""
    spellings = [
        re.escape(escape(bracket, {'"': "&quot;"}).encode()) for bracket in brackets_of(header)
    ]
    pattern = re.compile(b"|".join(spellings), re.IGNORECASE)
    every_name = dict.fromkeys([*parts.archive.members, *parts.changes])
    names = [name for name in every_name if name.endswith(".xml") and name in parts]
    return any(pattern.search(parts.content(name)) for name in names)


def reshape(edits: Edits, book: BookParts, write: TableWrite) -> Area:
    """Give a table the columns that a write brings, and take those away that go.

    Returns: where the table lies then.

    Raises: CannotWrite where something lies right of the table, ProtectedSheet.
    """
    table = book.tables[write.table.lower()]
    old = table.area
    right = old.right - len(write.gone_headers)
    new = Area(old.top, old.left, old.bottom, right + len(write.new_headers))

    sheet = _Sheet(edits, book, table)
    sheet.refuse_obstacles(Area(old.top, old.right + 1, old.bottom, new.right))
    sheet.clear(range(right + 1, old.right + 1))
    sheet.put_headers(right + 1, write.new_headers)
    sheet.make_room(right + 1, write.new_headers)
    sheet.save(new)

    part = edits.content(table.part)
    edits.change(table.part, _with_columns(part, table, write, new))
    return new


@dataclass
class _Sheet:
    """The sheet of a table whose columns come and go."""

    edits: Edits
    book: BookParts
    table: TablePart

    def __post_init__(self) -> None:
        sheet = self.table.sheet
        data = self.edits.content(sheet.part)
        refuse_entities(data, sheet.part)
        self.rows = SheetRows(data, sheet.part, sheet.name)
        protection = tag_pattern(self.rows.prefix, b"sheetProtection").search(self.rows.tail)
        if protection and attribute(protection[0], b"sheet") in ("1", "true"):
            raise ProtectedSheet("protected-sheet", where=sheet.name, sheet=sheet.name)

    def refuse_obstacles(self, area: Area) -> None:
        """Refuse where anything stands in the cells that the table is to take.

        Raises: CannotWrite.
        """
        if area.right < area.left:
            return
        name, code = self.table.sheet.name, self.table.code
        if area.right > MAX_COLUMN:
            raise CannotWrite("cells-right-in-the-way", where=name, table=code)
        for other in self.book.tables_of(self.table.sheet):
            if other != self.table and other.area.meets(area):
                where = f"{name}!{other.area}"
                raise CannotWrite("cells-right-in-the-way", where=where, table=code)
        for match in tag_pattern(self.rows.prefix, b"mergeCell").finditer(self.rows.tail):
            merged = Area.parse(attribute(match[0], b"ref") or "")
            if merged and merged.meets(area):
                where = f"{name}!{merged}"
                raise CannotWrite("cells-right-in-the-way", where=where, table=code)
        for number in self._numbers(area.top, area.bottom):
            for column, cell in self.rows.row(number).cells.items():
                if column in area.columns and self.rows.has_content(cell):
                    where = f"{name}!{cell_name(number, column)}"
                    raise CannotWrite("cells-right-in-the-way", where=where, table=code)

    def _numbers(self, top: int, bottom: int) -> list[int]:
        """The rows of the sheet that are there, of those from one to another."""
        return [number for number in self.rows.numbers if top <= number <= bottom]

    def clear(self, columns: range) -> None:
        """Take all cells of some of the table's columns away."""
        if not columns:
            return
        area = self.table.area
        for number in self._numbers(area.top, area.bottom):
            if any(column in columns for column in self.rows.row(number).cells):
                row = self.rows.edit(number)
                for column in columns:
                    row.cells.pop(column, None)

    def put_headers(self, first: int, headers: Sequence[str]) -> None:
        """Write headers, looking as the table's last one does."""
        if not headers or not self.table.header_rows:
            return
        number = self.table.area.top
        row = self.rows.edit(number)
        last = row.cells.get(self.table.area.right)
        style = style_of(last) if last else 0
        prefix = self.rows.prefix.decode()
        for column, header in enumerate(headers, start=first):
            name = cell_name(number, column)
            rest = after_reference(header, style, prefix, False, name)
            row.cells[column] = f'<{prefix}c r="{name}"{rest}'.encode()

    def make_room(self, first: int, headers: Sequence[str]) -> None:
        """Let new columns be as wide as their headers need and look as texts of the table do.

        One that somebody gave a width already keeps it.
        """
        if self.rows.prefix:
            return
        cols = cols_of(self.rows.head)
        like = self._text_column(cols)
        for column, header in enumerate(headers, start=first):
            present = col_of(cols, column)
            if present and attribute(present, b"customWidth") in _YES:
                continue
            width = max(_LEAST_WIDTH, shown_width(header) * _BOLD + _BUTTON)
            col = with_attribute(like or b"<col/>", b"width", f"{width:.4g}")
            cols = with_col(cols, with_attribute(col, b"customWidth", "1"), column)
        if cols:
            self.rows.head = with_cols(self.rows.head, cols)

    def _text_column(self, cols: bytes) -> bytes:
        """The last column of the table that shows a text as it is typed, on one line."""
        if not self.book.styles:
            return b""
        styles = Styles(self.edits.content(self.book.styles), self.book.styles)
        for column in reversed(self.table.area.columns):
            col = col_of(cols, column)
            style = whole_number(attribute(col, b"style")) if col else 0
            is_plain = styles.number_format(style) == GENERAL and not styles.wraps(style)
            if style and is_plain and styles.begins_left(style):
                return col
        return b""

    def save(self, area: Area) -> None:
        """Put the sheet together again, its stated extent with the table's new one."""
        if not self.rows.is_edited:
            return
        rows, sheet = self.rows, self.table.sheet
        areas = [
            area if table == self.table else table.area for table in self.book.tables_of(sheet)
        ]
        head = surroundings.with_dimension(rows.head, rows.prefix, rows.last_number(), areas)
        data = rows.render(head, rows.tail)
        refuse_unsound_rows(rows, data, sheet.part)
        self.edits.change(sheet.part, data)


def _with_columns(data: bytes, table: TablePart, write: TableWrite, area: Area) -> bytes:
    """The table's own part with its new extent and columns.

    A filter or an order by a column that goes is dropped with it.
    """
    prefix = root_prefix(data, b"table", table.part)
    root = tag_pattern(prefix, b"table").search(data)
    columns = element_pattern(prefix, b"tableColumns").search(data)
    if not root or not columns:
        raise CannotWrite("unusual-xml", where=table.part, found="tableColumns")

    one = re.compile(
        rb"<%btableColumn(?=[\s/>])[^>]*?(?:/>|>.*?</%btableColumn\s*>)" % (prefix, prefix),
        re.DOTALL,
    )
    present = one.findall(columns[2] or b"")
    staying = present[: len(present) - len(write.gone_headers)]
    last_id = max(whole_number(attribute(start_tag(xml), b"id")) for xml in present)
    for number, header in enumerate(write.new_headers, start=last_id + 1):
        name = quoteattr(header)
        staying.append(f'<{prefix.decode()}tableColumn id="{number}" name={name}/>'.encode())

    opening = with_attribute(start_tag(columns[0]), b"count", str(len(staying)))
    closing = b"</" + prefix + b"tableColumns>"
    new_columns = opening + b"".join(staying) + closing
    data = replaced(data, columns, new_columns)
    root_tag = with_attribute(root[0], b"ref", str(area))
    data = replaced(data, root, root_tag)

    def resized(match: re.Match[bytes]) -> bytes:
        old = Area.parse(attribute(match[0], b"ref") or "")
        is_whole = old and (old.left, old.right) == (table.area.left, table.area.right)
        if not old or not is_whole:
            return match[0]
        new = Area(old.top, old.left, old.bottom, area.right)
        return with_attribute(match[0], b"ref", str(new))

    data = tag_pattern(prefix, b"autoFilter").sub(resized, data)
    data = tag_pattern(prefix, b"sortState").sub(resized, data)
    return _without_criteria(data, prefix, area) if write.gone_headers else data


def _without_criteria(data: bytes, prefix: bytes, area: Area) -> bytes:
    """A table's part without criteria and orders of columns that it no longer has."""

    def filter_column(match: re.Match[bytes]) -> bytes:
        place = whole_number(attribute(start_tag(match[0]), b"colId"))
        return match[0] if place < area.width else b""

    def order(match: re.Match[bytes]) -> bytes:
        conditions = tag_pattern(prefix, b"sortCondition").finditer(match[2] or b"")
        columns = [Area.parse(attribute(one[0], b"ref") or "") for one in conditions]
        stays = all(column and column.right <= area.right for column in columns)
        return match[0] if stays else b""

    data = element_pattern(prefix, b"filterColumn").sub(filter_column, data)
    return element_pattern(prefix, b"sortState").sub(order, data)
