"""What does the ribbon show? The buttons of `BUTTONS` in their groups, in the words of a language."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import Final

from lxml import etree

from salesbook.actions import ACTIONS, BUTTONS, Button
from salesbook.labels import Language, sheet_name, word
from salesbook.labels.messages import fill
from salesbook.tables import TABLES, Role
from workbook.build.callbacks import ON_LOAD, enabled_callback, ribbon_callback

PART: Final = "customUI/customUI14.xml"
RELATION_TYPE: Final = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
MOST_LETTERS: Final = 1024
"""What the schema allows of a tip."""
EVERYTHING: Final = "everything"
_NAMESPACE: Final = "http://schemas.microsoft.com/office/2009/07/customui"
_RELATIONS: Final = "_rels/.rels"


def ribbon_xml(language: Language) -> bytes:
    """The ribbon of a language: one tab right of Home, its groups and buttons in `BUTTONS`' order."""
    root = etree.Element(
        f"{{{_NAMESPACE}}}customUI", nsmap={None: _NAMESPACE}, attrib={"onLoad": ON_LOAD}
    )
    ribbon = _add(root, "ribbon", startFromScratch="false")
    tabs = _add(ribbon, "tabs")
    tab = _add(
        tabs,
        "tab",
        id="salesbook",
        insertAfterMso="TabHome",
        keytip="SB",
        label=word("ribbon", "tab", language),
    )

    groups: dict[str, etree._Element] = {}
    for button in BUTTONS.values():
        if button.group not in groups:
            label = word("ribbon", f"groups.{button.group}", language)
            groups[button.group] = _add(tab, "group", id=button.group, label=label)
        _add_button(groups[button.group], button, language)

    xml: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return xml


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_NAMESPACE}}}{tag}", attributes)


def _add_button(group: etree._Element, button: Button, language: Language) -> None:
    attributes = {
        "id": button.name,
        "size": "normal" if button.is_small else "large",
        "imageMso": button.icon,
        "keytip": button.keytip,
        "onAction": ribbon_callback(button),
    }
    if button.enabled_by:
        attributes["getEnabled"] = enabled_callback(button)

    attributes["label"] = word("macros", f"button.{button.name}", language)
    attributes["screentip"] = word("ribbon", f"titles.{button.name}", language)
    attributes["supertip"] = supertip(button, language)
    _add(group, "button", **attributes)


def supertip(button: Button, language: Language) -> str:
    """What a button does, reads and writes, for the box that opens under the mouse."""
    reads, writes = button.reads, button.writes
    if button.action:
        action = ACTIONS[button.action]
        reads = reads or (*action.reads, "Policy")
        writes = writes or (*action.writes, "RunLog")

    facts = {
        "what": word("ribbon", f"whats.{button.name}", language),
        "reads": _names(reads, language),
        "writes": _names(writes, language),
    }
    tip = fill(word("ribbon", "tip", language), facts, language)
    if len(tip) <= MOST_LETTERS:
        return tip
    # What reads nearly every table is not told better by naming each.
    facts["reads"] = _names([EVERYTHING], language)
    return fill(word("ribbon", "tip", language), facts, language)


def _names(places: Iterable[str], language: Language) -> str:
    """What people call tables, or what else a button reads and writes, in the order given."""
    names = [_name(place, language) for place in places]
    # The settings tables share a sheet, which is named once.
    return word("ribbon", "comma", language).join(dict.fromkeys(names))


def _name(place: str, language: Language) -> str:
    if place not in TABLES:
        return word("ribbon", f"places.{place}", language)
    if TABLES[place].role is Role.SETTING:
        return word("book", "sheets.settings", language)
    return sheet_name(place, language)


def with_ribbon(package: bytes, language: Language) -> bytes:
    """Add a ribbon to a workbook: one part and one relation more, all else as it was."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(result, "w") as new:
        first = old.infolist()[0]
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == _RELATIONS:
                content = _with_relation(content)
            new.writestr(entry, content, zipfile.ZIP_DEFLATED)

        # Dated as the other parts are: the day of the build would make every build another file.
        part = zipfile.ZipInfo(PART, first.date_time)
        part.external_attr = first.external_attr
        new.writestr(part, ribbon_xml(language), zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _with_relation(relations: bytes) -> bytes:
    """The package's relations with one more: Excel finds the ribbon by its type."""
    root = etree.fromstring(relations)
    etree.SubElement(
        root,
        f"{{{root.nsmap[None]}}}Relationship",
        Id="rIdRibbon",
        Type=RELATION_TYPE,
        Target=PART,
    )
    xml: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return xml
