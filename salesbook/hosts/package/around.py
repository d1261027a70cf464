"""What around a sheet's rows follows a table that grows: its extent, dropdowns and conditional
formats?
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.xmlscan import attribute, tag_pattern, with_attribute

Growth = tuple[Area, Area]
"""A table's body before and after."""

_RULES = (b"conditionalFormatting", b"dataValidation")
_X14_BLOCK = re.compile(
    rb"<([\w.-]+:)(conditionalFormatting|dataValidation)(?=[\s>]).*?</\1\2\s*>", re.DOTALL
)
_X14_PLACES = re.compile(rb"(<[\w.-]+:sqref>)([^<]*)(</)")


def with_dimension(head: bytes, prefix: bytes, last_row: int, areas: Sequence[Area]) -> bytes:
    """Let the sheet's stated extent end at its last row and take in the tables."""
    found = tag_pattern(prefix, b"dimension").search(head)
    stated = Area.parse(attribute(found[0], b"ref") or "") if found else None
    if not found or not stated:
        return head
    top = min((stated.top, *(area.top for area in areas)))
    left = min((stated.left, *(area.left for area in areas)))
    right = max((stated.right, *(area.right for area in areas)))
    bottom = max((last_row, top, *(area.bottom for area in areas)))
    tag = with_attribute(found[0], b"ref", str(Area(top, left, bottom, right)))
    return head[: found.start()] + tag + head[found.end() :]


def with_rules_extended(tail: bytes, prefix: bytes, growths: Sequence[Growth]) -> bytes:
    """Extend the rules that covered all of a body's rows, and end before its new last one.

    A rule that covers only some rows, or columns outside the table, was meant for just those cells.
    """
    growing = [(old, new) for old, new in growths if new.bottom > old.bottom]
    if not growing:
        return tail
    for name in _RULES:
        tail = tag_pattern(prefix, name).sub(lambda found: _extended_tag(found[0], growing), tail)
    at = tail.find(b"<" + prefix + b"extLst")
    if at < 0:
        return tail
    return tail[:at] + _X14_BLOCK.sub(lambda block: _extended_block(block[0], growing), tail[at:])


def _extended_tag(tag: bytes, growing: Sequence[Growth]) -> bytes:
    places = attribute(tag, b"sqref")
    wider = extended(places or "", growing)
    return with_attribute(tag, b"sqref", wider) if places and wider != places else tag


def _extended_block(block: bytes, growing: Sequence[Growth]) -> bytes:
    def wider(found: re.Match[bytes]) -> bytes:
        return found[1] + extended(found[2].decode(), growing).encode() + found[3]

    return _X14_PLACES.sub(wider, block)


def extended(places: str, growing: Sequence[Growth]) -> str:
    """Extend those of several areas, given as `B2:B9 D2`,
    that cover all rows of a body that grows.
    """
    return " ".join(_extended_area(text, growing) for text in places.split(" "))


def _extended_area(text: str, growing: Sequence[Growth]) -> str:
    area = Area.parse(text)
    if not area:
        return text
    for old, new in growing:
        inside = old.left <= area.left and area.right <= old.right
        if inside and area.top <= old.top and old.bottom <= area.bottom < new.bottom:
            return str(area.ending_at(new.bottom))
    return text
