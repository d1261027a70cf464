"""The parts of a package while a write changes them: the old ones, and new ones over them."""

from __future__ import annotations

from dataclasses import dataclass, field

from salesbook.hosts.package import surroundings
from salesbook.hosts.package.parts import Parts

_TYPES = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Edits:
    """Parts that may be changed, added and taken out."""

    parts: Parts
    changed: dict[str, bytes | None] = field(default_factory=dict)
    """New content by part name in lower case; None for a part that goes."""

    def __contains__(self, name: str) -> bool:
        if name.lower() in self.changed:
            return self.changed[name.lower()] is not None
        return name in self.parts

    def content(self, name: str) -> bytes:
        """Hand out a part as it is now."""
        changed = self.changed.get(name.lower())
        return self.parts.content(name) if changed is None else changed

    def change(self, name: str, data: bytes) -> None:
        """Give a part that is there other content."""
        if data != self.content(name):
            self.changed[name.lower()] = data

    def add(self, name: str, data: bytes, kind: str) -> None:
        """Add a part.

        Args:
            kind: its content type.
        """
        self.changed[name.lower()] = data
        types = self.content(_TYPES)
        extension = name.rpartition(".")[2].lower()
        if extension == "xml":
            self.change(_TYPES, surroundings.with_override(types, name, kind))
        else:
            self.change(_TYPES, surroundings.with_default(types, extension, kind))

    def remove(self, name: str) -> None:
        """Take a part out, and its content type."""
        self.changed[name.lower()] = None
        self.change(_TYPES, surroundings.without_override(self.content(_TYPES), name))

    def free_name(self, pattern: str) -> str:
        """Name a part that is not there yet.

        Args:
            pattern: its name, in small letters, with `{}` for a number.
        """
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)
