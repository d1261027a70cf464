"""How does a table get a column in its middle? As in Excel: a column of the whole sheet comes in.

Everything that lies further right moves, and everything in the workbook that names those cells
goes on naming them: formulas, names, charts, pivots, rules, filters, links, notes, pictures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from salesbook.errors import CannotWrite
from salesbook.hosts.area import MAX_COLUMN, Area, column_number
from salesbook.hosts.formulas import UnsureError, copied
from salesbook.hosts.formulas.naming import with_columns_inserted
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.sheets import (
    FORMULA,
    RULE_FORMULA,
    SheetXml,
    escaped,
    with_formulas,
)
from salesbook.hosts.package.upgrading.workbook import Workbook
from salesbook.hosts.package.xmlscan import attribute, plain, with_attribute
from salesbook.store import column_letters

_CELL: Final = re.compile(rb"""(<c\b[^>]*?\sr=["'])([A-Z]{1,3})(\d{1,7}["'])""")
"""Matches a cell up to its reference, `<c s="3" r="B12"`: group 2 is the column."""
_SPANS: Final = re.compile(rb"""(<row\b[^>]*?)\sspans=["'][^"']*["']""")
_PANE: Final = re.compile(rb"<pane\s[^>]*>")
_COL: Final = re.compile(rb"<col\s[^>]*>")
_PLACES: Final = re.compile(
    rb"""(\s(?:ref|sqref|activeCell|r1|r2)=["'])([A-Z$][A-Z0-9$: ]*)(["'])"""
)
"""Matches ` sqref="B2:C9 E4"` and its like in the elements around a sheet's rows, in three groups."""
_X14_PLACES: Final = re.compile(rb"(<(?:[\w.-]+:)?sqref>)([^<]*)(</(?:[\w.-]+:)?sqref>)")
_ARRAY: Final = re.compile(rb"""(<f\s[^>]*?\sref=["'])([A-Z0-9:]+)(["'])""")
_SHARED: Final = re.compile(
    rb"""<c\b[^>]*?\sr=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>\s*<f\s([^>]*?t=["']shared["'][^>]*?)(?:/>|>([^<]*)</f>)"""
)
TABLE_FORMULA: Final = re.compile(
    rb"(<(?:calculatedColumn|totalsRow)Formula(?:\s[^>]*)?>)([^<]*)"
    rb"(</(?:calculatedColumn|totalsRow)Formula>)"
)
CHART_FORMULA: Final = re.compile(rb"(<(?:[\w.-]+:)?f>)([^<]*)(</(?:[\w.-]+:)?f>)")
_ANCHOR_COLUMN: Final = re.compile(rb"(<(?:[\w.-]+:)?col>)(\d+)(</(?:[\w.-]+:)?col>)")
_VML_ANCHOR: Final = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_VML_COLUMN: Final = re.compile(rb"(<x:Column>)(\d+)(</x:Column>)")
_SOURCE: Final = re.compile(rb"<(?:[\w.-]+:)?worksheetSource\s[^>]*>")
_BREAK: Final = re.compile(rb"<colBreaks.*?</colBreaks>", re.DOTALL)
_BREAK_ID: Final = re.compile(rb'(<brk\s[^>]*?\bid=")(\d+)(")')


@dataclass(frozen=True, slots=True)
class Insertion:
    """New columns in a sheet."""

    sheet: str
    part: str
    column: int
    """Number of the first new one."""
    count: int

    def moved(self, column: int) -> int:
        """Say where a column stands afterwards."""
        return column + self.count if column >= self.column else column

    def places(self, text: str) -> str:
        """Move areas such as `B2:C9 $E$4`; one that spans the new columns takes them in."""
        return " ".join(
            ":".join(self._corner(corner) for corner in area.split(":")) for area in text.split(" ")
        )

    def _corner(self, corner: str) -> str:
        def letters(match: re.Match[str]) -> str:
            number = min(self.moved(column_number(match[0])), MAX_COLUMN)
            return column_letters(number)

        return re.sub(r"[A-Z]+", letters, corner, count=1)


def insert_columns(edit: PackageEdit, workbook: Workbook, insertion: Insertion) -> None:
    """Insert columns into a sheet and keep all that names its cells to the cells it named.

    Raises: CannotWrite where a formula belongs to cells on both sides, or cannot be read.
    """
    sheets = {sheet.part: sheet.name for sheet in workbook.sheets()}
    for part in sheets:
        if part in edit and edit.content(part):
            _change_sheet(edit, part, insertion)

    _change_sheet_cells(edit, insertion)
    _change_beside(edit, insertion)
    own = {relation.target.lower() for relation in edit.relations(insertion.part)}
    for name in edit.names():
        _change_elsewhere(edit, name, insertion, is_on_sheet=name in own)

    place = workbook.place_of(insertion.part)
    workbook.change_names(
        lambda name: _formula(insertion, name.text, is_on_sheet=name.sheet == place)
    )


def _formula(insertion: Insertion, text: str, *, is_on_sheet: bool) -> str:
    try:
        return with_columns_inserted(
            text,
            insertion.sheet,
            insertion.column,
            insertion.count,
            is_on_sheet=is_on_sheet,
        )
    except UnsureError as unsure:
        raise CannotWrite(
            "formula-cannot-be-read", where=insertion.sheet, formula=text[:200]
        ) from unsure


def _change_sheet(edit: PackageEdit, part: str, insertion: Insertion) -> None:
    """Change the formulas of one sheet, in its cells and in its rules."""
    is_on_sheet = part == insertion.part
    sheet = SheetXml(edit, part)
    if not is_on_sheet and not _names_sheet(sheet.rows + sheet.shell, insertion.sheet):
        return

    def change(text: str) -> str:
        return _formula(insertion, text, is_on_sheet=is_on_sheet)

    sheet.rows = with_formulas(_written_out(sheet.rows, part), FORMULA, change)
    sheet.shell = with_formulas(sheet.shell, RULE_FORMULA, change)
    edit.set(part, sheet.render())


def _names_sheet(data: bytes, sheet: str) -> bool:
    name = escaped(sheet).replace(b"'", b"''")
    return name in data or name.replace(b"'", b"&apos;") in data


def _written_out(rows: bytes, part: str) -> bytes:
    """Give each cell of a shared formula its own text where the group spans several columns.

    In one column all cells name the same columns, so that the group stays one.
    """
    if b'"shared"' not in rows and b"'shared'" not in rows:
        return rows
    columns: dict[str, set[str]] = {}
    masters: dict[str, tuple[int, int, str]] = {}
    for letters, digits, tag, text in _SHARED.findall(rows):
        group = attribute(b"<f " + tag + b">", b"si") or ""
        columns.setdefault(group, set()).add(letters.decode())
        if text:
            formula = plain(text.decode())
            masters[group] = (int(digits), column_number(letters.decode()), formula)

    def written_out(match: re.Match[bytes]) -> bytes:
        group = attribute(b"<f " + match[3] + b">", b"si") or ""
        if len(columns.get(group, ())) < 2 or group not in masters:
            return match[0]
        row, column, formula = masters[group]
        down = int(match[2]) - row
        right = column_number(match[1].decode()) - column
        try:
            own = copied(formula, down, right)
        except UnsureError as unsure:
            raise CannotWrite("formula-cannot-be-read", where=part, formula=formula) from unsure
        start = match[0][: match[0].rindex(b"<f ")]
        return start + b"<f>" + escaped(own) + b"</f>"

    return _SHARED.sub(written_out, rows)


def _change_sheet_cells(edit: PackageEdit, insertion: Insertion) -> None:
    """Move the cells of the sheet itself, its columns' widths and the places of its rules."""
    sheet = SheetXml(edit, insertion.part)

    def cell(match: re.Match[bytes]) -> bytes:
        number = insertion.moved(column_number(match[2].decode()))
        return match[1] + column_letters(number).encode() + match[3]

    def array(match: re.Match[bytes]) -> bytes:
        area = Area.parse(match[2].decode())
        if area and area.left < insertion.column <= area.right:
            raise CannotWrite("array-formula", where=f"{insertion.sheet}!{area}")
        return match[1] + insertion.places(match[2].decode()).encode() + match[3]

    rows = _SPANS.sub(rb"\1", sheet.rows)
    sheet.rows = _ARRAY.sub(array, _CELL.sub(cell, rows))

    columns = sheet.element("cols")
    if columns:
        sheet.put("cols", _COL.sub(lambda match: _moved_col(match[0], insertion), columns))

    def places(match: re.Match[bytes]) -> bytes:
        return match[1] + insertion.places(match[2].decode()).encode() + match[3]

    shell = _X14_PLACES.sub(places, _PLACES.sub(places, sheet.shell))
    sheet.shell = _BREAK.sub(
        lambda block: _BREAK_ID.sub(lambda match: _number(match, insertion), block[0]), shell
    )
    sheet.shell = _PANE.sub(lambda match: _moved_pane(match[0], insertion), sheet.shell)
    edit.set(insertion.part, sheet.render())


def _moved_pane(tag: bytes, insertion: Insertion) -> bytes:
    """Freeze one column more where it came in among the frozen ones."""
    frozen = attribute(tag, b"xSplit") or ""
    if attribute(tag, b"state") != "frozen" or not frozen.isdigit():
        return tag
    if insertion.column > int(frozen):
        return tag
    tag = with_attribute(tag, b"xSplit", str(int(frozen) + insertion.count))
    corner = attribute(tag, b"topLeftCell")
    return with_attribute(tag, b"topLeftCell", insertion.places(corner)) if corner else tag


def _moved_col(tag: bytes, insertion: Insertion) -> bytes:
    """Move a `<col min="3" max="5" .../>`; one that spans the new columns is parted around them."""
    first, last = (int(attribute(tag, name) or 0) for name in (b"min", b"max"))
    if last < insertion.column:
        return tag
    if first >= insertion.column:
        return _col(tag, first + insertion.count, last + insertion.count)
    left = _col(tag, first, insertion.column - 1)
    return left + _col(tag, insertion.column + insertion.count, last + insertion.count)


def _col(tag: bytes, first: int, last: int) -> bytes:
    if first > MAX_COLUMN:
        return b""
    new = with_attribute(tag, b"min", str(first))
    return with_attribute(new, b"max", str(min(last, MAX_COLUMN)))


def _number(match: re.Match[bytes], insertion: Insertion) -> bytes:
    """Move a column that is counted from 0."""
    return match[1] + b"%d" % (insertion.moved(int(match[2]) + 1) - 1) + match[3]


def _change_beside(edit: PackageEdit, insertion: Insertion) -> None:
    """Move what lies on the sheet but stands in parts of its own: notes, pictures, tables."""

    def number(match: re.Match[bytes]) -> bytes:
        return _number(match, insertion)

    def anchor(match: re.Match[bytes]) -> bytes:
        numbers = [int(text) for text in match[2].split(b",")]
        for place in (0, 4):
            numbers[place] = insertion.moved(numbers[place] + 1) - 1
        return match[1] + b", ".join(b"%d" % text for text in numbers) + match[3]

    def places(match: re.Match[bytes]) -> bytes:
        return match[1] + insertion.places(match[2].decode()).encode() + match[3]

    for relation in edit.relations(insertion.part):
        part = relation.target
        if part not in edit:
            continue
        data = edit.content(part)
        if relation.kind == "drawing":
            data = _ANCHOR_COLUMN.sub(number, data)
        elif relation.kind == "vmlDrawing":
            data = _VML_COLUMN.sub(number, _VML_ANCHOR.sub(anchor, data))
        elif relation.kind in ("comments", "threadedComment", "table", "pivotTable"):
            data = _PLACES.sub(places, data)
        edit.set(part, data)


def _change_elsewhere(
    edit: PackageEdit, name: str, insertion: Insertion, *, is_on_sheet: bool
) -> None:
    """Change what names the sheet's cells from charts, tables and the sources of pivots."""
    is_chart = "/charts/" in name or "/drawings/" in name
    is_table = "/tables/" in name
    is_source = "/pivotcache/" in name and "definition" in name
    if not name.endswith(".xml") or not (is_chart or is_table or is_source):
        return
    data = edit.content(name)

    def change(text: str) -> str:
        return _formula(insertion, text, is_on_sheet=is_on_sheet and is_table)

    if is_chart:
        data = with_formulas(data, CHART_FORMULA, change)
    elif is_table:
        data = with_formulas(data, TABLE_FORMULA, change)
    else:
        data = _SOURCE.sub(lambda match: _moved_source(match[0], insertion), data)
    edit.set(name, data)


def _moved_source(tag: bytes, insertion: Insertion) -> bytes:
    sheet, area = attribute(tag, b"sheet"), attribute(tag, b"ref")
    if not area or (sheet or "").lower() != insertion.sheet.lower():
        return tag
    return with_attribute(tag, b"ref", insertion.places(area))
