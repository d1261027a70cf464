"""What does the workbook hold before the import? The tables that an import looks at, as plain
values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from salesbook.cells.base import DEFAULTS, CellOptions
from salesbook.cells.column import read_column
from salesbook.cells.field import Reason, Value, options_for
from salesbook.frames import empty_frame
from salesbook.policy import Policy
from salesbook.store import TableCells
from salesbook.tables import TABLES, FieldSpec, Kind, Role

Key = tuple[Value, ...]


@dataclass(frozen=True)
class TableNow:
    """One table: its usable rows, and where rows stand that cannot be used but have a key."""

    table: str
    frame: pd.DataFrame
    """Typed; the index is the row's position in the table."""
    spare: Mapping[Key, int] = field(default_factory=dict)
    unused: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    """By position, what stands in cells that no verb uses: whole rows, or values out of their
    range.
    """

    @cached_property
    def rows(self) -> dict[int, dict[str, Value]]:
        """Values that are not missing, by field, for every usable row by position."""
        spec = TABLES[self.table]
        columns = {one.name: plain_values(self.frame[one.name], one.kind) for one in spec.fields}
        found: dict[int, dict[str, Value]] = {int(position): {} for position in self.frame.index}
        positions = list(found)
        for name, values in columns.items():
            for position, value in zip(positions, values, strict=True):
                if value is not None:
                    found[position][name] = value
        return found

    @cached_property
    def by_key(self) -> dict[Key, int]:
        """Position by key, usable rows before others."""
        return {**self.spare, **{self.key_at(at): at for at in self.rows}}

    def held_at(self, at: int) -> dict[str, Value]:
        """What a row holds, whether a verb can use it or not."""
        return {**self.unused.get(at, {}), **self.rows.get(at, {})}

    def key_at(self, at: int) -> Key:
        """The key of a usable row, blank parts as what they mean."""
        spec, values = TABLES[self.table], self.rows[at]
        return tuple(
            values[name] if name in values else _blank(spec.field(name)) for name in spec.key
        )


def _blank(spec: FieldSpec) -> Value:
    """What a blank part of a key means."""
    return spec.default if isinstance(spec.default, str | int) else ""


@dataclass(frozen=True)
class BookNow:
    """The workbook as an import needs it."""

    tables: Mapping[str, TableNow]
    policy: Policy
    as_of: dt.date

    def table(self, name: str) -> TableNow:
        """A table; empty where the workbook has none of that name."""
        return self.tables.get(name) or TableNow(name, empty_frame(name))


def tables_for(into: str) -> tuple[str, ...]:
    """The tables that an import into a table looks at or adds to."""
    refs = {spec.ref for spec in TABLES[into].fields} & {"Reps", "Customers"}
    staged = ("Stages", "Deals") if into == "Deals" else ()
    return tuple(dict.fromkeys((into, *sorted(ref for ref in refs if ref), *staged)))


def takes_imports(table: str) -> bool:
    """True for tables that people type into, settings included."""
    return TABLES[table].role is not Role.OUTPUT


def plain_values(column: pd.Series[Any], kind: Kind) -> list[Value | None]:
    """A column as Python's own values; missing is None."""
    missing = column.isna().tolist()
    values = column.tolist()
    if kind in (Kind.DATE, Kind.DATETIME):
        moments = [
            None if gone else value.to_pydatetime()
            for value, gone in zip(values, missing, strict=True)
        ]
        return [value.date() if value and kind is Kind.DATE else value for value in moments]
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def table_now(
    cells: TableCells,
    headers: Mapping[str, str],
    frame: pd.DataFrame,
    options: CellOptions = DEFAULTS,
) -> TableNow:
    """Take a table that was read, rows without use included where their key can be told.

    Args:
        headers: the sheet's header by field.
        frame: the usable rows; the index is their position.
        options: with the workbook's currency and fiscal year.
    """
    spec = TABLES[cells.table]
    used = {int(position) for position in frame.index}
    left = [position for position in range(cells.row_count) if position not in used]
    unused: dict[int, dict[str, Value]] = {at: {} for at in left}
    for one in spec.fields:
        if one.name not in headers or one.kind is Kind.MEASURE:
            continue
        column = cells.columns[cells.headers.index(headers[one.name])]
        is_bounded = one.minimum is not None or one.maximum is not None
        gone = frame.index[frame[one.name].isna().to_numpy()] if is_bounded else ()
        rows = [*left, *(at for at in map(int, gone) if column[at] is not None)]
        own = options_for(f"{spec.name}.{one.name}", one, options)
        for at, value in zip(
            rows, read_column([column[at] for at in rows], one.kind, own), strict=True
        ):
            if value is not None and not isinstance(value, Reason):
                unused.setdefault(at, {})[one.name] = value
    spare: dict[Key, int] = {}
    for at in left:
        if all(name in unused[at] for name in spec.key):
            spare.setdefault(tuple(unused[at][name] for name in spec.key), at)
    return TableNow(cells.table, frame, spare, unused)
