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
"""Matches ` r="B2"` or ` xml:space = 'preserve'`: the name, and the value with its quotes."""
_ATTRIBUTES = rb"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)"""
"""Matches all attributes of a start tag, or none. A value may hold a `>`, but never a `<`."""
_QUOTES = {"&quot;": '"', "&apos;": "'"}
_CHARACTER = re.compile(r"&#(x[0-9A-Fa-f]{1,6}|[0-9]{1,7});")
"""Matches a character by its number: `&#10;` or `&#xA;`."""
_AMPERSAND = 38
_MOST_DIGITS = 9


def tree(data: bytes, part: str) -> ElementTree.Element:
    """Parse a small part.

    Raises: UnsafeFile, NotAWorkbook.
    """
    if len(data) > guards.MAX_SMALL_PART_BYTES:
        megabytes = len(data) // guards.MEGABYTE
        raise UnsafeFile("part-too-large", where=part, megabytes=megabytes)

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
    """Match an element's start tag; group 1 holds its attributes, group 2 a slash if it is empty.

    For `dimension` that is `<dimension ref="A1:F9"/>`.
    """
    return re.compile(rb"<" + prefix + name + _ATTRIBUTES + rb"\s*(/?)>")


@lru_cache(maxsize=256)
def element_pattern(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    """Match a whole element that holds no other of its name.

    Group 1 holds its attributes, group 2 its content, None where it is written as empty.
    """
    return re.compile(
        rb"<%b%b%b\s*(?:/>|>(.*?)</%b%b\s*>)" % (prefix, name, _ATTRIBUTES, prefix, name),
        re.DOTALL,
    )


def root_prefix(data: bytes, name: bytes, part: str) -> bytes:
    """Find the prefix, colon included, that a part's main namespace goes by: mostly none.

    Some programs write `<x:worksheet xmlns:x="...main">`; there it is `x:`.

    Raises: NotAWorkbook.
    """
    root = re.search(rb"<((?:[A-Za-z_][\w.-]*:)?)" + name + rb"(?=[\s/>])", data)
    if not root:
        raise NotAWorkbook("damaged-part", where=part)
    return root[1]


def has_root(data: bytes, name: bytes) -> bool:
    """Say whether a part begins with an element of a name, whatever its namespace goes by."""
    first = re.search(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)", data)
    return first is not None and first[1] == name


def attributes(tag: bytes) -> dict[str, str]:
    """Read a start tag's attributes."""
    return {_text(name): plain(_text(value[1:-1])) for name, value in _ATTRIBUTE.findall(tag)}


def attribute(tag: bytes, name: bytes) -> str | None:
    """Read one attribute of a start tag."""
    for match_name, value in _ATTRIBUTE.findall(tag):
        if match_name == name:
            return plain(_text(value[1:-1]))
    return None


def start_tag(element: bytes) -> bytes:
    """Take an element's start tag from its XML."""
    return element[: element.index(b">") + 1]


def whole_number(text: str | None, default: int = 0) -> int:
    """Read a count or an index; anything else is the default."""
    if not text or len(text) > _MOST_DIGITS:
        return default
    is_number = text.isascii() and text.isdigit()
    return int(text) if is_number else default


def with_attribute(tag: bytes, name: bytes, value: str | None) -> bytes:
    """Set, or with None remove, one attribute of a start tag and leave the rest as it is."""
    new = b""
    if value is not None:
        escaped_value = escape(value, {'"': "&quot;"}).encode()
        new = b' %b="%b"' % (name, escaped_value)

    for old in _ATTRIBUTE.finditer(tag):
        if old[1] == name:
            return replaced(tag, old, new)

    if not new:
        return tag

    ending = b"/>" if tag.endswith(b"/>") else b">"
    attributes_before = tag.removesuffix(ending).rstrip()
    return attributes_before + new + ending


def replaced(data: bytes, match: re.Match[bytes], new: bytes) -> bytes:
    """Put other bytes in the place of what was matched."""
    return data[: match.start()] + new + data[match.end() :]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def plain(text: str) -> str:
    """Undo XML's escapes in text that is known to be well-formed."""
    if "&" not in text:
        return text
    text = _CHARACTER.sub(lambda match: _character(match[1]), text)
    return unescape(text, _QUOTES)


def _character(code: str) -> str:
    """Name the character of a numeric escape; an ampersand must not start a second escape."""
    number = int(code[1:], 16) if code[0] == "x" else int(code)
    if number == _AMPERSAND:
        return "&amp;"
    return chr(min(number, 0x10FFFF))
