"""Which tabs does a workbook show, and how does one come to light or go out of sight?

`<sheets><sheet name="Parked notes" sheetId="9" state="hidden" r:id="rId9"/></sheets>`
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.parts import BookParts, SheetPart
from salesbook.hosts.package.xmlscan import (
    attribute,
    replaced,
    root_prefix,
    tag_pattern,
    whole_number,
    with_attribute,
)

_YES = ("1", "true", "on")


def reveal(edits: Edits, book: BookParts, sheets: Iterable[SheetPart]) -> None:
    """Show the hidden ones among these sheets.

    One that is `veryHidden` stays so: Excel offers nobody to show it, so that a macro or its maker
    wants it out of sight. In a workbook whose structure is protected all stay: Excel refuses there
    too.
    """
    workbook = edits.content(book.workbook)
    prefix = root_prefix(workbook, b"workbook", book.workbook)
    if has_locked_structure(workbook, prefix):
        return

    parts_by_name = {sheet.name: sheet.part for sheet in sheets}
    revealed: list[str] = []

    def shown(tab: re.Match[bytes]) -> bytes:
        name = attribute(tab[0], b"name")
        is_hidden = attribute(tab[0], b"state") == "hidden"
        if name not in parts_by_name or not is_hidden:
            return tab[0]
        revealed.append(parts_by_name[name])
        # Without the attribute a sheet is visible, and so Excel writes it.
        return with_attribute(tab[0], b"state", None)

    edits.change(book.workbook, tag_pattern(prefix, b"sheet").sub(shown, workbook))
    for part in revealed:
        edits.change(part, _not_selected(edits.content(part), part))


def hide(edits: Edits, book: BookParts, sheets: Iterable[SheetPart]) -> None:
    """Hide the visible ones among these sheets.

    Where the one that is looked at is among them, the first that is left is looked at: Excel opens
    no workbook on a hidden sheet. The last visible sheet stays, and in a protected structure all do.
    """
    workbook = edits.content(book.workbook)
    prefix = root_prefix(workbook, b"workbook", book.workbook)
    if has_locked_structure(workbook, prefix):
        return

    parts_by_name = {sheet.name: sheet.part for sheet in sheets}
    tabs = list(tag_pattern(prefix, b"sheet").finditer(workbook))
    names = [attribute(tab[0], b"name") or "" for tab in tabs]
    is_seen = [attribute(tab[0], b"state") in (None, "visible") for tab in tabs]
    staying = [
        seen and name not in parts_by_name for name, seen in zip(names, is_seen, strict=True)
    ]
    if not any(staying):
        return

    def hidden(tab: re.Match[bytes]) -> bytes:
        is_visible = attribute(tab[0], b"state") in (None, "visible")
        is_meant = attribute(tab[0], b"name") in parts_by_name
        return with_attribute(tab[0], b"state", "hidden") if is_visible and is_meant else tab[0]

    def looking_elsewhere(view: re.Match[bytes]) -> bytes:
        active = whole_number(attribute(view[0], b"activeTab"))
        if active < len(staying) and staying[active]:
            return view[0]
        return with_attribute(view[0], b"activeTab", str(staying.index(True)))

    workbook = tag_pattern(prefix, b"workbookView").sub(looking_elsewhere, workbook)
    edits.change(book.workbook, tag_pattern(prefix, b"sheet").sub(hidden, workbook))
    for part in parts_by_name.values():
        edits.change(part, _not_selected(edits.content(part), part))


def has_locked_structure(workbook: bytes, prefix: bytes) -> bool:
    """Whether nobody may show, hide or move sheets of a workbook."""
    protection = tag_pattern(prefix, b"workbookProtection").search(workbook)
    return bool(protection and attribute(protection[0], b"lockStructure") in _YES)


def _not_selected(sheet: bytes, part: str) -> bytes:
    """Take a sheet out of the group of selected ones.

    Some programs leave a sheet selected that they hide. Shown beside the active one, both would be
    a group in Excel, and what is typed into one would go into the other as well.
    """
    prefix = root_prefix(sheet, b"worksheet", part)
    view = tag_pattern(prefix, b"sheetView").search(sheet)
    if not view or attribute(view[0], b"tabSelected") is None:
        return sheet
    return replaced(sheet, view, with_attribute(view[0], b"tabSelected", None))
