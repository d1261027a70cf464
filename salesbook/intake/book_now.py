"""What does the workbook hold before the import? The tables an import looks at, as plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from salesbook.cells.base import DEFAULTS, CellOptions, Reading, Reason, Value
from salesbook.cells.column import read_column
from salesbook.cells.field import options_for
from salesbook.frames import empty_frame
from salesbook.names.merged_ids import FormerRow
from salesbook.policy import Policy
from salesbook.store import Cell, TableCells
from salesbook.tables import TABLES, FieldSpec, Kind

Key = tuple[Value, ...]
"""The values of a table's key fields, in their order."""


@dataclass(frozen=True)
class TableNow:
    """One table: its usable rows, and where rows stand that cannot be used but have a key."""

    table: str
    frame: pd.DataFrame
    """Typed; the index is the row's position in the table."""
    spare: Mapping[Key, int] = field(default_factory=dict)
    """Position by key of the rows that no verb uses; of twins the first."""
    unused: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    """By position, what stands in cells that no verb uses: whole rows, or values out of their
    range.
    """
    lacking: frozenset[str] = frozenset()
    """Fields that have no column in the workbook."""
    headers: tuple[str, ...] = ()
    """All headers as they stand in the sheet."""
    own: Mapping[str, Sequence[Cell]] = field(default_factory=dict)
    """Raw cells of the user's own columns, by header; without those that hold formulas."""
    calculated: frozenset[str] = frozenset()
    """Headers of the user's own columns that hold formulas."""

    @cached_property
    def rows(self) -> dict[int, dict[str, Value]]:
        """Values that are not missing, by field, for every usable row by position."""
        rows: dict[int, dict[str, Value]] = {int(position): {} for position in self.frame.index}
        for spec in TABLES[self.table].fields:
            values = plain_values(self.frame[spec.name], spec.kind)
            for row, value in zip(rows.values(), values, strict=True):
                if value is not None:
                    row[spec.name] = value
        return rows

    @cached_property
    def by_key(self) -> dict[Key, int]:
        """Position by key, usable rows before others."""
        usable = {self.key_of_row(position): position for position in self.rows}
        return {**self.spare, **usable} if self.spare else usable

    def held_in_row(self, position: int) -> dict[str, Value]:
        """What a row holds, whether a verb can use it or not."""
        return {**self.unused.get(position, {}), **self.rows.get(position, {})}

    def key_of_row(self, position: int) -> Key:
        """The key of a usable row, blank parts as what they mean."""
        spec = TABLES[self.table]
        values = self.rows[position]
        return tuple(
            values[name] if name in values else _meaning_of_blank(spec.field(name))
            for name in spec.key
        )


def _meaning_of_blank(spec: FieldSpec) -> Value:
    """What a blank part of a key means."""
    return spec.default if isinstance(spec.default, str | int) else ""


def _assumed() -> bool:
    return True


@dataclass(frozen=True)
class BookNow:
    """The workbook as an import needs it."""

    tables: Mapping[str, TableNow]
    policy: Policy
    as_of: dt.date
    has_amounts: Callable[[], bool] = _assumed
    """Whether some money is in the workbook, so that its currency cannot change any more."""
    former_rows: Mapping[str, Sequence[FormerRow]] = field(default_factory=dict)
    """By table: the rows that were merged away, and the one that stands for each of them."""

    def table(self, name: str) -> TableNow:
        """A table; empty where the workbook has none of that name."""
        return self.tables.get(name) or TableNow(name, empty_frame(name))


def tables_for(into: str) -> tuple[str, ...]:
    """Name the tables that an import into a table looks at or adds to, that table first."""
    references = {spec.ref for spec in TABLES[into].fields if spec.ref in ("Reps", "Customers")}
    stage_tables = ("Stages", "Deals") if into in ("Deals", "StageHistory") else ()
    # What changed in a deal while it stayed in its stage is noted beside it.
    note_tables = ("DealHistory",) if into == "StageHistory" else ()
    # Foreign payments are converted by the day of their order.
    order_tables = ("Orders",) if into == "Payments" else ()
    # A year's months are kept beside it, and a scope may be a rep.
    month_tables = ("TargetMonths",) if into == "Targets" else ()
    scope_tables = ("Reps",) if into == "TargetMonths" else ()
    names = (
        into,
        *sorted(str(name) for name in references),
        *stage_tables,
        *note_tables,
        *order_tables,
        *month_tables,
        *scope_tables,
        "Policy",
        # What somebody said of such files before.
        "ImportMaps",
    )
    return tuple(dict.fromkeys(names))


def takes_imports(table: str) -> bool:
    """True for tables that people type into, and records that other systems keep as well."""
    return TABLES[table].takes_imports


def plain_values(column: pd.Series[Any], kind: Kind) -> list[Value | None]:
    """Take a column apart into Python's own values; missing is None."""
    if kind in (Kind.DATE, Kind.DATETIME):
        unit = "datetime64[D]" if kind is Kind.DATE else "datetime64[us]"
        moments: list[Value | None] = column.to_numpy().astype(unit).astype(object).tolist()
        return moments
    missing = column.isna().tolist()
    values = column.tolist()
    return [
        None if is_missing else value for value, is_missing in zip(values, missing, strict=True)
    ]


def table_now(
    cells: TableCells,
    headers: Mapping[str, str],
    frame: pd.DataFrame,
    options: CellOptions = DEFAULTS,
    formula_headers: frozenset[str] = frozenset(),
) -> TableNow:
    """Take a table that was read, rows without use included where their key can be told.

    A row that no verb uses, since some other cell of it cannot be read, is still the row that the
    file's row of that key must change; a value out of its range must not be taken for a blank.

    Args:
        headers: the sheet's header by field.
        frame: the usable rows; the index is their position.
        options: with the workbook's currency and fiscal year.
        formula_headers: columns in which a formula stands anywhere.
    """
    spec = TABLES[cells.table]
    used = {int(position) for position in frame.index}
    unused_rows = [position for position in range(cells.row_count) if position not in used]

    unused: dict[int, dict[str, Value]] = {position: {} for position in unused_rows}
    for field_spec in spec.fields:
        # A measure's unit is its row's, so its cell alone cannot be typed.
        if field_spec.name not in headers or field_spec.kind is Kind.MEASURE:
            continue
        column = cells.columns[cells.headers.index(headers[field_spec.name])]
        positions = [*unused_rows, *_out_of_range(column, frame, field_spec)]
        readings = _read_at(
            positions, column, f"{spec.name}.{field_spec.name}", field_spec, options
        )
        for position, value in zip(positions, readings, strict=True):
            if value is not None and not isinstance(value, Reason):
                unused.setdefault(position, {})[field_spec.name] = value

    spare = _positions_by_key(unused_rows, unused, spec.key)
    lacking = frozenset(spec.field_names) - headers.keys()
    ours = set(headers.values())
    calculated = (cells.calculated | formula_headers) - ours
    own = {
        header: column
        for header, column in zip(cells.headers, cells.columns, strict=True)
        if header not in ours and header not in calculated
    }
    return TableNow(cells.table, frame, spare, unused, lacking, cells.headers, own, calculated)


def _read_at(
    positions: Sequence[int],
    column: Sequence[Any],
    owner: str,
    spec: FieldSpec,
    options: CellOptions,
) -> list[Reading]:
    """Type the cells of one field in these rows.

    Args:
        owner: `Table.field`.
    """
    cells = [column[position] for position in positions]
    return read_column(cells, spec.kind, options_for(owner, spec, options))


def _positions_by_key(
    positions: Sequence[int], rows: Mapping[int, Mapping[str, Value]], key_names: Sequence[str]
) -> dict[Key, int]:
    """Where the rows with a whole key stand; of twins the first."""
    by_key: dict[Key, int] = {}
    for position in positions:
        values = rows[position]
        if all(name in values for name in key_names):
            key = tuple(values[name] for name in key_names)
            by_key.setdefault(key, position)
    return by_key


def _out_of_range(column: Sequence[Any], frame: pd.DataFrame, spec: FieldSpec) -> list[int]:
    """Positions of usable rows whose cell is filled though the frame has no value of it."""
    if spec.minimum is None and spec.maximum is None:
        return []
    without_value = frame.index[frame[spec.name].isna().to_numpy()]
    return [position for position in map(int, without_value) if column[position] is not None]
