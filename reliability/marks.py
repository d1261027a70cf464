"""Is everything that a person put beside our rows still at its row, or parked? Of each mark a ledger
says where it belongs; what a file holds is read by `seen`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from reliability.hand import Hand
from reliability.seen import Key, Place, SeenBook, SeenRow, letters, shown
from salesbook.labels import header
from salesbook.tables import TABLES

REMARK = "My remark"
"""A column of the user's that he types into."""
POINTS = "My points"
"""A column of the user's that is calculated, but for what he typed over it."""
PARKED = "ParkedNotes"
KINDS = {
    "a text in an own column": "Typed value",
    "a number in an own column": "Typed value",
    "a formula in an own column": "Formula",
    "a text over a calculated column": "Typed value",
    "a formula over a calculated column": "Formula",
    "a formula that names the row above": "Formula",
    "a note": "Note",
    "a comment with a reply": "Comment thread",
    "a highlighted cell": "Cell colour",
    "a hyperlink": "Hyperlink",
    "a row's height": "Row height",
}
"""Every kind of mark, and what ParkedNotes calls it."""
_IN_REMARK = tuple(kind for kind in KINDS if kind.endswith("own column"))
_IN_POINTS = tuple(kind for kind in KINDS if "calculated" in kind or "above" in kind)
_MOST_TYPED_OVER = 0.4
"""A column in which more cells were typed over than not is no calculated one any longer."""
_ABOVE = "a formula that names the row above"
_HEIGHTS = 1500
"""How many heights there are: Excel has none above 409.5."""


@dataclass(frozen=True)
class Mark:
    """One thing that somebody put on one row."""

    table: str
    key: Key
    header: str
    kind: str
    number: int
    """Of its own, so that what it says is found nowhere else."""
    above: Key = ()
    """Key of the row that its formula names."""

    @property
    def content(self) -> str:
        """What it says; of a formula the constant in it."""
        if self.kind == "a highlighted cell":
            return f"#{0x200000 + self.number * 257:06X}"
        if self.kind == "a row's height":
            return f"{30 + self.number % _HEIGHTS * 0.25:g}"
        if self.kind == "a hyperlink":
            return f"https://crm.example/{self.number}"
        if self.kind == "a number in an own column":
            return f"{self.number + 0.5}"
        return (
            str(700_000 + self.number) if "formula" in self.kind else f"{self.kind} {self.number}"
        )

    def __str__(self) -> str:
        """Say which it is."""
        return f"{self.kind} ({self.number}) on {self.table} {'|'.join(self.key)}"


@dataclass
class Ledger:
    """All marks that are on a book, and where they belong."""

    marks: list[Mark] = field(default_factory=list)
    count: int = 0
    """How many were ever put."""

    def put(self, hand: Hand, table: str, kind: str, chance: Random) -> Mark | None:
        """Put a mark on a row that has none of its kind and place. Returns: it, if there was room."""
        place = hand.book.tables[table]
        keys = key_headers(place)
        rows = [row for row in hand.book.rows(table) if row.key(keys)[0]]
        typed_over = [mark for mark in self.marks if (mark.table, mark.header) == (table, POINTS)]
        if kind in _IN_POINTS and len(typed_over) >= _MOST_TYPED_OVER * len(rows):
            return None
        free = [
            at
            for at, row in enumerate(rows)
            if not self._is_taken(table, row.key(keys), kind) and (at or kind != _ABOVE)
        ]
        if not free:
            return None
        at = chance.choice(free)
        row = rows[at]
        column = _column_for(place, kind, chance)
        self.count += 1
        above = rows[at - 1].key(keys) if kind == _ABOVE else ()
        mark = Mark(table, row.key(keys), column, kind, self.count, above)
        _put(hand, place, row, mark)
        self.marks.append(mark)
        return mark

    def take_off(self, mark: Mark) -> None:
        """Forget a mark that the person took away again."""
        self.marks.remove(mark)

    def _is_taken(self, table: str, key: Key, kind: str) -> bool:
        """Whether a row has a mark in the place where one of this kind would go."""
        same_place = next((kinds for kinds in (_IN_REMARK, _IN_POINTS) if kind in kinds), (kind,))
        return any(
            (mark.table, mark.key) == (table, key) and mark.kind in same_place
            for mark in self.marks
        )

    def strayed(self, book: SeenBook) -> list[tuple[Mark, str]]:
        """Marks that are neither at their row nor parked, or that are in two places."""
        on_rows = _on_rows(book, {mark.table for mark in self.marks})
        parked = _parked(book)
        faults = ((mark, _fault(mark, on_rows, parked, book)) for mark in self.marks)
        return [(mark, fault) for mark, fault in faults if fault]

    def parked(self, book: SeenBook) -> list[Mark]:
        """Marks that ParkedNotes holds."""
        lines = _parked(book)
        return [mark for mark in self.marks if _lines_of(mark, lines)]

    def misplaced(self, book: SeenBook) -> list[tuple[Mark, str]]:
        """Marks that are parked though their row is there: its place was empty, so they belong
        there."""
        present = {
            (table, row.key(key_headers(book.tables[table])))
            for table in {mark.table for mark in self.marks}
            for row in book.rows(table)
        }
        return [
            (mark, "parked, though its row is there")
            for mark in self.parked(book)
            # A formula that names another row stays parked: who stands there now is another.
            if (mark.table, mark.key) in present and mark.kind != _ABOVE
        ]

    def strangers(self, book: SeenBook) -> list[str]:
        """Things on rows that nobody put there, or that were taken off again."""
        known = {(_group(mark), mark.content) for mark in self.marks}
        # The house fills cells too; that a highlight is on one cell alone says `strayed`.
        return [
            f"{kind} {content} at {table} {row.number}"
            for (kind, content), places in _on_rows(book, self._tables()).items()
            for table, _, row in places
            if kind != "colour" and (kind, content) not in known
        ]

    def _tables(self) -> set[str]:
        return {mark.table for mark in self.marks}


def key_headers(place: Place) -> tuple[str, ...]:
    """Headers of a table's key, as the English book has them."""
    return tuple(header(place.code, name, "en") for name in TABLES[place.code].key)


def own_columns(hand: Hand, table: str) -> None:
    """Give a table both columns of the user's."""
    first = hand.book.tables[table].headers[0]
    hand.add_column(table, REMARK)
    hand.add_column(table, POINTS, f"LEN({table}[[#This Row],[{first}]])*2")


def _column_for(place: Place, kind: str, chance: Random) -> str:
    if kind in _IN_REMARK:
        return REMARK
    if kind in _IN_POINTS:
        return POINTS
    ours = [column for column in place.headers if column not in (REMARK, POINTS)]
    # Each kind keeps to its own column: a note and a thread cannot share a cell.
    places = {"a row's height": 0, "a note": 1, "a comment with a reply": 2, "a hyperlink": 0}
    return ours[places[kind]] if kind in places else chance.choice(ours[1:])


def _put(hand: Hand, place: Place, row: SeenRow, mark: Mark) -> None:
    table, number, column = mark.table, row.number, mark.header
    match mark.kind:
        case "a note":
            hand.note(table, number, column, mark.content)
        case "a comment with a reply":
            hand.thread(table, number, column, (mark.content, f"{mark.content}: yes"))
        case "a highlighted cell":
            hand.colour(table, number, column, mark.content)
        case "a hyperlink":
            hand.link(table, number, column, mark.content)
        case "a row's height":
            hand.height(table, number, float(mark.content))
        case "a number in an own column":
            hand.type(table, number, column, float(mark.content))
        case kind if "formula" in kind:
            named = number - 1 if kind == _ABOVE else number
            hand.type(table, number, column, f"={_formula(place, mark, named)}")
        case _:
            hand.type(table, number, column, mark.content)


def _formula(place: Place, mark: Mark, number: int) -> str:
    return f"LEN({letters(place.left)}{number})+{mark.content}"


def _group(mark: Mark) -> str:
    """What a mark is in a file."""
    if "formula" in mark.kind:
        return "formula"
    named = {
        "a note": "note",
        "a comment with a reply": "thread",
        "a highlighted cell": "colour",
        "a hyperlink": "link",
        "a row's height": "height",
    }
    return named.get(mark.kind, "value")


def _on_rows(
    book: SeenBook, tables: Iterable[str]
) -> dict[tuple[str, str], list[tuple[str, str, SeenRow]]]:
    """Where a thing stands, by what it is: table, header and row."""
    places: dict[tuple[str, str], list[tuple[str, str, SeenRow]]] = defaultdict(list)
    for table in tables:
        for row in book.rows(table):
            for what, column in _on_row(row):
                places[what].append((table, column, row))
    return places


def _on_row(row: SeenRow) -> list[tuple[tuple[str, str], str]]:
    found: list[tuple[tuple[str, str], str]] = []
    for column, formula in row.formulas.items():
        constant = re.search(r"\+(7\d{5})$", formula)
        if constant:
            found.append((("formula", constant[1]), column))
    for column in (REMARK, POINTS):
        value = row.values.get(column)
        if value is not None and column not in row.formulas:
            found.append((("value", shown(value)), column))
    found += [(("note", text), column) for column, text in row.notes.items()]
    found += [(("thread", texts[0]), column) for column, texts in row.threads.items()]
    found += [(("link", address), column) for column, address in row.links.items()]
    found += [(("colour", colour), column) for column, colour in row.fills.items()]
    if row.height is not None:
        found.append((("height", f"{row.height:g}"), ""))
    return found


def _parked(book: SeenBook) -> list[dict[str, str]]:
    """Lines of ParkedNotes by field name."""
    if PARKED not in book.tables:
        return []
    names = ("table", "row_key", "column", "what", "content")
    headers = {name: header(PARKED, name, "en") for name in names}
    return [
        {name: shown(row.values.get(header)) for name, header in headers.items()}
        for row in book.rows(PARKED)
        if row.values
    ]


def _lines_of(mark: Mark, parked: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [
        line for line in parked if line["what"] == KINDS[mark.kind] and _says(line["content"], mark)
    ]


def _says(content: str, mark: Mark) -> bool:
    """Whether a parked line's content is that of a mark."""
    if mark.kind == "a comment with a reply":
        return f'"{mark.content}"' in content and f'"{mark.content}: yes"' in content
    if "formula" in mark.kind:
        return content.endswith(f"+{mark.content}")
    return content.removeprefix("'").casefold() == mark.content.casefold()


def _fault(mark: Mark, on_rows: Any, parked: Sequence[dict[str, str]], book: SeenBook) -> str:
    """What is wrong with a mark; blank where nothing is."""
    places = on_rows.get((_group(mark), mark.content), [])
    lines = _lines_of(mark, parked)
    if not places and not lines:
        return "gone"
    if len(places) + len(lines) > 1:
        on = [f"row {row.number}" for _, _, row in places]
        return f"in {len(places) + len(lines)} places: {on} and {len(lines)} parked"
    if lines:
        return _fault_of_line(mark, lines[0], book)
    table, column, row = places[0]
    key = row.key(key_headers(book.tables[table]))
    if (table, key) != (mark.table, mark.key):
        return f"at {table} {'|'.join(key)}"
    if column not in ("", mark.header):
        return f"in the column {column}"
    return _fault_inside(mark, row, book)


def _fault_of_line(mark: Mark, line: dict[str, str], book: SeenBook) -> str:
    place = book.tables[mark.table]
    names = {mark.table, place.sheet_name}
    is_keyed = line["row_key"] == mark.key[0] if len(mark.key) == 1 else bool(line["row_key"])
    if line["table"] not in names or not is_keyed:
        return f"parked as {line['table']} {line['row_key']}"
    column = mark.header if mark.kind != "a row's height" else place.headers[0]
    return "" if line["column"] == column else f"parked in the column {line['column']}"


def _fault_inside(mark: Mark, row: SeenRow, book: SeenBook) -> str:
    """What is wrong with a mark that is at its row."""
    place = book.tables[mark.table]
    if mark.kind == "a comment with a reply":
        texts = (mark.content, f"{mark.content}: yes")
        return "" if row.threads[mark.header] == texts else f"says {row.threads[mark.header]}"
    if "formula" not in mark.kind:
        return ""
    number = row.number
    if mark.kind == _ABOVE:
        keys = key_headers(place)
        named = [one.number for one in book.rows(mark.table) if one.key(keys) == mark.above]
        if not named:
            return f"names a row that is gone: {row.formulas[mark.header]}"
        number = named[0]
    wanted = f"={_formula(place, mark, number)}"
    found = row.formulas[mark.header].replace("$", "")
    return "" if found == wanted else f"reads {found}, not {wanted}"


def broken_columns(book: SeenBook, tables: Iterable[str], ledger: Ledger) -> list[str]:
    """Rows whose own calculated column has neither its formula nor an exception of the ledger."""
    wrong = []
    for table in tables:
        keys = key_headers(book.tables[table])
        excepted = {
            mark.key for mark in ledger.marks if mark.table == table and mark.header == POINTS
        }
        for row in book.rows(table):
            is_calculated = "[#This Row]" in row.formulas.get(POINTS, "")
            if row.key(keys)[0] and not is_calculated and row.key(keys) not in excepted:
                wrong.append(f"{table} {'|'.join(row.key(keys))}: {row.formulas.get(POINTS)}")
    return wrong
