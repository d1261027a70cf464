"""How did a file read its columns? Its rejects and gaps say so, and are read in the same way.

`1.500,50` proves that a column writes its decimals with a comma. A file of rejected rows may lack
the row that proves it, so that each of its rows says what the whole file has proved:
`Amount=comma; Date=dmy(/)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from salesbook.cells.base import CellOptions, DateOrder, DecimalSign, Reading, Reason, shown
from salesbook.cells.column import date_orders, decide_decimal, has_percent
from salesbook.cells.field import MOMENTS, NUMERIC
from salesbook.store import Cell
from salesbook.tables import Kind

Rates = Literal["percent", "share", "bare-unclear"]
"""What bare numbers of a column of shares are; `bare-unclear`: nobody knows, so that none is read."""

_SIGNS: Final = get_args(DecimalSign)
_ORDERS: Final = get_args(DateOrder)
_RATES: Final = get_args(Rates)
_DATES: Final = re.compile(rf"(?P<order>{'|'.join(_ORDERS)})\((?P<styles>[./]+)\)")
"""`dmy(/)`: the order, and the separators of the dates that it was proved for."""


@dataclass(frozen=True)
class ReadAs:
    """What a whole column says of its cells."""

    decimal: DecimalSign | None = None
    order: DateOrder | None = None
    styles: str = ""
    """Of dates: `.` for `3.4.2024`, `/` for all others; the order says nothing of other ones."""
    rates: Rates | None = None

    def filled_from(self, earlier: ReadAs) -> ReadAs:
        """The same, and where it says nothing, what was known before."""
        dates = self if self.order else earlier
        return ReadAs(
            self.decimal or earlier.decimal,
            dates.order,
            dates.styles,
            self.rates or earlier.rates,
        )

    def words(self) -> str:
        """As a cell of the rejects file has it; blank where the column says nothing."""
        dates = f"{self.order}({self.styles})" if self.order else ""
        return " ".join(filter(None, (self.decimal, dates, self.rates)))

    def options(self, cells: Sequence[Cell], options: CellOptions) -> CellOptions:
        """How to read the column's cells; what the user says of them goes first."""
        if self.decimal and options.decimal is None:
            options = replace(options, decimal=self.decimal)
        if self.order and options.date_order is None:
            styles = set(date_orders([cell for cell in cells if isinstance(cell, str)]))
            if styles <= set(self.styles):
                options = replace(options, date_order=self.order)
        return options

    def doubted(self, cells: Sequence[Cell], readings: Sequence[Reading]) -> Sequence[Reading]:
        """The readings, none of a bare number where the file left open whether it is per cent."""
        if self.rates != "bare-unclear":
            return readings
        return [
            Reason("rate-unclear", {"suggestion": f"{shown(cell)}%"})
            if isinstance(reading, float) and reading and not has_percent(cell)
            else reading
            for cell, reading in zip(cells, readings, strict=True)
        ]


NOTHING: Final = ReadAs()


def as_read(
    cells: Sequence[Cell], readings: Sequence[Reading], kind: Kind, options: CellOptions
) -> ReadAs:
    """What a column's cells, and what is known of the file, have decided.

    Args:
        options: with which they were read.
    """
    texts = [cell for cell in dict.fromkeys(cells) if isinstance(cell, str)]
    decimal = order = rates = None
    styles = ""
    if kind in NUMERIC:
        decimal = options.decimal or _proved_sign(texts)
        # A number of a sheet is written with a point, whatever its cell shows.
        if decimal is None and any(isinstance(cell, float) for cell in cells):
            decimal = "point"
    if kind in MOMENTS:
        order, styles = _proved_order(texts, options)
    if kind is Kind.RATE and any(map(_is_unclear_rate, readings)):
        rates = "bare-unclear" if not _reads_bare_rates(cells, readings) else None
    return ReadAs(decimal, order, styles, rates)  # type: ignore[arg-type]


def _proved_sign(texts: Sequence[str]) -> DecimalSign | None:
    rule = decide_decimal(texts)
    return rule if rule in _SIGNS else None  # type: ignore[return-value]


def _proved_order(texts: Sequence[str], options: CellOptions) -> tuple[DateOrder | None, str]:
    """The order of a column's dates, and for which separators it is proved."""
    if options.date_order:
        return options.date_order, "./"
    order_of = {style: rule for style, rule in date_orders(texts).items() if rule in _ORDERS}
    if len(set(order_of.values())) != 1:
        return None, ""
    (order,) = set(order_of.values())
    return order, "".join(sorted(order_of))  # type: ignore[return-value]


def _is_unclear_rate(reading: Reading) -> bool:
    return isinstance(reading, Reason) and reading.code == "rate-unclear"


def _reads_bare_rates(cells: Sequence[Cell], readings: Sequence[Reading]) -> bool:
    """Whether a bare number other than 0 was taken for a share."""
    return any(
        isinstance(reading, float) and reading and not has_percent(cell)
        for cell, reading in zip(cells, readings, strict=True)
    )


def written(read_as: Mapping[str, ReadAs]) -> str:
    """As a cell of the rejects file says it: `Amount=comma; Date=dmy(/)`."""
    said = {name: how.words() for name, how in read_as.items()}
    return "; ".join(f"{name}={words}" for name, words in said.items() if words)


def understood(cells: Iterable[str]) -> dict[str, ReadAs]:
    """What cells of a rejects file say; where rows of two files differ, nothing."""
    said: dict[str, set[ReadAs]] = {}
    for cell in dict.fromkeys(cells):
        for part in cell.split(";"):
            name, sign, words = part.partition("=")
            if sign:
                said.setdefault(name.strip(), set()).add(_parsed(words.split()))
    return {name: next(iter(hows)) for name, hows in said.items() if len(hows) == 1}


def _parsed(words: Iterable[str]) -> ReadAs:
    """Words that nobody has written here mean nothing."""
    how = NOTHING
    for word in words:
        dates = _DATES.fullmatch(word)
        if word in _SIGNS:
            how = replace(how, decimal=word)  # type: ignore[arg-type]
        elif word in _RATES:
            how = replace(how, rates=word)  # type: ignore[arg-type]
        elif dates:
            how = replace(how, order=dates["order"], styles=dates["styles"])  # type: ignore[arg-type]
    return how
