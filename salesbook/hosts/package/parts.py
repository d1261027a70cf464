"""Which parts does a workbook have, how do they relate, and which table lies where?

A package knows no fixed paths. `_rels/.rels` names the workbook part; that part's own relations
name the sheets, styles and texts; each sheet's relations name its tables. So everything is found by
following relations, whatever a program called its files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from xml.etree.ElementTree import Element

from salesbook.errors import NotAWorkbook
from salesbook.hosts.area import Area
from salesbook.hosts.package.archive import part_name
from salesbook.hosts.package.xmlscan import local, tree, whole_number

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""Matches a character as Excel escapes it in a header: `_x000a_` for a line break."""
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
    is_hidden: bool = field(default=False, compare=False)
    """Whether its tab is hidden, so that nobody sees it without a search."""


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
    """By the header of the column that is calculated."""
    is_filtered: bool
    """True where its filter has criteria, so that rows may be hidden."""

    @property
    def body(self) -> Area:
        """The rows between the header and the totals."""
        area = self.area
        top = area.top + self.header_rows
        bottom = area.bottom - self.totals_rows
        return Area(top, area.left, bottom, area.right)


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


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of a part's relations: what kind of part it points at, and which."""

    kind: str
    """The last word of its type: worksheet, table, styles, ..."""
    key: str
    """The id that the source's XML names it by."""
    target: str
    """The part it points at, from the package's root."""


def read_parts(parts: Parts, path: str, *, with_tables: bool = True) -> BookParts:
    """Follow the relations from the package's root to the sheets and their tables.

    Args:
        with_tables: false for a workbook of which only cells are wanted; then an odd table of it
            does not matter.

    Raises: NotAWorkbook, UnsafeFile.
    """
    root = {relation.kind: relation.target for relation in relations(parts, "")}
    workbook = root.get("officeDocument", "")
    if workbook.lower().endswith(".bin"):
        raise NotAWorkbook("binary-workbook", where=path)
    if workbook not in parts:
        raise NotAWorkbook("not-a-workbook", where=path, found="zip")

    book = tree(parts.content(workbook), workbook)
    if local(book.tag) != "workbook":
        raise NotAWorkbook("not-a-workbook", where=path, found=local(book.tag))

    related = list(relations(parts, workbook))
    by_kind = {relation.kind: relation.target for relation in related if relation.target in parts}
    sheets = tuple(_sheets(book, {relation.key: relation for relation in related}, parts))
    properties = next((node for node in book if local(node.tag) == "workbookPr"), None)
    return BookParts(
        workbook=workbook,
        sheets=sheets,
        tables=_tables(parts, sheets) if with_tables else {},
        styles=by_kind.get("styles"),
        strings=by_kind.get("sharedStrings"),
        calc_chain=by_kind.get("calcChain"),
        is_1904=properties is not None and properties.get("date1904") in _YES,
        # The relation that leads to a package's signatures is of the type ".../origin".
        is_signed="origin" in root,
    )


def relations(parts: Parts, source: str) -> Iterator[Relation]:
    """List a part's relations that lead to other parts of the package.

    Args:
        source: the part that has them; empty for the package itself.
    """
    holder = relations_part(source)
    if holder not in parts:
        return

    folder = posixpath.dirname(source)
    for node in tree(parts.content(holder), holder):
        target = node.get("Target", "")
        if node.get("TargetMode") == "External" or not target:
            continue
        yield Relation(
            kind=node.get("Type", "").rpartition("/")[2],
            key=node.get("Id", ""),
            target=_target_part(parts, folder, target),
        )


def _target_part(parts: Parts, folder: str, target: str) -> str:
    """Name the part that a relation's target means.

    A target is a path from the source's folder, or from the root where it starts with a slash. What
    follows a `#` is a place inside the part, unless a part really has the sign in its name.
    """
    path = posixpath.join("/" + folder, part_name(target))
    whole = posixpath.normpath(path).lstrip("/")
    if "#" not in target or whole in parts:
        return whole

    path = posixpath.join("/" + folder, part_name(target.partition("#")[0]))
    return posixpath.normpath(path).lstrip("/")


def relations_part(source: str) -> str:
    """Name the part that holds another part's relations.

    Those of `xl/workbook.xml` are in `xl/_rels/workbook.xml.rels`.
    """
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", name + ".rels")


def _sheets(book: Element, related: dict[str, Relation], parts: Parts) -> Iterator[SheetPart]:
    """List the worksheets, in the order of their tabs; chart sheets hold no cells."""
    for holder in book:
        if local(holder.tag) != "sheets":
            continue
        for node in holder:
            # <sheet name="Deals" sheetId="3" r:id="rId3"/>: the id has a namespace of its own.
            ids = [value for name, value in node.attrib.items() if name.endswith("}id")]
            relation = related.get(ids[0] if ids else "")
            if relation and relation.kind == "worksheet" and relation.target in parts:
                is_hidden = node.get("state", "visible") != "visible"
                yield SheetPart(node.get("name", ""), relation.target, is_hidden)


def _tables(parts: Parts, sheets: tuple[SheetPart, ...]) -> dict[str, TablePart]:
    tables: dict[str, TablePart] = {}
    for sheet in sheets:
        related = list(relations(parts, sheet.part))
        for relation in related:
            part = relation.target
            if relation.kind != "table" or part not in parts:
                continue
            table = read_table(parts.content(part), part, sheet)
            key = table.code.lower()
            if key in tables:
                raise NotAWorkbook("duplicate-table", where=part, table=table.code)
            tables[key] = table

    return tables


def read_table(data: bytes, part: str, sheet: SheetPart) -> TablePart:
    """Read a table part.

    Raises: NotAWorkbook where it contradicts itself.
    """
    root = tree(data, part)
    columns = [node for holder in root if local(holder.tag) == "tableColumns" for node in holder]
    headers = tuple(_unescaped(node.get("name", "")) for node in columns)
    header_rows = whole_number(root.get("headerRowCount"), 1)
    totals_rows = whole_number(root.get("totalsRowCount"), 0)
    code = root.get("displayName") or root.get("name") or ""

    area = Area.parse(root.get("ref", ""))
    if not area or not code or area.width != len(headers):
        raise NotAWorkbook("damaged-part", where=part)

    has_body = area.row_count > header_rows + totals_rows
    if not has_body or len(set(headers)) < len(headers):
        raise NotAWorkbook("damaged-part", where=part)

    filters = [node for node in root if local(node.tag) == "autoFilter"]
    return TablePart(
        code=code,
        part=part,
        sheet=sheet,
        area=area,
        header_rows=header_rows,
        totals_rows=totals_rows,
        headers=headers,
        calculations=_calculations(headers, columns),
        # A column may be named for its hidden button alone; one that filters holds its criterion.
        is_filtered=any(len(column) for node in filters for column in node),
    )


def _calculations(headers: tuple[str, ...], columns: list[Element]) -> dict[str, Calculation]:
    calculations = {}
    for header, column in zip(headers, columns, strict=True):
        for node in column:
            if local(node.tag) == "calculatedColumnFormula" and node.text:
                is_array = node.get("array") in _YES
                calculations[header] = Calculation(node.text, is_array)
    return calculations


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), name)
