"""Which hyperlinks do cells have, and how do they go along?

`<hyperlink ref="B3" r:id="rId4" location="part"/>`: the address behind `r:id` is a relation of the
sheet; without one, `location` is a place in this workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.beside.sheet_moves import Place, SheetMoves
from salesbook.hosts.package.xmlscan import (
    attributes,
    element_pattern,
    tag_pattern,
    with_attribute,
)

_AFTER_LINKS = (
    b"printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties "
    b"cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture "
    b"oleObjects controls webPublishItems tableParts extLst"
).split()
"""The elements of a sheet that may follow its links. Source: ECMA-376, part 1, 18.3.1.99."""
_RELATION_ID = re.compile(r".*:id|id")
"""The name of the attribute with a relation's id, whatever its namespace goes by: `r:id`."""


@dataclass(frozen=True, slots=True)
class CellLink:
    """A hyperlink as a sheet writes it."""

    area: Area
    key: str
    """The id of its relation; empty for a place in the workbook."""
    address: str
    """An address, `#Sheet!A1`, or both in one."""


def read_links(tail: bytes, prefix: bytes, targets: Mapping[str, str]) -> Iterator[CellLink]:
    """List a sheet's hyperlinks.

    Args:
        tail: the sheet from its rows on.
        targets: the addresses of the sheet's relations by id.
    """
    for match in tag_pattern(prefix, b"hyperlink").finditer(tail):
        values = attributes(match[0])
        area = Area.parse(values.get("ref", ""))
        if area is None:
            continue
        key = _key(values)
        location = values.get("location", "")
        address = targets.get(key, "")
        if location:
            address += f"#{location}"
        yield CellLink(area, key, address)


def _key(values: Mapping[str, str]) -> str:
    return next((value for name, value in values.items() if _RELATION_ID.fullmatch(name)), "")


def with_links_moved(tail: bytes, prefix: bytes, moves: SheetMoves) -> tuple[bytes, set[str]]:
    """Let all hyperlinks of a sheet follow a write.

    Returns: the sheet from its rows on, and the ids of relations that no link uses any more.
    """
    holder = element_pattern(prefix, b"hyperlinks").search(tail)
    if moves.is_still or not holder or holder[2] is None:
        return tail, set()

    link = element_pattern(prefix, b"hyperlink")
    old_keys = {_key(attributes(_tag(match))) for match in link.finditer(holder[2])}
    links = link.sub(lambda match: _moved_link(match, moves), holder[2])
    if links == holder[2]:
        return tail, set()

    new_keys = {_key(attributes(_tag(match))) for match in link.finditer(links)}
    new = b""
    if links.strip():
        new = tail[holder.start() : holder.start(2)] + links + tail[holder.end(2) : holder.end()]
    return tail[: holder.start()] + new + tail[holder.end() :], old_keys - new_keys - {""}


def _tag(match: re.Match[bytes]) -> bytes:
    return b"<hyperlink" + match[1] + b">"


def _moved_link(match: re.Match[bytes], moves: SheetMoves) -> bytes:
    """Move one link; several where its rows part, none where they leave."""
    element: bytes = match[0]
    area = Area.parse(attributes(_tag(match)).get("ref", ""))
    if area is None:
        return element
    if area.is_one_cell:
        place = moves.place((area.top, area.left))
        pieces = [Area.one_cell(*place)] if place else []
    else:
        pieces = list(moves.areas(area))
    if pieces == [area]:
        return element

    moved = b""
    for number, piece in enumerate(pieces):
        content_start = match.start(2) - match.start() if match[2] is not None else len(element)
        tag = with_attribute(element[:content_start], b"ref", str(piece))
        if number:
            # Only one link can have the id by which Excel knows it.
            tag = with_attribute(tag, b"xr:uid", None)
        moved += tag + element[content_start:]
    return moved


def with_link_added(tail: bytes, prefix: bytes, place: Place, key: str, location: str) -> bytes:
    """Add a hyperlink to a cell.

    Args:
        key: the id of its relation, if it leads out of the workbook.
        location: the place in the workbook, or behind the `#` of its address.
    """
    tag = f'<{prefix.decode()}hyperlink ref="{cell_name(*place)}"'
    if key:
        # The prefix is declared here, since the sheet may call its namespace otherwise.
        namespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        tag += f' xmlns:r="{namespace}" r:id="{key}"'
    if location:
        tag += f" location={quoteattr(location)}"
    new = f"{tag}/>".encode()

    holder = element_pattern(prefix, b"hyperlinks").search(tail)
    if holder and holder[2] is not None:
        return tail[: holder.end(2)] + new + tail[holder.end(2) :]

    new = b"<%bhyperlinks>%b</%bhyperlinks>" % (prefix, new, prefix)
    return with_element(tail, prefix, new, _AFTER_LINKS)


def with_element(tail: bytes, prefix: bytes, new: bytes, followers: list[bytes]) -> bytes:
    """Put an element before the first of those that have to follow it, else at the sheet's end."""
    names = b"|".join(followers)
    follower = re.search(rb"<%b(?:%b)[\s/>]" % (prefix, names), tail)
    start = follower.start() if follower else tail.rindex(b"</")
    return tail[:start] + new + tail[start:]
