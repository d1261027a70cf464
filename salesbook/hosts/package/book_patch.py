"""What changes outside the sheet when a table was written: its part, recalculation,
the calc chain?
"""

from __future__ import annotations

import re

from salesbook.errors import CannotWrite
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.xmlscan import attribute, root_prefix, tag_pattern, with_attribute

_BEFORE_CALCULATION = (b"definedNames", b"externalReferences", b"functionGroups", b"sheets")


def table_part(data: bytes, table: TablePart, area: Area) -> bytes:
    """Give a table part its new area: the table's, its filter's and its sorting's."""
    prefix = root_prefix(data, b"table", table.part)
    filtered = Area(area.top, area.left, area.bottom - table.totals_rows, area.right)

    def resized(found: re.Match[bytes]) -> bytes:
        old = Area.parse(attribute(found[0], b"ref") or "")
        is_ours = (
            old and old.bottom == table.body.bottom and old.top in (table.body.top, table.area.top)
        )
        return (
            with_attribute(found[0], b"ref", str(old.ending_at(filtered.bottom)))
            if old and is_ours
            else found[0]
        )

    root = tag_pattern(prefix, b"table").search(data)
    if not root:
        raise CannotWrite("unusual-xml", where=table.part, found="table")
    tag = with_attribute(root[0], b"ref", str(area))
    if area != table.area:
        # Such a table shows only its blank row for typing; Excel counts on that while the mark stands.
        tag = with_attribute(with_attribute(tag, b"insertRow", None), b"insertRowShift", None)
    rest = data[root.end() :]
    for name in (b"autoFilter", b"sortState", b"sortCondition"):
        rest = tag_pattern(prefix, name).sub(resized, rest)
    return data[: root.start()] + tag + rest


def recalculating(data: bytes, part: str) -> bytes:
    """Have Excel calculate everything when it next loads the workbook."""
    prefix = root_prefix(data, b"workbook", part)
    found = tag_pattern(prefix, b"calcPr").search(data)
    if found:
        return (
            data[: found.start()]
            + with_attribute(found[0], b"fullCalcOnLoad", "1")
            + data[found.end() :]
        )
    for name in _BEFORE_CALCULATION:
        closing = data.rfind(b"</" + prefix + name)
        if closing >= 0:
            at = data.index(b">", closing) + 1
            return data[:at] + b"<" + prefix + b'calcPr fullCalcOnLoad="1"/>' + data[at:]
    raise CannotWrite("unusual-xml", where=part, found="workbook")


def without_relation(data: bytes, target: str) -> bytes:
    """Take a relation out of a relations part by the last word of its type."""
    kind = target.encode()
    return re.sub(rb"<[\w.:-]*Relationship\s[^>]*?/" + kind + rb"[\"'][^>]*?/>", b"", data)


def without_override(data: bytes, part: str) -> bytes:
    """Take a part's content type out of the list of types."""
    name = re.escape(part.encode())
    pattern = rb"<[\w.:-]*Override\s[^>]*?PartName\s*=\s*[\"']/" + name + rb"[\"'][^>]*?/>"
    return re.sub(pattern, b"", data, flags=re.IGNORECASE)
