"""What do the threads of comments on cells say, and how do they go along?

`<threadedComment ref="B3" dT="2026-05-01T09:30:00.00" personId="{...}" id="{...}"><text>call</text>
</threadedComment>`; a reply also names the first comment's id as `parentId`. Who the persons are
stands in a part of its own.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.beside.notes import escaped, unescaped
from salesbook.hosts.package.beside.sheet_moves import Place
from salesbook.hosts.package.xmlscan import (
    attributes,
    element_pattern,
    plain,
    root_prefix,
    with_attribute,
)

_NAMESPACE = b'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"'
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
EMPTY = _DECLARATION + b"<ThreadedComments " + _NAMESPACE + b"></ThreadedComments>"
"""A part without threads."""
EMPTY_PERSONS = _DECLARATION + b"<personList " + _NAMESPACE + b"></personList>"
"""A part without persons."""
_FOR_OLDER_PROGRAMS = (
    "[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment; however, "
    "any edits to it will get removed if the file is opened in a newer version of Excel. Learn more: "
    "https://go.microsoft.com/fwlink/?linkid=870924\n\nComment:\n    "
)
"""What Excel writes before a thread in its twin among the notes, in every language."""
_IDENTITIES = uuid.UUID("6f1d8f0e-5d3b-4c0a-9a58-1f2f5a3f7c11")
"""From this and what they say new comments get their ids, so that the same run writes the same."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of a thread."""

    author: str
    at: str
    """When it was written, as Excel writes it: `2026-05-01T09:30:00.00`."""
    text: str


def as_json(thread: Sequence[Comment]) -> str:
    """Write a thread as an annotation holds it."""
    comments = [
        {"author": comment.author, "at": comment.at, "text": comment.text} for comment in thread
    ]
    return json.dumps(comments, ensure_ascii=False)


def from_json(text: str) -> list[Comment]:
    """Read a thread as an annotation holds it; a text that is none is a comment by nobody."""
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        items = [{"text": text}]
    return [
        Comment(str(item.get("author", "")), str(item.get("at", "")), str(item.get("text", "")))
        for item in items
    ]


class Persons:
    """A part that says who wrote comments."""

    def __init__(self, data: bytes, part: str) -> None:
        self.data = data
        self._prefix = root_prefix(data, b"personList", part)

    def names(self) -> dict[str, str]:
        """Their names by id."""
        pattern = element_pattern(self._prefix, b"person")
        tags = [attributes(b"<person" + match[1] + b">") for match in pattern.finditer(self.data)]
        return {values.get("id", ""): values.get("displayName", "") for values in tags}

    def key_of(self, name: str) -> str:
        """Find a person's id by name; add the person if there is none of that name."""
        for key, known in self.names().items():
            if known == name:
                return key
        key = _identity("person", name)
        new = (
            f"<{self._prefix.decode()}person displayName={quoteattr(name)} id={quoteattr(key)} "
            f'userId={quoteattr(name)} providerId="None"/>'
        )
        self.data = _with_last(self.data, new, self._prefix + b"personList")
        return key


class Threads:
    """A part that holds the threads of one sheet."""

    def __init__(self, data: bytes, part: str) -> None:
        self.data = data
        self._prefix = root_prefix(data, b"ThreadedComments", part)

    def _comments(self) -> Iterator[tuple[re.Match[bytes], dict[str, str], Place]]:
        pattern = element_pattern(self._prefix, b"threadedComment")
        for match in pattern.finditer(self.data):
            values = attributes(b"<threadedComment" + match[1] + b">")
            area = Area.parse(values.get("ref", ""))
            if area:
                yield match, values, (area.top, area.left)

    def places(self) -> list[Place]:
        """List the cells with a thread."""
        return list(dict.fromkeys(place for _, _, place in self._comments()))

    def threads(self, persons: Mapping[str, str]) -> dict[Place, list[Comment]]:
        """Read all threads by their cell, each from the first comment to the last reply.

        Args:
            persons: names by id.
        """
        threads: dict[Place, list[Comment]] = {}
        text = element_pattern(self._prefix, b"text")
        for match, values, place in self._comments():
            content = text.search(match[2] or b"")
            words = plain((content[2] or b"").decode()) if content else ""
            author = persons.get(values.get("personId", ""), "")
            comment = Comment(author, values.get("dT", ""), unescaped(words))
            threads.setdefault(place, []).append(comment)
        return threads

    def move(self, ways: Mapping[Place, Place | None]) -> None:
        """Let threads go along; those leave whose cells do."""

        def moved(match: re.Match[bytes]) -> bytes:
            element: bytes = match[0]
            area = Area.parse(attributes(b"<c" + match[1] + b">").get("ref", ""))
            place = (area.top, area.left) if area else None
            if place is None or place not in ways or ways[place] == place:
                return element
            new_place = ways[place]
            if new_place is None:
                return b""
            start = match.start(2) - match.start() if match[2] is not None else len(element)
            tag = with_attribute(element[:start], b"ref", cell_name(*new_place))
            return tag + element[start:]

        self.data = element_pattern(self._prefix, b"threadedComment").sub(moved, self.data)

    def add(self, place: Place, thread: Sequence[Comment], persons: Persons) -> str:
        """Put a thread on a cell, or add its comments as replies where there is one already.

        Returns: the id of the thread's first comment.
        """
        first = next(
            (values.get("id", "") for _, values, known in self._comments() if known == place), ""
        )
        known = {values.get("id", "") for _, values, _ in self._comments()}
        p = self._prefix.decode()
        for number, comment in enumerate(thread):
            # Not of the place: a thread that comes back is the one that it was.
            key = _identity(str(number), comment.author, comment.at, comment.text)
            while key in known:
                key = _identity(key)
            known.add(key)
            reply = f" parentId={quoteattr(first)}" if first else ""
            first = first or key
            moment = f" dT={quoteattr(comment.at)}" if comment.at else ""
            new = (
                f'<{p}threadedComment ref="{cell_name(*place)}"{moment} '
                f"personId={quoteattr(persons.key_of(comment.author))} id={quoteattr(key)}{reply}>"
                f"<{p}text>{escaped(comment.text)}</{p}text></{p}threadedComment>"
            )
            self.data = _with_last(self.data, new, self._prefix + b"ThreadedComments")
        return first


def twin_text(thread: Sequence[Comment]) -> str:
    """Write a thread as its twin among the notes says it."""
    first, *replies = [comment.text for comment in thread]
    return _FOR_OLDER_PROGRAMS + first + "".join(f"\nReply:\n    {reply}" for reply in replies)


def _identity(*words: str) -> str:
    return "{" + str(uuid.uuid5(_IDENTITIES, "\0".join(words))).upper() + "}"


def _with_last(data: bytes, new: str, holder: bytes) -> bytes:
    """Put an element at the end of a part's root."""
    empty = re.compile(rb"(<%b\b[^<>]*?)\s*/>\s*$" % holder)
    data = empty.sub(lambda match: match[1] + b"></" + holder + b">", data)
    end = data.rindex(b"</")
    return data[:end] + new.encode() + data[end:]
