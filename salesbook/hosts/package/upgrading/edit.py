"""Which parts does a package have while it is changed: read, replaced, added, taken out?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from salesbook.errors import CannotWrite
from salesbook.hosts.package.archive import Staged
from salesbook.hosts.package.parts import Relation, relations, relations_part
from salesbook.hosts.package.surroundings import without_override
from salesbook.hosts.package.xmlscan import attributes

TYPES: Final = "[Content_Types].xml"
_NO_RELATIONS: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b"</Relationships>"
)
_OVERRIDE: Final = re.compile(rb"<Override\s[^>]*>")
_DEFAULT: Final = re.compile(rb"<Default\s[^>]*>")
_RELATIONSHIP: Final = re.compile(rb"<Relationship\s[^>]*?/?>")
_DIGITS: Final = re.compile(r"\d+(?=\.\w+$)|$")
"""Matches the number of `sheet12.xml`, before its ending."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relation to make: the id that the XML names it by, its full type, its target."""

    key: str
    kind: str
    target: str
    """The part from the package's root, or an address outside."""
    is_external: bool = False


class PackageEdit:
    """A package's parts with the changes that are to be made, by name in lower case."""

    def __init__(self, parts: Staged) -> None:
        self._before = parts
        self.changes: dict[str, bytes | None] = {}

    def __contains__(self, name: str) -> bool:
        key = name.lower()
        if key in self.changes:
            return self.changes[key] is not None
        return name in self._before

    def content(self, name: str) -> bytes:
        """Hand out a part as it is now."""
        changed = self.changes.get(name.lower())
        return self._before.content(name) if changed is None else changed

    def names(self) -> list[str]:
        """List the parts, in lower case."""
        before = [*self._before.archive.members, *self._before.changes, *self.changes]
        return [name for name in dict.fromkeys(before) if name in self]

    def set(self, name: str, content: bytes) -> None:
        """Replace a part; one that would stay the same is left alone."""
        if name not in self or self.content(name) != content:
            self.changes[name.lower()] = content

    def add(self, wanted_name: str, content: bytes, content_type: str) -> str:
        """Add a part under a free name like the wanted one. Returns: the name."""
        name = self.free_name(wanted_name)
        self.changes[name] = content
        self._declare(name, content_type)
        return name

    def free_name(self, wanted: str) -> str:
        """Find a name that no part has: `xl/charts/chart1.xml` may become `xl/charts/chart7.xml`."""
        name = wanted.lower()
        number = 0
        while name in self:
            number += 1
            name = _DIGITS.sub(str(number), wanted.lower(), count=1)
        return name

    def remove(self, name: str) -> None:
        """Take out a part with its relations and its content type."""
        self.changes[name.lower()] = None
        if relations_part(name) in self:
            self.changes[relations_part(name).lower()] = None
        self.set(TYPES, without_override(self.content(TYPES), name))

    def content_type(self, name: str) -> str:
        """Say a part's content type; empty where the package does not declare any."""
        wanted = "/" + name.lower()
        types = self.content(TYPES)
        for tag in _OVERRIDE.findall(types):
            values = attributes(tag)
            if values.get("PartName", "").lower() == wanted:
                return values.get("ContentType", "")

        ending = name.lower().rpartition(".")[2]
        for tag in _DEFAULT.findall(types):
            values = attributes(tag)
            if values.get("Extension", "").lower() == ending:
                return values.get("ContentType", "")
        return ""

    def _declare(self, name: str, content_type: str) -> None:
        if self.content_type(name) == content_type:
            return
        types = self.content(TYPES)
        tag = f'<Override PartName="/{escape(name)}" ContentType="{content_type}"/>'.encode()
        end = types.rindex(b"</Types>")
        self.set(TYPES, types[:end] + tag + types[end:])

    def relations(self, source: str) -> list[Relation]:
        """List a part's relations to other parts."""
        return list(relations(self, source))

    def links(self, source: str) -> Iterator[Link]:
        """List all of a part's relations, those that lead outside included, with their full types."""
        holder = relations_part(source)
        if holder not in self:
            return
        inside = {relation.key: relation.target for relation in self.relations(source)}
        for tag in _RELATIONSHIP.findall(self.content(holder)):
            values = attributes(tag)
            key = values.get("Id", "")
            is_external = values.get("TargetMode") == "External"
            target = values.get("Target", "") if is_external else inside.get(key, "")
            yield Link(key, values.get("Type", ""), target, is_external)

    def link(self, source: str, kind: str, target: str, key: str = "") -> str:
        """Add a relation from one part to another.

        Args:
            kind: the relation's full type.
            key: its id; a free one is found where none is given.

        Returns: its id.
        """
        taken = {link.key for link in self.links(source)}
        number = len(taken) + 1
        while not key or (key in taken):
            key = f"rId{number}"
            number += 1
        self.set_links(source, [*self.links(source), Link(key, kind, target)])
        return key

    def set_links(self, source: str, links: list[Link]) -> None:
        """Write a part's relations anew; without any, their part goes."""
        holder = relations_part(source)
        if not links:
            if holder in self:
                self.changes[holder.lower()] = None
            return
        old = self.content(holder) if holder in self else _NO_RELATIONS
        if b"</Relationships>" not in old:
            raise CannotWrite("unusual-xml", where=holder, found="Relationships")

        kept = {link.key for link in links}
        known = {link.key: link for link in self.links(source)}
        new = old
        for tag in _RELATIONSHIP.findall(old):
            key = attributes(tag).get("Id", "")
            # What is the same keeps its spelling.
            if key not in kept or known.get(key) not in links:
                new = new.replace(tag, b"", 1)

        folder = posixpath.dirname(source)
        tags = []
        for link in links:
            if known.get(link.key) == link:
                continue
            target = link.target
            if not link.is_external:
                target = posixpath.relpath("/" + link.target, "/" + folder)
            mode = ' TargetMode="External"' if link.is_external else ""
            tags.append(
                f'<Relationship Id="{link.key}" Type="{link.kind}" '
                f'Target="{escape(target, {chr(34): "&quot;"})}"{mode}/>'.encode()
            )
        end = new.rindex(b"</Relationships>")
        self.set(holder, new[:end] + b"".join(tags) + new[end:])
        if not self.content_type(holder):
            raise CannotWrite("unusual-xml", where=TYPES, found="rels")

    def remove_orphans(self, candidates: list[str]) -> None:
        """Take out those parts that no relation leads to any more, and what only they led to."""
        for name in candidates:
            if name not in self or self._is_target(name):
                continue
            beyond = [relation.target for relation in self.relations(name)]
            self.remove(name)
            self.remove_orphans(beyond)

    def _is_target(self, name: str) -> bool:
        wanted = name.lower()
        for holder in self.names():
            if not holder.endswith(".rels"):
                continue
            folder, _, file = holder.rpartition("_rels/")
            source = folder + file.removesuffix(".rels")
            if any(relation.target.lower() == wanted for relation in self.relations(source)):
                return True
        return False
