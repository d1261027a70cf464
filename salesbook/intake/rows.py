"""What do a file's rows say of a table's fields? A row gets values or faults, column by column.

Names that begin with "_" steer the import: `_status` (a deal is open, won or lost beside its
stage), `_deleted` (a row that the other system has deleted), `_currency` (of the row's money),
`_first_name` and `_last_name` (together the name).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import repeat
from typing import Any, Final

from salesbook.cells.base import (
    CellOptions,
    Reading,
    Reason,
    Value,
    is_placeholder,
    plain_text,
)
from salesbook.cells.column import shared_decimals
from salesbook.cells.field import NUMERIC, options_for
from salesbook.cells.frame import read_values
from salesbook.exchange import ForeignMoney
from salesbook.intake.file_money import CurrencyReader, converts
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.headers import HeaderMap, MappedColumn, choice_aliases
from salesbook.money import to_minor
from salesbook.store import Cell
from salesbook.tables import TABLES, FieldSpec, Kind

_STEERING: Final[Mapping[str, Kind]] = {
    "_status": Kind.CHOICE,
    "_deleted": Kind.FLAG,
    "_currency": Kind.TEXT,
    "_first_name": Kind.TEXT,
    "_last_name": Kind.TEXT,
}
MONEY_KINDS: Final = (Kind.MONEY, Kind.MEASURE)
_NO_SHARES: Final = (*MONEY_KINDS, Kind.COUNT, Kind.DAYS)
"""Kinds of which no value is a per cent."""


@dataclass
class FileRow:
    """One row of the file as the import sees it."""

    number: int
    """Line of a text file, row of a sheet; both from 1."""
    cells: tuple[Cell, ...]
    """As they came: the rejects file shows them."""
    values: dict[str, Value] = field(default_factory=dict)
    """What is not missing, by field; `field@open` and `field@closed` until the deal's stage is
    known.
    """
    foreign: dict[str, ForeignMoney] = field(default_factory=dict)
    """By field, money in another currency until the row's day tells its rate."""
    faults: list[tuple[str, Reason]] = field(default_factory=list)
    """Header (or field) and reason; a row with any is rejected."""

    def reject(self, where: str, code: str, **params: Any) -> None:
        """Note why the row cannot be used."""
        self.faults.append((where, Reason(code, params)))


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the file with the way in which its cells are read."""

    mapped: MappedColumn
    cells: list[Cell]
    """Of the sound rows only."""
    kind: Kind
    options: CellOptions

    @property
    def value_name(self) -> str:
        """Under which name the values stand in a row until the stage of the deal is known."""
        if self.mapped.only:
            return f"{self.mapped.field}@{self.mapped.only}"
        return self.mapped.field


def read_rows(
    foreign: ForeignTable,
    header_map: HeaderMap,
    table: str,
    options: CellOptions,
    told_currency: str | None = None,
) -> list[FileRow]:
    """Type every row of a file, in its order.

    Args:
        options: the workbook's currency and fiscal year, and what the user said of dates and
            decimals.
        told_currency: of the file's money, as the user says.

    Returns: one row per row of the file; a row that was spoiled before its cells were read has that
        fault and no values.
    """
    rows: list[FileRow] = []
    sound_rows: list[FileRow] = []
    for raw in foreign.rows:
        row = FileRow(raw.number, raw.cells)
        rows.append(row)
        if raw.fault is None:
            sound_rows.append(row)
        else:
            row.faults.append(("", raw.fault))

    file_options = replace(options, epoch_1904=foreign.epoch_1904)
    columns = _columns(sound_rows, header_map, table, file_options)
    currencies = _Currencies(
        CurrencyReader(options.currency, told_currency),
        table,
        _currency_words(columns, len(sound_rows)),
        foreign.formats,
    )
    for column in columns:
        _fill_in(sound_rows, column, currencies)

    has_steering = any(column.field in _STEERING for column in header_map.columns)
    for row in rows:
        if has_steering:
            _follow_steering(row)
        _weigh_measures(row, table, options)
    return rows


def _columns(
    rows: Sequence[FileRow], header_map: HeaderMap, table: str, options: CellOptions
) -> list[_Column]:
    """The columns that go into fields, in the file's order."""
    columns = []
    for mapped in header_map.columns:
        cells = [row.cells[mapped.column] for row in rows]
        kind, column_options = _how_to_read(table, mapped, options)
        columns.append(_Column(mapped, cells, kind, column_options))
    return _with_shared_decimal(columns)


def _how_to_read(
    table: str, mapped: MappedColumn, options: CellOptions
) -> tuple[Kind, CellOptions]:
    """The kind of a column's cells, and the options with what the field and the header add."""
    owner = f"{table}.{mapped.field}"
    if mapped.field in _STEERING:
        return _STEERING[mapped.field], replace(options, choices=choice_aliases(owner))

    spec = TABLES[table].field(mapped.field)
    field_options = options_for(owner, spec, options)

    # The workbook's own labels go before what other systems mean by the same word.
    choices = {**choice_aliases(owner), **field_options.choices} if spec.choices else {}
    return spec.kind, replace(
        field_options, choices=choices, scale=mapped.scale, percent=mapped.percent
    )


def _with_shared_decimal(columns: list[_Column]) -> list[_Column]:
    """The columns, each with the decimal sign that other columns of the file prove for it."""
    undecided = [
        place
        for place, column in enumerate(columns)
        if column.kind in NUMERIC and column.options.decimal is None
    ]
    signs = shared_decimals([columns[place].cells for place in undecided])

    decided = list(columns)
    for place, sign in zip(undecided, signs, strict=True):
        column = columns[place]
        decided[place] = replace(column, options=replace(column.options, decimal=sign))
    return decided


@dataclass(frozen=True)
class _Currencies:
    """What a file says of the currencies of its money."""

    reader: CurrencyReader
    table: str
    row_words: Sequence[str]
    """For each sound row what its column of currencies says."""
    formats: Mapping[tuple[int, int], str]
    """By row number and column what a cell's number format shows."""

    def read(
        self, rows: Sequence[FileRow], column: _Column, readings: Sequence[Reading]
    ) -> Sequence[Reading | ForeignMoney]:
        """A money column with what is said of its currency; other columns as they are."""
        if column.kind not in MONEY_KINDS:
            return readings
        formats = [self._of_format(row.number, column.mapped.column) for row in rows]
        around = list(zip(repeat(column.mapped.currency), self.row_words, formats))
        read = self.reader.read(column.cells, readings, around, column.options)
        if converts(self.table, column.mapped.field):
            return read
        return [self._refused(value) for value in read]

    def _of_format(self, number: int, column: int) -> str:
        """The currency that a cell's number format shows; blank where it shows none."""
        shown = self.formats.get((number, column), "")
        return "" if shown == "%" else shown

    def _refused(self, value: Reading | ForeignMoney) -> Reading:
        """Money that has no place for its original stays out."""
        if not isinstance(value, ForeignMoney):
            return value
        return Reason(
            "money-other-currency", {"currency": value.currency, "expected": self.reader.own}
        )


def _currency_words(columns: Sequence[_Column], row_count: int) -> Sequence[str]:
    """What the column of currencies says for each row; blank where there is none."""
    for column in columns:
        if column.mapped.field == "_currency":
            return [_word(cell) for cell in column.cells]
    return [""] * row_count


def _word(cell: Cell) -> str:
    text = "" if cell is None else plain_text(str(cell))
    return "" if is_placeholder(text) else text


def _fill_in(rows: Sequence[FileRow], column: _Column, currencies: _Currencies) -> None:
    """Put a column's values, or the reasons why there are none, into the rows."""
    readings: Sequence[Reading] = read_values(column.cells, column.kind, column.options)
    if currencies.formats:
        readings = _with_formats(rows, column, readings, currencies.formats)

    name = column.value_name
    header = column.mapped.header
    values = currencies.read(rows, column, readings)
    for row, value in zip(rows, values, strict=True):
        if isinstance(value, Reason):
            row.faults.append((header, value))
        elif isinstance(value, ForeignMoney):
            row.foreign[name] = value
        elif value is not None and value != "":
            row.values[name] = value


def _with_formats(
    rows: Sequence[FileRow],
    column: _Column,
    values: Sequence[Reading],
    formats: Mapping[tuple[int, int], str],
) -> list[Reading]:
    """The values with what the number formats of a sheet's cells say about shares."""
    adjusted: list[Reading] = []
    for row, cell, value in zip(rows, column.cells, values, strict=True):
        shown = formats.get((row.number, column.mapped.column))
        adjusted.append(_by_format(cell, value, column) if shown == "%" else value)
    return adjusted


def _by_format(cell: Cell, value: Reading, column: _Column) -> Reading:
    """What a cell that is shown in per cent means.

    Excel keeps 12 % as 0.12, so a share shown in per cent is clear whatever its size.
    """
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if not is_number:
        return value
    if column.kind is Kind.RATE:
        return float(cell)  # type: ignore[arg-type]
    return Reason("number-is-percent") if column.kind in _NO_SHARES else value


def _follow_steering(row: FileRow) -> None:
    """Follow the steering columns and take them out, all but `_status`, which needs the stages."""
    if row.values.pop("_deleted", False):
        row.reject("", "row-deleted")

    row.values.pop("_currency", None)

    first_name = str(row.values.pop("_first_name", ""))
    last_name = str(row.values.pop("_last_name", ""))
    if first_name or last_name:
        row.values["name"] = _full_name(first_name, last_name)


def _full_name(first_name: str, last_name: str) -> str:
    """`Ann Lee`, but 张伟: names beyond ASCII are taken for Chinese, family name first, no space."""
    if f"{first_name}{last_name}".isascii():
        return " ".join(filter(None, (first_name, last_name)))
    return f"{last_name}{first_name}"


def _weigh_measures(row: FileRow, table: str, options: CellOptions) -> None:
    """Turn measures into whole units of their row's metric: minor units of money, or a count."""
    for name in _measures(table):
        value = row.values.get(name)
        if not isinstance(value, float):
            continue
        if row.values.get("metric", "revenue") == "revenue":
            row.values[name] = to_minor(value, options.decimals)
        elif value == int(value):
            row.values[name] = int(value)
        else:
            row.reject(name, "number-not-whole", found=repr(value))


@cache
def _measures(table: str) -> tuple[str, ...]:
    """Fields whose unit is their row's."""
    return tuple(spec.name for spec in TABLES[table].fields if spec.kind is Kind.MEASURE)


def main_amount(table: str) -> FieldSpec | None:
    """The money field whose total an import proves: `amount`, else the first."""
    money = [spec for spec in TABLES[table].fields if spec.kind is Kind.MONEY]
    for spec in money:
        if spec.name == "amount":
            return spec
    return money[0] if money else None


def drop_twins(rows: Iterable[FileRow]) -> tuple[list[FileRow], list[FileRow]]:
    """Part the rows into those that are new and those equal to an earlier one, cell by cell."""
    seen: set[tuple[object, ...]] = set()
    kept: list[FileRow] = []
    twins: list[FileRow] = []
    for row in rows:
        content = _content(row.cells)
        if content in seen:
            twins.append(row)
        else:
            kept.append(row)
            seen.add(content)
    return kept, twins


def _content(cells: tuple[Cell, ...]) -> tuple[object, ...]:
    """What two rows must share to be the same row."""
    # Nearly every row of a text file is plain text: one look at all its cells is much faster than
    # one at each. A cell that is no text makes `join` fail.
    try:
        if "".join(cells).isascii():  # type: ignore[arg-type]
            return tuple(map(str.strip, cells))  # type: ignore[arg-type]
    except TypeError:
        pass
    return tuple(_comparable(cell) for cell in cells)


def _comparable(cell: Cell) -> object:
    """A cell as it is compared: 1 and True, which Python calls equal, stay apart."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return plain_text(cell)
    return type(cell).__name__, cell
