"""What do a file's rows say of a table's fields? A row gets values, gaps or faults by column.

Names that begin with "_" steer the import: `_status` (a deal is open, won or lost beside its
stage, a payment has come in or not), `_deleted` (a row that the other system has deleted),
`_currency` (of the row's money), `_first_name` and `_last_name` (together the name), `_rep` and
`_team` (whom a target is for). In a log of stages: `_from` (the stage before), `_changed` (the field
of which a row tells), `_amount_before` and `_expected_before` (what it was until then).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import repeat
from types import MappingProxyType
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
from salesbook.cells.field import NUMERIC
from salesbook.cells.frame import read_values
from salesbook.exchange import ForeignMoney
from salesbook.intake.columns.column_kinds import STEERING, how_to_read
from salesbook.intake.columns.headers import HeaderMap, MappedColumn, column_name
from salesbook.intake.columns.optional import may_stay_blank
from salesbook.intake.columns.said_words import with_meanings
from salesbook.intake.file.read_as import NOTHING, ReadAs, as_read
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.money.file_money import CurrencyReader, converts
from salesbook.intake.wide.plan_years import fiscal_year_of_cell
from salesbook.money import to_minor
from salesbook.store import Cell
from salesbook.tables import MONEY_KINDS, TABLES, FieldSpec, Kind, Role, is_of_money

_NO_SHARES: Final = (*MONEY_KINDS, Kind.COUNT, Kind.DAYS)
"""Kinds of which no value is a per cent."""
_NO_MONEY: Final[Mapping[str, ForeignMoney]] = MappingProxyType({})

Fault = tuple[str, Reason]
"""Header (or field) and reason."""
Gap = tuple[str, str, Reason]
"""Field, header and reason of a field that stays blank."""


@dataclass(slots=True)
class FileRow:
    """One row of the file as the import sees it.

    A file may have a million of them: what nearly every row lacks is one empty thing for all.
    """

    number: int
    """Line of a text file, row of a sheet; both from 1."""
    cells: tuple[Cell, ...]
    """As they came: the rejects file shows them."""
    values: dict[str, Value] = field(default_factory=dict)
    """What is not missing, by field; `field@open` and `field@closed` until the deal's stage is
    known.
    """
    own_key: str = ""
    """Of a row that an earlier import rejected: the key that it gets if it has none."""
    foreign: Mapping[str, ForeignMoney] = field(default_factory=lambda: _NO_MONEY)
    """By field, money in another currency until the row's day tells its rate."""
    faults: tuple[Fault, ...] = ()
    """A row with any is rejected."""
    gaps: tuple[Gap, ...] = ()
    """Each optional field that stays blank; `field@open` as in `values`."""

    def reject(self, where: str, code: str, **params: Any) -> None:
        """Note why the row cannot be used."""
        self.faults += ((where, Reason(code, params)),)

    def miss(self, table: str, name: str, header: str, reason: Reason) -> None:
        """Note that a field has no value: it stays blank where the row does without it.

        Args:
            name: the field; `field@open` where it is not known yet whether it is meant.
            header: of the column that was to fill it, else the field.
        """
        self.values.pop(name, None)
        is_open_yet = "@" in name
        if is_open_yet or may_stay_blank(table, name):
            self.gaps += ((name, header, reason),)
        else:
            self.faults += ((header, reason),)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the file with the way in which its cells are read."""

    mapped: MappedColumn
    cells: list[Cell]
    """Of the sound rows only."""
    kind: Kind
    options: CellOptions
    read_as: ReadAs
    """What the file was read as from which these rows were rejected."""

    def readings(self) -> Sequence[Reading]:
        """What the cells say, before formats and currencies."""
        return self.read_as.doubted(self.cells, read_values(self.cells, self.kind, self.options))

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
        row = FileRow(raw.number, raw.cells, own_key=raw.own_key)
        rows.append(row)
        if raw.fault is None:
            sound_rows.append(row)
        else:
            row.faults = (("", raw.fault),)

    file_options = replace(options, epoch_1904=foreign.epoch_1904)
    columns = _columns(sound_rows, foreign, header_map, table, file_options)
    currencies = _Currencies(
        CurrencyReader(options.currency, told_currency),
        table,
        _currency_words(columns, len(sound_rows)),
        foreign.formats,
    )
    for column in columns:
        _fill_in(sound_rows, column, currencies)

    # Over the table `in thousands` is said of money; a count of orders beside it is none.
    of_money = {
        column.field: column.scale for column in header_map.columns if column.is_scale_of_money
    }
    has_steering = any(column.field in STEERING for column in header_map.columns)
    for row in rows:
        if has_steering:
            _follow_steering(row)
        _weigh_measures(row, table, options, of_money)
    return rows


def _columns(
    rows: Sequence[FileRow],
    foreign: ForeignTable,
    header_map: HeaderMap,
    table: str,
    options: CellOptions,
) -> list[_Column]:
    """The columns that go into fields, in the file's order."""
    columns = []
    for mapped in header_map.columns:
        cells = [row.cells[mapped.column] for row in rows]
        if mapped.words:
            cells = with_meanings(cells, mapped.words)
        if mapped.field == "year":
            start_month = options.fiscal_year_start or 1
            cells = [fiscal_year_of_cell(cell, start_month) for cell in cells]
        kind, column_options = how_to_read(table, mapped, options)
        read_as = foreign.read_as.get(column_name(mapped.column, foreign.headers), NOTHING)
        column_options = read_as.options(cells, column_options)
        columns.append(_Column(mapped, cells, kind, column_options, read_as))
    return _with_shared_decimal(columns)


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
    readings = column.readings()
    if currencies.formats:
        readings = _with_formats(rows, column, readings, currencies.formats)

    name = column.value_name
    header = column.mapped.header
    values = currencies.read(rows, column, readings)
    for row, cell, value in zip(rows, column.cells, values, strict=True):
        if isinstance(value, Reason):
            reason = _as_in_file(value, cell, column, currencies.table)
            row.miss(currencies.table, name, header, reason)
        elif isinstance(value, ForeignMoney):
            row.foreign = {**row.foreign, name: value}
        elif value is not None and value != "":
            row.values[name] = value


def _as_in_file(reason: Reason, cell: Cell, column: _Column, table: str) -> Reason:
    """A reason with the advice that helps in a file: an error in a text file has no formula.

    A field that a row does without may be left blank by the user's word.
    """
    if reason.code != "cell-error":
        return reason
    name = column.mapped.field
    if _is_needed(table, name):
        return Reason("error-in-needed", reason.params) if isinstance(cell, str) else reason
    return Reason("error-in-file", {**reason.params, "name": name.removeprefix("_")})


def _is_needed(table: str, name: str) -> bool:
    """Whether nobody should be advised to leave a field blank.

    A setting that is no key may be left blank, though only by the user's word.
    """
    if name not in TABLES[table].field_names:
        return False
    if TABLES[table].role is not Role.SETTING:
        return not may_stay_blank(table, name)
    spec = TABLES[table].field(name)
    return bool(spec.key or spec.required)


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
    """Follow the steering columns and take them out, all but `_status`: of a deal it needs the stages."""
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


def _weigh_measures(
    row: FileRow, table: str, options: CellOptions, of_money: Mapping[str, int]
) -> None:
    """Turn measures into whole units of their row's metric: minor units of money, or a count.

    Args:
        of_money: by field the scale that its values have, and that counts must not have.
    """
    for name in _measures(table):
        value = row.values.get(name)
        if not isinstance(value, float):
            continue
        if is_of_money(row.values.get("metric")):
            row.values[name] = to_minor(value, options.decimals)
            continue
        value /= of_money.get(name, 1)
        if value == int(value):
            row.values[name] = int(value)
        else:
            row.miss(table, name, name, Reason("number-not-whole", {"found": repr(value)}))


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


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """A column that goes into a field, with what its cells say there."""

    mapped: MappedColumn
    kind: Kind
    options: CellOptions
    """With the decimal sign that other columns of the file prove for it."""
    cells: Sequence[Cell]
    values: Sequence[Reading]


def column_readings(
    rows: Sequence[FileRow],
    foreign: ForeignTable,
    header_map: HeaderMap,
    table: str,
    options: CellOptions,
) -> list[ColumnReading]:
    """Read a file's columns as `read_rows` does, before names are made keys.

    Args:
        rows: those whose cells can be read.
    """
    file_options = replace(options, epoch_1904=foreign.epoch_1904)
    readings = []
    for column in _columns(rows, foreign, header_map, table, file_options):
        values = column.readings()
        if foreign.formats:
            values = _with_formats(rows, column, values, foreign.formats)
        # A measure stays in units: what it is in minor ones hangs on its row's metric.
        if column.kind is Kind.MONEY:
            values = [_in_own_money(*pair, column) for pair in zip(rows, values, strict=True)]
        readings.append(
            ColumnReading(column.mapped, column.kind, column.options, column.cells, values)
        )
    return readings


def _in_own_money(row: FileRow, reading: Reading, column: _Column) -> Reading:
    """What became of a cell of money once the row's currency and its rate were known."""
    name = column.value_name
    if name in row.values:
        return row.values[name]
    reasons = [reason for where, reason in row.faults if where in (name, column.mapped.header)]
    return reasons[0] if reasons else reading


def columns_read_as(
    rows: Sequence[FileRow],
    foreign: ForeignTable,
    header_map: HeaderMap,
    table: str,
    options: CellOptions,
) -> dict[str, ReadAs]:
    """What a file has decided of its columns, by `column_name`; needed to read some rows of it alone.

    Args:
        rows: of the file, all of them.
    """
    sound_rows = [row for row, raw in zip(rows, foreign.rows, strict=True) if raw.fault is None]
    decided = dict(foreign.read_as)
    for column in _columns(sound_rows, foreign, header_map, table, options):
        name = column_name(column.mapped.column, foreign.headers)
        now = as_read(column.cells, column.readings(), column.kind, column.options)
        decided[name] = now.filled_from(decided.get(name, NOTHING))
    return decided
