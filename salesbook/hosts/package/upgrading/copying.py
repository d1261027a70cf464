"""How does a sheet of the template come into a workbook, with all that lies on it?

Its cell formats are added to the workbook's, its texts stand in the cells themselves, the parts
that it names (table, notes, charts) come along under free names, and formulas name the workbook's
own sheets and columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from salesbook.hosts.formulas.naming import Names, renamed
from salesbook.hosts.package.upgrading.columns import CHART_FORMULA
from salesbook.hosts.package.upgrading.edit import Link, PackageEdit
from salesbook.hosts.package.upgrading.elements import children, element
from salesbook.hosts.package.upgrading.formats import Formats
from salesbook.hosts.package.upgrading.sheets import (
    FORMULA,
    RULE_FORMULA,
    SheetXml,
    tag,
    with_formulas,
)
from salesbook.hosts.package.xmlscan import attribute, start_tag, with_attribute

_CELL: Final = re.compile(rb"<c\s[^>]*?(?:/>|>.*?</c>)", re.DOTALL)
_STYLED: Final = re.compile(rb'(<(?:c|row)\s[^>]*?\bs=")(\d+)(")')
_STYLED_COLUMN: Final = re.compile(rb'(<col\s[^>]*?\bstyle=")(\d+)(")')
_RULE_STYLE: Final = re.compile(rb'(<cfRule\s[^>]*?\bdxfId=")(\d+)(")')
_VALUE: Final = re.compile(rb"<v>(\d+)</v>")
_META: Final = re.compile(rb'(<c\s[^>]*?)\scm="1"')
_LOCATION: Final = re.compile(rb'(<hyperlink\s[^>]*?\blocation=")([^"]*)(")')
_METADATA_TYPE: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
)
_METADATA_RELATION: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata"
)
_DYNAMIC: Final = b"XLDAPR"
"""What marks an array formula as one that spills, in a workbook's metadata."""


@dataclass(frozen=True, slots=True)
class Source:
    """The template's package."""

    edit: PackageEdit
    workbook: str
    texts: tuple[bytes, ...]
    """The shared texts, each as its `<si>` holds it."""


def source_of(edit: PackageEdit, workbook: str, strings: str | None) -> Source:
    """Read what copying needs of the template."""
    texts: list[bytes] = []
    if strings:
        for item in children(edit.content(strings), strings):
            texts.append(
                item[len(start_tag(item)) : item.rindex(b"</")] if b"</si" in item else b""
            )
    return Source(edit, workbook, tuple(texts))


@dataclass(slots=True)
class Copying:
    """Copies sheets of the template into a package that is being changed."""

    source: Source
    edit: PackageEdit
    workbook: str
    formats: Formats
    names: Names
    """How the workbook calls what the template names."""

    def sheet(self, part: str, target: str, code_name: str) -> bytes:
        """Make the content of a copied sheet, its related parts added to the package.

        Args:
            part: of the template.
            target: the name that the sheet's part has or will have; its relations are made.
        """
        sheet = SheetXml(self.source.edit, part)
        sheet.rows = self._rows(sheet.rows)
        sheet.shell = self._shell(sheet.shell)
        sheet.set_code_name(code_name)
        self._copy_relations(part, target)
        return sheet.render()

    def _rows(self, rows: bytes) -> bytes:
        rows = _CELL.sub(lambda match: self._with_text(match[0]), rows)
        rows = _STYLED.sub(self._format, rows)
        meta = self._dynamic()
        rows = _META.sub(rb"\1" + (b' cm="%d"' % meta if meta else b""), rows)
        return with_formulas(rows, FORMULA, lambda formula: renamed(formula, self.names))

    def _shell(self, shell: bytes) -> bytes:
        shell = _STYLED_COLUMN.sub(self._format, shell)
        shell = _RULE_STYLE.sub(
            lambda match: match[1] + b"%d" % self.formats.rule_format(int(match[2])) + match[3],
            shell,
        )
        shell = with_formulas(shell, RULE_FORMULA, lambda formula: renamed(formula, self.names))
        for match in tag("sheetView").finditer(shell):
            shell = shell.replace(match[0], with_attribute(match[0], b"tabSelected", None), 1)
        return with_formulas(shell, _LOCATION, lambda formula: renamed(formula, self.names))

    def cell(self, xml: bytes) -> bytes:
        """Make a cell of the template one of the workbook: its text in itself, its format there."""
        return _STYLED.sub(self._format, self._with_text(xml))

    def column(self, xml: bytes) -> bytes:
        """Make a `<col>` of the template one of the workbook."""
        return _STYLED_COLUMN.sub(self._format, xml)

    def _format(self, match: re.Match[bytes]) -> bytes:
        return match[1] + b"%d" % self.formats.cell_format(int(match[2])) + match[3]

    def _with_text(self, cell: bytes) -> bytes:
        tag_of_cell = start_tag(cell)
        if attribute(tag_of_cell, b"t") != "s":
            return cell
        value = _VALUE.search(cell)
        text = self.source.texts[int(value[1])] if value else b"<t></t>"
        new_tag = with_attribute(tag_of_cell, b"t", "inlineStr")
        return new_tag + b"<is>" + text + b"</is></c>"

    def _dynamic(self) -> int:
        """Find the number by which cells say that their formula spills; 0 where there is none."""
        for relation in self.edit.relations(self.workbook):
            if relation.kind == "sheetMetadata" and relation.target in self.edit:
                return _dynamic_number(self.edit.content(relation.target), relation.target)
        for relation in self.source.edit.relations(self.source.workbook):
            if relation.kind == "sheetMetadata":
                data = self.source.edit.content(relation.target)
                part = self.edit.add("xl/metadata.xml", data, _METADATA_TYPE)
                self.edit.link(self.workbook, _METADATA_RELATION, part)
                return _dynamic_number(data, part)
        return 0

    def _copy_relations(self, part: str, target: str) -> None:
        links = []
        for link in self.source.edit.links(part):
            if link.is_external or link.target not in self.source.edit:
                links.append(link)
                continue
            links.append(Link(link.key, link.kind, self._copied_part(link.target)))
        self.edit.set_links(target, links)

    def _copied_part(self, part: str) -> str:
        """Add a part that a sheet of the template names, and what it names in turn."""
        data = self.source.edit.content(part)
        if "/charts/" in part:
            data = with_formulas(data, CHART_FORMULA, lambda text: renamed(text, self.names))
        if "/tables/" in part:
            data = self.table(data)
        new = self.edit.add(part, data, self.source.edit.content_type(part))
        self._copy_relations(part, new)
        return new

    def table(self, data: bytes) -> bytes:
        """Give a table an id that no other of the workbook has."""
        ids = []
        for name in self.edit.names():
            if "/tables/" in name and name.endswith(".xml"):
                root = tag("table").search(self.edit.content(name))
                ids.append(int((root and attribute(root[0], b"id")) or 0))
        root = tag("table").search(data)
        if root is None:
            return data
        new_tag = with_attribute(root[0], b"id", str(max(ids, default=0) + 1))
        return data[: root.start()] + new_tag + data[root.end() :]


def _dynamic_number(data: bytes, part: str) -> int:
    """Find the cell metadata that stands for a spilling formula, counted from 1."""
    types = [
        attribute(start_tag(item), b"name") or ""
        for item in children(element(data, part, "metadataTypes"), part)
    ]
    if _DYNAMIC.decode() not in types:
        return 0
    wanted = types.index(_DYNAMIC.decode()) + 1
    for number, block in enumerate(children(element(data, part, "cellMetadata"), part), start=1):
        records = tag("rc").findall(block)
        kinds = re.findall(rb'\bt="(\d+)"', block)
        if records and kinds == [b"%d" % wanted]:
            return number
    return 0
