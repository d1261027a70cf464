"""What do the notes on cells say, and how do they go along?

`<comment ref="B3" authorId="0"><text><r><t>call later</t></r></text></comment>`, which Excel calls a
note since it has threads. Each thread of comments has a *twin* among the notes, for older programs,
whose author is `tc=` and the thread's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.beside.sheet_moves import Place
from salesbook.hosts.package.xmlscan import (
    attributes,
    element_pattern,
    plain,
    root_prefix,
    with_attribute,
)

EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns='
    b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors/><commentList/></comments>'
)
"""A part without notes."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""Matches a character as Excel escapes it in a text: `_x000a_` for a line break."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Matches what XML cannot hold, and the `_` of a text that only looks like such an escape."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Matches half of a character, which is no text."""
_TWIN = "tc="


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a cell."""

    place: Place
    author: str
    text: str

    @property
    def is_twin(self) -> bool:
        """Whether it only repeats a thread."""
        return self.author.startswith(_TWIN)


class Notes:
    """A part that holds the notes of one sheet."""

    def __init__(self, data: bytes, part: str) -> None:
        self.data = data
        self._prefix = root_prefix(data, b"comments", part)

    def __iter__(self) -> Iterator[Note]:
        """Go through the notes."""
        authors = self._authors()
        for match in self._pattern(b"comment").finditer(self.data):
            values = attributes(b"<comment" + match[1] + b">")
            area = Area.parse(values.get("ref", ""))
            if area is None:
                continue
            number = values.get("authorId", "")
            is_known = number.isdigit() and int(number) < len(authors)
            author = authors[int(number)] if is_known else ""
            yield Note((area.top, area.left), author, self._text(match[2] or b""))

    def _pattern(self, name: bytes) -> re.Pattern[bytes]:
        return element_pattern(self._prefix, name)

    def _authors(self) -> list[str]:
        holder = self._pattern(b"authors").search(self.data)
        content = (holder[2] or b"") if holder else b""
        return [
            plain((match[2] or b"").decode())
            for match in self._pattern(b"author").finditer(content)
        ]

    def _text(self, content: bytes) -> str:
        """Put the texts of a note together; phonetic readings are none of them."""
        content = self._pattern(b"rPh").sub(b"", content)
        runs = [match[2] or b"" for match in self._pattern(b"t").finditer(content)]
        return unescaped("".join(plain(run.decode()) for run in runs))

    def move(self, ways: Mapping[Place, Place | None]) -> None:
        """Let notes go along; those leave whose cells do."""

        def moved(match: re.Match[bytes]) -> bytes:
            element: bytes = match[0]
            area = Area.parse(attributes(b"<comment" + match[1] + b">").get("ref", ""))
            if area is None or (area.top, area.left) not in ways:
                return element
            place = ways[area.top, area.left]
            if place is None:
                return b""
            if place == (area.top, area.left):
                return element
            start = match.start(2) - match.start() if match[2] is not None else len(element)
            return with_attribute(element[:start], b"ref", cell_name(*place)) + element[start:]

        self.data = self._pattern(b"comment").sub(moved, self.data)

    def add(self, note: Note, uid: str = "") -> None:
        """Add a note. One on a cell that has a note already says both, since a cell has only one."""
        present = {known.place: known for known in self}.get(note.place)
        if present:
            self.move({note.place: None})
            both = f"{present.text}\n{note.text}"
            note = Note(note.place, present.author if present.is_twin else note.author, both)

        author = self._author_number(note.author)
        p = self._prefix.decode()
        identity = ""
        if uid:
            namespace = "http://schemas.microsoft.com/office/spreadsheetml/2014/revision"
            identity = f' xmlns:xr="{namespace}" xr:uid="{uid}"'
        new = (
            f'<{p}comment ref="{cell_name(*note.place)}" authorId="{author}"{identity}>'
            f'<{p}text><{p}t xml:space="preserve">{escaped(note.text)}</{p}t></{p}text></{p}comment>'
        )
        self._append(b"commentList", new.encode())

    def _author_number(self, author: str) -> int:
        authors = self._authors()
        if author in authors:
            return authors.index(author)
        p = self._prefix.decode()
        self._append(b"authors", f"<{p}author>{escaped(author)}</{p}author>".encode())
        return len(authors)

    def _append(self, name: bytes, new: bytes) -> None:
        """Put an element at the end of a list."""
        holder = self._pattern(name).search(self.data)
        if holder is None:
            return
        if holder[2] is None:
            tag = holder[0].removesuffix(b"/>").rstrip() + b">"
            new = tag + new + b"</" + self._prefix + name + b">"
            self.data = self.data[: holder.start()] + new + self.data[holder.end() :]
        else:
            self.data = self.data[: holder.end(2)] + new + self.data[holder.end(2) :]


def unescaped(text: str) -> str:
    """Read a text as Excel escapes it beyond what XML does."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def escaped(text: str) -> str:
    """Write a text into XML, as Excel does."""
    text = _SURROGATE.sub("\ufffd", text)
    text = _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    # A bare carriage return would come back as a line break.
    return escape(text, {"\r": "&#13;"})
