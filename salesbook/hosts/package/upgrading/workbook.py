"""Which sheets and names does the workbook part list, and how does it take further ones?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from salesbook.errors import CannotWrite
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.elements import (
    WORKBOOK_ORDER,
    children,
    element,
    with_element,
)
from salesbook.hosts.package.upgrading.sheets import escaped, tag
from salesbook.hosts.package.xmlscan import attribute, attributes, plain, start_tag, with_attribute

WORKSHEET: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_RELATION_ID: Final = re.compile(rb"""\s([\w.-]+:id)\s*=\s*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab: its name, its part, and whether it is to be seen."""

    name: str
    part: str
    state: str
    """`visible`, `hidden` or `veryHidden`."""
    xml: bytes


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A name for cells or a formula, of the whole workbook or of one sheet."""

    name: str
    text: str
    sheet: int | None
    """Place of its sheet among all; None where the whole workbook knows it."""
    xml: bytes


class Workbook:
    """The workbook part of a package that is being changed."""

    def __init__(self, edit: PackageEdit, part: str) -> None:
        self._edit = edit
        self.part = part

    @property
    def data(self) -> bytes:
        """The part as it is now."""
        return self._edit.content(self.part)

    def _put(self, name: str, new: bytes) -> None:
        self._edit.set(self.part, with_element(self.data, self.part, name, new, WORKBOOK_ORDER))

    def sheets(self) -> list[Sheet]:
        """List all tabs in order, chart sheets too."""
        targets = {relation.key: relation.target for relation in self._edit.relations(self.part)}
        found = []
        for xml in children(element(self.data, self.part, "sheets"), self.part):
            values = attributes(start_tag(xml))
            key = _RELATION_ID.search(xml)
            target = targets.get(key[2].decode(), "") if key else ""
            found.append(Sheet(values.get("name", ""), target, values.get("state", "visible"), xml))
        return found

    def place_of(self, part: str) -> int:
        """Say where among the tabs a sheet stands."""
        return next(place for place, sheet in enumerate(self.sheets()) if sheet.part == part)

    def insert(self, place: int, name: str, part: str, state: str) -> None:
        """Put a sheet among the tabs; whatever counts tabs goes on meaning the same ones."""
        sheets = self.sheets()
        key = self._edit.link(self.part, WORKSHEET, part)
        pattern = _RELATION_ID.search(sheets[0].xml) if sheets else None
        if pattern is None:
            raise CannotWrite("unusual-xml", where=self.part, found="sheets")
        ids = [int(attributes(sheet.xml).get("sheetId", "0")) for sheet in sheets]
        hidden = "" if state == "visible" else f' state="{state}"'
        relation = pattern[1].decode()
        new = f'<sheet name={quoteattr(name)} sheetId="{max(ids) + 1}"{hidden} {relation}="{key}"/>'

        xml = [sheet.xml for sheet in sheets]
        xml.insert(place, new.encode())
        opening = start_tag(element(self.data, self.part, "sheets"))
        self._put("sheets", opening + b"".join(xml) + b"</sheets>")
        self._count_on(lambda number: number + 1 if number >= place else number)

    def _count_on(self, moved: Callable[[int], int]) -> None:
        names = [
            with_attribute(start_tag(name.xml), b"localSheetId", str(moved(name.sheet)))
            + name.xml[len(start_tag(name.xml)) :]
            if name.sheet is not None
            else name.xml
            for name in self.names()
        ]
        self._put_names(names)

        views = element(self.data, self.part, "bookViews")
        for old in tag("workbookView").finditer(views):
            new = old[0]
            for key in (b"activeTab", b"firstSheet"):
                number = attribute(new, key)
                if number and number.isdigit():
                    new = with_attribute(new, key, str(moved(int(number))))
            views = views.replace(old[0], new, 1)
        if views:
            self._put("bookViews", views)

    def rename(self, part: str, name: str) -> None:
        """Give a sheet another name on its tab; what names it is not touched."""
        sheet = next(sheet for sheet in self.sheets() if sheet.part == part)
        old = element(self.data, self.part, "sheets")
        new = with_attribute(start_tag(sheet.xml), b"name", name)
        self._put("sheets", old.replace(sheet.xml, new + sheet.xml[len(start_tag(sheet.xml)) :], 1))

    def names(self) -> list[DefinedName]:
        """List the defined names."""
        container = element(self.data, self.part, "definedNames")
        if not container or start_tag(container).endswith(b"/>"):
            return []
        found = []
        for xml in children(container, self.part):
            values = attributes(start_tag(xml))
            local = values.get("localSheetId")
            text = xml[len(start_tag(xml)) : xml.rindex(b"</")] if b"</" in xml else b""
            number = int(local) if local and local.isdigit() else None
            found.append(DefinedName(values.get("name", ""), plain(text.decode()), number, xml))
        return found

    def set_names(self, new: Mapping[tuple[str, int | None], str]) -> list[str]:
        """Let names mean this; those that mean it already keep their spelling.

        Args:
            new: texts by name, and by place of the sheet for names of one sheet.

        Returns: the names that changed or were added.
        """
        still_to_write = {
            (name.lower(), sheet): (name, text) for (name, sheet), text in new.items()
        }
        xml = []
        changed = []
        for known in self.names():
            wanted = still_to_write.pop((known.name.lower(), known.sheet), None)
            if wanted is None or _plain_reference(wanted[1]) == _plain_reference(known.text):
                xml.append(known.xml)
                continue
            xml.append(start_tag(known.xml) + escaped(wanted[1]) + b"</definedName>")
            changed.append(known.name)
        for (_, sheet), (name, text) in still_to_write.items():
            local = "" if sheet is None else f' localSheetId="{sheet}"'
            opening = f"<definedName name={quoteattr(name)}{local}>".encode()
            xml.append(opening + escaped(text) + b"</definedName>")
            changed.append(name)
        if changed:
            self._put_names(xml)
        return changed

    def change_names(self, change: Callable[[DefinedName], str]) -> None:
        """Give every name the text that `change` makes of it."""
        xml = []
        for name in self.names():
            text = change(name)
            same = text == name.text
            new = start_tag(name.xml) + escaped(text) + b"</definedName>"
            xml.append(name.xml if same else new)
        self._put_names(xml)

    def _put_names(self, xml: list[bytes]) -> None:
        if not xml:
            return
        # Excel keeps names in the order of the alphabet, and wants them so.
        ordered = sorted(xml, key=lambda item: (attribute(start_tag(item), b"name") or "").lower())
        joined = b"<definedNames>" + b"".join(ordered) + b"</definedNames>"
        if [name.xml for name in self.names()] != xml:
            self._put("definedNames", joined)

    def set_code_name(self, name: str) -> bool:
        """Give the workbook its name in macros. Returns: whether it had another."""
        properties = element(self.data, self.part, "workbookPr") or b"<workbookPr/>"
        old_tag = start_tag(properties)
        if attribute(old_tag, b"codeName") == name:
            return False
        new_tag = with_attribute(old_tag, b"codeName", name)
        self._put("workbookPr", new_tag + properties[len(old_tag) :])
        return True


def _plain_reference(text: str) -> str:
    """Spell a reference without the apostrophes that a program may write or leave out."""
    return text.replace("'", "").replace(" ", "")
