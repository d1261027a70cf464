"""How does a table's own part get another header, a further column, or its style back?"""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import quoteattr

from salesbook.hosts.area import Area
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.upgrading.elements import children, element
from salesbook.hosts.package.upgrading.sheets import escaped, tag
from salesbook.hosts.package.xmlscan import attribute, start_tag, whole_number, with_attribute

_FILTER_COLUMN: Final = re.compile(rb'(<filterColumn\s[^>]*?\bcolId=")(\d+)(")')


def header_attribute(header: str) -> str:
    """Spell a header as a table's part does: a line break as an escape."""
    return header.replace("\r", "_x000d_").replace("\n", "_x000a_")


def with_header(data: bytes, part: str, old: str, new: str) -> bytes:
    """Give a column of a table another name."""
    for xml in children(element(data, part, "tableColumns"), part):
        name = attribute(start_tag(xml), b"name") or ""
        if name == header_attribute(old):
            old_tag = start_tag(xml)
            new_xml = with_attribute(old_tag, b"name", header_attribute(new)) + xml[len(old_tag) :]
            return data.replace(xml, new_xml, 1)
    return data


def with_calculation(data: bytes, part: str, header: str, formula: str) -> bytes:
    """Let a table's part name the formula of one of its columns."""
    for xml in children(element(data, part, "tableColumns"), part):
        opening = start_tag(xml)
        if attribute(opening, b"name") != header_attribute(header):
            continue
        is_empty = opening.endswith(b"/>")
        new = opening.removesuffix(b"/>").rstrip() + b">" if is_empty else opening
        new += b"<calculatedColumnFormula>" + escaped(formula) + b"</calculatedColumnFormula>"
        # It is the first of a column's children.
        new += b"</tableColumn>" if is_empty else xml[len(opening) :]
        return data.replace(xml, new, 1)
    return data


def with_column(data: bytes, table: TablePart, place: int, header: str) -> bytes:
    """Add a column to a table.

    Args:
        place: its place among the columns, from 0.
    """
    columns = children(element(data, table.part, "tableColumns"), table.part)
    ids = [whole_number(attribute(start_tag(xml), b"id")) for xml in columns]
    new = f'<tableColumn id="{max(ids) + 1}" name={quoteattr(header_attribute(header))}/>'
    columns.insert(place, new.encode())
    old = element(data, table.part, "tableColumns")
    opening = with_attribute(start_tag(old), b"count", str(len(columns)))
    data = data.replace(old, opening + b"".join(columns) + b"</tableColumns>", 1)

    def moved(match: re.Match[bytes]) -> bytes:
        number = int(match[2])
        return match[1] + b"%d" % (number + 1 if number >= place else number) + match[3]

    return _FILTER_COLUMN.sub(moved, data)


def with_area(data: bytes, area: Area, totals_rows: int) -> bytes:
    """Let a table reach from its first to its last column, its filter likewise."""
    root = tag("table").search(data)
    if root is None:
        return data
    new_root = with_attribute(root[0], b"ref", str(area))
    data = data[: root.start()] + new_root + data[root.end() :]
    filtered = tag("autoFilter").search(data)
    if filtered is None:
        return data
    new_filter = with_attribute(filtered[0], b"ref", str(area.ending_at(area.bottom - totals_rows)))
    return data[: filtered.start()] + new_filter + data[filtered.end() :]


def with_style(data: bytes, style: bytes) -> bytes:
    """Give a table that has none a style."""
    if not style or tag("tableStyleInfo").search(data):
        return data
    before_end = data.find(b"<extLst")
    end = before_end if before_end >= 0 else data.rindex(b"</table>")
    return data[:end] + style + data[end:]


def style_of(data: bytes) -> bytes:
    """Take out a table's style; empty where it has none."""
    match = tag("tableStyleInfo").search(data)
    return match[0] if match else b""
