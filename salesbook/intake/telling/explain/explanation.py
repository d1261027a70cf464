"""What does a dry run say of a file, in codes and values? Faces put it into words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from salesbook.cells.base import Reason, Value
from salesbook.tables import Kind

Why = Literal["asked", "remembered", "own-label", "known-header"]
"""How a column became a field's: the user said it; it is called as in the workbook; other systems
call it so.
"""

ApartKind = Literal["title", "header", "rule", "other-table", "total", "note"]
"""A line over the table; headers that are repeated; a line of dashes; another table; a sum of rows;
a note under the table.
"""

NameState = Literal["known", "added", "unknown", "not-unique"]
"""The workbook has who or what a name means; the import adds it; nobody is meant; or several are."""


@dataclass(frozen=True, slots=True)
class Example:
    """What one cell becomes."""

    cell: str
    """As it stands in the file."""
    value: Value | None
    """In the field's type, money in minor units; None where the cell cannot be read."""
    reason: Reason | None = None
    """Why it cannot."""
    count: int = 0
    """How many cells hold just this; 0 where it is not counted."""


@dataclass(frozen=True, slots=True)
class ColumnTaken:
    """A column of the file that goes into a field."""

    header: str
    column: int
    """From 0."""
    field: str
    """Of the table; a name with "_" steers the import: see `intake.rows`."""
    kind: Kind
    only: str
    """`open` or `closed`: for deals in such a stage alone."""
    why: Why
    filled: int
    unreadable: int
    examples: tuple[Example, ...]
    """At most three, of different looks; of a list's words the twelve most frequent, with counts."""
    more_words: int = 0
    """Further words of a list."""
    scale: int = 1
    """What the header says each number stands for: 10,000 under `金额（万元）`."""
    currency: str = ""
    """The currency word of the header."""
    percent: bool = False
    """Whether the header says that bare numbers are per cent."""
    remembered_on: dt.date | None = None
    """When a remembered mapping was last gone by; None where nothing says so."""


@dataclass(frozen=True, slots=True)
class ColumnLeft:
    """A column of the file that goes nowhere."""

    header: str
    column: int
    filled: int
    example: str
    """The first cell that holds something; blank where none does."""


@dataclass(frozen=True, slots=True)
class LineApart:
    """A line of a file that is no row of the table."""

    row: int
    """Line of a text file, row of a sheet; the first of several."""
    text: str


@dataclass(frozen=True, slots=True)
class LinesApart:
    """All lines of one kind that are no rows of the table."""

    kind: ApartKind
    count: int
    """How many there are; a table counts once."""
    first: tuple[LineApart, ...]
    """The first few."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A cell that shows how its column is written."""

    row: int
    cell: str


@dataclass(frozen=True, slots=True)
class Decision:
    """How cells that could be read in two ways are read, and why."""

    what: Literal["decimal", "date-order"]
    value: str
    """`point`, `comma`, `dmy`, `mdy`, `ymd`; `open` where every cell is judged by itself; `conflict`
    where cells contradict each other.
    """
    headers: tuple[str, ...]
    why: Literal["asked", "cells", "other-column", "none"]
    """The user said it; cells of the column prove it; another column does; or nothing tells."""
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class NameFound:
    """A rep, customer, product or stage that the file names."""

    typed: str
    rows: int
    state: NameState
    key: str = ""
    """Of whom it means."""
    name: str = ""
    """Of whom it means, as the workbook writes it."""
    nearest: str = ""
    """The known name that is most like an unknown one; blank where none is."""


@dataclass(frozen=True, slots=True)
class NamesFound:
    """All names of one kind, those that the workbook does not know first, then by rows."""

    table: str
    """`Reps`, `Customers`, `Products` or `Stages`."""
    names: tuple[NameFound, ...]

    def count(self, *states: str) -> int:
        """How many names are in one of these states."""
        return sum(name.state in states for name in self.names)


@dataclass(frozen=True, slots=True)
class DateRange:
    """From when to when the dates of a field are."""

    field: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A cell of a row that is there, and what an import makes of it."""

    key: str
    """Of the row, parts joined by "|"."""
    field: str
    """Of the table; a header where the column is the user's own."""
    old: Value | None
    """None for a blank cell."""
    new: Value
    is_money: bool = False
    """Whether the values are minor units of the workbook's currency."""
    is_own: bool = False
    """Whether the column is the user's own."""
    old_name: str = ""
    """Of whom the old value means, where the field refers to somebody."""
    new_name: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an import would make of a file, and why."""

    encoding: str
    """Of a text file, as `delimiter`; blank for a workbook."""
    delimiter: str
    sheet: str
    """Of a workbook; blank for a text file."""
    above: tuple[str, ...]
    """Lines over the headers that are left out."""
    apart: tuple[LinesApart, ...]
    """What is no row of the table, by kind."""
    hidden_taken: int
    """How many of the rows a sheet hides."""
    hidden_left: int
    """How many hidden rows were left out because the user said so."""
    columns: tuple[ColumnTaken, ...]
    """In the file's order; a column may go into two fields."""
    not_taken: tuple[ColumnLeft, ...]
    decisions: tuple[Decision, ...]
    names: tuple[NamesFound, ...]
    dates: tuple[DateRange, ...]
    changes: tuple[FieldChange, ...]
    """Of rows that are there, in the order of the file."""
    decimals: int
    """Of the workbook's currency: what its minor units are."""
