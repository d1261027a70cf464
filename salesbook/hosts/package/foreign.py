"""Can somebody else's workbook be given to a reader of every kind of part, and what does that cost?

The host itself reads few parts, each after a look at it. openpyxl parses whatever it finds; so a
foreign workbook is looked at as a whole before openpyxl gets it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from salesbook.hosts.package.archive import Archive
from salesbook.hosts.package.extent import refuse_wide_extent
from salesbook.hosts.package.guards import refuse_entities, refuse_styles
from salesbook.hosts.package.zipping import assemble

_PARSED = (".xml", ".rels", ".vml")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
"""Matches a sheet's part as all known programs name it: `xl/worksheets/sheet1.xml`."""
_FORMULA_STARTS = (b"<f>", b"<f ", b":f>")
_ROOT_BYTES = 2000


@dataclass(frozen=True, slots=True)
class ForeignWorkbook:
    """A workbook whose every part was looked at."""

    archive: Archive
    has_formulas: bool

    def with_parts_changed(self, ending: str, change: Callable[[bytes], bytes]) -> bytes:
        """Give the workbook's bytes with some parts changed; all others stay as they are.

        Args:
            ending: what the names of those parts end with, in lower case.
            change: gives a part's new content for its old.
        """
        changes: dict[str, bytes | None] = {}
        for name in self.archive.members:
            if not name.endswith(ending):
                continue
            content = self.archive.inflate(name)
            changed = change(content)
            if changed != content:
                changes[name] = changed

        return assemble(self.archive, changes) if changes else self.archive.data


def check_workbook(data: bytes, where: str) -> ForeignWorkbook:
    """Look at every part of a workbook that a reader of whole workbooks will parse.

    Args:
        where: the file's name, for what is wrong with it.

    Raises: NotAWorkbook, UnsafeFile, PasswordProtected.
    """
    archive = Archive(data, where)
    has_formulas = False
    for name in archive.members:
        if not name.endswith(_PARSED):
            continue
        content = archive.inflate(name)
        refuse_entities(content, f"{where}: {name}")
        if b"styleSheet" in content[:_ROOT_BYTES]:
            refuse_styles(content, f"{where}: {name}")
        if _SHEET.fullmatch(name):
            refuse_wide_extent(content, name, f"{where}: {name}")
            has_formulas = has_formulas or any(start in content for start in _FORMULA_STARTS)

    return ForeignWorkbook(archive, has_formulas)
