"""What does a table hold? Raw cells become a typed frame;
every cell that cannot becomes a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook import labels
from salesbook.cells.base import CellOptions, Reason, shown
from salesbook.cells.field import options_for, range_reason
from salesbook.cells.frame import parse_column
from salesbook.errors import ColumnMissing
from salesbook.frames import DTYPES, later_twins, row_keys
from salesbook.messages import Fact, Finding, Severity
from salesbook.money import currency_decimals, minor_units
from salesbook.store import Cell, TableCells, column_letters
from salesbook.tables import TABLES, FieldSpec, Kind, Role, TableSpec
from salesbook.tables.lists import list_items, list_text

_NUMBERS: Final = frozenset(
    {Kind.MONEY, Kind.MEASURE, Kind.NUMBER, Kind.RATE, Kind.COUNT, Kind.DAYS}
)
_OUR_TEXT: Final = frozenset({str, type(None)})
"""What we wrote as text is read as it is, were it to quote an error such as `#REF!`."""
_ANY_RATE: Final = 1e12
"""An attainment of ours may be far above 1, where a typed share may not."""


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

    @property
    def rows_skipped(self) -> int:
        """Rows that hold something and could not be used."""
        return self.rows_in - len(self.frame)

    @cached_property
    def own_headers(self) -> tuple[str, ...]:
        """Headers of columns that are no field of ours: the user's own."""
        ours = set(self.headers.values())
        return tuple(header for header in self.cells.headers if header not in ours)

    @cached_property
    def row_keys(self) -> Mapping[int, str]:
        """The key of each usable row, as text, by the row's position."""
        keys = row_keys(self.spec.name, self.frame)
        return dict(zip(self.frame.index, keys, strict=True))

    def column(self, header: str) -> Any:
        """Raw cells of one column by its header."""
        return self.cells.columns[self.cells.headers.index(header)]

    def address(self, row: int | None, field_name: str | None) -> str:
        """The cell of a row and field such as `F17`; the row's first cell where the field has no
        column.
        """
        if row is None:
            return ""
        header = self.headers.get(field_name or "")
        offset = self.cells.headers.index(header) if header else 0
        return f"{column_letters(self.cells.first_column + offset)}{self.cells.first_row + row}"


def read_table(cells: TableCells, *, currency: str, fiscal_year_start: int = 1) -> ReadTable:
    """Type a table's cells.

    A row is left out if its key or a required field is missing or unreadable, or if another row has
    the same key. An optional cell that cannot be read, or is out of its range, counts as missing.

    Raises: ColumnMissing for a key or required field without a column.
    """
    spec = TABLES[cells.table]
    headers = _headers(spec, cells)
    used = _filled_rows(cells, headers)
    options = CellOptions(
        epoch_1904=cells.epoch_1904, currency=currency, fiscal_year_start=fiscal_year_start
    )
    columns: dict[str, Any] = {}
    faults: list[_Fault] = []
    for one in spec.fields:
        column = _raw_column(cells, headers.get(one.name), used)
        columns[one.name], reasons = _typed_column(spec, one, column, options)
        faults.extend(_Fault(int(used[at]), one.name, reason) for at, reason in reasons.items())
        if spec.role is not Role.OUTPUT and one.kind in _NUMBERS:
            faults.extend(_as_text(one.name, used, column, columns[one.name]))
    frame = pd.DataFrame(columns).set_axis(used, axis=0)
    frame = _in_codes(spec, frame)
    for check in (_in_range, _in_units):
        frame, more = check(spec, frame, currency)
        faults.extend(more)
    faults.extend(_merged(spec, cells, headers))
    read = ReadTable(spec, cells, headers, _with_defaults(spec, frame), len(used))
    return _usable(read, faults)


@dataclass(frozen=True, slots=True)
class _Fault:
    row: int
    field: str
    reason: Reason
    severity: Severity = "error"


def _headers(spec: TableSpec, cells: TableCells) -> dict[str, str]:
    """Which header stands for which field; of two that do, the first."""
    found: dict[str, str] = {}
    for header in cells.headers:
        name = labels.field_of_header(spec.name, header, spec.field_names)
        if name and name not in found:
            found[name] = header
    for one in spec.fields:
        if one.required and one.name not in found:
            raise ColumnMissing(where=cells.sheet, table=spec.name, field=f"{spec.name}.{one.name}")
    return found


def _filled_rows(cells: TableCells, headers: Mapping[str, str]) -> Any:
    """Positions of the rows in which some field of ours holds something."""
    filled = np.zeros(cells.row_count, dtype=bool)
    for header in headers.values():
        column: Sequence[Any] = cells.columns[cells.headers.index(header)]
        if set(map(type, column)) == {str} and all(map(str.strip, column)):
            return np.arange(cells.row_count, dtype=np.intp)
        filled |= np.fromiter(
            (
                value is not None and not (isinstance(value, str) and not value.strip())
                for value in column
            ),
            dtype=bool,
            count=len(column),
        )
        if filled.all():
            break
    return np.flatnonzero(filled)


def _raw_column(cells: TableCells, header: str | None, used: Any) -> Sequence[Cell]:
    """The cells of the rows that are used; all missing where the column is not there."""
    if header is None:
        return [None] * len(used)
    column = cells.columns[cells.headers.index(header)]
    return column if len(used) == cells.row_count else [column[position] for position in used]


def _typed_column(
    spec: TableSpec, one: FieldSpec, column: Sequence[Cell], options: CellOptions
) -> tuple[pd.Series[Any], dict[int, Reason]]:
    """One field's values as its dtype (a measure still as float in its
    row's unit) and what failed.
    """
    if spec.role is Role.OUTPUT and one.kind is Kind.TEXT and set(map(type, column)) <= _OUR_TEXT:
        return pd.Series([cell or None for cell in column], dtype="str"), {}
    dtype = "float64" if one.kind is Kind.MEASURE else DTYPES[one.kind]
    own = options_for(f"{spec.name}.{one.name}", one, options)
    if spec.role is Role.OUTPUT:
        own = replace(own, rate_limit=_ANY_RATE)
    parsed = parse_column(column, one.kind, own)
    return pd.Series(parsed.values, dtype=dtype), parsed.reasons


def _as_text(
    name: str, used: Any, column: Sequence[Cell], values: pd.Series[Any]
) -> Iterator[_Fault]:
    """Numbers that stand in text cells: they count here,
    and the sheet's own sums leave them out.
    """
    if str not in set(map(type, column)):
        return
    known = values.notna().to_numpy()
    for at, cell in enumerate(column):
        if isinstance(cell, str) and known[at]:
            yield _Fault(int(used[at]), name, Reason("number-as-text"), "warning")


def _in_codes(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Labels of what salesbook names itself as codes: tables, their fields, known names."""
    for one in spec.fields:
        if one.kind is Kind.TABLE:
            known = {
                text: labels.table_of_name(text, TABLES) or text
                for text in frame[one.name].dropna().unique()
            }
            frame[one.name] = frame[one.name].map(known).astype("str")
        elif one.kind is Kind.FIELD:
            pairs = zip(frame["table"], frame[one.name], strict=True)
            frame[one.name] = pd.Series(
                [_field_code(*pair) for pair in pairs], index=frame.index, dtype="str"
            )
        elif one.kind is not Kind.CHOICE and (one.choices or one.fields_of):
            texts = frame[one.name].dropna().unique()
            known = {text: _names_in_codes(spec, one, text) for text in texts}
            frame[one.name] = frame[one.name].map(known).astype("str")
    return frame


def _names_in_codes(spec: TableSpec, field: FieldSpec, text: str) -> str:
    """Known names as their codes, alone or each of a list; what is none of ours stays as typed."""
    if field.fields_of:
        return list_text(_field_code(field.fields_of, item) for item in list_items(text))
    owner = f"{spec.name}.{field.name}"
    items = list_items(text) if field.kind is Kind.LIST else (text,)
    return list_text(labels.code_of_choice(owner, item, field.choices) or item for item in items)


def _field_code(table: object, text: Any) -> Any:
    spec = TABLES.get(str(table))
    if spec is None or not isinstance(text, str):
        return text
    return labels.field_of_header(spec.name, text, spec.field_names) or text


def _in_range(spec: TableSpec, frame: pd.DataFrame, _: str) -> tuple[pd.DataFrame, list[_Fault]]:
    """Values outside their field's range taken out."""
    faults: list[_Fault] = []
    for one in spec.fields:
        if one.minimum is None and one.maximum is None:
            continue
        values = frame[one.name].astype("float64")
        low = -np.inf if one.minimum is None else one.minimum
        high = np.inf if one.maximum is None else one.maximum
        wrong = (values < low) | (values > high)
        if wrong.any():
            for row, value in values[wrong].items():
                reason = range_reason(one, value)
                faults += [_Fault(int(row), one.name, reason)] if reason else []
            frame[one.name] = frame[one.name].mask(wrong)
    return frame, faults


def _in_units(
    spec: TableSpec, frame: pd.DataFrame, currency: str
) -> tuple[pd.DataFrame, list[_Fault]]:
    """Measures in whole units of their row's metric: minor units of money, or counts."""
    faults: list[_Fault] = []
    for one in spec.fields:
        if one.kind is not Kind.MEASURE:
            continue
        values = frame[one.name]
        money = (frame["metric"].fillna("revenue") == "revenue").to_numpy()
        minor, _ = minor_units(values.to_numpy(), currency_decimals(currency))
        whole = values.round()
        broken = values.notna() & ~money & (values != whole)
        faults.extend(
            _Fault(int(row), one.name, Reason("number-not-whole", {"found": str(values[row])}))
            for row in frame.index[broken]
        )
        units = np.where(money, minor, whole.fillna(0).to_numpy()).astype(np.int64)
        masked = pd.arrays.IntegerArray(units, (values.isna() | broken).to_numpy())
        frame[one.name] = pd.Series(masked, index=frame.index)
    return frame, faults


def _with_defaults(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    for one in spec.fields:
        if one.default is not None:
            frame[one.name] = frame[one.name].fillna(one.default)
    return frame


def _merged(spec: TableSpec, cells: TableCells, headers: Mapping[str, str]) -> Iterator[_Fault]:
    """Merged areas hide all but their first cell."""
    by_offset = {cells.headers.index(header): name for name, header in headers.items()}
    for top, left, _, _ in cells.merged:
        row = max(top - cells.first_row, 0)
        name = by_offset.get(max(left - cells.first_column, 0), spec.fields[0].name)
        yield _Fault(row, name, Reason("merged-cells"))


def _usable(read: ReadTable, faults: list[_Fault]) -> ReadTable:
    """Leave out rows that cannot be used and say why."""
    spec, frame = read.spec, read.frame
    failed = {(fault.row, fault.field) for fault in faults}
    bad = np.zeros(len(frame), dtype=bool)
    for one in spec.fields:
        if not (one.required or (one.key and one.default is None)):
            continue
        missing = frame[one.name].isna().to_numpy()
        bad |= missing
        code = "missing-key" if one.key else "missing-required"
        faults.extend(
            _Fault(int(row), one.name, Reason(code))
            for row in frame.index[missing]
            if (int(row), one.name) not in failed
        )
    keys = row_keys(spec.name, frame) if spec.key else pd.Series("", index=frame.index)
    good = frame[~bad] if bad.any() else frame
    twice = later_twins(good, keys[good.index])
    faults.extend(_Fault(int(row), spec.key[0], Reason("duplicate-key")) for row in twice)
    named = keys[keys.index.isin({fault.row for fault in faults})].to_dict() if faults else {}
    findings = (
        *(
            _finding(read, fault, named.get(fault.row, ""), _own_names(spec, frame, fault.row))
            for fault in _in_sheet_order(read, faults)
        ),
        *_about_the_table(read),
    )
    return replace(read, frame=good.drop(index=twice) if twice else good, findings=findings)


def _about_the_table(read: ReadTable) -> Iterator[Finding]:
    """What people type into beside the table or under a changed header,
    so that it would be missed.
    """
    spec, cells = read.spec, read.cells
    if spec.role is Role.OUTPUT:
        return
    if cells.below:
        found = next(shown(cell) for cell in cells.below if cell is not None)
        key = f"#{cells.first_row + cells.row_count}"
        yield Finding("row-below-table", "warning", spec.name, cells.row_count, None, key, found)
    for one in spec.fields:
        if one.name not in read.headers and read.own_headers:
            params: dict[str, Fact] = {"field": f"{spec.name}.{one.name}"}
            found = ", ".join(read.own_headers)
            yield Finding(
                "column-not-there", "warning", spec.name, None, one.name, one.name, found, params
            )


def _in_sheet_order(read: ReadTable, faults: list[_Fault]) -> list[_Fault]:
    order = {name: place for place, name in enumerate(read.spec.field_names)}
    return sorted(faults, key=lambda fault: (fault.row, order[fault.field], fault.reason.code))


def _own_names(spec: TableSpec, frame: pd.DataFrame, row: int) -> dict[str, Fact]:
    """The names in a setting's key, None where unreadable: whether it matters may depend on its
    plan.
    """
    if spec.role is not Role.SETTING or row not in frame.index:
        return {}
    names = [name for name in spec.key if spec.field(name).kind is Kind.ID]
    return {name: None if pd.isna(frame.at[row, name]) else frame.at[row, name] for name in names}


def _finding(read: ReadTable, fault: _Fault, row_key: str, names: Mapping[str, Fact]) -> Finding:
    header = read.headers.get(fault.field)
    raw = read.column(header)[fault.row] if header else None
    return Finding(
        code=fault.reason.code,
        severity=fault.severity,
        table=read.spec.name,
        row=fault.row,
        field=fault.field,
        row_key=row_key.strip("|") or f"#{read.cells.first_row + fault.row}",
        found=shown(raw) if raw is not None else "",
        params={"kind": read.spec.field(fault.field).kind.value, **names, **fault.reason.params},
    )
