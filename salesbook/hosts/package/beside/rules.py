"""How do dropdowns and conditional formats go along with rows?

One that covers all rows of a body covers all rows of the new one. One of single rows, as a data bar
or a colour that was meant for just this customer, goes where its rows go. Its formulas count from
the first cell of where it applies, so they are shifted along.

What Excel 2007 knew stands in `<conditionalFormatting sqref="B2:B9">`, what came later in
`<x14:conditionalFormatting>...<xm:sqref>B2:B9</xm:sqref></x14:conditionalFormatting>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from salesbook.hosts.area import Area
from salesbook.hosts.formulas import UnsureError, copied
from salesbook.hosts.package.beside.sheet_moves import SheetMoves
from salesbook.hosts.package.xmlscan import (
    attribute,
    element_pattern,
    plain,
    start_tag,
    tag_pattern,
    with_attribute,
)
from salesbook.hosts.row_map import RowMap

_RULES = (b"conditionalFormatting", b"dataValidation")
_X14_RULE = re.compile(
    rb"<([\w.-]+:)(conditionalFormatting|dataValidation)(?=[\s>]).*?</\1\2\s*>", re.DOTALL
)
_X14_PLACES = re.compile(rb"(<[\w.-]+:sqref>)([^<]*)(</)")
"""Matches where such a rule applies: `<xm:sqref>B2:B9</`."""
_FORMULA = re.compile(rb"(<(?:[\w.-]+:)?(?:formula[12]?|f)>)([^<]+)(</)")
"""Matches `<formula>B2&gt;9</`, `<formula1>`, `<xm:f>`: the tag, the text, and what ends it."""
_EMPTY_X14 = re.compile(
    rb"<([\w.-]+:)(?:conditionalFormattings|dataValidations)[^<>]*>\s*</\1[\w]+\s*>"
)
_EMPTY_EXTENSION = re.compile(rb"<((?:[\w.-]+:)?)ext\s[^<>]*>\s*</\1ext\s*>")
_EMPTY_EXTENSIONS = re.compile(rb"<((?:[\w.-]+:)?)extLst[^<>]*>\s*</\1extLst\s*>")


def with_rules_moved(tail: bytes, prefix: bytes, moves: SheetMoves) -> bytes:
    """Let all rules of a sheet follow a write.

    Args:
        tail: the sheet from its rows on.
    """
    if moves.is_still:
        return tail

    for name in _RULES:
        rule = element_pattern(prefix, name)
        tail = rule.sub(lambda match: _moved_rule(match[0], moves), tail)

    tail = _recounted(tail, prefix)
    extensions_start = tail.find(b"<" + prefix + b"extLst")
    if extensions_start < 0:
        return tail

    old_extensions = tail[extensions_start:]
    extensions = _X14_RULE.sub(lambda match: _moved_x14_rule(match[0], moves), old_extensions)
    if extensions != old_extensions:
        for empty in (_EMPTY_X14, _EMPTY_EXTENSION, _EMPTY_EXTENSIONS):
            extensions = empty.sub(b"", extensions)
    return tail[:extensions_start] + extensions


def _recounted(tail: bytes, prefix: bytes) -> bytes:
    """Let the list of dropdowns say how many it holds; without one it is no list."""
    holder = element_pattern(prefix, b"dataValidations")
    match = holder.search(tail)
    if not match or match[2] is None:
        return tail

    count = len(tag_pattern(prefix, b"dataValidation").findall(match[2]))
    if count == 0:
        return tail[: match.start()] + tail[match.end() :]
    tag = start_tag_of(match[0], match[2])
    if attribute(tag, b"count") in (None, str(count)):
        return tail
    new_tag = with_attribute(tag, b"count", str(count))
    return tail[: match.start()] + new_tag + tail[match.start() + len(tag) :]


def start_tag_of(element: bytes, content: bytes) -> bytes:
    """Take the start tag of an element whose attributes may hold a `>`."""
    return element[: element.index(content)] if content else start_tag(element)


def _moved_rule(rule: bytes, moves: SheetMoves) -> bytes:
    """Move one rule; nothing where all its cells leave."""
    tags = re.match(rb"<[\w.:-]+(?:\s+[\w.:-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*/?>", rule)
    old_places = attribute(tags[0], b"sqref") if tags else None
    if not tags or not old_places:
        return rule

    new_places = _moved_places(old_places, moves)
    if new_places == old_places:
        return rule
    if not new_places:
        return b""
    new_tag = with_attribute(tags[0], b"sqref", new_places)
    return new_tag + _shifted_formulas(rule[tags.end() :], old_places, new_places)


def _moved_x14_rule(rule: bytes, moves: SheetMoves) -> bytes:
    match = _X14_PLACES.search(rule)
    if not match:
        return rule

    old_places = match[2].decode()
    new_places = _moved_places(old_places, moves)
    if new_places == old_places:
        return rule
    if not new_places:
        return b""
    rule = rule[: match.start(2)] + new_places.encode() + rule[match.end(2) :]
    return _shifted_formulas(rule, old_places, new_places)


def _moved_places(places: str, moves: SheetMoves) -> str:
    """Move several areas, as `B2:B9 D2`; what is no area stays."""
    new: list[str] = []
    for text in places.split():
        area = Area.parse(text)
        if area is None:
            new.append(text)
            continue
        for piece in moves.areas(area):
            wider = extended(piece, moves.maps)
            new.append(text if wider == area else str(wider))
    return " ".join(new)


def extended(area: Area, maps: Sequence[RowMap]) -> Area:
    """Extend an area that covers all rows of a body that grows, and ends before its new last one.

    One that covers only some rows, or columns outside the table, was meant for just those cells.
    """
    for rows in maps:
        old, new = rows.body, rows.new_body
        lies_in_its_columns = old.left <= area.left and area.right <= old.right
        covers_all_rows = area.top <= old.top and old.bottom <= area.bottom
        if lies_in_its_columns and covers_all_rows and area.bottom < new.bottom:
            return area.ending_at(new.bottom)

    return area


def _shifted_formulas(content: bytes, old_places: str, new_places: str) -> bytes:
    """Let the formulas of a rule count from where it applies first now."""
    old_corner, new_corner = _corner(old_places), _corner(new_places)
    if old_corner == new_corner:
        return content
    down = new_corner[0] - old_corner[0]
    right = new_corner[1] - old_corner[1]

    def shifted(match: re.Match[bytes]) -> bytes:
        try:
            text = copied(plain(match[2].decode()), down, right)
        except UnsureError:
            return match[0]
        return match[1] + escape(text).encode() + match[3]

    return _FORMULA.sub(shifted, content)


def _corner(places: str) -> tuple[int, int]:
    areas = list(_areas(places))
    return min(area.top for area in areas), min(area.left for area in areas)


def _areas(places: str) -> Iterator[Area]:
    for text in places.split():
        area = Area.parse(text)
        # A rule for whole columns, `B:C`, counts from their first row.
        yield area or Area.one_cell(1, 1)
