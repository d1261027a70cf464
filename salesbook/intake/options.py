"""What may somebody say about an import, and how is each word of it read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from salesbook.cells.base import DateOrder, DecimalSign
from salesbook.errors import UsageError


@dataclass(frozen=True)
class ImportOptions:
    """What the user says about an import."""

    into: str = ""
    """The table that is to take the rows; blank: the one that the file's headers tell."""

    # Which columns are taken.
    columns: Mapping[str, str] = field(default_factory=dict)
    """Header by field; a blank header: the field is not taken from the file."""
    ignored: frozenset[str] = frozenset()
    """Fields that are not taken from the file, whatever it holds of them."""
    kept: tuple[str, ...] = ()
    """Headers that come along as columns of the user's own, right of the table."""
    keep_all: bool = False
    """Whether every column that goes into no field comes along."""

    known_headers: tuple[str, ...] = ()
    """Headers that tell in which row the file has its own, though nothing says where they go."""

    # How the file is read.
    encoding: str | None = None
    delimiter: str | None = None
    """One character; missing: the file tells."""
    has_headers: bool = True
    """False for a file without headers: its columns are called A, B, C."""
    sheet: str | None = None
    hidden: Literal["take", "leave"] | None = None
    """What becomes of rows that a workbook hides; missing: they are taken, and it is told."""

    # What its cells mean.
    date_order: DateOrder | None = None
    """Missing: the columns decide, as they do for `decimal`."""
    decimal: DecimalSign | None = None
    words: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Code by field and word: what a word of the file means."""
    currency: str | None = None
    """Of the file's money, where the workbook has no amounts yet."""
    amount_from: str | None = None
    """An expression of the file's columns, such as `Quantity*Price*(1-Discount)`."""
    fixed: bool = False
    """Whether months of a target are hard sums and not weights."""

    # What becomes of its rows.
    stages: str | None = None
    """Stages in their order, as `A>B>Won|Lost`, to be made where a pipeline lacks them."""
    add_missing: bool = False
    """Whether reps, customers and stages that the workbook lacks are added."""
    make_keys: bool = False
    """Whether keys are made for lines of orders that have none."""
    drop_equal: bool = False
    """Whether lines that equal an earlier one of the file are dropped."""
    always_new: bool = False
    """Whether rows that may be one of several rows of the workbook become new ones."""
    replace: bool = False
    """Whether the table's rows go."""
    rejects_gaps: bool = False
    """Whether a field that would stay blank costs its row, as where one option decides all rows."""


def parse_columns(pairs: Sequence[str]) -> dict[str, str]:
    """Read `FIELD=Header` words into headers by field; `FIELD=` is a field without column.

    Raises: UsageError.
    """
    headers: dict[str, str] = {}
    for pair in pairs:
        name, sign, header = pair.partition("=")
        if not sign or not name.strip():
            raise UsageError("bad-column", where="--column", found=pair)
        headers[name.strip()] = header.strip().strip('"')
    return headers


def parse_delimiter(text: str | None) -> str | None:
    """Read what stands between cells: a character, `tab` or `space`.

    Raises: UsageError.
    """
    if text is None:
        return None
    delimiter = {"tab": "\t", "\\t": "\t", "space": " "}.get(text.casefold(), text)
    if len(delimiter) != 1 or delimiter.isalnum() or delimiter in "\"'\r\n":
        raise UsageError("bad-delimiter", where="--delimiter", found=text)
    return delimiter


def parse_words(texts: Sequence[str]) -> dict[tuple[str, str], str]:
    """Read `FIELD:Word=code` words into codes by field and word; a blank code means nothing.

    Raises: UsageError.
    """
    codes: dict[tuple[str, str], str] = {}
    for text in texts:
        name, colon, rest = text.partition(":")
        word, sign, code = rest.rpartition("=")
        word = word.strip().strip('"')
        if not colon or not sign or not name.strip() or not word:
            raise UsageError("bad-value", where="--value", found=text)
        codes[name.strip(), word] = code.strip()
    return codes
