"""What stands in a workbook's file? Read with zipfile and lxml alone: salesbook is not asked about
itself.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
THREADS = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
_EXCEL_VML = "{urn:schemas-microsoft-com:office:excel}"

Key = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a table lies."""

    code: str
    part: str
    sheet: str
    """The sheet's part."""
    sheet_name: str
    top: int
    """Sheet row of the headers."""
    left: int
    bottom: int
    """Last row of the body."""
    headers: tuple[str, ...]

    def column(self, header: str) -> int:
        """Number of the sheet's column."""
        return self.left + self.headers.index(header)


@dataclass
class SeenRow:
    """One row of a table's body, with all that somebody put on it, by header."""

    number: int
    """Row of the sheet."""
    values: dict[str, Any] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    fills: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    threads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    height: float | None = None
    is_hidden: bool = False

    def key(self, headers: tuple[str, ...]) -> Key:
        """What its key columns show."""
        return tuple(shown(self.values.get(header)) for header in headers)


class SeenBook:
    """A workbook's parts and what they say."""

    def __init__(self, path: Path) -> None:
        self.file = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(self.file)) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}
        self._trees: dict[str, Any] = {}
        self._rows: dict[str, list[SeenRow]] = {}

    def forget(self) -> None:
        """Look anew at what was read before: a part is being changed."""
        self._rows.clear()
        for name in ("tables", "fills"):
            vars(self).pop(name, None)

    def tree(self, part: str) -> Any:
        """A part as a tree, parsed once."""
        if part not in self._trees:
            self._trees[part] = etree.fromstring(self.parts[part])
        return self._trees[part]

    def related(self, part: str, kind: str) -> dict[str, str]:
        """Targets of a part's relations whose type ends with a word, by their id."""
        relations = relations_of(part)
        if relations not in self.parts:
            return {}
        found = {}
        for relation in self.tree(relations):
            if relation.get("Type").rpartition("/")[2] == kind:
                target = relation.get("Target")
                is_outside = relation.get("TargetMode") == "External"
                found[relation.get("Id")] = target if is_outside else resolved(part, target)
        return found

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Name of each sheet by its part."""
        parts = self.related("xl/workbook.xml", "worksheet")
        book = self.tree("xl/workbook.xml")
        named = {sheet.get(f"{REL}id"): sheet.get("name") for sheet in book.iter(f"{MAIN}sheet")}
        return {part: named[key] for key, part in parts.items() if key in named}

    @cached_property
    def tables(self) -> dict[str, Place]:
        """Where every table lies, by its name."""
        found = {}
        for sheet, name in self.sheets.items():
            for part in self.related(sheet, "table").values():
                table = self.tree(part)
                left, top, _, bottom = corners(table.get("ref"))
                bottom -= int(table.get("totalsRowCount", "0"))
                columns = table.iter(f"{MAIN}tableColumn")
                headers = tuple(unescaped(column.get("name")) for column in columns)
                code = table.get("displayName")
                found[code] = Place(code, part, sheet, name, top, left, bottom, headers)
        return found

    @cached_property
    def _texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.parts:
            return []
        items = self.tree("xl/sharedStrings.xml").iter(f"{MAIN}si")
        return [_text_of(item) for item in items]

    @cached_property
    def fills(self) -> list[str]:
        """The fill of every cell format as `#RRGGBB`; blank without one."""
        styles = self.tree("xl/styles.xml")
        colours = []
        for fill in styles.find(f"{MAIN}fills"):
            solid = fill.find(f"{MAIN}patternFill[@patternType='solid']/{MAIN}fgColor")
            rgb = solid.get("rgb") if solid is not None else None
            colours.append(f"#{rgb[-6:].upper()}" if rgb else "")
        formats = styles.find(f"{MAIN}cellXfs")
        return [colours[int(one.get("fillId", "0"))] for one in formats]

    def rows(self, code: str) -> list[SeenRow]:
        """The body of a table, in sheet order."""
        if code not in self._rows:
            self._rows[code] = self._read_rows(code)
        return self._rows[code]

    def _read_rows(self, code: str) -> list[SeenRow]:
        place = self.tables[code]
        in_sheet = {
            int(row.get("r")): row
            for row in self.tree(place.sheet).iterfind(f"{MAIN}sheetData/{MAIN}row")
        }
        rows = {}
        for number in range(place.top + 1, place.bottom + 1):
            rows[number] = self._row(number, in_sheet.get(number), place)
        for where, kind, content in self._beside_cells(place.sheet):
            column, number = cell_of(where)
            is_in_body = 0 <= column - place.left < len(place.headers)
            if number in rows and is_in_body:
                header = place.headers[column - place.left]
                getattr(rows[number], kind)[header] = content
        return list(rows.values())

    def _row(self, number: int, element: Any, place: Place) -> SeenRow:
        row = SeenRow(number)
        if element is None:
            return row
        if element.get("customHeight") in ("1", "true"):
            row.height = float(element.get("ht"))
        row.is_hidden = element.get("hidden") in ("1", "true")
        for cell in element:
            column, _ = cell_of(cell.get("r"))
            if not 0 <= column - place.left < len(place.headers):
                continue
            header = place.headers[column - place.left]
            value, formula = self._content(cell)
            if value is not None:
                row.values[header] = value
            if formula is not None:
                row.formulas[header] = formula
            fill = self.fills[int(cell.get("s", "0"))]
            if fill:
                row.fills[header] = fill
        return row

    def _content(self, cell: Any) -> tuple[Any, str | None]:
        formula = cell.find(f"{MAIN}f")
        text = None if formula is None else f"={formula.text or ''}"
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text_of(cell.find(f"{MAIN}is")), text
        stored = cell.find(f"{MAIN}v")
        if stored is None or stored.text is None:
            return None, text
        if kind == "s":
            return self._texts[int(stored.text)], text
        if kind in ("str", "e", "d"):
            return stored.text, text
        return (stored.text == "1" if kind == "b" else float(stored.text)), text

    def _beside_cells(self, sheet: str) -> Iterator[tuple[str, str, Any]]:
        """What a sheet's other parts say of its cells: cell, kind of mark, content."""
        for part in self.related(sheet, "comments").values():
            for comment in self.tree(part).iter(f"{MAIN}comment"):
                text = _text_of(comment.find(f"{MAIN}text"))
                # Beside a thread stands a note for programs that know no threads.
                if not text.startswith("[Threaded comment]"):
                    yield comment.get("ref"), "notes", text
        for part in self.related(sheet, "threadedComment").values():
            texts: dict[str, list[str]] = {}
            for comment in self.tree(part).iter(f"{THREADS}threadedComment"):
                texts.setdefault(comment.get("ref"), []).append(comment[0].text or "")
            yield from ((where, "threads", tuple(words)) for where, words in texts.items())
        targets = self.related(sheet, "hyperlink")
        for link in self.tree(sheet).iter(f"{MAIN}hyperlink"):
            outside = targets.get(link.get(f"{REL}id") or "", "")
            inside = link.get("location")
            yield link.get("ref"), "links", outside + (f"#{inside}" if inside else "")

    def harmed_comments(self) -> list[str]:
        """Sheets where notes, their shapes and threads do not agree: Excel would repair them."""
        harmed = []
        for sheet, name in self.sheets.items():
            notes = Counter(
                comment.get("ref")
                for part in self.related(sheet, "comments").values()
                for comment in self.tree(part).iter(f"{MAIN}comment")
            )
            shapes = Counter(
                where
                for part in self.related(sheet, "vmlDrawing").values()
                for where in self._shapes(part)
            )
            threads = {
                comment.get("ref")
                for part in self.related(sheet, "threadedComment").values()
                for comment in self.tree(part)
            }
            if any(count > 1 for count in notes.values()):
                harmed.append(f"{name}: two notes on one cell")
            if notes != shapes:
                different = sorted((notes - shapes) + (shapes - notes))
                harmed.append(f"{name}: notes without shapes or the reverse: {different[:3]}")
            if not threads <= notes.keys():
                harmed.append(f"{name}: threads without their note: {sorted(threads - set(notes))}")
        return harmed

    def _shapes(self, part: str) -> list[str]:
        found = []
        for told in self.tree(part).iter(f"{_EXCEL_VML}ClientData"):
            row, column = told.find(f"{_EXCEL_VML}Row"), told.find(f"{_EXCEL_VML}Column")
            if told.get("ObjectType") == "Note" and row is not None and column is not None:
                found.append(f"{letters(int(column.text) + 1)}{int(row.text) + 1}")
        return found

    def count(self, part: str, path: str) -> int:
        """How many elements lie at a path, such as `cellXfs/xf`, of a part."""
        steps = "/".join(f"{MAIN}{step}" for step in path.split("/"))
        return len(self.tree(part).findall(steps)) if part in self.parts else 0

    def rules(self) -> int:
        """How many conditional formats and dropdowns the sheets have."""
        words = (b"<cfRule ", b"<dataValidation ")
        return sum(self.parts[sheet].count(word) for sheet in self.sheets for word in words)


Body = list[tuple[dict[str, Any], dict[str, str]]]


def bodies(path: Path, *, without: tuple[str, ...] = ("RunLog",)) -> dict[str, Body]:
    """What stands in the rows of every table: values that were typed or written, and formulas.

    A formula's value is left out: Excel calculates it anew. So are blank rows.
    """
    book = SeenBook(path)
    return {
        code: [(_typed(row), row.formulas) for row in book.rows(code) if row.values or row.formulas]
        for code in book.tables
        if code not in without
    }


def _typed(row: SeenRow) -> dict[str, Any]:
    return {header: value for header, value in row.values.items() if header not in row.formulas}


def relations_of(part: str) -> str:
    """The part that holds a part's relations."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def resolved(part: str, target: str) -> str:
    """The part that a relation of another part leads to."""
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))


def corners(area: str) -> tuple[int, int, int, int]:
    """First column, first row, last column and last row of an area such as `A4:G56`."""
    first, _, last = area.replace("$", "").partition(":")
    left, top = cell_of(first)
    right, bottom = cell_of(last or first)
    return left, top, right, bottom


@lru_cache(maxsize=200_000)
def cell_of(reference: str) -> tuple[int, int]:
    """Column and row of a cell such as `G56`."""
    match = re.match(r"([A-Z]+)(\d+)", reference)
    if not match:
        raise ValueError(f"{reference} is no cell")
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number, int(match[2])


def letters(number: int) -> str:
    """Name a column: 28 is AB."""
    name = ""
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def shown(value: Any) -> str:
    """A cell's value as plain text: 3.0 is 3."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def unescaped(text: str) -> str:
    """A header with the characters that a table's part writes as `_x000a_`."""
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), text)


def _text_of(element: Any) -> str:
    """All text of a cell or note, without how it is pronounced."""
    if len(element) == 1 and element[0].tag == f"{MAIN}t":
        return unescaped(element[0].text or "")
    parts = (
        node.text or "" for node in element.iter(f"{MAIN}t") if node.getparent().tag != f"{MAIN}rPh"
    )
    return unescaped("".join(parts))
