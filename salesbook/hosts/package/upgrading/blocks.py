"""How does a table come onto a sheet that holds several side by side, as the settings do?

It stands right of everything that is there, one column apart, with its title and its notes.
"""

from __future__ import annotations

from typing import Final

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.cols import col_of, with_col
from salesbook.hosts.package.parts import SheetPart, TablePart, read_table
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.upgrading import tables
from salesbook.hosts.package.upgrading.both import Both
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.sheets import SheetXml, tag, with_relation_prefix
from salesbook.hosts.package.upgrading.table_sheets import placed
from salesbook.hosts.package.xmlscan import start_tag, with_attribute

_TABLE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/table"
_TABLE_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"


def add_block(both: Both, sheet: SheetPart, other: TablePart, *, with_rows: bool) -> TablePart:
    """Add a table of the template to a sheet that the workbook has.

    Args:
        other: the template's table.
        with_rows: whether the rows that a fresh workbook has come along; else it has a blank one.

    Returns: the table.
    """
    edit, template, copying = both.edit, both.template, both.copying
    left = _first_free_column(edit, sheet) + 1
    moved = left - other.area.left
    bottom = other.area.bottom if with_rows else other.body.top
    area = Area(other.area.top, left, bottom, left + other.area.width - 1)

    theirs = SheetRows(template.content(other.sheet.part), other.sheet.part, other.sheet.name)
    rows = SheetRows(edit.content(sheet.part), sheet.part, sheet.name)
    for number in theirs.numbers:
        if number > bottom:
            break
        row = theirs.row(number)
        for column in other.area.columns:
            cell = row.cells.get(column)
            if cell is not None:
                name = cell_name(number, column + moved)
                rows.edit(number).cells[column + moved] = placed(copying.cell(cell), name)
    edit.set(sheet.part, rows.render(rows.head, rows.tail))

    xml = SheetXml(edit, sheet.part)
    their_columns = SheetXml(template, other.sheet.part).element("cols")
    columns = xml.element("cols") or b"<cols></cols>"
    for column in other.area.columns:
        col = col_of(their_columns, column)
        if col:
            columns = with_col(columns, copying.column(col), column + moved)
    xml.put("cols", columns)

    data = copying.table(template.content(other.part))
    part = edit.add(other.part, tables.with_area(data, area, other.totals_rows), _TABLE_TYPE)
    key = edit.link(sheet.part, _TABLE, part)
    xml.shell = with_relation_prefix(xml.shell)
    old = xml.element("tableParts") or b"<tableParts></tableParts>"
    count = len(tag("tablePart").findall(old)) + 1
    opening = with_attribute(start_tag(old), b"count", str(count))
    content = old[len(start_tag(old)) : old.rindex(b"</")]
    new = f'<tablePart r:id="{key}"/></tableParts>'.encode()
    xml.put("tableParts", opening + content + new)
    edit.set(sheet.part, xml.render())
    return read_table(edit.content(part), part, sheet)


def _first_free_column(edit: PackageEdit, sheet: SheetPart) -> int:
    """Number the first column right of all tables and of all that was typed beside them."""
    last = 0
    for relation in edit.relations(sheet.part):
        if relation.kind == "table" and relation.target in edit:
            table = read_table(edit.content(relation.target), relation.target, sheet)
            last = max(last, table.area.right)
    rows = SheetRows(edit.content(sheet.part), sheet.part, sheet.name)
    for number in rows.numbers:
        for column, cell in rows.row(number).cells.items():
            if column > last and rows.has_content(cell):
                last = column
    return last + 1
