"""Where does what people put on a row go when the row goes, and how does it come back with it?

It waits in ParkedNotes, one line per thing, under the row's key. When a row with that key is there
again, each thing goes back to its column, unless something stands there, it has waited for more
than 400 days, or the key has come to mean somebody else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from salesbook.frames import frame_from_rows
from salesbook.hosts.area import MAX_ROW, Area
from salesbook.hosts.formulas import UnsureError, from_r1c1, names_only_its_row, to_r1c1
from salesbook.names.folding import fold_name
from salesbook.reading.table import ReadTable
from salesbook.store import (
    NO_OWN_CELLS,
    Annotation,
    Cell,
    CellError,
    Mark,
    OwnCells,
    TableCells,
    TableWrite,
    is_too_long,
)
from salesbook.tables import Role
from salesbook.writing.row_names import BETWEEN, NOBODY, UNKNOWN

WAITS: Final = dt.timedelta(days=400)
"""How long something parked waits for its row."""

_NO_KEY: Final = "#"
"""Before a row's number in the sheet, where it has no key."""
_TYPED: Final = (Mark.VALUE, Mark.FORMULA)

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(_DAY.pattern + r" [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?")
_FLAGS: Final = {"TRUE": True, "FALSE": False}
_ERROR: Final = re.compile(r"#[A-Z0-9/_-]+[!?]?")


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """One line of ParkedNotes."""

    table: str
    row_key: str
    header: str
    mark: Mark
    content: str
    """As it stands in the line; `annotation_of` says what it means in a cell."""
    parked_on: dt.date
    name: str = NOBODY
    seq: int = 1
    row: int | None = None
    """Position in ParkedNotes as it was read; None for a line that is new."""

    @property
    def has_key(self) -> bool:
        """Whether the row had a key, so that it can return."""
        return not self.row_key.startswith(_NO_KEY)

    @property
    def cell(self) -> tuple[str, str, str, Mark]:
        """Everything of a line's key but its number."""
        return self.table, self.row_key, self.header, self.mark

    def is_over(self, as_of: dt.date) -> bool:
        """Whether it has waited too long."""
        return as_of - self.parked_on > WAITS

    def means(self, name: str) -> bool:
        """Whether the row's name is the one that its key had when this was parked.

        Where nobody knew whom the key meant, nobody can say that it means the same.
        """
        is_known = UNKNOWN not in self.name.split(BETWEEN)
        return is_known and fold_name(self.name) == fold_name(name)


def lines_of(parked_notes: ReadTable) -> list[ParkedLine]:
    """Take the lines of ParkedNotes that can be read; others stay in the sheet as they are.

    Contents and headers are taken as they stand, since every blank of a remark counts.
    """
    frame = parked_notes.frame
    raw = {name: parked_notes.column(header) for name, header in parked_notes.headers.items()}
    names = ("table", "row_key", "column", "what", "content", "parked_on", "name", "seq")
    columns = (frame[name].tolist() for name in names)
    lines = []
    for row, table, key, column, what, content, day, name, seq in zip(
        frame.index.tolist(), *columns, strict=True
    ):
        line = ParkedLine(
            table=table,
            row_key=key,
            header=_as_it_stands(raw["column"][row], column),
            mark=Mark(what),
            content=_as_it_stands(raw["content"][row], content),
            parked_on=day.date(),
            name=name if isinstance(name, str) else NOBODY,
            seq=seq,
            row=row,
        )
        lines.append(line)
    return lines


def _as_it_stands(raw: Cell, typed: object) -> str:
    return raw if isinstance(raw, str) else str(typed)


def frame_of_lines(lines: Sequence[ParkedLine]) -> pd.DataFrame:
    """The rows of ParkedNotes that hold these lines."""
    rows = [
        {
            "table": line.table,
            "row_key": line.row_key,
            "name": line.name or None,
            "column": line.header,
            "what": str(line.mark),
            "seq": line.seq,
            "content": line.content,
            "parked_on": line.parked_on,
        }
        for line in lines
    ]
    return frame_from_rows("ParkedNotes", rows)


def numbered(new: Sequence[ParkedLine], standing: Sequence[ParkedLine]) -> list[ParkedLine]:
    """Number new lines so that none has the key of another; none is lost to one before it."""
    highest: dict[tuple[str, str, str, Mark], int] = {}
    for line in standing:
        highest[line.cell] = max(line.seq, highest.get(line.cell, 0))

    lines = []
    for line in new:
        seq = highest.get(line.cell, 0) + 1
        highest[line.cell] = seq
        lines.append(replace(line, seq=seq))
    return lines


def put_by_people(
    read: ReadTable, annotations: Sequence[Annotation], rows: Collection[int]
) -> list[Annotation]:
    """Everything that people put on these rows, by row: what they typed, and what they marked.

    Typed is what stands in their own columns and in fields that they fill, and over formulas of
    calculated columns. Of an output row without a key nothing is ours: somebody typed all of it. Of a
    table that nobody types into, the height of a row waits for nothing: other programs save every
    height as one that was chosen.
    """
    if not rows:
        return []
    own_columns = set(read.own_headers) - read.cells.calculated
    our_columns = set(read.field_by_header) - read.cells.calculated
    is_output = read.spec.role is Role.OUTPUT
    is_read_only = is_output and not read.spec.yours
    marked = [
        annotation
        for annotation in annotations
        if annotation.row in rows
        and not (annotation.mark in _TYPED and annotation.header in our_columns)
        and not (is_read_only and annotation.mark is Mark.HEIGHT)
    ]
    formulas = {(mark.row, mark.header) for mark in annotations if mark.mark is Mark.FORMULA}

    typed = []
    for header, column in zip(read.cells.headers, read.cells.columns, strict=True):
        if header in read.cells.calculated:
            continue
        for row in rows:
            is_theirs = header in own_columns or (is_output and read.key_of(row) is None)
            is_blank = column[row] in (None, "")
            if is_theirs and not is_blank and (row, header) not in formulas:
                typed.append(Annotation(row, header, Mark.VALUE, column[row]))
    return sorted([*typed, *marked], key=lambda annotation: annotation.row or 0)


@dataclass(frozen=True)
class Beside:
    """What people have put on a table's rows, and what waits for rows of it to return."""

    annotations: Sequence[Annotation] = ()
    waiting: Sequence[ParkedLine] = ()
    """Lines of ParkedNotes about this table."""
    as_of: dt.date | None = None
    """The day of the run; None where nothing is parked: what goes is told as lost."""
    name_of: Callable[[Mapping[Any, Any]], str] = lambda _: NOBODY
    """The name of a row of this table, given its key's fields."""
    losses: Callable[[TableWrite], Sequence[Annotation]] = lambda _: ()
    """What the host could not take along though its row stays (`Host.losses`)."""
    own: OwnCells = NO_OWN_CELLS
    """What else goes into their own columns, `added` row by row of the new body."""
    carried: frozenset[tuple[int, str]] = frozenset()
    """Rows that go, and headers of people's own columns, of which another row takes the cell."""
    taken_up: frozenset[int] = frozenset()
    """Rows of which the run has put elsewhere what people typed into fields that are theirs.

    It is not parked: it would come back, and be taken up a second time.
    """

    def parked(
        self, read: ReadTable, things: Sequence[Annotation]
    ) -> tuple[list[ParkedLine], list[Annotation]]:
        """Make lines of what goes.

        Returns: the lines, and what becomes none: all of it where nothing is parked, and what no
            cell can hold.
        """
        lines = []
        others = []
        for thing in things:
            if self._is_taken_up(read, thing) or self._is_carried(thing):
                continue
            content = content_text(thing, read.cells)
            if self.as_of is None or thing.row is None or is_too_long(content):
                others.append(thing)
                continue
            line = ParkedLine(
                table=read.spec.name,
                row_key=key_or_place(read, thing.row),
                header=thing.header,
                mark=thing.mark,
                content=content,
                parked_on=self.as_of,
                name=self.name(read, thing.header, read.values_of(thing.row)),
            )
            lines.append(line)
        return lines, others

    def _is_taken_up(self, read: ReadTable, thing: Annotation) -> bool:
        is_typed = thing.mark in _TYPED and thing.header in read.yours_headers
        return is_typed and thing.row in self.taken_up

    def _is_carried(self, thing: Annotation) -> bool:
        return thing.mark is Mark.VALUE and (thing.row, thing.header) in self.carried

    def name(self, read: ReadTable, header: str, values: Mapping[str, Any] | None) -> str:
        """Whom a row is about, for what stands in one of its columns.

        In a field that people fill it is about one occasion, such as a call that was due on a day:
        `Ann Lee · 2026-06-08`. When Ann Lee is due again, that one is still what it was about.

        Args:
            values: the row's typed fields; None for a row without a key.
        """
        if values is None:
            return NOBODY
        name = self.name_of({field: values[field] for field in read.spec.key})
        occasion = values.get(read.spec.occasion)
        if header not in read.yours_headers or occasion is None or pd.isna(occasion):
            return name
        day = occasion.date().isoformat()
        return BETWEEN.join(part for part in (name, day) if part)


NOTHING_BESIDE: Final = Beside()
"""For a table on whose rows nobody put anything."""


def key_or_place(read: ReadTable, row: int) -> str:
    """A row's key; its place in the sheet, such as `#17`, where it has none."""
    return read.key_of(row) or f"{_NO_KEY}{read.cells.first_row + row}"


def content_text(annotation: Annotation, cells: TableCells) -> str:
    """What an annotation says, as a line of ParkedNotes holds it: the same in any row.

    `=B5*2` in column C becomes `=RC[-1]*2`, the number 45 is `45`, and the text `45` is `'45`.
    """
    content = annotation.content
    if annotation.mark is Mark.FORMULA:
        row, column = _place(annotation, cells)
        try:
            return to_r1c1(str(content), row, column)
        except UnsureError:
            return str(content)
    if annotation.mark is Mark.VALUE and not isinstance(content, str) and content is not None:
        return _spelled(content)
    return _as_text("" if content is None else str(content), annotation.mark)


def _place(annotation: Annotation, cells: TableCells) -> tuple[int, int]:
    """The row and column, from 1, of an annotation's cell in the sheet."""
    row = cells.first_row + (annotation.row or 0)
    return row, cells.first_column + cells.headers.index(annotation.header)


def _spelled(value: bool | float | dt.date | CellError) -> str:
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return repr(value)


def _as_text(text: str, mark: Mark) -> str:
    """A text that could be taken for something else, or for nothing, behind an apostrophe."""
    could_be_other = mark is Mark.VALUE and (text[:1] == "=" or not isinstance(_meant(text), str))
    is_bare = not text or text != text.strip() or text[0] == "'"
    return f"'{text}" if could_be_other or is_bare else text


def _meant(text: str) -> Cell:
    """The value that a text without an apostrophe stands for."""
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eE") else int(text)
    if text in _FLAGS:
        return _FLAGS[text]
    if _ERROR.fullmatch(text):
        return CellError(text)
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            return dt.datetime.fromisoformat(text)
    except ValueError:
        return text  # such as 2026-02-30
    return text


def annotation_of(line: ParkedLine, row: int, cells: TableCells) -> Annotation | None:
    """What a line means in a row of the table; None where nobody can say that of its formula.

    Args:
        cells: the table that the line is about; its headers have the line's.
    """
    annotation = Annotation(row, line.header, line.mark, None)
    if line.mark is Mark.FORMULA:
        sheet_row, sheet_column = _place(annotation, cells)
        try:
            formula = from_r1c1(line.content, sheet_row, sheet_column)
            is_sure = names_only_its_row(formula, sheet_row, _area_to_come(cells), cells.sheet)
        except UnsureError:
            return None
        return replace(annotation, content=formula) if is_sure else None

    content: Cell = line.content
    if line.content[:1] == "'":
        content = line.content[1:]
    elif line.mark is Mark.VALUE:
        content = _meant(line.content)
    return replace(annotation, content=content)


def _area_to_come(cells: TableCells) -> Area:
    """Where the table's rows may be from now on: the new body may be longer than the old one."""
    last_column = cells.first_column + len(cells.headers) - 1
    return Area(cells.first_row, cells.first_column, MAX_ROW, last_column)
