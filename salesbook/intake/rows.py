"""What do a file's rows say of a table's fields? Columns are read as a whole; rows get values or
faults.

Names that begin with "_" steer the import: `_status` (a deal is open, won or lost beside its
stage), `_deleted` (a row that the other system has deleted), `_currency` (of the row's money),
`_first_name` and `_last_name` (together the name).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from salesbook.cells.base import plain_text
from salesbook.cells.column import shared_decimals
from salesbook.cells.field import NUMERIC, CellOptions, Reason, Value, options_for
from salesbook.cells.frame import read_values
from salesbook.cells.units import CURRENCIES, currency_codes
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.headers import HeaderMap, Taken, choice_aliases
from salesbook.money import currency_decimals, to_minor
from salesbook.store import Cell
from salesbook.tables import TABLES, FieldSpec, Kind

_STEERING: Final[Mapping[str, Kind]] = {
    "_status": Kind.CHOICE,
    "_deleted": Kind.FLAG,
    "_currency": Kind.TEXT,
    "_first_name": Kind.TEXT,
    "_last_name": Kind.TEXT,
}
_MONEY: Final = (Kind.MONEY, Kind.MEASURE)


@dataclass
class FileRow:
    """One row of the file as the import sees it."""

    number: int
    cells: tuple[Cell, ...]
    values: dict[str, Value] = field(default_factory=dict)
    """What is not missing, by field; `field@open` and `field@closed` until the deal's stage is
    known.
    """
    faults: list[tuple[str, Reason]] = field(default_factory=list)
    """Header (or field) and reason; a row with any is rejected."""

    def reject(self, where: str, code: str, **params: Any) -> None:
        """Note why the row cannot be used."""
        self.faults.append((where, Reason(code, params)))


def read_rows(
    foreign: ForeignTable, mapped: HeaderMap, table: str, options: CellOptions
) -> list[FileRow]:
    """Type every row of a file, in its order.

    Args: options with the workbook's currency and fiscal year, and what the user said of dates and
    decimals.
    """
    rows = [FileRow(row.number, row.cells) for row in foreign.rows]
    sound = [at for at, row in enumerate(foreign.rows) if row.fault is None]
    for row, raw in zip(rows, foreign.rows, strict=True):
        if raw.fault:
            row.faults.append(("", raw.fault))
    base = replace(options, epoch_1904=foreign.epoch_1904)
    columns = [[foreign.rows[at].cells[taken.column] for at in sound] for taken in mapped.taken]
    ways = [_how_to_read(table, taken, base) for taken in mapped.taken]
    for taken, cells, (kind, own) in zip(
        mapped.taken, columns, _with_shared_decimal(columns, ways), strict=True
    ):
        name = f"{taken.field}@{taken.only}" if taken.only else taken.field
        for at, cell, value in zip(sound, cells, read_values(cells, kind, own), strict=True):
            shown = (
                foreign.formats.get((rows[at].number, taken.column)) if foreign.formats else None
            )
            value = _by_format(cell, value, kind, shown, own) if shown else value
            if isinstance(value, Reason):
                rows[at].faults.append((taken.header, value))
            elif value is not None and value != "":
                rows[at].values[name] = value
                if taken.currency and kind in _MONEY and _is_other(taken.currency, own.currency):
                    _refuse_currency(rows[at], taken.header, taken.currency, own.currency)
    steering = any(taken.field in _STEERING for taken in mapped.taken)
    for row in rows:
        if steering:
            _steer(row, table, options.currency)
        _weigh_measures(row, table, options.currency)
    return rows


def _how_to_read(table: str, taken: Taken, base: CellOptions) -> tuple[Kind, CellOptions]:
    owner = f"{table}.{taken.field}"
    if taken.field in _STEERING:
        return _STEERING[taken.field], replace(base, choices=choice_aliases(owner))
    spec = TABLES[table].field(taken.field)
    own = options_for(owner, spec, base)
    choices = {**choice_aliases(owner), **own.choices} if spec.choices else {}
    return spec.kind, replace(own, choices=choices, scale=taken.scale, percent=taken.percent)


def _with_shared_decimal(
    columns: list[list[Cell]], ways: list[tuple[Kind, CellOptions]]
) -> list[tuple[Kind, CellOptions]]:
    """How to read each column, with the decimal sign that other columns
    of the file prove for it.
    """
    numeric = [at for at, (kind, own) in enumerate(ways) if kind in NUMERIC and own.decimal is None]
    found = list(ways)
    for at, sign in zip(numeric, shared_decimals([columns[at] for at in numeric]), strict=True):
        kind, own = ways[at]
        found[at] = (kind, replace(own, decimal=sign))
    return found


def _by_format(cell: Cell, value: Any, kind: Kind, shown: str, options: CellOptions) -> Any:
    """What a cell's number format adds: a share shown in per cent is clear, foreign money is not
    ours.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return value
    if shown == "%":
        if kind is Kind.RATE:
            return float(cell)
        return Reason("number-is-percent") if kind in (*_MONEY, Kind.COUNT, Kind.DAYS) else value
    if kind in _MONEY and _is_other(shown, options.currency):
        return Reason("money-other-currency", {"currency": shown, "expected": options.currency})
    return value


def _is_other(word: str, currency: str) -> bool:
    folded = word.strip().casefold()
    return bool(currency) and currency not in (
        currency_codes(folded) if folded in CURRENCIES else {word.strip().upper()}
    )


def _refuse_currency(row: FileRow, where: str, word: str, currency: str) -> None:
    row.reject(where, "money-other-currency", currency=word, expected=currency)


def _steer(row: FileRow, table: str, currency: str) -> None:
    """Follow the steering columns and take them out, all but `_status`, which needs the stages."""
    if row.values.pop("_deleted", False):
        row.reject("", "row-deleted")
    word = row.values.pop("_currency", None)
    has_money = any(
        spec.kind in _MONEY and spec.name in row.values for spec in TABLES[table].fields
    )
    if word is not None and has_money and _is_other(str(word), currency):
        _refuse_currency(row, "", str(word), currency)
    first, last = (str(row.values.pop(name, "")) for name in ("_first_name", "_last_name"))
    if first or last:
        parts = (first, last) if f"{first}{last}".isascii() else (last, first)
        row.values["name"] = ("" if not f"{first}{last}".isascii() else " ").join(
            filter(None, parts)
        )


def _weigh_measures(row: FileRow, table: str, currency: str) -> None:
    """Turn measures into whole units of their row's metric."""
    for name in _measures(table):
        value = row.values.get(name)
        if not isinstance(value, float):
            continue
        if row.values.get("metric", "revenue") == "revenue":
            row.values[name] = to_minor(value, currency_decimals(currency))
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
    return next((spec for spec in money if spec.name == "amount"), money[0] if money else None)


def drop_twins(rows: Iterable[FileRow]) -> tuple[list[FileRow], list[FileRow]]:
    """Part the rows into those that are new and those equal to an earlier one, cell by cell."""
    seen: set[tuple[object, ...]] = set()
    kept: list[FileRow] = []
    twins: list[FileRow] = []
    for row in rows:
        content = _content(row.cells)
        (twins if content in seen else kept).append(row)
        seen.add(content)
    return kept, twins


def _content(cells: tuple[Cell, ...]) -> tuple[object, ...]:
    try:
        if "".join(cells).isascii():  # type: ignore[arg-type]
            return tuple(map(str.strip, cells))  # type: ignore[arg-type]
    except TypeError:
        pass
    return tuple(_plain(cell) for cell in cells)


def _plain(cell: Cell) -> object:
    if isinstance(cell, str):
        return plain_text(cell)
    return "" if cell is None else (type(cell).__name__, cell)
