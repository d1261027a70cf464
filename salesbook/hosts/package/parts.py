"""Which parts does a workbook have, how do they relate,
and which table lies where on which sheet?
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from salesbook.errors import NotAWorkbook
from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.xmlscan import local, tree, whole_number

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_YES = ("1", "true", "on")


class Parts(Protocol):
    """Something that hands out a package's parts by name."""

    def __contains__(self, name: str) -> bool: ...

    def content(self, name: str) -> bytes:
        """Hand out a part's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: the name on its tab and its part."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """The formula of a calculated column."""

    formula: str
    is_array: bool


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table as its own part describes it."""

    code: str
    part: str
    sheet: SheetPart
    area: Area
    """Header row and totals row included."""
    header_rows: int
    totals_rows: int
    headers: tuple[str, ...]
    calculations: dict[str, Calculation]
    is_filtered: bool
    """True where its filter has criteria, so that rows may be hidden."""

    @property
    def body(self) -> Area:
        """The rows between the header and the totals."""
        area = self.area
        return Area(
            area.top + self.header_rows, area.left, area.bottom - self.totals_rows, area.right
        )


@dataclass(frozen=True, slots=True)
class BookParts:
    """What a package's relations say about its workbook."""

    workbook: str
    sheets: tuple[SheetPart, ...]
    tables: dict[str, TablePart]
    """By code in lower case, in sheet order."""
    styles: str | None
    strings: str | None
    calc_chain: str | None
    is_1904: bool
    is_signed: bool

    def tables_of(self, sheet: SheetPart) -> list[TablePart]:
        """List a sheet's tables."""
        return [table for table in self.tables.values() if table.sheet == sheet]


def read_parts(parts: Parts, path: str) -> BookParts:
    """Follow the relations from the package's root to the sheets and their tables.

    Raises: NotAWorkbook, UnsafeFile.
    """
    root = {kind: target for kind, _, target in relations(parts, "")}
    workbook = root.get("officeDocument", "")
    if workbook.lower().endswith(".bin"):
        raise NotAWorkbook("binary-workbook", where=path)
    if workbook not in parts:
        raise NotAWorkbook("not-a-workbook", where=path, found="zip")
    book = tree(parts.content(workbook), workbook)
    if local(book.tag) != "workbook":
        raise NotAWorkbook("not-a-workbook", where=path, found=local(book.tag))
    related = list(relations(parts, workbook))
    single = {kind: target for kind, _, target in related if target in parts}
    sheets = tuple(_sheets(book, {key: (kind, target) for kind, key, target in related}, parts))
    properties = next((node for node in book if local(node.tag) == "workbookPr"), None)
    return BookParts(
        workbook,
        sheets,
        _tables(parts, sheets),
        single.get("styles"),
        single.get("sharedStrings"),
        single.get("calcChain"),
        properties is not None and properties.get("date1904") in _YES,
        "origin" in root,
    )


def relations(parts: Parts, source: str) -> Iterator[tuple[str, str, str]]:
    """List a part's relations inside the package: the type's last word, the id, the target part."""
    folder = posixpath.dirname(source)
    holder = relations_part(source)
    if holder not in parts:
        return
    for node in tree(parts.content(holder), holder):
        target = node.get("Target", "")
        if node.get("TargetMode") == "External" or not target:
            continue
        full = posixpath.normpath(posixpath.join("/" + folder, unquote(target))).lstrip("/")
        yield node.get("Type", "").rpartition("/")[2], node.get("Id", ""), full


def relations_part(source: str) -> str:
    """Name the part that holds another part's relations."""
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", name + ".rels")


def _sheets(
    book: Element, related: dict[str, tuple[str, str]], parts: Parts
) -> Iterator[SheetPart]:
    for holder in book:
        if local(holder.tag) != "sheets":
            continue
        for node in holder:
            key = next((value for name, value in node.attrib.items() if name.endswith("}id")), "")
            kind, target = related.get(key, ("", ""))
            if kind == "worksheet" and target in parts:
                yield SheetPart(node.get("name", ""), target)


def _tables(parts: Parts, sheets: tuple[SheetPart, ...]) -> dict[str, TablePart]:
    tables: dict[str, TablePart] = {}
    for sheet in sheets:
        found = [target for kind, _, target in relations(parts, sheet.part) if kind == "table"]
        for part in found:
            if part not in parts:
                continue
            table = read_table(parts.content(part), part, sheet)
            if table.code.lower() in tables:
                raise NotAWorkbook("duplicate-table", where=part, table=table.code)
            tables[table.code.lower()] = table
    return tables


def read_table(data: bytes, part: str, sheet: SheetPart) -> TablePart:
    """Read a table part.

    Raises: NotAWorkbook where it contradicts itself.
    """
    root = tree(data, part)
    area = Area.parse(root.get("ref", ""))
    columns = [node for holder in root if local(holder.tag) == "tableColumns" for node in holder]
    headers = tuple(_unescaped(node.get("name", "")) for node in columns)
    header_rows, totals_rows = _count(root, "headerRowCount", 1), _count(root, "totalsRowCount", 0)
    code = root.get("displayName") or root.get("name") or ""
    if not area or not code or area.width != len(headers) or len(set(headers)) < len(headers):
        raise NotAWorkbook("damaged-part", where=part)
    if area.row_count <= header_rows + totals_rows:
        raise NotAWorkbook("damaged-part", where=part)
    filters = [node for node in root if local(node.tag) == "autoFilter"]
    calculations = {}
    for header, column in zip(headers, columns, strict=True):
        for node in column:
            if local(node.tag) == "calculatedColumnFormula" and node.text:
                calculations[header] = Calculation(node.text, node.get("array") in _YES)
    is_filtered = any(len(node) for node in filters)
    return TablePart(
        code, part, sheet, area, header_rows, totals_rows, headers, calculations, is_filtered
    )


def _count(root: Element, name: str, default: int) -> int:
    return whole_number(root.get(name), default)


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)
