"""What does a person at Excel change in a workbook's file? Typing, own columns, notes, colours ...

The parts are changed as Excel would write them, with lxml alone, and the package is packed anew.
"""

from __future__ import annotations

import copy
import json
import re
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from reliability.seen import (
    MAIN,
    REL,
    THREADS,
    Place,
    SeenBook,
    cell_of,
    corners,
    letters,
    relations_of,
)

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MS = "http://schemas.microsoft.com/office/2017/10/relationships"
_ROOT = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_AFTER_LINKS = (
    "printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches"
    " ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls"
    " webPublishItems tableParts extLst"
).split()
_AFTER_RULES = ["dataValidations", "hyperlinks", *_AFTER_LINKS]
_AFTER_LEGACY = ["legacyDrawingHF", *_AFTER_LINKS[_AFTER_LINKS.index("picture") :]]
AUTHOR = "Mei Lin"
_SHAPE = """<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{id}" type="#_x0000_t202"
 style="position:absolute;width:108pt;height:59pt;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">
<v:fill color2="#ffffe1"/><v:textbox><div style="text-align:left"></div></v:textbox>
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>
<x:Anchor>{column}, 15, {row}, 2, {column}, 100, {row}, 80</x:Anchor><x:AutoFill>False</x:AutoFill>
<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""


class Hand:
    """A workbook that somebody works on; `save` puts it back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = SeenBook(path)
        self._dirty: set[str] = set()

    def save(self) -> None:
        """Pack the parts anew, as Excel does at each save."""
        for part in self._dirty:
            self.book.parts[part] = _ROOT + etree.tostring(self.book.tree(part), encoding="UTF-8")
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in self.book.parts.items():
                package.writestr(name, content)

    def tree(self, part: str) -> Any:
        """A part that is going to be changed."""
        self._dirty.add(part)
        self.book.forget()
        return self.book.tree(part)

    def add_part(self, part: str, content: str, content_type: str) -> None:
        """Add a part with its content type."""
        self.book.parts[part] = _ROOT + content.encode() if content else b""
        types = self.tree("[Content_Types].xml")
        new = etree.SubElement(types, types.tag.replace("Types", "Override"))
        new.set("PartName", f"/{part}")
        new.set("ContentType", content_type)

    def relate(self, source: str, kind: str, target: str, *, outside: bool = False) -> str:
        """Relate a part to another or to an address. Returns: the relation's id."""
        part = relations_of(source)
        if part not in self.book.parts:
            self.book.parts[part] = f'<Relationships xmlns="{_RELATIONS}"/>'.encode()
        relations = self.tree(part)
        key = f"rIdHand{len(relations) + 1}"
        while any(one.get("Id") == key for one in relations):
            key += "x"
        new = etree.SubElement(relations, f"{{{_RELATIONS}}}Relationship")
        new.set("Id", key)
        new.set("Type", kind)
        new.set("Target", target if outside else f"/{target}")
        if outside:
            new.set("TargetMode", "External")
        return key

    # Rows and cells

    def type(self, code: str, number: int, header: str, value: Any) -> None:
        """Type a value, or a formula after `=`, into a cell; None clears it."""
        place = self.book.tables[code]
        cell = self._cell(place, number, header)
        _fill_in(cell, value)

    def append(self, code: str, values: Mapping[str, Any]) -> int:
        """Type a row right below a table, which grows as in Excel. Returns: its row in the sheet."""
        place = self.book.tables[code]
        is_blank = place.bottom == place.top + 1 and not self.book.rows(code)[0].values
        number = place.bottom if is_blank else place.bottom + 1
        if not is_blank:
            self._grow(place, number)
        place = self.book.tables[code]
        for header in place.headers:
            formula = self._column_formula(place, header)
            value = values.get(header)
            if value is None and formula:
                value = f"={formula}"
            cell = self._cell(place, number, header)
            style = self._usual_style(place, number, header)
            if style:
                cell.set("s", style)
            _fill_in(cell, value)
        return number

    def _usual_style(self, place: Place, number: int, header: str) -> str:
        """The format that most cells above have: a highlighted one paints no row below it."""
        above = range(max(place.top + 1, number - 9), number)
        styles = [self._cell(place, row, header).get("s", "") for row in above]
        return max(styles, key=styles.count, default="")

    def add_column(self, code: str, header: str, formula: str = "") -> None:
        """Add a column right of a table; with a formula it is calculated in every row."""
        place = self.book.tables[code]
        left, top, right, bottom = corners(self.book.tree(place.part).get("ref"))
        table = self.tree(place.part)
        self._resize(table, f"{letters(left)}{top}:{letters(right + 1)}{bottom}")
        columns = table.find(f"{MAIN}tableColumns")
        new = etree.SubElement(columns, f"{MAIN}tableColumn")
        new.set("id", str(max(int(one.get("id", "0")) for one in columns) + 1))
        new.set("name", header)
        columns.set("count", str(len(columns)))
        if formula:
            etree.SubElement(new, f"{MAIN}calculatedColumnFormula").text = formula
        place = self.book.tables[code]
        _fill_in(self._cell(place, place.top, header), header)
        if formula:
            for number in range(place.top + 1, place.bottom + 1):
                _fill_in(self._cell(place, number, header), f"={formula}")

    def _column_formula(self, place: Place, header: str) -> str:
        for column in self.book.tree(place.part).iter(f"{MAIN}tableColumn"):
            formula = column.find(f"{MAIN}calculatedColumnFormula")
            if column.get("name") == header and formula is not None:
                return str(formula.text)
        return ""

    def _grow(self, place: Place, bottom: int) -> None:
        """Make a table one row longer, with its filter, its sheet's extent, rules and dropdowns."""
        table = self.tree(place.part)
        left, top, right, _ = corners(table.get("ref"))
        self._resize(table, f"{letters(left)}{top}:{letters(right)}{bottom}")
        sheet = self.tree(place.sheet)
        for element in sheet.iter(f"{MAIN}conditionalFormatting", f"{MAIN}dataValidation"):
            areas = element.get("sqref").split()
            element.set("sqref", " ".join(_longer(area, place.bottom, bottom) for area in areas))

    def _resize(self, table: Any, area: str) -> None:
        table.set("ref", area)
        for element in table.iterfind(f"{MAIN}autoFilter"):
            element.set("ref", area)

    def _cell(self, place: Place, number: int, header: str) -> Any:
        return self.cell(place.sheet, place.column(header), number)

    def cell(self, sheet: str, column: int, number: int) -> Any:
        """A cell's element, which is made where there is none."""
        row = self._row(sheet, number)
        name = f"{letters(column)}{number}"
        for place, cell in enumerate(row):
            found = cell_of(cell.get("r"))[0]
            if found == column:
                return cell
            if found > column:
                new = etree.Element(f"{MAIN}c", r=name)
                row.insert(place, new)
                return new
        return etree.SubElement(row, f"{MAIN}c", r=name)

    def _row(self, sheet: str, number: int) -> Any:
        rows = self.tree(sheet).find(f"{MAIN}sheetData")
        # Most often the row is near the end, where people type.
        for place in range(len(rows) - 1, -1, -1):
            found = int(rows[place].get("r"))
            if found == number:
                return rows[place]
            if found < number:
                new = etree.Element(f"{MAIN}row", r=str(number))
                rows.insert(place + 1, new)
                return new
        new = etree.Element(f"{MAIN}row", r=str(number))
        rows.insert(0, new)
        return new

    # What is put on rows

    def note(self, code: str, number: int, header: str, text: str) -> None:
        """Put a note on a cell: a comment, and the shape that shows it."""
        place = self.book.tables[code]
        self._comment(place.sheet, place.column(header), number, AUTHOR, text)

    def _comment(self, sheet: str, column: int, number: int, author: str, text: str) -> None:
        self._ready_for_comments(sheet)
        comments = self.tree(next(iter(self.book.related(sheet, "comments").values())))
        drawing = self.tree(next(iter(self.book.related(sheet, "vmlDrawing").values())))
        authors, listed = comments.find(f"{MAIN}authors"), comments.find(f"{MAIN}commentList")
        names = [one.text for one in authors]
        if author not in names:
            etree.SubElement(authors, f"{MAIN}author").text = author
            names.append(author)
        new = etree.SubElement(listed, f"{MAIN}comment")
        new.set("ref", f"{letters(column)}{number}")
        new.set("authorId", str(names.index(author)))
        words = etree.SubElement(etree.SubElement(new, f"{MAIN}text"), f"{MAIN}t")
        words.text = text
        # Excel lists comments by row, then by column.
        listed[:] = sorted(listed, key=lambda one: cell_of(one.get("ref"))[::-1])
        used = [int(one) for one in re.findall(r'id="_x0000_s(\d+)"', _text(drawing))]
        shape = _SHAPE.format(id=max(used, default=900_000) + 1, row=number - 1, column=column - 1)
        drawing.append(etree.fromstring(shape))

    def _ready_for_comments(self, sheet: str) -> None:
        if self.book.related(sheet, "comments"):
            return
        stem = sheet.rpartition("/")[2].removesuffix(".xml")
        part, drawing = f"xl/commentsOf{stem}.xml", f"xl/drawings/notesOf{stem}.vml"
        kind = "application/vnd.openxmlformats-officedocument"
        self.add_part(
            part,
            f'<comments xmlns="{MAIN[1:-1]}"><authors/><commentList/></comments>',
            f"{kind}.spreadsheetml.comments+xml",
        )
        self.add_part(
            drawing, '<xml xmlns:v="urn:schemas-microsoft-com:vml"/>', f"{kind}.vmlDrawing"
        )
        self.relate(sheet, f"{_OFFICE}/comments", part)
        key = self.relate(sheet, f"{_OFFICE}/vmlDrawing", drawing)
        self.put(sheet, etree.Element(f"{MAIN}legacyDrawing", {f"{REL}id": key}), _AFTER_LEGACY)

    def put(self, sheet: str, element: Any, before: list[str]) -> None:
        """Put an element of a sheet in its place: before the first of those named."""
        root = self.tree(sheet)
        later = {f"{MAIN}{name}" for name in before}
        at = next((at for at, one in enumerate(root) if one.tag in later), len(root))
        root.insert(at, element)

    def thread(self, code: str, number: int, header: str, texts: tuple[str, ...]) -> None:
        """Put a comment with replies on a cell, and the note that stands for it elsewhere."""
        place = self.book.tables[code]
        where = f"{letters(place.column(header))}{number}"
        keys = [f"{{{str(uuid.uuid4()).upper()}}}" for _ in texts]
        twin = "[Threaded comment]\n\nYour version of Excel ...\n\nComment:\n    " + texts[0]
        self._comment(place.sheet, place.column(header), number, f"tc={keys[0]}", twin)
        parts = list(self.book.related(place.sheet, "threadedComment").values())
        if not parts:
            stem = place.sheet.rpartition("/")[2].removesuffix(".xml")
            parts = [f"xl/threadedComments/of{stem}.xml"]
            kind = "application/vnd.ms-excel.threadedcomments+xml"
            self.add_part(parts[0], f'<ThreadedComments xmlns="{THREADS[1:-1]}"/>', kind)
            self.relate(place.sheet, f"{_MS}/threadedComment", parts[0])
        person = self._person()
        root = self.tree(parts[0])
        for turn, text in enumerate(texts):
            new = etree.SubElement(root, f"{THREADS}threadedComment", ref=where)
            new.set("dT", f"2026-06-12T09:{turn:02}:00.00")
            new.set("personId", person)
            new.set("id", keys[turn])
            if turn:
                new.set("parentId", keys[0])
            etree.SubElement(new, f"{THREADS}text").text = text

    def _person(self) -> str:
        parts = list(self.book.related("xl/workbook.xml", "person").values())
        key = "{8D3F0B4E-1111-4222-8333-944455566677}"
        if not parts:
            kind = "application/vnd.ms-excel.person+xml"
            listed = f'<person displayName="{AUTHOR}" id="{key}" userId="mei" providerId="None"/>'
            content = f'<personList xmlns="{THREADS[1:-1]}">{listed}</personList>'
            self.add_part("xl/persons/person.xml", content, kind)
            self.relate("xl/workbook.xml", f"{_MS}/person", "xl/persons/person.xml")
        return key

    def link(self, code: str, number: int, header: str, address: str) -> None:
        """Put a hyperlink on a cell."""
        place = self.book.tables[code]
        root = self.tree(place.sheet)
        links = root.find(f"{MAIN}hyperlinks")
        if links is None:
            links = etree.Element(f"{MAIN}hyperlinks")
            self.put(place.sheet, links, _AFTER_LINKS)
        new = etree.SubElement(links, f"{MAIN}hyperlink")
        new.set("ref", f"{letters(place.column(header))}{number}")
        new.set(f"{REL}id", self.relate(place.sheet, f"{_OFFICE}/hyperlink", address, outside=True))

    def height(self, code: str, number: int, points: float) -> None:
        """Drag a row to a height."""
        row = self._row(self.book.tables[code].sheet, number)
        row.set("ht", f"{points:g}")
        row.set("customHeight", "1")

    def colour(self, code: str, number: int, header: str, colour: str) -> None:
        """Fill a cell with a colour such as `#FFCC00`; all else of its format stays."""
        cell = self._cell(self.book.tables[code], number, header)
        styles = self.tree("xl/styles.xml")
        fills, formats = styles.find(f"{MAIN}fills"), styles.find(f"{MAIN}cellXfs")
        fill = etree.SubElement(fills, f"{MAIN}fill")
        pattern = etree.SubElement(fill, f"{MAIN}patternFill", patternType="solid")
        etree.SubElement(pattern, f"{MAIN}fgColor", rgb=f"FF{colour[1:]}")
        new = copy.deepcopy(formats[int(cell.get("s", "0"))])
        new.set("fillId", str(len(fills) - 1))
        new.set("applyFill", "1")
        formats.append(new)
        fills.set("count", str(len(fills)))
        formats.set("count", str(len(formats)))
        cell.set("s", str(len(formats) - 1))

    def data_bar(self, code: str, header: str, numbers: tuple[int, int] | None = None) -> None:
        """Show data bars in a column: of the whole body, or of these rows of the sheet."""
        place = self.book.tables[code]
        first, last = numbers or (place.top + 1, place.bottom)
        column = letters(place.column(header))
        bars = etree.Element(
            f"{MAIN}conditionalFormatting", sqref=f"{column}{first}:{column}{last}"
        )
        used = [
            int(rule.get("priority", "0")) for rule in self.tree(place.sheet).iter(f"{MAIN}cfRule")
        ]
        rule = etree.SubElement(bars, f"{MAIN}cfRule", type="dataBar")
        rule.set("priority", str(max(used, default=0) + 1))
        bar = etree.SubElement(rule, f"{MAIN}dataBar")
        for end in ("min", "max"):
            etree.SubElement(bar, f"{MAIN}cfvo", type=end)
        etree.SubElement(bar, f"{MAIN}color", rgb="FF638EC6")
        self.put(place.sheet, bars, _AFTER_RULES)

    def filter(self, code: str, header: str, values: tuple[str, ...]) -> None:
        """Filter a table by what a column shows; rows that show something else are hidden."""
        place = self.book.tables[code]
        own = self.tree(place.part).find(f"{MAIN}autoFilter")
        column = etree.SubElement(own, f"{MAIN}filterColumn")
        column.set("colId", str(place.headers.index(header)))
        listed = etree.SubElement(column, f"{MAIN}filters")
        for value in values:
            etree.SubElement(listed, f"{MAIN}filter", val=value)
        for row in self.book.rows(code):
            if str(row.values.get(header, "")) not in values:
                self._row(place.sheet, row.number).set("hidden", "1")

    def sorted_by(self, code: str, header: str, *, descending: bool) -> None:
        """Note in a table that it was sorted, as Excel does; the rows lie so already."""
        place = self.book.tables[code]
        table = self.tree(place.part)
        column = letters(place.column(header))
        left, right = letters(place.left), letters(place.left + len(place.headers) - 1)
        state = etree.Element(
            f"{MAIN}sortState", ref=f"{left}{place.top + 1}:{right}{place.bottom}"
        )
        by = etree.SubElement(state, f"{MAIN}sortCondition")
        by.set("ref", f"{column}{place.top + 1}:{column}{place.bottom}")
        if descending:
            by.set("descending", "1")
        after = table.find(f"{MAIN}autoFilter")
        table.insert(list(table).index(after) + 1, state)


def _fill_in(cell: Any, value: Any) -> None:
    """Make a cell show a value; its format stays."""
    cell[:] = []
    cell.attrib.pop("t", None)
    if value is None:
        return
    if isinstance(value, str) and value.startswith("="):
        etree.SubElement(cell, f"{MAIN}f").text = value[1:]
        etree.SubElement(cell, f"{MAIN}v").text = "0"
    elif isinstance(value, str):
        cell.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t")
        text.text = value
    elif isinstance(value, bool):
        cell.set("t", "b")
        etree.SubElement(cell, f"{MAIN}v").text = str(int(value))
    else:
        etree.SubElement(cell, f"{MAIN}v").text = json.dumps(value)


def _longer(area: str, bottom: int, new: int) -> str:
    """An area that ends where a table's body did, and shall again."""
    left, top, right, last = corners(area)
    if last != bottom or top == last:
        return area
    return f"{letters(left)}{top}:{letters(right)}{new}"


def _text(tree: Any) -> str:
    return str(etree.tostring(tree, encoding="unicode"))
