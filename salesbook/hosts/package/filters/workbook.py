"""How does the name follow by which a workbook knows the area of a sheet's own filter?

`<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Pipeline!$A$1:$C$9</definedName>`
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.xmlscan import plain

_FILTER_NAME = re.compile(
    rb"""(<(?:[\w.-]+:)?definedName\s[^>]*?name\s*=\s*["']_xlnm\._FilterDatabase["'][^>]*>)([^<]*)(<)"""
)


def filter_name_resized(workbook: bytes, sheet: str, old: Area, new: Area) -> bytes:
    """Let the name of a sheet's filter area mean its new area, if it meant the old one."""

    def resized(match: re.Match[bytes]) -> bytes:
        written_sheet, _, reference = plain(match[2].decode()).rpartition("!")
        name = written_sheet.strip()
        if name.startswith("'"):
            name = name[1:-1].replace("''", "'")
        if name.lower() != sheet.lower() or Area.parse(reference) != old:
            return match[0]
        return match[1] + escape(f"{written_sheet}!{_fixed(new)}").encode() + match[3]

    return _FILTER_NAME.sub(resized, workbook)


def _fixed(area: Area) -> str:
    """Write an area with dollars: `$A$1:$C$9`."""
    corners = (cell_name(area.top, area.left), cell_name(area.bottom, area.right))
    return ":".join(re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", corner) for corner in corners)
