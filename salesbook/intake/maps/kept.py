"""Which columns of a file come along as the user's own, right of the table, and what do they hold?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from salesbook import labels
from salesbook.cells.base import CellOptions, Reason, clean_text
from salesbook.cells.frame import read_values
from salesbook.cells.sameness import same_cell
from salesbook.errors import ColumnMissing
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.headers import HeaderMap, columns_of_header
from salesbook.intake.foreign import ForeignTable, is_blank
from salesbook.intake.maps.remembered import Remembered
from salesbook.intake.options import ImportOptions
from salesbook.intake.rows import FileRow
from salesbook.labels import Language
from salesbook.messages import Fact, Message
from salesbook.store import Cell, CellError, OwnCells, is_too_long
from salesbook.tables import TABLES, Kind

MAX_HEADER: Final = 255
"""Characters that the header of a table's column may have in Excel."""
_NOT_IN_A_HEADER: Final = re.compile(r"[\x00-\x1f\s]+")
_PLAIN_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,14})([.,]\d{1,15})?")
"""Matches `1,234.50`, `-3` and `0.5`, but no `00123`, `+49 30` or a number of 16 digits, which are
codes: as numbers they would lose what they say."""
_MOST_DIGITS: Final = 15
_SAMPLE: Final = 20
_OTHER_THINGS: Final = ("date-unreadable", "number-unreadable")
"""Reasons of cells that no other cell of their column can make a date or a number."""
_HAS_TIME: Final = re.compile(r"\d:\d\d")


@dataclass(frozen=True, slots=True)
class KeptColumn:
    """One column of a file on its way into a column of the user's own."""

    column: int
    header: str
    """In the file."""
    own_header: str
    """In the workbook."""
    is_new: bool
    cells: Mapping[int, Cell]
    """What is not blank, by the row's number in the file."""


@dataclass
class Kept:
    """The columns that come along, and what they bring to each row of the table."""

    columns: tuple[KeptColumn, ...] = ()
    old_cells: Mapping[str, Sequence[Cell]] = field(default_factory=dict)
    """Of the user's own columns as they stand, by header."""
    notes: tuple[Message, ...] = ()
    """What does not come along, and what is called otherwise than in the file."""
    _changes: dict[int, Mapping[str, Cell]] = field(default_factory=dict)
    _added: list[Mapping[str, Cell]] = field(default_factory=list)

    @property
    def headers(self) -> frozenset[str]:
        """Headers of the file that come along."""
        return frozenset(column.header for column in self.columns)

    @property
    def changes(self) -> Mapping[int, Mapping[str, Cell]]:
        """New cells by header in the workbook, by the position of the table's row."""
        return self._changes

    @property
    def own_headers(self) -> dict[str, str]:
        """Header in the workbook by folded header of the file."""
        return {fold_header(column.header): column.own_header for column in self.columns}

    def add(self, row: FileRow) -> None:
        """Note what a row brings that becomes a new row of the table."""
        self._added.append(self._cells_of(row))

    def change(self, row: FileRow, position: int) -> bool:
        """Note what a row brings to the table's row that it is; False where all is there already.

        A cell that the file leaves empty changes nothing.
        """
        different = {
            header: cell
            for header, cell in self._cells_of(row).items()
            if not same_cell(self._old_cell(header, position), cell)
        }
        if different:
            self._changes[position] = different
        return bool(different)

    def _cells_of(self, row: FileRow) -> dict[str, Cell]:
        return {
            column.own_header: column.cells[row.number]
            for column in self.columns
            if row.number in column.cells
        }

    def _old_cell(self, header: str, position: int) -> Cell:
        column = self.old_cells.get(header, ())
        return column[position] if position < len(column) else None

    def written(self, new_rows: int, *, is_new_body: bool) -> OwnCells:
        """What is to be written.

        Args:
            new_rows: how many rows the table gets; what no row of the file brought has no cells.
            is_new_body: whether these are all that the table will have.
        """
        missing = new_rows - len(self._added)
        added = [*self._added, *({} for _ in range(missing))]
        changes = {} if is_new_body else self._changes
        brought = {header for cells in (*added, *changes.values()) for header in cells}
        # A column that brings nothing is not put beside the table.
        new_headers = tuple(
            column.own_header
            for column in self.columns
            if column.is_new and column.own_header in brought
        )
        return OwnCells(new_headers, changes, added)


def kept_columns(
    source: ForeignTable,
    header_map: HeaderMap,
    remembered: Remembered,
    book: BookNow,
    cell_options: CellOptions,
) -> Kept:
    """Decide which columns come along, and under which headers.

    Args:
        remembered: what the user says, and said of such files before.

    Raises: ColumnMissing for a header that the file does not have.
    """
    options = remembered.options
    wanted = _wanted(source, header_map, options)
    if not wanted:
        return Kept()

    now = book.table(options.into)
    language = book.policy.rules.language
    naming = _Naming(options.into, now, language)
    columns: list[KeptColumn] = []
    notes: list[Message] = []
    for place in wanted:
        header = source.headers[place]
        wanted_header = remembered.own_headers.get(fold_header(header), "")
        own_header = naming.own_header(header, wanted_header)
        if own_header in now.calculated:
            facts = {"header": header, "column": own_header}
            notes.append(Message("import-kept.has-formula", facts))
            continue
        is_new = own_header not in now.own
        if is_new and wanted_header not in ("", own_header):
            facts = {"header": header, "column": own_header, "wanted": wanted_header}
            notes.append(Message("import-kept.no-such-column", facts))
        elif is_new and own_header != _clean(header):
            facts = {"header": header, "column": own_header}
            notes.append(Message("import-kept.renamed", facts))
        cells = _typed(source, place, cell_options)
        cells, note = _without_long_texts(header, cells)
        notes += [note] if note else []
        columns.append(KeptColumn(place, header, own_header, is_new, cells))
    return Kept(tuple(columns), now.own, tuple(notes))


def _wanted(source: ForeignTable, header_map: HeaderMap, options: ImportOptions) -> list[int]:
    """The columns that are to come along, in the file's order.

    Raises: ColumnMissing.
    """
    wanted: set[int] = set()
    for header in options.kept:
        columns = columns_of_header(header, source.headers)
        if not columns:
            raise ColumnMissing(
                "header-missing",
                where="--keep",
                found=header,
                headers=tuple(filter(None, source.headers)),
            )
        wanted.add(columns[0])

    if options.keep_all:
        taken = header_map.used | {mapped.column for mapped in header_map.columns}
        for place, header in enumerate(source.headers):
            # A column without a header, or with nothing in it, is no column that anybody made.
            if header and place not in taken and _holds_something(source, place):
                wanted.add(place)
    return sorted(wanted)


def _holds_something(source: ForeignTable, place: int) -> bool:
    return any(not is_blank(row.cells[place]) for row in source.rows if row.fault is None)


@dataclass
class _Naming:
    """Finds the header that each column has in the workbook; none is given twice."""

    table: str
    now: TableNow
    language: Language
    _given: set[str] = field(default_factory=set)
    """In small letters: Excel tells headers apart without their case."""

    def own_header(self, header: str, remembered: str) -> str:
        """The user's own column that a header of the file means, or a header for a new one."""
        own = {name.casefold(): name for name in (*self.now.own, *self.now.calculated)}
        if remembered.casefold() in own and self._give(remembered):
            return own[remembered.casefold()]

        name = self._unlike_a_field(_clean(header))
        taken = {taken_header.casefold() for taken_header in self.now.headers}
        number = 1
        while True:
            tried = name if number == 1 else f"{name} {number}"
            is_own = tried.casefold() in own
            is_free = is_own or tried.casefold() not in taken
            if is_free and self._give(tried):
                return own.get(tried.casefold(), tried)
            number += 1

    def _give(self, name: str) -> bool:
        if name.casefold() in self._given:
            return False
        self._given.add(name.casefold())
        return True

    def _unlike_a_field(self, header: str) -> str:
        """The header, with `(own)` behind it where it would be taken for a field of the table."""
        fields = TABLES[self.table].field_names
        if labels.field_of_header(self.table, header, fields) is None:
            return header
        return header + labels.word("book", "own", self.language)


def _clean(header: str) -> str:
    """A header on one line, as long as Excel takes it."""
    text = _NOT_IN_A_HEADER.sub(" ", header).strip()
    # Room for what is put behind it where two are called the same.
    return text[: MAX_HEADER - len(" (own) 1234")].strip() or "-"


def _typed(source: ForeignTable, place: int, options: CellOptions) -> dict[int, Cell]:
    """The cells of a column by their row's number: numbers and dates as such, all else as it stands.

    A text is a number or a date only if every text of the column is one that can be read in one way
    alone; so `00123` among numbers keeps them all as they were typed.
    """
    numbers = [row.number for row in source.rows if row.fault is None]
    cells = [row.cells[place] for row in source.rows if row.fault is None]
    filled = {
        number: _stripped(cell)
        for number, cell in zip(numbers, cells, strict=True)
        # An error in the other workbook is no value that anybody typed.
        if not is_blank(cell) and not isinstance(cell, CellError)
    }
    texts = {number: cell for number, cell in filled.items() if isinstance(cell, str)}
    read = _read_texts(list(texts.values()), replace(options, epoch_1904=source.epoch_1904))
    # Whoever typed a text into a sheet meant a text; in a text file there is nothing else.
    is_sheet = bool(source.sheet)
    if read is None or is_sheet:
        return filled
    return filled | dict(zip(texts, read, strict=True))


def _without_long_texts(
    header: str, cells: dict[int, Cell]
) -> tuple[dict[int, Cell], Message | None]:
    """The cells without texts that are longer than a cell takes, and what is to be said of these."""
    long = [number for number, cell in cells.items() if isinstance(cell, str) and is_too_long(cell)]
    if not long:
        return cells, None
    facts: dict[str, Fact] = {"header": header, "row": long[0], "count": len(long)}
    left = {number: cell for number, cell in cells.items() if number not in set(long)}
    return left, Message("import-kept.too-long", facts)


def _stripped(cell: Cell) -> Cell:
    return clean_text(cell) if isinstance(cell, str) else cell


def _read_texts(texts: Sequence[str], options: CellOptions) -> list[Cell] | None:
    """All texts of a column as numbers or as dates; None where they are neither."""
    if not texts:
        return None
    if all(map(_is_plain_number, texts)):
        return _all_read(texts, Kind.NUMBER, options)
    if any(_HAS_TIME.search(text) for text in texts):
        return _all_read(texts, Kind.DATETIME, options)
    return _all_read(texts, Kind.DATE, options)


def _is_plain_number(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return digits <= _MOST_DIGITS and _PLAIN_NUMBER.fullmatch(text) is not None


def _all_read(texts: Sequence[str], kind: Kind, options: CellOptions) -> list[Cell] | None:
    # Most columns of words show it in their first cells; reading all of them takes long.
    sample = read_values(texts[:_SAMPLE], kind, options)
    if any(isinstance(value, Reason) and value.code in _OTHER_THINGS for value in sample):
        return None
    values = read_values(texts, kind, options)
    if any(value is None or isinstance(value, Reason) for value in values):
        return None
    return values  # type: ignore[return-value]
