"""What outside a sheet's rows follows a write?

In the sheet its stated extent. In other parts the table's own, that everything is calculated anew,
the chain of formulas, and what a new part needs: relations and content types. What people put
beside values is in `beside/`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area
from salesbook.hosts.formulas import Carrying, UnsureError
from salesbook.hosts.package.archive import part_name
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.xmlscan import (
    attribute,
    plain,
    replaced,
    root_prefix,
    tag_pattern,
    with_attribute,
)

_BEFORE_CALCULATION = (b"definedNames", b"externalReferences", b"functionGroups", b"sheets")
"""Elements of a workbook part that `calcPr` follows, the last of them first; sheets is always there.
"""


def with_dimension(head: bytes, prefix: bytes, last_row: int, areas: Sequence[Area]) -> bytes:
    """Let the sheet's stated extent end at its last row and take in the tables.

    Args:
        head: the sheet up to its rows.
        areas: where the sheet's tables lie now.
    """
    dimension = tag_pattern(prefix, b"dimension").search(head)
    if not dimension:
        return head

    stated = Area.parse(attribute(dimension[0], b"ref") or "")
    if not stated:
        return head

    top = min((stated.top, *(area.top for area in areas)))
    left = min((stated.left, *(area.left for area in areas)))
    right = max((stated.right, *(area.right for area in areas)))
    bottom = max((last_row, top, *(area.bottom for area in areas)))
    tag = with_attribute(dimension[0], b"ref", str(Area(top, left, bottom, right)))
    return replaced(head, dimension, tag)


def table_part(data: bytes, table: TablePart, area: Area) -> bytes:
    """Give a table part its new area: the table's, its filter's and its sorting's.

    The filter covers header and body, the sorting the body: neither takes in the totals row.
    """
    prefix = root_prefix(data, b"table", table.part)
    new_bottom = area.bottom - table.totals_rows

    def resized(match: re.Match[bytes]) -> bytes:
        old = Area.parse(attribute(match[0], b"ref") or "")
        if not old or old.bottom != table.body.bottom:
            return match[0]
        if old.top not in (table.body.top, table.area.top):
            return match[0]
        return with_attribute(match[0], b"ref", str(old.ending_at(new_bottom)))

    root = tag_pattern(prefix, b"table").search(data)
    if not root:
        raise CannotWrite("unusual-xml", where=table.part, found="table")

    tag = with_attribute(root[0], b"ref", str(area))
    if area != table.area:
        # Such a table shows only its blank row for typing; Excel counts on that while the mark stands.
        tag = with_attribute(tag, b"insertRow", None)
        tag = with_attribute(tag, b"insertRowShift", None)

    rest = data[root.end() :]
    for name in (b"autoFilter", b"sortState", b"sortCondition"):
        rest = tag_pattern(prefix, name).sub(resized, rest)

    return data[: root.start()] + tag + rest


def with_column_formulas(data: bytes, carrying: Carrying) -> bytes:
    """Let the formulas that a table part gives for new rows name the new body.

    Matches `<calculatedColumnFormula>C3/SUM($C$3:$C$9)</calculatedColumnFormula>`.
    """

    def carried(match: re.Match[bytes]) -> bytes:
        text = plain(match[2].decode())
        try:
            new_text = carrying.declared(text)
        except UnsureError:
            return match[0]
        return match[0] if new_text == text else match[1] + escape(new_text).encode() + match[3]

    formula = rb"(<(?:[\w.-]+:)?calculatedColumnFormula(?:\s[^<>]*)?>)([^<]+)(</)"
    return re.sub(formula, carried, data)


def recalculating(data: bytes, part: str) -> bytes:
    """Have Excel calculate everything when it next loads the workbook."""
    prefix = root_prefix(data, b"workbook", part)
    properties = tag_pattern(prefix, b"calcPr").search(data)
    if properties:
        return replaced(data, properties, with_attribute(properties[0], b"fullCalcOnLoad", "1"))

    # The schema orders a workbook's elements; Excel repairs a file in which one stands too early.
    new = b"<" + prefix + b'calcPr fullCalcOnLoad="1"/>'
    for name in _BEFORE_CALCULATION:
        closing = data.rfind(b"</" + prefix + name)
        if closing >= 0:
            end = data.index(b">", closing) + 1
            return data[:end] + new + data[end:]

    raise CannotWrite("unusual-xml", where=part, found="workbook")


def without_relation(data: bytes, target: str) -> bytes:
    """Take a relation out of a relations part by the last word of its type.

    Matches `<Relationship Id="rId9" Type="http://.../relationships/calcChain" Target="..."/>`.
    """
    kind = target.encode()
    return re.sub(rb"<[\w.:-]*Relationship\s[^>]*?/" + kind + rb"[\"'][^>]*?/>", b"", data)


def with_override(data: bytes, part: str, kind: str) -> bytes:
    """Put a part's content type into the list of types."""
    prefix = root_prefix(data, b"Types", "[Content_Types].xml")
    new = f'Override PartName="/{part}" ContentType="{kind}"/>'.encode()
    closing = data.rindex(b"</")
    return data[:closing] + b"<" + prefix + new + data[closing:]


def with_default(data: bytes, extension: str, kind: str) -> bytes:
    """Say in the list of types what files with an extension are, unless it says so already."""
    prefix = root_prefix(data, b"Types", "[Content_Types].xml")
    opening = tag_pattern(prefix, b"Types").search(data)
    for known in tag_pattern(prefix, b"Default").finditer(data):
        if (attribute(known[0], b"Extension") or "").lower() == extension:
            return data
    new = f'Default Extension="{extension}" ContentType="{kind}"/>'.encode()
    start = opening.end() if opening else data.rindex(b"</")
    return data[:start] + b"<" + prefix + new + data[start:]


def without_override(data: bytes, part: str) -> bytes:
    """Take a part's content type out of the list of types.

    Matches `<Override PartName="/xl/calcChain.xml" ContentType="..."/>`.
    """
    override = re.compile(rb"<[\w.:-]*Override\s[^>]*?/>")

    def kept(match: re.Match[bytes]) -> bytes:
        written = attribute(match[0], b"PartName") or ""
        return b"" if part_name(written).lstrip("/").lower() == part.lower() else match[0]

    return override.sub(kept, data)
