"""Which program saved the workbook last, and what that Excel keeps did it leave out?

LibreOffice writes sheets without the names by which macros know them, tables without their style,
and dropdowns that end with the rows that were filled. Its name stands in docProps/app.xml, as any
program's does. WPS Office often calls itself Excel there, but leaves its build in
docProps/custom.xml; so does a workbook that Excel saved afterwards, which is why that counts only
where something is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from salesbook.hosts.area import Area
from salesbook.hosts.package.archive import Staged
from salesbook.hosts.package.parts import BookParts, relations
from salesbook.hosts.package.xmlscan import plain

_APPLICATION: Final = re.compile(rb"<(?:\w+:)?Application>([^<]{1,200})<")
"""Matches `<Application>LibreOffice/7.4.7.2$Linux_X86_64 ...<`."""
_WPS_BUILD: Final = b"KSOProductBuildVer"
"""The property in which WPS Office notes its build."""
_WPS: Final = "WPS Office"
_EXCEL: Final = "Microsoft"
"""Excel is `Microsoft Excel`, `Microsoft Macintosh Excel` or `Microsoft Excel Online`."""
_COMPATIBLE: Final = "Microsoft Excel Compatible /"
"""What openpyxl writes before its own name."""
_CODE_NAME: Final = re.compile(rb"""<(?:\w+:)?sheetPr\b[^>]*?\bcodeName\s*=\s*["']([^"']*)["']""")
"""Matches `<sheetPr codeName="SheetDeals"`."""
_STYLE: Final = re.compile(rb"<(?:\w+:)?tableStyleInfo\b")
"""Excel writes it for a table without style, too: then it names none."""
_DROPDOWN: Final = re.compile(
    rb"""<(?:\w+:)?dataValidation\s(?=[^>]*\btype="list")[^>]*?\bsqref="([^"]*)\""""
)
"""Matches `<dataValidation type="list" ... sqref="C5:C1004"`, the attributes in any order."""
_HEAD_BYTES: Final = 8192
"""A sheet's properties stand right after its root, however many namespaces that names."""


@dataclass(frozen=True, slots=True)
class LastSave:
    """Who saved a workbook last, and what is there of that which programs leave out."""

    program: str
    """Its name where it is none of Excel's; blank for Excel, and where the file does not say."""
    may_be_wps: bool
    """True where WPS Office had the workbook at some time."""
    has_macros: bool
    code_names: Mapping[str, str]
    """By table: the name by which macros know its sheet; blank where it has none."""
    unstyled: frozenset[str]
    """Tables that say nothing of their style."""


def last_save(parts: Staged, book: BookParts) -> LastSave:
    """Look at properties and at the heads of the sheets; nothing else is inflated."""
    root = {relation.kind: relation.target for relation in relations(parts, "")}
    related = {relation.kind for relation in relations(parts, book.workbook)}

    name_by_sheet = {table.sheet.part: "" for table in book.tables.values()}
    for part in name_by_sheet:
        name_by_sheet[part] = code_name(parts, part)

    tables = book.tables.values()
    return LastSave(
        program=_program(_content(parts, root.get("extended-properties"))),
        may_be_wps=_WPS_BUILD in _content(parts, root.get("custom-properties")),
        has_macros="vbaProject" in related,
        code_names={table.code: name_by_sheet[table.sheet.part] for table in tables},
        unstyled=frozenset(
            table.code for table in tables if not _STYLE.search(parts.content(table.part))
        ),
    )


def code_name(parts: Staged, part: str) -> str:
    """The name by which macros know a sheet; blank where it has none."""
    match = _CODE_NAME.search(parts.head(part, _HEAD_BYTES))
    return plain(match[1].decode("utf-8", "replace")) if match else ""


def dropdown_ends(parts: Staged, book: BookParts) -> dict[str, int]:
    """The last sheet row of each sheet's dropdowns, by a table that stands there; 0 without any.

    Every sheet with a table is inflated for it.
    """
    ends: dict[str, int] = {}
    for table in book.tables.values():
        lists = _DROPDOWN.findall(parts.content(table.sheet.part))
        texts = [text for areas in lists for text in areas.decode("ascii", "replace").split()]
        areas = [area for area in map(Area.parse, texts) if area]
        ends[table.code] = max((area.bottom for area in areas), default=0)
    return ends


def _content(parts: Staged, part: str | None) -> bytes:
    return parts.content(part) if part and part in parts else b""


def _program(properties: bytes) -> str:
    """The program's name without its version, `LibreOffice` of `LibreOffice/7.4.7.2$Linux`."""
    match = _APPLICATION.search(properties)
    if not match:
        return ""
    name = plain(match[1].decode("utf-8", "replace")).strip()
    if name.startswith(_COMPATIBLE):
        return name.removeprefix(_COMPATIBLE).strip()
    if name.startswith(_EXCEL):
        return ""
    if name.upper().startswith(("WPS", "KINGSOFT")):
        return _WPS
    return name.partition("/")[0].replace("_", " ").strip()
