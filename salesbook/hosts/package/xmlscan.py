"""Where in the bytes of an XML part does an element stand, and what do its attributes say?

A part is patched in place, never written anew, so that everything else in it stays byte for byte.
"""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from salesbook.errors import NotAWorkbook, UnsafeFile
from salesbook.hosts.package import guards

_ATTRIBUTE = re.compile(rb"""\s+([\w:.-]+)\s*=\s*("[^"<]*"|'[^'<]*')""")
_QUOTES = {"&quot;": '"', "&apos;": "'"}
_CHARACTER = re.compile(r"&#(x[0-9A-Fa-f]{1,6}|[0-9]{1,7});")


def tree(data: bytes, part: str) -> ElementTree.Element:
    """Parse a small part.

    Raises: UnsafeFile, NotAWorkbook.
    """
    if len(data) > guards.MAX_SMALL_PART_BYTES:
        raise UnsafeFile("part-too-large", where=part, megabytes=len(data) // guards.MEGABYTE)
    guards.refuse_entities(data, part)
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise NotAWorkbook("damaged-part", where=part) from error


def local(tag: str) -> str:
    """Strip an element's or relation type's namespace."""
    return tag.rpartition("}")[2]


def refuse_malformed(data: bytes, part: str) -> None:
    """Read a part strictly, namespaces included, and keep nothing.

    Raises: NotAWorkbook.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotAWorkbook("damaged-part", where=part) from error


@lru_cache(maxsize=256)
def tag_pattern(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    """Match an element's start tag; group 1 holds its attributes,
    group 2 a slash if it is empty.
    """
    attributes = rb"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)"""
    return re.compile(rb"<" + prefix + name + attributes + rb"\s*(/?)>")


def root_prefix(data: bytes, name: bytes, part: str) -> bytes:
    """Find the prefix, colon included, that a part's main namespace goes by: mostly none.

    Raises: NotAWorkbook.
    """
    found = re.search(rb"<((?:[A-Za-z_][\w.-]*:)?)" + name + rb"(?=[\s/>])", data)
    if not found:
        raise NotAWorkbook("damaged-part", where=part)
    return found[1]


def attributes(tag: bytes) -> dict[str, str]:
    """Read a start tag's attributes."""
    return {_text(name): plain(_text(value[1:-1])) for name, value in _ATTRIBUTE.findall(tag)}


def attribute(tag: bytes, name: bytes) -> str | None:
    """Read one attribute of a start tag."""
    for found, value in _ATTRIBUTE.findall(tag):
        if found == name:
            return plain(_text(value[1:-1]))
    return None


def whole_number(text: str | None, default: int = 0) -> int:
    """Read a count or an index; anything else is the default."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def with_attribute(tag: bytes, name: bytes, value: str | None) -> bytes:
    """Set, or with None remove, one attribute of a start tag and leave the rest as it is."""
    new = (
        b""
        if value is None
        else b" " + name + b'="' + escape(value, {'"': "&quot;"}).encode() + b'"'
    )
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name:
            return tag[: found.start()] + new + tag[found.end() :]
    if not new:
        return tag
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + new + tag[end:]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def plain(text: str) -> str:
    """Undo XML's escapes in text that is known to be well-formed."""
    if "&" not in text:
        return text
    text = _CHARACTER.sub(lambda found: _character(found[1]), text)
    return unescape(text, _QUOTES)


def _character(code: str) -> str:
    """Name the character of a numeric escape; an ampersand must not start a second escape."""
    number = int(code[1:], 16) if code[0] == "x" else int(code)
    return "&amp;" if number == 38 else chr(min(number, 0x10FFFF))
