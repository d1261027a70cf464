"""Which cells of a foreign file are headers: of the table that is wanted, of another, or of none?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from salesbook.cells.base import plain_number_text, plain_text
from salesbook.cells.number import Amount, DecimalRule, read_amount
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import header_fields, known_count, known_headers
from salesbook.intake.columns.period_headers import TAKES_PERIODS, count_periods
from salesbook.intake.foreign import is_blank
from salesbook.store import Cell, CellError
from salesbook.tables import TABLES, Role

_MOST_HEADER_CHARACTERS: Final = 200
_NAMED: Final = 1000
"""What a header that the user names counts for: the row that has it is the header row."""

_ENOUGH_KNOWN: Final = 2
"""Known headers from which a row may be one of headers."""

_WHOLE_DATE: Final = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[ T].*)?")
"""`2026-03-02`, `3/2/26 9:30`, `2026年3月2日`; not `2026-03`, which may head a month's column."""
_DAY_AT_AN_END: Final = re.compile(r"(?P<first>\d{1,4})[-/.年]\d{1,2}[-/.月](?P<last>\d{1,4})日?")
"""`2026-04-01`, `01.04.2026`, `4/1/2026`: the day is one of the ends, or the month is."""
_ENOUGH_MONTHS: Final = 3
_MAIL: Final = re.compile(r"\S+@\S+\.\S+")
_YEARS: Final = range(1900, 2101)
_MONTHS: Final = range(1, 13)


class HeaderWords:
    """What is known of headers while a file is laid out: the table's words, and the user's."""

    def __init__(self, table: str, named: Sequence[str] = (), *, has_headers: bool = True) -> None:
        """
        Args:
            table: the table that is to take the rows; blank where the headers are to tell it.
            named: headers that the user names; `Amount#2` is the second column called Amount.
            has_headers: False where the user says that the file has none.
        """
        self.table = table
        self.has_headers = has_headers
        self.numbered: tuple[tuple[str, int], ...] = tuple(filter(None, map(_numbered, named)))
        # `#2` names a column by its place, and says nothing of what stands in the headers.
        self._named = {fold_header(header) for header in named if not is_place(header)}
        self._named |= {header for header, _ in self.numbered}

    def __call__(self, cells: Sequence[Cell]) -> int:
        """Score a row: how many of its cells are headers of the table, or named by the user."""
        if not self.has_headers:
            return 0
        texts = _header_texts(cells)
        named_count = sum(fold_header(text) in self._named for text in texts)
        periods = count_periods(tuple(cells)) if self.table in TAKES_PERIODS else 0
        return self._known(texts) + _NAMED * named_count + periods

    def is_named(self, cells: Sequence[Cell]) -> bool:
        """True where the user names a header of the row."""
        return self(cells) >= _NAMED

    def count(self, cells: Sequence[Cell]) -> int:
        """How many of a row's cells are headers of the table, whatever the user says."""
        return self._known(_header_texts(cells))

    def knows(self, text: str) -> bool:
        """True for a header of the table, or one that the user names."""
        tables = (self.table,) if self.table else _importable()
        is_known = any(header_fields(table, text) for table in tables)
        return fold_header(text) in self._named or is_known

    def _known(self, texts: Sequence[str]) -> int:
        """How many texts are headers of the table; of the one that knows most where none is wanted."""
        tables = (self.table,) if self.table else _importable()
        return max(known_count(table, texts) for table in tables)

    def is_header_row(self, cells: Sequence[Cell]) -> bool:
        """True for a row of headers beyond doubt: half of them known in one table, none data."""
        # A look into one set before each table is asked: files may have a blank line after each row.
        some_known = any(fold_header(text) in _headers_of_all() for text in _header_texts(cells))
        if not some_known or not looks_like_headers(cells):
            return False
        filled = sum(not is_blank(cell) for cell in cells)
        if filled < _ENOUGH_KNOWN:
            return False
        _, known = self.best_table(cells)
        return known >= _ENOUGH_KNOWN and known * 2 >= filled

    def best_table(self, cells: Sequence[Cell]) -> tuple[str, int]:
        """The table that knows most of a row's cells as headers, and how many; of equals, ours."""
        texts = _header_texts(cells)
        counts = {self.table: known_count(self.table, texts)} if self.table else {}
        for table in _importable():
            counts.setdefault(table, known_count(table, texts))
        # Of equals `max` takes the first.
        best = max(counts, key=lambda table: counts[table])
        return best, counts[best]


@cache
def _headers_of_all() -> frozenset[str]:
    """Every header that some table knows, folded."""
    return frozenset(header for table in _importable() for header in known_headers(table))


@cache
def _importable() -> tuple[str, ...]:
    """Tables that a file of a team may hold; settings have headers as common as `name`."""
    return tuple(name for name, spec in TABLES.items() if spec.role is Role.INPUT)


def is_place(header: str) -> bool:
    """True for `#2`, the second column whatever its header."""
    text, sign, number = header.strip().rpartition("#")
    return bool(sign) and not text and number.isdecimal()


def _numbered(header: str) -> tuple[str, int] | None:
    text, sign, number = header.rpartition("#")
    is_numbered = sign and number.isdecimal() and not is_place(header)
    return (fold_header(text), int(number)) if is_numbered else None


def _header_texts(cells: Sequence[Cell]) -> list[str]:
    return [
        plain_text(cell)
        for cell in cells
        if isinstance(cell, str) and len(cell) < _MOST_HEADER_CHARACTERS
    ]


def header_text(cell: Cell) -> str:
    """A header as one line of text; blank for none."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.code
    is_whole = isinstance(cell, float) and cell.is_integer()
    text = str(int(cell)) if is_whole else str(cell)  # type: ignore[arg-type]
    return " ".join(plain_text(text).split())


def looks_like_headers(cells: Sequence[Cell]) -> bool:
    """True for a row of short, different texts without an amount, a day or an address."""
    is_filled = not all(map(is_blank, cells))
    return is_filled and not data_count(cells)


def data_count(cells: Sequence[Cell]) -> int:
    """Count the cells of a row that head no column.

    First days of months head the columns of a wide table, where there are several.
    """
    found = [cell for cell in cells if is_data(cell)]
    first_days = [cell for cell in found if isinstance(cell, str) and _is_first_day(cell)]
    heads_months = len(first_days) >= _ENOUGH_MONTHS
    return len(found) - len(first_days) if heads_months else len(found)


def _is_first_day(text: str) -> bool:
    match = _DAY_AT_AN_END.fullmatch(plain_text(text))
    return match is not None and 1 in (int(match["first"]), int(match["last"]))


def is_data(cell: Cell) -> bool:
    """True for what heads no column: a number, a day, an e-mail address, a long text.

    Years and months (`2026`, `2026-01`, a date cell of the first day) may head wide tables.
    """
    if isinstance(cell, str):
        return _is_data_text(plain_text(cell))
    if isinstance(cell, bool):
        return True
    if isinstance(cell, dt.date):
        return cell.day != 1
    if isinstance(cell, int | float):
        return not _is_year_or_month(cell)
    return cell is not None


def _is_data_text(text: str) -> bool:
    if not text:
        return False
    if len(text) >= _MOST_HEADER_CHARACTERS or _MAIL.fullmatch(text):
        return True
    if _WHOLE_DATE.fullmatch(text):
        return True
    if text.isdecimal():
        return not _is_year_or_month(int(text))
    return is_number(text)


def _is_year_or_month(number: float) -> bool:
    return number in _YEARS or number in _MONTHS


def is_number(text: str) -> bool:
    """True where a text spells a number under either decimal sign."""
    # Of one cell its column's decimal sign is not known: either sign makes a number.
    rule: DecimalRule = "comma" if "," in text else "open"
    return isinstance(read_amount(plain_number_text(text), rule), Amount)
