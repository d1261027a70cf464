"""Which cells of a table change when somebody is forgotten, and which of its rows go?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from salesbook.book.forgetting.person import Person
from salesbook.book.forgetting.rules import (
    ABOUT_THE_ROW,
    BY_CUSTOMER,
    CLEARED,
    GOES,
    NAMED_BY_KEY,
    PLACES,
)
from salesbook.reading.table import ReadTable
from salesbook.store import KEEP, Annotation, Cell, Mark, NewCell, TableWrite
from salesbook.tables import TABLES, FieldSpec, Kind, Role
from salesbook.writing.values import date_formats

_WORDED: Final = (Kind.TEXT, Kind.MESSAGE, Kind.LIST)
"""Kinds of field in which a person's words may stand among others."""
_REMARKS: Final = (Mark.NOTE, Mark.THREAD, Mark.LINK)
"""What people say beside a row; its colour and its height say nothing of a person."""


@dataclass
class TableChange:
    """What becomes of one table."""

    table: str
    row_count: int
    columns: dict[str, list[NewCell]] = field(default_factory=dict)
    """By header the new cells, KEEP where nothing changes."""
    leaving: set[int] = field(default_factory=set)
    """Positions of rows that go."""
    without_remarks: set[int] = field(default_factory=set)
    """Positions of rows that stay, but for the notes and links on them."""
    remarks: int = 0
    """How many notes and links go."""

    def put(self, row: int, header: str, old: Cell, new: Cell) -> None:
        """Give a cell another value, where it is another one."""
        if new == old or (new is None and old in (None, "")):
            return
        column = self.columns.setdefault(header, [KEEP] * self.row_count)
        column[row] = new

    @property
    def rows(self) -> int:
        """How many rows are touched."""
        changed = {
            row
            for column in self.columns.values()
            for row, cell in enumerate(column)
            if cell is not KEEP
        }
        return len(changed | self.leaving | self.without_remarks)

    def write(self, read: ReadTable) -> TableWrite | None:
        """The write that does it; None where nothing changes."""
        if not self.rows:
            return None
        staying = [row for row in range(self.row_count) if row not in self.leaving]
        # A row that is made anew from its own values has nothing beside them.
        sources = [None if row in self.without_remarks else row for row in staying]
        columns = self._columns(read, staying)
        return TableWrite(self.table, columns, sources, date_formats(columns))

    def _columns(self, read: ReadTable, staying: Sequence[int]) -> dict[str, list[NewCell]]:
        columns: dict[str, list[NewCell]] = {}
        for header in read.cells.headers:
            if header in read.cells.calculated:
                continue
            given = self.columns.get(header)
            if given is None and not self.without_remarks:
                continue
            old = read.column(header)
            cells: list[NewCell] = []
            for row in staying:
                cell = given[row] if given is not None else KEEP
                if cell is KEEP and row in self.without_remarks:
                    cell = old[row]
                cells.append(cell)
            columns[header] = cells
        return columns


@dataclass(frozen=True)
class _Column:
    """One column of a table as it stands."""

    header: str
    spec: FieldSpec | None
    """The field of ours that it holds; None for a column of the user's own."""
    cells: Sequence[Cell]
    formulas: frozenset[int | None]
    """Rows in which somebody typed a formula."""


def change_of(person: Person, table: str, annotations: Sequence[Annotation]) -> TableChange:
    """What becomes of one table of ours when a customer is forgotten."""
    read = person.session.table(table)
    change = TableChange(table, read.cells.row_count)
    own_rows = person.rows.get(table, frozenset())
    if table in GOES or table in ABOUT_THE_ROW:
        change.leaving |= own_rows
    change.leaving |= set(_rows_that_go(person, table))
    formulas = {(mark.row, mark.header) for mark in annotations if mark.mark is Mark.FORMULA}
    for header in read.cells.headers:
        if header in read.cells.calculated:
            continue
        name = read.field_by_header.get(header)
        spec = TABLES[table].field(name) if name else _yours(read, header)
        in_rows = {row for row, of_header in formulas if of_header == header}
        column = _Column(header, spec, read.column(header), frozenset(in_rows))
        _change_column(person, change, column)
    change.leaving -= set(_beyond(read))
    _drop_remarks(person, change, annotations, own_rows)
    return change


def _yours(read: ReadTable, header: str) -> FieldSpec | None:
    """The field of ours that people fill, by its header; None for a column of the user's own."""
    names = [name for name in read.spec.yours if read.headers.get(name) == header]
    return read.spec.field(names[0]) if names else None


def _beyond(read: ReadTable) -> Iterator[int]:
    """Rows that are not there: a table without rows shows a blank one, which stays."""
    if read.cells.row_count == 1 and not read.rows_in:
        yield 0


def _rows_that_go(person: Person, table: str) -> Iterator[int]:
    """Rows that tell of him without a field that refers to him."""
    if table not in ("Aliases", "Duplicates", "ImportMaps", "CheckMarks"):
        return
    frame = person.rows_of(table)
    if table == "Duplicates":
        yield from look_alikes_of(person.keys_by_table, frame)
    elif table == "ImportMaps":
        for row, word, code in zip(frame.index, frame["word"], frame["code"], strict=True):
            means_him = code in person.keys
            if means_him or (isinstance(word, str) and person.words.are_in(word)):
                yield int(row)
    elif table == "CheckMarks":
        for row, mark in zip(frame.index, frame["mark"], strict=True):
            if isinstance(mark, str) and set(mark.split("|")) & set(person.keys):
                yield int(row)


def look_alikes_of(
    own_keys: Mapping[str, frozenset[str]], duplicates: pd.DataFrame
) -> Iterator[int]:
    """Rows of Duplicates of which one side is he, or a deal or a lead of his."""
    sides = duplicates[["table", "left_id", "right_id"]].itertuples(name=None)
    for row, table, left, right in sides:
        own = own_keys.get(table, frozenset())
        if not own.isdisjoint((left, right)):
            yield int(row)


def _change_column(person: Person, change: TableChange, column: _Column) -> None:
    """Change the cells of one column, row by row."""
    spec, table = column.spec, change.table
    if spec is None:
        _change_own_column(person, change, column)
        return
    if spec.ref or spec.name in _KEYS_OF_HIS.get(table, ()):
        _change_keys(person, change, column, spec)
        return
    instead = _instead_of_field(person, table, spec)
    if instead is not _STAYS:
        for row in person.rows.get(table, ()):
            change.put(row, column.header, column.cells[row], instead)
    if spec.kind in _WORDED and spec.name not in PLACES:
        # What is ours says his name in sentences about others, too. What others typed is theirs.
        is_ours = TABLES[table].role is Role.OUTPUT
        rows = range(len(column.cells)) if is_ours else person.rows.get(table, ())
        _change_words(person, change, column, rows)


_STAYS: Final = object()


def _instead_of_field(person: Person, table: str, spec: FieldSpec) -> Any:
    """What a field says on all rows that are his; `_STAYS` where that hangs on what it says."""
    if spec.name in CLEARED.get(table, ()):
        return None
    return person.key if spec.name in NAMED_BY_KEY.get(table, ()) else _STAYS


def _change_keys(person: Person, change: TableChange, column: _Column, spec: FieldSpec) -> None:
    """Give references to him the neutral key, and those by the name of a deal of his its ID."""
    for label, text in person.rows_of(change.table)[spec.name].items():
        row = int(str(label))
        if isinstance(text, str):
            new = _key_instead(person, change.table, spec, text, row)
            if new is not None:
                change.put(row, column.header, column.cells[row], new)


_KEYS_OF_HIS: Final = {
    "Customers": ("customer_id",),
    "Aliases": ("old_id", "new_id"),
    "Alerts": ("row_key",),
    "ActionLog": ("row_key",),
    "PageLines": ("row_key",),
}
"""Fields that hold a key without a table that they refer to."""


def _key_instead(person: Person, table: str, spec: FieldSpec, text: str, row: int) -> str | None:
    """The key that stands where one of his stood; None where it stays."""
    if spec.ref:
        return person.key_instead(spec.ref, text)
    if table != "Customers":
        other = person.rows_of(table).loc[row, "table"]
        leads_to_him = other in TABLES and _first_ref(other) == "Customers"
        if not leads_to_him:
            return None
        parts = text.split("|")
        return "|".join(person.keys.get(part, part) for part in parts)
    return person.keys.get(text)


def _first_ref(table: str) -> str | None:
    """Whose key a table's rows are found by: a customer's own, or that of what is said of him."""
    if table == "Customers":
        return "Customers"
    refs = [spec.ref for spec in TABLES[table].fields if spec.key and spec.ref]
    return "Customers" if "Customers" in refs else None


def _change_own_column(person: Person, change: TableChange, column: _Column) -> None:
    """Columns that people added: beside the customer himself all goes, elsewhere his words do.

    A number or a group beside a deal may be what its chance is reckoned by.
    """
    own_rows = person.rows.get(change.table, frozenset())
    if change.table not in ("Customers", "Leads"):
        _change_words(person, change, column, own_rows)
        return
    for row in own_rows - column.formulas:
        change.put(row, column.header, column.cells[row], None)


def _change_words(
    person: Person, change: TableChange, column: _Column, rows: Collection[int]
) -> None:
    """Take his words out of texts."""
    given = change.columns.get(column.header)
    own_rows = person.rows.get(change.table, frozenset())
    for row in rows:
        old = column.cells[row]
        is_given = given is not None and given[row] is not KEEP
        if not isinstance(old, str) or is_given or row in column.formulas:
            continue
        # On a row that is his a name is he, though others may have it.
        is_his_name = row in own_rows and person.is_name(old)
        new = person.key if is_his_name else person.words.without(old)
        change.put(row, column.header, old, new)


def _drop_remarks(
    person: Person,
    change: TableChange,
    annotations: Sequence[Annotation],
    own_rows: Collection[int],
) -> None:
    """Have notes and links go that stand on rows about him, or in which he is named."""
    spec = TABLES[change.table]
    is_about_customers = change.table in BY_CUSTOMER or any(
        field.key and field.ref in ("Customers", "Deals") for field in spec.fields
    )
    for mark in annotations:
        if mark.row is None or mark.mark not in _REMARKS or mark.row in change.leaving:
            continue
        if mark.row in own_rows and (is_about_customers or person.words.are_in(str(mark.content))):
            change.without_remarks.add(mark.row)
            change.remarks += 1
