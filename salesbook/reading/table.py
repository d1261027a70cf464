"""What does a table hold? A typed frame of its usable rows, and a finding for every other cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from salesbook import __version__
from salesbook.arrays import Ints
from salesbook.cells.base import CellOptions, Reason
from salesbook.frames import later_twins, row_keys
from salesbook.messages import Finding
from salesbook.reading import columns
from salesbook.reading.faults import CellFault, findings_about_the_table, findings_of
from salesbook.store import TableCells, column_letters
from salesbook.tables import TABLES, TableSpec


@dataclass(frozen=True)
class ReadTable:
    """A table as read: its usable rows typed, the rest explained."""

    spec: TableSpec
    cells: TableCells
    headers: Mapping[str, str]
    """The sheet's header by field, for the fields whose column is there."""
    frame: pd.DataFrame
    """Usable rows; the index is their position in the table."""
    rows_in: int
    """Rows that are not blank."""
    findings: tuple[Finding, ...] = field(default=())
    known_fields: tuple[str, ...] = ()
    """The fields that the workbook has by its age."""
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Rows that hold something and could not be used, typed as far as they can be read."""

    @property
    def rows_skipped(self) -> int:
        """Rows that hold something and could not be used."""
        return self.rows_in - len(self.frame)

    @cached_property
    def own_headers(self) -> tuple[str, ...]:
        """Headers of columns that are the user's own: no field of ours, or one that people fill."""
        ours = self.field_by_header
        return tuple(header for header in self.cells.headers if header not in ours)

    @cached_property
    def yours_headers(self) -> frozenset[str]:
        """Headers of the fields of a table of ours that people fill."""
        return frozenset(self.headers[name] for name in self.spec.yours if name in self.headers)

    @cached_property
    def field_by_header(self) -> Mapping[str, str]:
        """The field that each header of ours stands for, without those that people fill."""
        yours = self.yours_headers
        return {header: name for name, header in self.headers.items() if header not in yours}

    @cached_property
    def counted_headers(self) -> frozenset[str]:
        """Headers of ours whose cells say something: names beside keys only repeat it."""
        names = self.spec.name_fields
        return frozenset(header for name, header in self.headers.items() if name not in names)

    @cached_property
    def row_keys(self) -> Mapping[int, str]:
        """The key of each usable row, as text, by the row's position."""
        keys = row_keys(self.spec.name, self.frame)
        return dict(zip(self.frame.index, keys, strict=True))

    @cached_property
    def left_out_keys(self) -> Mapping[int, str]:
        """The key of each row that could not be used and has a whole one, by the row's position."""
        key = self.spec.key
        if self.left_out.empty or not key:
            return {}
        with_key = self.left_out.dropna(subset=list(key))
        return dict(zip(with_key.index, row_keys(self.spec.name, with_key), strict=True))

    def key_of(self, row: int) -> str | None:
        """A row's key, usable or not; None for a row without a whole one."""
        return self.row_keys.get(row) or self.left_out_keys.get(row)

    def values_of(self, row: int) -> Mapping[str, Any] | None:
        """The typed fields of a row, usable or not; None for a row without a whole key."""
        frame = self.frame if row in self.row_keys else self.left_out
        return None if self.key_of(row) is None else frame.loc[row].to_dict()

    def column(self, header: str) -> Any:
        """Raw cells of one column by its header."""
        return self.cells.columns[self.cells.headers.index(header)]

    def address(self, row: int | None, field_name: str | None) -> str:
        """The cell of a row and field such as `F17`; the row's first cell for a field without one.

        A column of the user's own is named by its header.
        """
        if row is None:
            return ""
        header = self.headers.get(field_name or "")
        if header is None and field_name in self.own_headers:
            header = field_name
        offset = self.cells.headers.index(header) if header else 0
        letters = column_letters(self.cells.first_column + offset)
        return f"{letters}{self.cells.first_row + row}"


def read_table(
    cells: TableCells,
    *,
    currency: str,
    fiscal_year_start: int = 1,
    made_with: str = __version__,
) -> ReadTable:
    """Type a table's cells.

    A row is left out if its key or a required field is missing or unreadable, or if another row has
    the same key. An optional cell that cannot be read, or is out of its range, counts as missing.

    Args:
        made_with: the version that the workbook records: fields that came later have no column.

    Raises: ColumnMissing for a column that nothing makes up for.
    """
    spec = TABLES[cells.table]
    options = CellOptions(
        epoch_1904=cells.epoch_1904, currency=currency, fiscal_year_start=fiscal_year_start
    )
    known_fields = spec.fields_in(made_with)
    headers = columns.headers_by_field(spec, cells.headers, known_fields)
    columns.refuse_without_column(spec, cells, headers, known_fields)
    rows = columns.filled_rows(cells, headers)

    if rows.size:
        typed, faults = _typed(spec, cells, headers, rows, options)
    else:
        typed, faults = _frame_without_rows(spec.name).copy(), []
    faults += columns.merged_cells(spec, cells, headers)

    read = ReadTable(spec, cells, headers, typed, len(rows), known_fields=known_fields)
    return _usable(read, faults)


def _typed(
    spec: TableSpec, cells: TableCells, headers: Mapping[str, str], rows: Ints, options: CellOptions
) -> tuple[pd.DataFrame, list[CellFault]]:
    """All fields of some rows, in their ranges, codes and units, and a fault per odd cell."""
    typed, faults = columns.typed_columns(spec, cells, headers, rows, options)
    typed = columns.in_codes(spec, typed)
    typed, out_of_range = columns.in_range(spec, typed)
    typed, not_whole = columns.in_whole_units(spec, typed, options.currency)
    all_faults = [*faults, *out_of_range, *not_whole]
    return columns.with_defaults(spec, typed, all_faults), all_faults


@cache
def _frame_without_rows(name: str) -> pd.DataFrame:
    """What a table without rows is read as; most tables of most workbooks have none.

    It is made as every other frame is, so that its columns have the types of theirs.
    """
    spec = TABLES[name]
    no_rows = np.array([], dtype=np.int64)
    options = CellOptions(currency="USD")
    no_cells = TableCells(name, "", (), (), first_row=1, first_column=1)
    typed, _ = _typed(spec, no_cells, {}, no_rows, options)
    return typed


def _usable(read: ReadTable, faults: list[CellFault]) -> ReadTable:
    """Leave out rows that cannot be used and say why.

    Args:
        read: with all rows that hold something in its frame.
        faults: what is wrong with single cells.
    """
    spec, typed = read.spec, read.frame
    if typed.empty:
        about_cells = findings_of(read, typed, _worth_telling(read, faults), {})
        findings = (*about_cells, *findings_about_the_table(read))
        return replace(read, findings=findings, left_out=typed.iloc[:0])

    misses_something, missing = _missing_fields(read, faults)
    keys = row_keys(spec.name, typed) if spec.key else pd.Series("", index=typed.index)
    whole = typed[~misses_something] if misses_something.any() else typed
    twins = later_twins(whole, keys[whole.index])
    duplicates = [CellFault(row, spec.key[0], Reason("duplicate-key")) for row in twins]

    all_faults = _worth_telling(read, [*faults, *missing, *duplicates])
    findings = (
        *findings_of(read, typed, all_faults, _keys_of_faulty_rows(keys, all_faults)),
        *findings_about_the_table(read),
    )
    usable = whole.drop(index=twins) if twins else whole
    left_out = typed.drop(index=usable.index) if len(usable) < len(typed) else typed.iloc[:0]
    return replace(read, frame=usable, findings=findings, left_out=left_out)


def _worth_telling(read: ReadTable, faults: list[CellFault]) -> list[CellFault]:
    """Of results that every run makes anew only what concerns fields that people fill.

    What stands in the other cells is overwritten in a moment. But where such a cell keeps its row
    from being used, what somebody typed on the row does nothing, and has to be told.
    """
    spec = read.spec
    if not spec.is_made_anew:
        return faults
    yours = [name for name in spec.yours if name in read.headers]
    typed = read.frame[yours].notna().any(axis=1) if yours else None
    return [
        fault
        for fault in faults
        if spec.field(fault.field).yours
        or (typed is not None and spec.field(fault.field).required and bool(typed.get(fault.row)))
    ]


def _missing_fields(read: ReadTable, faults: Iterable[CellFault]) -> tuple[Any, list[CellFault]]:
    """Which rows lack a key or a required field, and a fault for each that nothing else explains.

    A field whose column is not there is no fault of its rows.
    """
    spec, typed = read.spec, read.frame
    explained = {(fault.row, fault.field) for fault in faults}
    misses_something = np.zeros(len(typed), dtype=bool)
    missing: list[CellFault] = []
    for field_spec in spec.fields:
        is_needed = field_spec.required or field_spec.key
        if not is_needed or field_spec.name not in read.headers:
            continue
        is_missing = typed[field_spec.name].isna().to_numpy()
        misses_something |= is_missing
        reason = Reason("missing-key" if field_spec.key else "missing-required")
        for row in typed.index[is_missing]:
            if (int(row), field_spec.name) not in explained:
                missing.append(CellFault(int(row), field_spec.name, reason))
    return misses_something, missing


def _keys_of_faulty_rows(keys: pd.Series[str], faults: Iterable[CellFault]) -> dict[int, str]:
    rows = {fault.row for fault in faults}
    if not rows:
        return {}
    faulty: dict[int, str] = keys[keys.index.isin(rows)].to_dict()
    return faulty
