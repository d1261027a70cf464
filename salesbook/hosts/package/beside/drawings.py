"""Where are the boxes of notes drawn, and how do they go along?

In VML, which Excel has kept for this alone: a `<v:shape>` per note says in `<x:Row>` and `<x:Column>`,
counted from 0, whose it is, and in `<x:Anchor>` between which cells it lies. Buttons and check boxes
lie there as well, and stay. VML need not be well-formed XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from salesbook.hosts.package.beside.sheet_moves import Place

EMPTY = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    b'<o:idmap v:ext="edit" data="%d"/></o:shapelayout></xml>'
)
"""A part without boxes; its number gives its shapes their ids."""
_NOTE_TYPE = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    b'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
"""What every box of a note is by its type."""
_SHAPE = re.compile(rb"<v:shape\s.*?</v:shape>", re.DOTALL)
_OF_NOTE = re.compile(rb"ObjectType\s*=\s*[\"']Note[\"']")
_ROW = re.compile(rb"(<x:Row>\s*)(\d+)(\s*</x:Row>)")
_COLUMN = re.compile(rb"(<x:Column>\s*)(\d+)(\s*</x:Column>)")
_ANCHOR = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_IDENTITY = re.compile(rb"_x0000_s(\d+)")
_NUMBER = re.compile(rb"<o:idmap\b[^>]*\bdata\s*=\s*[\"'](\d+)")
_IDS_PER_NUMBER = 1024
_ANCHOR_ROWS = (2, 6)
"""Of the eight numbers of an anchor, the row in which the box begins and that in which it ends."""
_BOX_WIDTH, _BOX_HEIGHT = 2, 4
"""In columns and rows."""


class Boxes:
    """A part that holds the drawings of one sheet's notes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def places(self) -> Iterator[Place]:
        """List the cells whose notes have a box."""
        for shape in _SHAPE.findall(self.data):
            place = _place(shape)
            if place:
                yield place

    def move(self, ways: Mapping[Place, Place | None]) -> None:
        """Let boxes go along with their notes; those leave whose cells do."""

        def moved(match: re.Match[bytes]) -> bytes:
            shape: bytes = match[0]
            place = _place(shape)
            if place is None or place not in ways:
                return shape
            new_place = ways[place]
            if new_place is None:
                return b""
            down = new_place[0] - place[0]
            return _shifted(shape, down) if down else shape

        self.data = _SHAPE.sub(moved, self.data)

    def add(self, place: Place) -> None:
        """Add the box of a note that has none."""
        if place in set(self.places()):
            return

        number = _NUMBER.search(self.data)
        first = (int(number[1]) if number else 1) * _IDS_PER_NUMBER
        used = [int(identity) for identity in _IDENTITY.findall(self.data)]
        identity = max([first, *used]) + 1
        row, column = place[0] - 1, place[1] - 1
        left, top = column + 1, max(0, row - 1)
        anchor = f"{left}, 15, {top}, 10, {left + _BOX_WIDTH}, 15, {top + _BOX_HEIGHT}, 4"
        new = (
            f'<v:shape id="_x0000_s{identity}" type="#_x0000_t202" style="position:absolute;'
            'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
            '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
            '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
            '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
            f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>"
            f"<x:Column>{column}</x:Column></x:ClientData></v:shape>"
        ).encode()
        if b'id="_x0000_t202"' not in self.data:
            new = _NOTE_TYPE + new
        end = self.data.rindex(b"</")
        self.data = self.data[:end] + new + self.data[end:]


def idmap_number(data: bytes) -> int:
    """Read the number that gives a part's shapes their ids."""
    number = _NUMBER.search(data)
    return int(number[1]) if number else 0


def _place(shape: bytes) -> Place | None:
    """Say which cell's note a shape is the box of; None where it is no such box."""
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    if not row or not column or not _OF_NOTE.search(shape):
        return None
    return int(row[2]) + 1, int(column[2]) + 1


def _shifted(shape: bytes, down: int) -> bytes:
    shape = _ROW.sub(lambda match: match[1] + b"%d" % (int(match[2]) + down) + match[3], shape)

    def shifted_anchor(match: re.Match[bytes]) -> bytes:
        numbers = match[2].split(b",")
        for place in _ANCHOR_ROWS:
            if place < len(numbers) and numbers[place].strip().isdigit():
                new_row = max(0, int(numbers[place]) + down)
                numbers[place] = b" %d" % new_row
        return match[1] + b",".join(numbers) + match[3]

    return _ANCHOR.sub(shifted_anchor, shape)
