"""What did people put beside the rows of one sheet, in all its parts, and how is it changed?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from salesbook.hosts.area import Area
from salesbook.hosts.package.beside import drawings, notes, relations, threads
from salesbook.hosts.package.beside.drawings import Boxes
from salesbook.hosts.package.beside.links import (
    read_links,
    with_element,
    with_link_added,
    with_links_moved,
)
from salesbook.hosts.package.beside.notes import Note, Notes
from salesbook.hosts.package.beside.rules import with_rules_moved
from salesbook.hosts.package.beside.sheet_moves import Place, SheetMoves, is_for_table
from salesbook.hosts.package.beside.threads import Persons, Threads
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.parts import (
    BookParts,
    SheetPart,
    TablePart,
    relations_part,
)
from salesbook.hosts.package.parts import relations as related_parts
from salesbook.hosts.package.xmlscan import attributes, has_root, tag_pattern
from salesbook.hosts.row_map import RowMap
from salesbook.store import Annotation, Mark

_AFTER_DRAWING = (
    b"legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst"
).split()
"""The elements of a sheet that may follow where its boxes are named."""
_ROOTS = {"comments": b"comments", "threadedComment": b"ThreadedComments"}
"""The element that a part of each kind has to begin with."""
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_THREADS = "application/vnd.ms-excel.threadedcomments+xml"
_PERSONS = "application/vnd.ms-excel.person+xml"
_RELATIONS_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Beside:
    """Notes, threads, links and rules of one sheet."""

    def __init__(
        self, edits: Edits, book: BookParts, sheet: SheetPart, tail: bytes, prefix: bytes
    ) -> None:
        self._edits = edits
        self._book = book
        self._sheet = sheet
        self._prefix = prefix
        self.tail = tail
        """The sheet from its rows on, as it is now."""

    @cached_property
    def _parts(self) -> dict[str, str]:
        """The sheet's parts by kind; of several of a kind, the first."""
        parts: dict[str, str] = {}
        for relation in related_parts(self._edits, self._sheet.part):
            root = _ROOTS.get(relation.kind)
            if root and self._is(relation.target, root):
                parts.setdefault(relation.kind, relation.target)

        # Pictures of a page's header are drawn in VML too, so the sheet says which part is meant.
        drawing = tag_pattern(self._prefix, b"legacyDrawing").search(self.tail)
        if drawing:
            keys = set(attributes(drawing[0]).values())
            for relation in related_parts(self._edits, self._sheet.part):
                if relation.key in keys and relation.target in self._edits:
                    parts["vmlDrawing"] = relation.target
        return parts

    def _is(self, part: str, root: bytes) -> bool:
        """Say whether a part is there and is what it is said to be; another stays as it is."""
        return part in self._edits and has_root(self._edits.content(part), root)

    @property
    def _links_part(self) -> str:
        return relations_part(self._sheet.part)

    def _notes(self) -> Notes | None:
        part = self._parts.get("comments")
        return Notes(self._edits.content(part), part) if part else None

    def _boxes(self) -> Boxes | None:
        part = self._parts.get("vmlDrawing")
        return Boxes(self._edits.content(part)) if part else None

    def _threads(self) -> Threads | None:
        part = self._parts.get("threadedComment")
        return Threads(self._edits.content(part), part) if part else None

    def _persons_part(self) -> str | None:
        for relation in related_parts(self._edits, self._book.workbook):
            if relation.kind == "person" and self._is(relation.target, b"personList"):
                return relation.target
        return None

    def annotations(self, table: TablePart) -> Iterator[Annotation]:
        """List the notes, threads and links on the cells of a table's body."""
        for place, mark, content in self._marks(table):
            row, column = place
            if table.body.contains(Area.one_cell(row, column)):
                header = table.headers[column - table.body.left]
                yield Annotation(row - table.body.top, header, mark, content)

    def _marks(self, table: TablePart) -> Iterator[tuple[Place, Mark, str]]:
        for note in self._notes() or ():
            if not note.is_twin:
                yield note.place, Mark.NOTE, note.text

        sheet_threads = self._threads()
        if sheet_threads:
            part = self._persons_part()
            persons = Persons(self._edits.content(part), part).names() if part else {}
            for place, thread in sheet_threads.threads(persons).items():
                yield place, Mark.THREAD, threads.as_json(thread)

        for area, address in self._links():
            if is_for_table(area, RowMap(table.body, ())) and not area.is_one_cell:
                continue
            inside = area.within(table.body)
            for row in range(inside.top, inside.bottom + 1) if inside else ():
                for column in inside.columns if inside else ():
                    yield (row, column), Mark.LINK, address

    def _links(self) -> Iterator[tuple[Area, str]]:
        if b"hyperlink" not in self.tail:
            return
        data = self._edits.content(self._links_part)
        targets = {link.key: link.target for link in relations.links(data)}
        for link in read_links(self.tail, self._prefix, targets):
            yield link.area, link.address

    def move(self, moves: SheetMoves) -> None:
        """Let everything go along with its rows."""
        if moves.is_still:
            return

        self.tail = with_rules_moved(self.tail, self._prefix, moves)
        self.tail, unused_keys = with_links_moved(self.tail, self._prefix, moves)
        for key in sorted(unused_keys):
            data = self._edits.content(self._links_part)
            self._edits.change(self._links_part, relations.without_link(data, key))

        sheet_notes, boxes, sheet_threads = self._notes(), self._boxes(), self._threads()
        places = [note.place for note in sheet_notes or ()]
        places += boxes.places() if boxes else ()
        places += sheet_threads.places() if sheet_threads else ()
        ways = moves.places(places)
        if all(place == new_place for place, new_place in ways.items()):
            return
        for kind, part in (
            ("comments", sheet_notes),
            ("vmlDrawing", boxes),
            ("threadedComment", sheet_threads),
        ):
            if part:
                part.move(ways)
                self._edits.change(self._parts[kind], part.data)

    def put(self, place: Place, mark: Mark, content: str) -> None:
        """Put a note, a thread or a link on a cell."""
        if mark is Mark.NOTE:
            self._put_note(Note(place, "", content))
        elif mark is Mark.THREAD:
            self._put_thread(place, content)
        elif mark is Mark.LINK:
            self._put_link(place, content)

    def _put_note(self, note: Note, uid: str = "") -> None:
        part = self._part("comments", "xl/comments{}.xml", _COMMENTS, notes.EMPTY)
        sheet_notes = Notes(self._edits.content(part), part)
        sheet_notes.add(note, uid)
        self._edits.change(part, sheet_notes.data)

        part = self._drawing_part()
        boxes = Boxes(self._edits.content(part))
        boxes.add(note.place)
        self._edits.change(part, boxes.data)

    def _put_thread(self, place: Place, content: str) -> None:
        thread = threads.from_json(content)
        if not thread:
            return

        part = self._part(
            "threadedComment",
            "xl/threadedcomments/threadedcomment{}.xml",
            _THREADS,
            threads.EMPTY,
            relations.MICROSOFT,
        )
        persons_part = self._persons_part() or self._added_persons()
        persons = Persons(self._edits.content(persons_part), persons_part)
        sheet_threads = Threads(self._edits.content(part), part)
        key = sheet_threads.add(place, thread, persons)
        self._edits.change(persons_part, persons.data)
        self._edits.change(part, sheet_threads.data)

        whole = sheet_threads.threads(persons.names())[place]
        sheet_notes = self._notes()
        if sheet_notes and any(note.place == place and note.is_twin for note in sheet_notes):
            # The twin says the whole thread anew.
            sheet_notes.move({place: None})
            self._edits.change(self._parts["comments"], sheet_notes.data)
        self._put_note(Note(place, f"tc={key}", threads.twin_text(whole)), uid=key)

    def _put_link(self, place: Place, content: str) -> None:
        address, _, location = content.partition("#")
        key = ""
        if address:
            data = self._edits.content(self._links_part)
            kind = relations.OFFICE + "hyperlink"
            data, key = relations.with_link(data, kind, address, is_external=True)
            self._edits.change(self._links_part, data)
        self.tail = with_link_added(self.tail, self._prefix, place, key, location)

    def _part(
        self,
        kind: str,
        pattern: str,
        content_type: str,
        empty: bytes,
        types: str = relations.OFFICE,
    ) -> str:
        """Find the sheet's part of a kind, or add an empty one."""
        if kind not in self._parts:
            self._parts[kind], _ = self._added(kind, pattern, content_type, empty, types)
        return self._parts[kind]

    def _added(
        self, kind: str, pattern: str, content_type: str, empty: bytes, types: str
    ) -> tuple[str, str]:
        """Add a part to the sheet: its name, and the id of the relation that leads there."""
        part = self._edits.free_name(pattern)
        self._edits.add(part, empty, content_type)
        data = self._edits.content(self._links_part)
        data, key = relations.with_link(data, types + kind, f"/{part}", is_external=False)
        self._edits.change(self._links_part, data)
        return part, key

    def _drawing_part(self) -> str:
        """Find the part with the sheet's boxes, or add one and name it in the sheet."""
        if "vmlDrawing" in self._parts:
            return self._parts["vmlDrawing"]

        empty = drawings.EMPTY % self._free_drawing_number()
        pattern = "xl/drawings/vmldrawing{}.vml"
        part, key = self._added("vmlDrawing", pattern, _DRAWING, empty, relations.OFFICE)
        element = (
            f'<{self._prefix.decode()}legacyDrawing xmlns:r="{_RELATIONS_NAMESPACE}" r:id="{key}"/>'
        )
        self.tail = with_element(self.tail, self._prefix, element.encode(), _AFTER_DRAWING)
        self._parts["vmlDrawing"] = part
        return part

    def _free_drawing_number(self) -> int:
        """Find a number for a part's shapes that no other sheet's drawing has."""
        numbers = [0]
        for sheet in self._book.sheets:
            for relation in related_parts(self._edits, sheet.part):
                if relation.kind == "vmlDrawing" and relation.target in self._edits:
                    numbers.append(drawings.idmap_number(self._edits.content(relation.target)))
        return max(numbers) + 1

    def _added_persons(self) -> str:
        part = self._edits.free_name("xl/persons/person{}.xml")
        self._edits.add(part, threads.EMPTY_PERSONS, _PERSONS)
        holder = relations_part(self._book.workbook)
        data, _ = relations.with_link(
            self._edits.content(holder),
            relations.MICROSOFT + "person",
            f"/{part}",
            is_external=False,
        )
        self._edits.change(holder, data)
        return part
