"""Which tabs does a workbook show, and how does a hidden one come to light?

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
    protection = tag_pattern(prefix, b"workbookProtection").search(workbook)
    if protection and attribute(protection[0], b"lockStructure") in _YES:
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
