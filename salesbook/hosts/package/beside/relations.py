"""Which parts and addresses does a part's list of relations lead to, and how is one added?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from salesbook.hosts.package.xmlscan import attribute, root_prefix

_RELATION = re.compile(rb"<[\w.:-]*Relationship\s[^<]*?/>|<([\w.:-]*Relationship)\s[^<]*?></\1>")
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MICROSOFT = "http://schemas.microsoft.com/office/2017/10/relationships/"


@dataclass(frozen=True, slots=True)
class Link:
    """A relation as it is written."""

    key: str
    kind: str
    """The last word of its type."""
    target: str
    is_external: bool


def links(data: bytes) -> Iterator[Link]:
    """List the relations of a part's list."""
    for match in _RELATION.finditer(data):
        yield Link(
            key=attribute(match[0], b"Id") or "",
            kind=(attribute(match[0], b"Type") or "").rpartition("/")[2],
            target=attribute(match[0], b"Target") or "",
            is_external=attribute(match[0], b"TargetMode") == "External",
        )


def with_link(data: bytes, kind: str, target: str, *, is_external: bool) -> tuple[bytes, str]:
    """Add a relation.

    Args:
        kind: its whole type.

    Returns: the list with it, and the id that it got.
    """
    keys = {link.key for link in links(data)}
    number = len(keys) + 1
    while f"rId{number}" in keys:
        number += 1

    key = f"rId{number}"
    prefix = root_prefix(data, b"Relationships", "relations").decode()
    mode = ' TargetMode="External"' if is_external else ""
    new = f'<{prefix}Relationship Id="{key}" Type="{kind}" Target={quoteattr(target)}{mode}/>'
    closing = data.rfind(b"</")
    return data[:closing] + new.encode() + data[closing:], key


def without_link(data: bytes, key: str) -> bytes:
    """Take a relation out."""
    return _RELATION.sub(lambda match: b"" if attribute(match[0], b"Id") == key else match[0], data)
