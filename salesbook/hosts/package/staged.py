"""What does the package hold now: the archive's parts, and those that were changed over them?"""

from __future__ import annotations

from collections.abc import Mapping

from salesbook.hosts.package.archive import Archive, Packed


class Staged:
    """The parts of a package as they would be saved now."""

    def __init__(self, archive: Archive, changes: Mapping[str, bytes | None] | None = None) -> None:
        self.archive = archive
        self.changes = dict(changes or {})

    def __contains__(self, name: str) -> bool:
        return self.changes.get(name.lower(), b"") is not None and name in self.archive

    def content(self, name: str) -> bytes:
        """Hand out a part."""
        changed = self.changes.get(name.lower())
        return self.archive.inflate(name) if changed is None else changed

    def packed(self, name: str) -> Packed | None:
        """Hand out a part as the archive holds it, unchecked; None where it was changed."""
        return None if name.lower() in self.changes else self.archive.packed(name)
