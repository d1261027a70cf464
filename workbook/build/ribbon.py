"""What does the ribbon show? Its shape from `workbook/ribbon`, its words from the labels and
`ACTIONS`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from lxml import etree

from salesbook.actions import ACTIONS
from salesbook.labels import Language, sheet_name, word
from salesbook.labels.messages import fill
from salesbook.tables import TABLES, Role

SOURCE: Final = Path(__file__).resolve().parent.parent / "ribbon" / "customUI14.xml"
PART: Final = "customUI/customUI14.xml"
RELATION_TYPE: Final = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_NAMESPACE: Final = "{http://schemas.microsoft.com/office/2009/07/customui}"
_RELATIONS: Final = "_rels/.rels"
_OTHERS: Final = {
    "import": ("chosen_file", "shown_sheet"),
    "undo": ("kept", "written_last"),
    "check_setup": ("computer", "nothing"),
}
"""Buttons that are no verb: what they read and write, as words."""


def ribbon_xml(language: Language) -> bytes:
    """The ribbon of a language."""
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
    root = etree.fromstring(SOURCE.read_bytes(), parser)
    for tab in root.iter(f"{_NAMESPACE}tab"):
        tab.set("label", word("ribbon", "tab", language))
    for group in root.iter(f"{_NAMESPACE}group"):
        group.set("label", word("ribbon", f"groups.{group.get('id')}", language))
    for button in root.iter(f"{_NAMESPACE}button"):
        name = str(button.get("id"))
        button.set("label", word("macros", f"button.{name}", language))
        button.set("screentip", word("ribbon", f"titles.{name}", language))
        button.set("supertip", supertip(name, language))
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made


def supertip(button: str, language: Language) -> str:
    """What a button does, reads and writes."""
    reads, writes = _tables(button, language)
    facts = {"what": word("ribbon", f"whats.{button}", language), "reads": reads, "writes": writes}
    return fill(word("ribbon", "tip", language), facts, language)


def _tables(button: str, language: Language) -> tuple[str, str]:
    if button in _OTHERS:
        reads, writes = _OTHERS[button]
        return word("ribbon", f"places.{reads}", language), word(
            "ribbon", f"places.{writes}", language
        )
    if button == "publish":
        return _names(["TargetPlan"], language), _names(["TargetPlan", "RunLog"], language)
    action = ACTIONS[button]
    return _names([*action.reads, "Policy"], language), _names([*action.writes, "RunLog"], language)


def _names(tables: Iterable[str], language: Language) -> str:
    """Sheets by name, in the order of the tables; the settings tables share one."""
    settings = word("book", "sheets.settings", language)
    shown = [
        settings if TABLES[table].role is Role.SETTING else sheet_name(table, language)
        for table in tables
    ]
    return word("ribbon", "comma", language).join(dict.fromkeys(shown))


def with_ribbon(package: bytes, language: Language) -> bytes:
    """The workbook with a ribbon: one part and one relation more, all else as it was."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.infolist():
            content = old.read(one)
            if one.filename == _RELATIONS:
                content = _related(content)
            new.writestr(one, content, zipfile.ZIP_DEFLATED)
        part = zipfile.ZipInfo(PART, old.infolist()[0].date_time)
        part.external_attr = old.infolist()[0].external_attr
        new.writestr(part, ribbon_xml(language), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _related(relations: bytes) -> bytes:
    root = etree.fromstring(relations)
    etree.SubElement(
        root, f"{{{root.nsmap[None]}}}Relationship", Id="rIdRibbon", Type=RELATION_TYPE, Target=PART
    )
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made
