"""What outside a sheet's rows follows a write?

In the sheet: its stated extent, and the dropdowns and conditional formats of a table that grows.
In other parts: the table's own, that everything is calculated anew, and the chain of formulas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area
from salesbook.hosts.package.archive import part_name
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.xmlscan import (
    attribute,
    replaced,
    root_prefix,
    tag_pattern,
    with_attribute,
)

_RULES = (b"conditionalFormatting", b"dataValidation")
_X14_RULE = re.compile(
    rb"<([\w.-]+:)(conditionalFormatting|dataValidation)(?=[\s>]).*?</\1\2\s*>", re.DOTALL
)
"""Matches a rule that Excel 2007 did not know, as data bars with a border:
`<x14:conditionalFormatting>...<xm:sqref>B2:B9</xm:sqref></x14:conditionalFormatting>`."""
_X14_PLACES = re.compile(rb"(<[\w.-]+:sqref>)([^<]*)(</)")
"""Matches where it applies: `<xm:sqref>B2:B9</`."""
_BEFORE_CALCULATION = (b"definedNames", b"externalReferences", b"functionGroups", b"sheets")
"""Elements of a workbook part that `calcPr` follows, the last of them first; sheets is always there.
"""


@dataclass(frozen=True, slots=True)
class Growth:
    """A table's body before and after a write."""

    old: Area
    new: Area


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


def with_rules_extended(tail: bytes, prefix: bytes, growths: Sequence[Growth]) -> bytes:
    """Extend the rules that covered all of a body's rows, and end before its new last one.

    A rule that covers only some rows, or columns outside the table, was meant for just those cells.

    Args:
        tail: the sheet from its rows on.
    """
    growing = [growth for growth in growths if growth.new.bottom > growth.old.bottom]
    if not growing:
        return tail

    for name in _RULES:
        rule = tag_pattern(prefix, name)
        tail = rule.sub(lambda match: _extended_tag(match[0], growing), tail)

    extensions_start = tail.find(b"<" + prefix + b"extLst")
    if extensions_start < 0:
        return tail

    extensions = _X14_RULE.sub(
        lambda match: _extended_x14_rule(match[0], growing), tail[extensions_start:]
    )
    return tail[:extensions_start] + extensions


def _extended_tag(tag: bytes, growing: Sequence[Growth]) -> bytes:
    places = attribute(tag, b"sqref")
    if not places:
        return tag
    wider = extended(places, growing)
    return tag if wider == places else with_attribute(tag, b"sqref", wider)


def _extended_x14_rule(rule: bytes, growing: Sequence[Growth]) -> bytes:
    def extended_match(match: re.Match[bytes]) -> bytes:
        wider = extended(match[2].decode(), growing)
        return match[1] + wider.encode() + match[3]

    return _X14_PLACES.sub(extended_match, rule)


def extended(places: str, growing: Sequence[Growth]) -> str:
    """Extend those of several areas, as `B2:B9 D2`, that cover all rows of a body that grows."""
    return " ".join(_extended_area(text, growing) for text in places.split(" "))


def _extended_area(text: str, growing: Sequence[Growth]) -> str:
    area = Area.parse(text)
    if not area:
        return text

    for growth in growing:
        old, new = growth.old, growth.new
        lies_in_its_columns = old.left <= area.left and area.right <= old.right
        covers_all_rows = area.top <= old.top and old.bottom <= area.bottom
        if lies_in_its_columns and covers_all_rows and area.bottom < new.bottom:
            return str(area.ending_at(new.bottom))

    return text


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


def without_override(data: bytes, part: str) -> bytes:
    """Take a part's content type out of the list of types.

    Matches `<Override PartName="/xl/calcChain.xml" ContentType="..."/>`.
    """
    override = re.compile(rb"<[\w.:-]*Override\s[^>]*?/>")

    def kept(match: re.Match[bytes]) -> bytes:
        written = attribute(match[0], b"PartName") or ""
        return b"" if part_name(written).lstrip("/").lower() == part.lower() else match[0]

    return override.sub(kept, data)
