"""Did a run change anything that is not its own, and do filters, sortings and rules still fit?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from reliability.pages import page_parts, without_values
from reliability.seen import MAIN, SeenBook, cell_of, corners, letters, relations_of

_FOLLOWING = ("comments", "vmlDrawing", "threadedComment")
_TYPES = ("calcChain", "comments", "vmlDrawing", "threadedcomments", "person")
"""What may come and go in the lists of parts."""
_BOOK_WIDE = {
    "[Content_Types].xml": "Override Default",
    "xl/_rels/workbook.xml.rels": "Relationship",
}


def beyond(before: SeenBook, after: SeenBook, tables: Iterable[str]) -> list[str]:
    """What changed though a run that writes these tables must leave it.

    It may change the parts of its tables and their sheets, the notes and threads of those sheets,
    the formats (by adding some), the order to recalculate, the lists of parts, and whether sheets
    of its tables are hidden. And what the pages' formulas and charts show.
    """
    allowed = _own_parts(before, tables) | _own_parts(after, tables)
    allowed |= {"xl/calcChain.xml", "xl/persons/person.xml", *_BOOK_WIDE}
    pages = page_parts(before.parts)
    allowed |= {"xl/workbook.xml", "xl/styles.xml", *pages}
    names = before.parts.keys() | after.parts.keys()
    changed = {name for name in names if before.parts.get(name) != after.parts.get(name)}
    wrong = [f"{name} changed" for name in sorted(changed - allowed)]
    for name in sorted(changed & allowed):
        if name not in before.parts or name not in after.parts:
            continue
        old, new = before.parts[name], after.parts[name]
        if name in pages and without_values(old) != without_values(new):
            wrong.append(f"{name}: more than what formulas show")
        if name in before.sheets and _around(old) != _around(new):
            wrong.append(f"{name}: something around the cells")
        if name.startswith("xl/tables/") and _of_table(old) != _of_table(new):
            wrong.append(f"{name}: more than its size, filter and sorting")
    wrong += _wrong_book_wide(before, after, tables)
    wrong += [f"{place}: a note outside the tables" for place in _changed_notes(before, after)]
    return wrong


def _own_parts(book: SeenBook, tables: Iterable[str]) -> set[str]:
    parts: set[str] = set()
    for table in tables:
        place = book.tables.get(table)
        if place is None:
            continue
        parts |= {place.part, place.sheet, relations_of(place.sheet)}
        for kind in _FOLLOWING:
            parts |= set(book.related(place.sheet, kind).values())
    return parts


def _around(sheet: bytes) -> bytes:
    """A sheet without its cells, links and the places that grow with a table."""
    cells = re.compile(rb"<sheetData\b.*</sheetData>", re.DOTALL)
    root = etree.fromstring(cells.sub(b"", sheet))
    for name in ("hyperlinks", "dimension"):
        for element in root.findall(f"{MAIN}{name}"):
            root.remove(element)
    # Where no note was before, the first one brings the drawing that shows it.
    for element in root.findall(f"{MAIN}legacyDrawing"):
        root.remove(element)
    for element in root.iter():
        element.attrib.pop("ref", None)
        element.attrib.pop("sqref", None)
    text: bytes = etree.tostring(root, method="c14n")
    # The same rules in the extension list hold their areas as text.
    return re.sub(rb"<xm:sqref>[^<]*</xm:sqref>", b"", text)


def _of_table(part: bytes) -> bytes:
    root = etree.fromstring(part)
    for name in ("autoFilter", "sortState"):
        for element in root.findall(f"{MAIN}{name}"):
            root.remove(element)
    root.attrib.pop("ref", None)
    # A table that shows one blank row says so.
    root.attrib.pop("insertRow", None)
    text: bytes = etree.tostring(root, method="c14n")
    return text


def _wrong_book_wide(before: SeenBook, after: SeenBook, tables: Iterable[str]) -> list[str]:
    wrong = []
    for name in _BOOK_WIDE:
        old, new = (_listed(book, name) for book in (before, after))
        strange = [one for one in old ^ new if not any(kind in one for kind in _TYPES)]
        wrong += [f"{name}: {one[:120]}" for one in strange]
    book = "xl/workbook.xml"
    order = rb"<calcPr[^>]*/>"
    old_book, new_book = (re.sub(order, b"", one.parts[book]) for one in (before, after))
    for name in _own_sheets(before, tables):
        # What is written for the first time comes to light; never the other way round.
        tab = b'<sheet name="%b"[^>]*' % escape(name, {'"': "&quot;"}).encode()
        shown_tab = re.search(tab, new_book)
        if shown_tab and b' state="hidden"' not in shown_tab[0]:
            old_book = re.sub(tab, lambda one: one[0].replace(b' state="hidden"', b""), old_book)
    if old_book != new_book:
        wrong.append(f"{book}: more than the order to recalculate and sheets that come to light")
    for path in ("cellXfs/xf", "fills/fill", "fonts/font", "borders/border", "dxfs/dxf"):
        old_list, new_list = (_items(one, path) for one in (before, after))
        if new_list[: len(old_list)] != old_list:
            wrong.append(f"xl/styles.xml: {path} not appended to")
    return wrong


def _own_sheets(book: SeenBook, tables: Iterable[str]) -> set[str]:
    places = [book.tables[table] for table in tables if table in book.tables]
    return {book.sheets[place.sheet] for place in places if place.sheet in book.sheets}


def _listed(book: SeenBook, part: str) -> set[str]:
    return {
        " ".join(f"{key}={one.get(key)}" for key in sorted(one.keys())) for one in book.tree(part)
    }


def _items(book: SeenBook, path: str) -> list[bytes]:
    steps = "/".join(f"{MAIN}{step}" for step in path.split("/"))
    return [
        etree.tostring(one, method="c14n", exclusive=True)
        for one in book.tree("xl/styles.xml").findall(steps)
    ]


def _changed_notes(before: SeenBook, after: SeenBook) -> list[str]:
    """Cells outside the tables' bodies, such as headers, whose notes are not as before."""
    old, new = _notes_outside(before), _notes_outside(after)
    return sorted(place for place in old.keys() | new.keys() if old.get(place) != new.get(place))


def _notes_outside(book: SeenBook) -> dict[str, bytes]:
    bodies: dict[str, list[Any]] = {}
    for place in book.tables.values():
        bodies.setdefault(place.sheet, []).append(place)
    notes: dict[str, bytes] = {}
    for sheet, name in book.sheets.items():
        for part in book.related(sheet, "comments").values():
            for comment in book.tree(part).iter(f"{MAIN}comment"):
                column, row = cell_of(comment.get("ref"))
                is_inside = any(
                    place.top < row <= place.bottom
                    and place.left <= column < place.left + len(place.headers)
                    for place in bodies.get(sheet, [])
                )
                if not is_inside:
                    words = comment.find(f"{MAIN}text")
                    text = etree.tostring(words, method="c14n", exclusive=True)
                    notes[f"{name}!{comment.get('ref')}"] = text
    return notes


def wrong_filter(book: SeenBook, table: str) -> list[str]:
    """Rows that a filter on a table's values hides or shows wrongly."""
    place = book.tables[table]
    criteria = book.tree(place.part).findall(f"{MAIN}autoFilter/{MAIN}filterColumn")
    wanted = {
        place.headers[int(one.get("colId"))]: {
            value.get("val") for value in one.iter(f"{MAIN}filter")
        }
        for one in criteria
    }
    wrong = []
    for row in book.rows(table):
        passes = all(str(row.values.get(header, "")) in values for header, values in wanted.items())
        if row.is_hidden is passes:
            state = "hidden" if row.is_hidden else "shown"
            wrong.append(f"{table} row {row.number} is {state}")
    return wrong


def wrong_sorting(book: SeenBook, table: str) -> list[str]:
    """Sortings that a table says it has, and has not."""
    place = book.tables[table]
    state = book.tree(place.part).find(f"{MAIN}sortState")
    if state is None:
        return []
    wrong = []
    for condition in state.iter(f"{MAIN}sortCondition"):
        left, top, _, bottom = corners(condition.get("ref"))
        header = place.headers[left - place.left]
        if (top, bottom) != (place.top + 1, place.bottom):
            wrong.append(f"{table} is sorted by {condition.get('ref')}, its body ends elsewhere")
        values = [row.values.get(header) or 0 for row in book.rows(table)]
        if values != sorted(values, reverse=condition.get("descending") == "1"):
            wrong.append(f"{table} says it is sorted by {header}")
    return wrong


def wrong_bars(book: SeenBook, table: str, header: str) -> list[str]:
    """Data bars of a column that do not cover the whole body, or more than once."""
    place = book.tables[table]
    column = letters(place.column(header))
    areas = [
        rules.get("sqref")
        for rules in book.tree(place.sheet).iter(f"{MAIN}conditionalFormatting")
        if rules.find(f"{MAIN}cfRule[@type='dataBar']") is not None
    ]
    # One that reaches further down paints nothing: below the body there is nothing.
    covers = [
        corners(area)[:2] == (place.column(header), place.top + 1)
        and corners(area)[3] >= place.bottom
        for area in areas
    ]
    return [] if covers == [True] else [f"{table} {column} has data bars on {areas}"]
