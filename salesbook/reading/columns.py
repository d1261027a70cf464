"""What do the columns of a table hold, as typed values, and which cells hold something else?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook import labels
from salesbook.arrays import Flags, Floats, Ints
from salesbook.cells.base import CellOptions, Reason
from salesbook.cells.field import NUMERIC, options_for, range_reason
from salesbook.cells.frame import parse_column
from salesbook.errors import ColumnMissing
from salesbook.frames import DTYPES, is_known_scope, measures_money
from salesbook.money import currency_decimals, minor_units, to_decimal
from salesbook.reading.faults import CellFault
from salesbook.store import Cell, TableCells
from salesbook.tables import TABLES, FieldSpec, Kind, Role, TableSpec
from salesbook.tables.lists import list_items, list_text

_OUR_TEXT: Final = frozenset({str, type(None)})
"""What we wrote as text is read as it is, were it to quote an error such as `#REF!`."""
_NOISE: Final = 1e-4
"""So far from a whole coin, in coins, calculation alone may move an amount; of large ones a part:"""
_NOISE_OF_A_SUM: Final = 1e-13
_ANY_RATE: Final = 1e12
"""An attainment of ours may be far above 1, where a typed share may not."""


def headers_by_field(
    spec: TableSpec, headers: Iterable[str], known_fields: tuple[str, ...]
) -> dict[str, str]:
    """Which header stands for which field; of two that do, the first.

    Args:
        known_fields: those that the workbook has by its age. A column that is called like a later
            one is the user's own.
    """
    by_field: dict[str, str] = {}
    for header in headers:
        field_name = labels.field_of_header(spec.name, header, known_fields)
        if field_name:
            by_field.setdefault(field_name, header)
    return by_field


def refuse_without_column(
    spec: TableSpec, cells: TableCells, headers: Mapping[str, str], known_fields: tuple[str, ...]
) -> None:
    """Refuse a table that lacks a column which nothing makes up for.

    That is one of its key or a required one; but of results that every run makes anew only the key,
    which their rows are known by: another column is merely not written.

    Raises: ColumnMissing.
    """
    for field in spec.fields:
        is_needed = field.required and (field.key or not spec.is_made_anew)
        if is_needed and field.name in known_fields and field.name not in headers:
            raise ColumnMissing(
                where=cells.sheet, table=spec.name, field=f"{spec.name}.{field.name}"
            )


def filled_rows(cells: TableCells, headers: Mapping[str, str]) -> Ints:
    """Positions of the rows in which some field of ours holds something."""
    filled = np.zeros(cells.row_count, dtype=bool)
    for header in headers.values():
        filled |= _is_filled(cells.columns[cells.headers.index(header)])
        if filled.all():
            break  # in a large table the key column alone decides
    return np.flatnonzero(filled).astype(np.int64)


def _is_filled(column: Sequence[Cell]) -> Flags:
    """True for each cell that holds more than blanks."""
    is_all_text = set(map(type, column)) == {str}
    if is_all_text and all(map(str.strip, column)):  # type: ignore[arg-type]
        return np.ones(len(column), dtype=bool)
    holds_something = (
        value is not None and not (isinstance(value, str) and not value.strip()) for value in column
    )
    return np.fromiter(holds_something, dtype=bool, count=len(column))


def typed_columns(
    spec: TableSpec, cells: TableCells, headers: Mapping[str, str], rows: Ints, options: CellOptions
) -> tuple[pd.DataFrame, list[CellFault]]:
    """All fields of the rows at hand as typed columns; what cannot be read is missing.

    Args:
        rows: positions of the rows, which become the frame's index.

    Returns: the frame, with labels still in it and measures still in their row's unit; a fault per
        cell that cannot be read, and a warning per number that stands in a text cell or whose amount
        is rounded.
    """
    columns: dict[str, pd.Series[Any]] = {}
    faults: list[CellFault] = []
    for field in spec.fields:
        raw = _raw_column(cells, headers.get(field.name), rows)
        columns[field.name], reasons = _typed_column(spec, field, raw, options)
        for place, reason in reasons.items():
            faults.append(CellFault(int(rows[place]), field.name, reason))
        if spec.is_typed(field) and field.kind in NUMERIC:
            faults.extend(_numbers_as_text(field.name, rows, raw, columns[field.name]))
        if spec.role is Role.INPUT and field.kind is Kind.MONEY:
            faults.extend(_parts_of_a_coin(field.name, rows, raw, columns[field.name], options))
    return pd.DataFrame(columns).set_axis(rows, axis=0), faults


def _raw_column(cells: TableCells, header: str | None, rows: Ints) -> Sequence[Cell]:
    """The cells of the rows that are used; all missing where the column is not there."""
    if header is None:
        return [None] * len(rows)
    column = cells.columns[cells.headers.index(header)]
    if len(rows) == cells.row_count:
        return column
    return [column[position] for position in rows]


def _typed_column(
    spec: TableSpec, field: FieldSpec, raw: Sequence[Cell], options: CellOptions
) -> tuple[pd.Series[Any], dict[int, Reason]]:
    """One field's values as its dtype, and why cells have none, by place in the column."""
    is_our_text = not spec.is_typed(field) and field.kind in (Kind.TEXT, Kind.LEFT)
    if is_our_text and set(map(type, raw)) <= _OUR_TEXT:
        return pd.Series([cell or None for cell in raw], dtype="str"), {}

    field_options = options_for(f"{spec.name}.{field.name}", field, options)
    if not spec.is_typed(field):
        field_options = replace(field_options, rate_limit=_ANY_RATE)
    parsed = parse_column(raw, field.kind, field_options)
    # A measure is whole only once its row's metric is known: see `in_whole_units`.
    dtype = "float64" if field.kind is Kind.MEASURE else DTYPES[field.kind]
    return pd.Series(parsed.values, dtype=dtype), parsed.reasons


def _numbers_as_text(
    field_name: str, rows: Ints, raw: Sequence[Cell], values: pd.Series[Any]
) -> Iterator[CellFault]:
    """Numbers in text cells count here, and are left out by the sheet's own sums."""
    if str not in set(map(type, raw)):
        return
    was_read = values.notna().to_numpy()
    for place, cell in enumerate(raw):
        if isinstance(cell, str) and was_read[place]:
            yield CellFault(int(rows[place]), field_name, Reason("number-as-text"), "warning")


def _parts_of_a_coin(
    field_name: str, rows: Ints, raw: Sequence[Cell], values: pd.Series[Any], options: CellOptions
) -> Iterator[CellFault]:
    """Amounts with more decimals than the currency has: what counts is not what the sheet adds up."""
    numbers = np.array(
        [cell if type(cell) in (int, float) else np.nan for cell in raw], dtype=float
    )
    decimals = currency_decimals(options.currency)
    minor = values.to_numpy(dtype=np.float64, na_value=np.nan)
    for place in np.flatnonzero(_is_rounded(numbers, minor, decimals)):
        yield _rounded_cell(int(rows[place]), field_name, int(values.iloc[place]), decimals)


def _is_rounded(amounts: Floats, minor: Floats | Ints, decimals: int) -> Flags:
    """Where an amount is none of whole coins; noise of a sheet's calculation is none."""
    scaled = amounts * 10.0**decimals
    is_off = np.abs(scaled - minor) > np.maximum(_NOISE, np.abs(scaled) * _NOISE_OF_A_SUM)
    return np.asarray(is_off, dtype=bool)


def _rounded_cell(row: int, field_name: str, minor: int, decimals: int) -> CellFault:
    reason = Reason("money-rounded", {"counts": to_decimal(minor, decimals)})
    return CellFault(row, field_name, reason, "warning")


def in_codes(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Labels of what salesbook names itself as codes: tables, their fields, known names."""
    columns: dict[str, pd.Series[Any]] = {}
    for field in spec.fields:
        column = frame[field.name]
        if field.kind is Kind.TABLE:
            columns[field.name] = _mapped(column, lambda text: labels.table_of_name(text, TABLES))
        elif field.kind is Kind.FIELD:
            tables = columns.get("table", frame["table"])  # which is known as a code by now
            pairs = zip(tables, column, strict=True)
            codes = [_field_code(table, text) for table, text in pairs]
            columns[field.name] = pd.Series(codes, index=frame.index, dtype="str")
        elif field.kind is not Kind.CHOICE and (field.choices or field.fields_of):
            codes_of_names = _mapped(column, _names_in_codes(spec, field))
            kind = f"{field.name}_kind"
            if kind in frame:
                is_ours = is_known_scope(frame[kind], codes_of_names)
                codes_of_names = codes_of_names.where(is_ours, column)
            columns[field.name] = codes_of_names
        elif field.kind is Kind.LEFT:
            columns[field.name] = _mapped(column, lambda text: labels.left_in_tables(text, TABLES))
    return frame.assign(**columns) if columns else frame


def _mapped(column: pd.Series[Any], code_of: Any) -> pd.Series[Any]:
    """Each text by its code; one that has none stays as typed."""
    codes = {text: code_of(text) or text for text in column.dropna().unique()}
    return column.map(codes).astype("str")


def _names_in_codes(spec: TableSpec, field: FieldSpec) -> Any:
    """How a cell of known names, one alone or a list, becomes codes; a foreign name stays."""
    owner = f"{spec.name}.{field.name}"

    def code_of_item(item: str) -> str:
        if field.fields_of:
            return str(_field_code(field.fields_of, item))
        code = labels.code_of_choice(owner, item, field.choices)
        if code is None and field.detailed:
            head, colon, detail = item.replace("：", ":", 1).partition(":")
            known = labels.code_of_choice(owner, head, field.choices)
            return f"{known}:{detail.strip()}" if colon and known else item
        return code or item

    def codes_of(text: str) -> str:
        items = list_items(text) if field.kind is Kind.LIST else (text,)
        return list_text(code_of_item(item) for item in items)

    return codes_of


def _field_code(table: object, text: object) -> object:
    """The field of a table that a header in any language means; else the text itself."""
    spec = TABLES.get(str(table))
    if spec is None or not isinstance(text, str):
        return text
    return labels.field_of_header(spec.name, text, spec.field_names) or text


def in_range(spec: TableSpec, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[CellFault]]:
    """Values outside their field's range taken out, each with its fault."""
    faults: list[CellFault] = []
    columns: dict[str, pd.Series[Any]] = {}
    for field in spec.fields:
        if field.minimum is None and field.maximum is None:
            continue
        values = frame[field.name].astype("float64")
        lowest = -np.inf if field.minimum is None else field.minimum
        highest = np.inf if field.maximum is None else field.maximum
        is_outside = (values < lowest) | (values > highest)
        if not is_outside.any():
            continue
        for row, value in values[is_outside].items():
            reason = range_reason(field, value)
            if reason:
                faults.append(CellFault(int(row), field.name, reason))
        columns[field.name] = frame[field.name].mask(is_outside)
    return (frame.assign(**columns) if columns else frame), faults


def in_whole_units(
    spec: TableSpec, frame: pd.DataFrame, currency: str
) -> tuple[pd.DataFrame, list[CellFault]]:
    """Measures in whole units of their row's metric: minor units of money, or counts.

    Half an order is a fault; half a cent is rounded, as all money is, with a warning.
    """
    faults: list[CellFault] = []
    columns: dict[str, pd.Series[Any]] = {}
    for field in spec.fields:
        if field.kind is not Kind.MEASURE:
            continue
        values = frame[field.name]
        is_money = measures_money(frame["metric"])
        rounded = values.round()
        is_broken = values.notna() & ~is_money & (values != rounded)
        for row in frame.index[is_broken]:
            reason = Reason("number-not-whole", {"found": str(values[row])})
            faults.append(CellFault(int(row), field.name, reason))

        decimals = currency_decimals(currency)
        minor, _ = minor_units(values.to_numpy(), decimals)
        if spec.role is Role.INPUT:
            is_rounded = is_money & _is_rounded(values.to_numpy(), minor, decimals)
            faults.extend(
                _rounded_cell(int(values.index[place]), field.name, int(minor[place]), decimals)
                for place in np.flatnonzero(is_rounded)
            )
        units = np.where(is_money, minor, rounded.fillna(0).to_numpy()).astype(np.int64)
        is_missing = (values.isna() | is_broken).to_numpy()
        masked = pd.arrays.IntegerArray(units, is_missing)
        columns[field.name] = pd.Series(masked, index=frame.index)
    return (frame.assign(**columns) if columns else frame), faults


def with_defaults(
    spec: TableSpec, frame: pd.DataFrame, faults: Iterable[CellFault]
) -> pd.DataFrame:
    """What a blank key field means filled in: line 1, the main pipeline.

    A cell that cannot be read is not blank, and stays missing: "New custmers" is no revenue.

    Args:
        faults: what is wrong with single cells.
    """
    columns = {
        field.name: frame[field.name].fillna(field.default)
        for field in spec.fields
        if field.default is not None
    }
    unreadable = {
        (fault.row, fault.field)
        for fault in faults
        if fault.field in columns and pd.isna(frame.loc[fault.row, fault.field])
    }
    for row, name in unreadable:
        columns[name][row] = None
    return frame.assign(**columns) if columns else frame


def merged_cells(
    spec: TableSpec, cells: TableCells, headers: Mapping[str, str]
) -> Iterator[CellFault]:
    """A fault per merged area: it hides all but its first cell."""
    field_by_offset = {cells.headers.index(header): name for name, header in headers.items()}
    for top, left, _, _ in cells.merged:
        row = max(top - cells.first_row, 0)
        offset = max(left - cells.first_column, 0)
        field_name = field_by_offset.get(offset, spec.fields[0].name)
        yield CellFault(row, field_name, Reason("merged-cells"))
