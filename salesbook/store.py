"""How tables move: the contract between the verbs and whatever holds a workbook.

A *host* knows cells: it hands out a table's columns as raw values and takes new ones back. Hosts
know nothing of field types, labels or frames; `salesbook.reading` and `salesbook.writing` build
those on top, once for all hosts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Final, Protocol


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value in a cell, by the name Excel shows: `#N/A`, `#DIV/0!`, `#SPILL!`."""

    code: str

    def __str__(self) -> str:
        """As a person reads it; of a formula that no program has calculated, that it is one."""
        return "=…" if self == NOT_CALCULATED else self.code


NOT_CALCULATED: Final = CellError("#NOT-CALCULATED!")
"""A formula whose value the file does not hold, because no program has calculated it."""

Cell = None | bool | int | float | str | dt.date | dt.datetime | CellError


class _Keep(Enum):
    KEEP = "keep"


KEEP: Final = _Keep.KEEP
"""In a column to write: leave the source row's cell as it stands, with its formula and format."""

NewCell = Cell | _Keep


MAX_TEXT_LENGTH: Final = 32_767
"""The longest text that a cell takes, as `text_length` counts."""


def text_length(text: str) -> int:
    """Count a text's UTF-16 code units, as Excel does: an emoji is two."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_too_long(text: str) -> bool:
    """Whether a text is longer than a cell takes."""
    # No character takes more than two units, so that few texts have to be counted.
    return len(text) * 2 > MAX_TEXT_LENGTH and text_length(text) > MAX_TEXT_LENGTH


@lru_cache(maxsize=20_000)
def column_letters(number: int) -> str:
    """Name a sheet's column: 1 is A, 28 is AB."""
    letters = ""
    while number:
        # No letter stands for 0, so the place after Z is AA: each digit counts from 1.
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


@dataclass(frozen=True, slots=True, weakref_slot=True)
class TableCells:
    """A table as it stands in its sheet.

    `columns` runs parallel to `headers`; every column has one raw value per body row, in sheet
    order. Blank rows inside the table are rows of None. A table without rows has columns of length
    0 or one blank row: Excel keeps at least one.
    """

    table: str
    sheet: str
    headers: tuple[str, ...]
    columns: tuple[Sequence[Cell], ...]
    first_row: int
    """Sheet row (from 1) of the first body row."""
    first_column: int
    """Sheet column (from 1) of the first header."""
    epoch_1904: bool = False
    """True where a bare number that stands for a date counts from 1904."""
    calculated: frozenset[str] = frozenset()
    """Headers of *calculated columns*: at least half of the rows that hold anything hold one formula
    there, the same once it is written relative to its own row; of a formula that stands only once its
    file decides, or that it names its own row by columns. A table without rows has those that its
    file says it has. Other cells of such a column are *exceptions*, where they hold something."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged areas that touch the body: first row, first column, last row, last column (from 1)."""
    below: tuple[Cell, ...] = ()
    """The cells right below the body where something stands there, for a host whose tables do not
    grow with what is typed; else empty."""

    @property
    def row_count(self) -> int:
        """How many body rows there are, blank ones included."""
        return len(self.columns[0]) if self.columns else 0


class Mark(StrEnum):
    """What a person may put on a row of a table, beside the values of its columns."""

    VALUE = "value"
    """A value typed over the formula of a calculated column."""
    FORMULA = "formula"
    """A formula that is not its calculated column's."""
    NOTE = "note"
    THREAD = "thread"
    COLOUR = "colour"
    LINK = "link"
    HEIGHT = "height"
    FILTER = "filter"
    """Not of a row: the table's filter. Only in what a host says it would lose."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One thing that a person put on one cell of a table's body, or on one of its rows.

    What `content` holds depends on `mark`: VALUE the cell's raw value; FORMULA its text in A1 style
    as it reads in its row, with `=`; NOTE its text; THREAD JSON, a list of `{"author", "at",
    "text"}` from the first comment to the last reply; COLOUR the cell's own fill as `#RRGGBB`; LINK
    an address, or `#Sheet!A1`; HEIGHT points as text; FILTER the criteria that cannot be evaluated.
    """

    row: int | None
    """Row of the body, from 0; None where it is about the table as a whole."""
    header: str
    """Of its column; of the table's first column for a row's height."""
    mark: Mark
    content: Cell


@dataclass(frozen=True, slots=True)
class TableWrite:
    """The new body of one table.

    Row i of the result takes its KEEP cells, and every column that `columns` does not name, from
    row `sources[i]` of the table as it was read; with source None such cells are blank, or
    calculated where the table has a formula for the column. Old rows that no source names
    disappear. No rows at all leaves one blank row.

    What people put on a row (`Host.annotations`) and the formats of its cells go where the row
    goes: to the first new row that names it as source. They leave the sheet with a row that goes,
    and a row without source has none, even where it lies in the place of a row that had some.
    A formula that is kept says after the write what it said before: its column's own is copied as
    filling down would; an exception goes on naming the cells it named, wherever their rows went.
    """

    table: str
    columns: Mapping[str, Sequence[NewCell]]
    """By header as it stands in the sheet; every column has len(sources) values."""
    sources: Sequence[int | None]
    number_formats: Mapping[str, str] = field(default_factory=dict)
    """Number format by header, for cells that hold a date or time but do not show one yet."""
    annotations: Sequence[Annotation] = ()
    """Further ones to put on rows of the new body (`row` counts those): a FORMULA reads as it shall
    stand there. VALUE is not among them: a value is given in `columns`."""
    new_headers: tuple[str, ...] = ()
    """Of columns that come right of the table: `columns` may name them. Cells that lie there must be
    free."""
    gone_headers: tuple[str, ...] = ()
    """Of the table's last columns that go, with all that stands in them; `columns` names none of
    them. No formula may name them (`Host.named_columns`)."""

    @property
    def on_old_columns(self) -> TableWrite:
        """The same without what it does to columns right of the table."""
        if not self.new_headers and not self.gone_headers:
            return self
        columns = {
            header: values
            for header, values in self.columns.items()
            if header not in self.new_headers
        }
        return replace(self, columns=columns, new_headers=(), gone_headers=())


@dataclass(frozen=True, slots=True)
class OwnCells:
    """Cells for columns of the user's own: those that are there, and new ones right of the table."""

    new_headers: tuple[str, ...] = ()
    """Of columns that come right of the table."""
    changes: Mapping[int, Mapping[str, Cell]] = field(default_factory=dict)
    """By header, by the position of the table's row."""
    added: Sequence[Mapping[str, Cell]] = ()
    """By header, for each row that the write adds; for each of the whole body where that is new."""

    @property
    def does_something(self) -> bool:
        """False where nothing is written."""
        return bool(self.new_headers or self.changes or any(self.added))

    def columns(self, sources: Sequence[int | None], first_added: int) -> dict[str, list[NewCell]]:
        """The cells by header, one for each row of the new body, KEEP where nothing is given.

        Args:
            sources: per new row the old row that it continues.
            first_added: the new row that the first of `added` is about.
        """
        given: dict[str, list[NewCell]] = {
            header: [KEEP] * len(sources) for header in self.new_headers
        }

        def put(row: int, cells: Mapping[str, Cell]) -> None:
            for header, cell in cells.items():
                if header not in given:
                    given[header] = [KEEP] * len(sources)
                given[header][row] = cell

        for row, source in enumerate(sources):
            if source is not None and source in self.changes:
                put(row, self.changes[source])
        for place, cells in enumerate(self.added):
            put(first_added + place, cells)
        return given


NO_OWN_CELLS: Final = OwnCells()


class Host(Protocol):
    """Something that holds a workbook's tables. All hosts pass the same contract suite."""

    def table_codes(self) -> tuple[str, ...]:
        """Codes of the tables that are there, in sheet order."""
        ...

    def read(self, table: str) -> TableCells:
        """Hand out one table's raw cells.

        Raises: NoSuchTable.
        """
        ...

    def headers(self, table: str) -> Sequence[str]:
        """One table's headers as they stand in the sheet, without a look at its rows.

        Raises: NoSuchTable.
        """
        ...

    def annotations(self, table: str) -> Sequence[Annotation]:
        """What people put on the rows of one table, by row, then by column.

        Of values and formulas only what `read` cannot tell: exceptions in calculated columns, and
        formulas in other columns.

        Raises: NoSuchTable.
        """
        ...

    def losses(self, write: TableWrite) -> Sequence[Annotation]:
        """What a write could not take along though its row stays, rows counted as in the old body.

        That is a formula which names cells that go or no longer lie side by side; unless the write
        gives the cell another value it will be blank. And a filter whose criteria the host cannot
        evaluate: it would be cleared, and all rows shown.

        Raises: NoSuchTable.
        """
        ...

    def named_columns(self, headers: Collection[str]) -> frozenset[str]:
        """Those headers that some formula of the workbook names, of whichever table.

        A column of which that is so must not go: the formula would name nothing.
        """
        ...

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Put all these bodies in place, or none.

        Raises: CannotWrite, ProtectedSheet, ChangedMeanwhile, LockedFile, NoSuchTable,
        ColumnMissing.
        """
        ...
