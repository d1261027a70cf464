"""By which marks is known, later, what a version put into its workbooks?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesbook.hosts.area import Area
from salesbook.hosts.formulas.naming import first_sheet
from salesbook.hosts.package.archive import Archive, Staged
from salesbook.hosts.package.parts import read_parts
from salesbook.hosts.package.upgrading import macros
from salesbook.hosts.package.upgrading.copying import source_of
from salesbook.hosts.package.upgrading.displays import CHOSEN
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.marks import sheet_mark
from salesbook.hosts.package.upgrading.notes import Notes, text_mark
from salesbook.hosts.package.upgrading.renewal import content_mark
from salesbook.hosts.package.upgrading.rules import validations
from salesbook.hosts.package.upgrading.sheets import SheetXml
from salesbook.hosts.package.upgrading.vba import modules_of, typed_mark
from salesbook.hosts.package.upgrading.workbook import Workbook


def marks_of(template: bytes) -> Mapping[str, Any]:
    """Make the marks of a workbook as it was built: each list sorted, sheets by name in macros."""
    parts = Staged(Archive(template, "template"))
    book = read_parts(parts, "template")
    edit = PackageEdit(parts)
    texts = source_of(edit, book.workbook, book.strings).texts
    names = {name.name: name.text for name in Workbook(edit, book.workbook).names()}
    typed: dict[str, list[Area]] = {}
    for name in CHOSEN:
        area = Area.parse(names.get(name, "").rpartition("!")[2].replace("$", ""))
        if area:
            typed.setdefault(first_sheet(names[name]), []).append(area)

    with_tables = {table.sheet.part for table in book.tables.values()}
    rules, notes, sheets = set(), set(), {}
    for sheet in book.sheets:
        xml = SheetXml(edit, sheet.part)
        rules |= {rule.mark for rule in validations(xml.shell, sheet.part)}
        notes |= {text_mark(note) for note in Notes(edit, sheet.part).by_cell.values()}
        if sheet.part not in with_tables:
            passed_over = typed.get(sheet.name.lower(), [])
            sheets[xml.code_name] = sheet_mark(edit, sheet.part, texts, passed_over)

    project = next(r.target for r in edit.relations(book.workbook) if r.kind == "vbaProject")
    modules = modules_of(edit.content(project), project).values()
    return {
        "validations": sorted(rules),
        "notes": sorted(notes),
        "modules": sorted({typed_mark(text) for text in modules} - {""}),
        "ribbons": [content_mark(edit.content(macros.ribbon_part(edit)))],
        "sheets": sheets,
    }
