"""Which note does each header have? Notes of ours that lack come from the template."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.elements import children, element
from salesbook.hosts.package.xmlscan import attribute, plain, start_tag, with_attribute

_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_TEXT: Final = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t>")
_SHAPE: Final = re.compile(rb"<v:shape\s.*?</v:shape>", re.DOTALL)
_SHAPE_TYPE: Final = re.compile(
    rb'<v:shapetype\s[^>]*?\bid="_x0000_t202".*?</v:shapetype>', re.DOTALL
)
_PLACE: Final = re.compile(rb"<x:(Row|Column)>(\d+)</x:(?:Row|Column)>")
_ANCHOR: Final = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_SHAPE_ID: Final = re.compile(rb'(<v:shape\s[^>]*?\bid=")([^"]*)(")')
_IDMAP: Final = re.compile(rb'<o:idmap\s[^>]*\bdata="([^"]*)"')
_NUMBER: Final = re.compile(rb"_x0000_s(\d+)")
_EMPTY: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<authors></authors><commentList></commentList></comments>"
)
_EMPTY_VML: Final = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_SHAPES_PER_BLOCK: Final = 1024
"""A drawing's shapes are numbered in blocks; `idmap` says which are its own."""


def text_mark(comment: bytes) -> str:
    """Make a short mark of what a note says."""
    text = "".join(plain(run.decode()) for run in _TEXT.findall(comment))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


class Notes:
    """A sheet's notes: their texts in one part, their boxes in another."""

    def __init__(self, edit: PackageEdit, sheet_part: str) -> None:
        self._edit = edit
        self._sheet = sheet_part
        related = {relation.kind: relation.target for relation in edit.relations(sheet_part)}
        self.part = related.get("comments", "")
        self._vml = related.get("vmlDrawing", "")
        self.data = edit.content(self.part) if self.part in edit else _EMPTY
        self.vml = edit.content(self._vml) if self._vml in edit else _EMPTY_VML
        self.by_cell = {
            attribute(start_tag(comment), b"ref") or "": comment
            for comment in children(element(self.data, self.part, "commentList"), self.part)
        }

    def box(self, cell: str) -> bytes:
        """Take out the box of a cell's note; empty where there is none."""
        area = Area.parse(cell)
        for shape in _SHAPE.findall(self.vml):
            place = {name: int(number) for name, number in _PLACE.findall(shape)}
            if area and place == {b"Row": area.top - 1, b"Column": area.left - 1}:
                return bytes(shape)
        return b""

    def put(self, cell: Area, comment: bytes, box: bytes, moved: int, shape_type: bytes) -> None:
        """Give a cell the template's note.

        Args:
            box: its box as it stands in the template.
            moved: by how many columns the cell lies further right than in the template.
        """
        name = cell_name(cell.top, cell.left)
        tag = with_attribute(start_tag(comment), b"ref", name)
        tag = with_attribute(tag, b"authorId", str(self._author()))
        new = tag + comment[len(start_tag(comment)) :]
        old = self.by_cell.get(name)
        if old:
            self.data = self.data.replace(old, new, 1)
        else:
            self._insert(cell, new)
            self._add_box(cell, box, moved, shape_type)
        self.by_cell[name] = new

    def _author(self) -> int:
        """Give the number of our author, who is added where the sheet has no note of ours."""
        authors = element(self.data, self.part, "authors")
        names = [_inner(author) for author in children(authors, self.part)]
        if b"salesbook" in names:
            return names.index(b"salesbook")
        start = authors if not start_tag(authors).endswith(b"/>") else b"<authors></authors>"
        longer = start.replace(b"</authors>", b"<author>salesbook</author></authors>")
        self.data = self.data.replace(authors, longer, 1)
        return len(names)

    def _insert(self, cell: Area, comment: bytes) -> None:
        """Put a note before that of the next cell, row by row, as Excel orders them."""
        for name, other in self.by_cell.items():
            area = Area.parse(name)
            if area and (area.top, area.left) > (cell.top, cell.left):
                self.data = self.data.replace(other, comment + other, 1)
                break
        else:
            old = element(self.data, self.part, "commentList")
            opened = b"<commentList></commentList>" if old.endswith(b"/>") else old
            end = opened.rindex(b"</")
            self.data = self.data.replace(old, opened[:end] + comment + opened[end:], 1)
        ordered = {**self.by_cell, cell_name(cell.top, cell.left): comment}
        self.by_cell = dict(sorted(ordered.items(), key=lambda item: _order(item[0])))

    def _add_box(self, cell: Area, box: bytes, moved: int, shape_type: bytes) -> None:
        def anchor(match: re.Match[bytes]) -> bytes:
            numbers = [int(number) for number in match[2].split(b",")]
            numbers[0] += moved
            numbers[4] += moved
            return match[1] + b", ".join(b"%d" % number for number in numbers) + match[3]

        box = _ANCHOR.sub(anchor, box)
        box = _PLACE.sub(
            lambda match: (
                b"<x:%b>%d</x:%b>"
                % (match[1], cell.top - 1 if match[1] == b"Row" else cell.left - 1, match[1])
            ),
            box,
        )
        box = _SHAPE_ID.sub(rb"\g<1>_x0000_s%d\g<3>" % self._next_number(), box, count=1)
        if b'id="_x0000_t202"' not in self.vml:
            box = shape_type + box
        end = self.vml.rindex(b"</xml>")
        self.vml = self.vml[:end] + box + self.vml[end:]

    def _next_number(self) -> int:
        """Number the next box: within the drawing's block, above those that are there."""
        used = [int(number) for number in _NUMBER.findall(self.vml)]
        block = _IDMAP.search(self.vml)
        first = 1
        if block and block[1].split(b",")[0].isdigit():
            first = int(block[1].split(b",")[0])
        return max([first * _SHAPES_PER_BLOCK, *used]) + 1

    def shape_type(self) -> bytes:
        """What all boxes are copies of."""
        match = _SHAPE_TYPE.search(self.vml)
        return match[0] if match else b""

    def keep(self) -> str:
        """Put the notes into the package.

        Returns: the id of the boxes' relation if it is new, for the sheet to name; else empty.
        """
        key = ""
        if self.part:
            self._edit.set(self.part, self.data)
        else:
            self.part = self._edit.add("xl/comments1.xml", self.data, _TYPE)
            self._edit.link(self._sheet, _RELATION + "comments", self.part)
        if self._vml:
            self._edit.set(self._vml, self.vml)
        else:
            name = "xl/drawings/vmldrawing1.vml"
            self._vml = self._edit.add(name, self.vml, _VML_TYPE)
            key = self._edit.link(self._sheet, _RELATION + "vmlDrawing", self._vml)
        return key


def _inner(xml: bytes) -> bytes:
    return xml[xml.index(b">") + 1 : xml.rindex(b"</")] if b"</" in xml else b""


def _order(cell: str) -> tuple[int, int]:
    area = Area.parse(cell)
    return (area.top, area.left) if area else (0, 0)
