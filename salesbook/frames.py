"""What a table is in memory: a DataFrame with one fixed dtype per kind of field.

The index is the row's position in the table as it was read, so that a finding can lead to its cell;
its order means nothing. Missing is NA of the dtype. Money and measures are whole minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import pandas as pd

from salesbook.arrays import Flags
from salesbook.tables import KIND_OF_SCOPE, MONEY_METRIC, TABLES, Kind

DTYPES: Final[Mapping[Kind, str]] = {
    Kind.ID: "str",
    Kind.TEXT: "str",
    Kind.LIST: "str",
    Kind.PERIOD: "str",
    Kind.CHOICE: "str",
    Kind.TABLE: "str",
    Kind.FIELD: "str",
    Kind.LEFT: "str",
    Kind.MONEY: "Int64",
    Kind.MEASURE: "Int64",
    Kind.COUNT: "Int64",
    Kind.NUMBER: "float64",
    Kind.RATE: "float64",
    Kind.DAYS: "float64",
    Kind.DATE: "datetime64[us]",
    Kind.DATETIME: "datetime64[us]",
    Kind.FLAG: "boolean",
    Kind.MESSAGE: "object",
}

_ISO: Final[Mapping[Kind, str]] = {Kind.DATE: "%Y-%m-%d", Kind.DATETIME: "%Y-%m-%dT%H:%M:%S"}

Tables = Mapping[str, pd.DataFrame]
"""Typed frames by table name: what verbs take and give."""


def frame_of(table: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a table's frame, its fields in order with their dtypes; fields not given are missing.

    Raises: KeyError for a column that the table does not have.
    """
    _refuse_unknown(table, columns)
    size = max((len(values) for values in columns.values()), default=0)
    if not size:
        # Pandas copies on write: who writes into this one changes no other's.
        return _without_rows(table).copy(deep=False)

    typed = {}
    for field in TABLES[table].fields:
        values = columns.get(field.name)
        typed[field.name] = _typed(values, DTYPES[field.kind], size)
    return pd.DataFrame(typed, index=pd.RangeIndex(size))


@cache
def _without_rows(table: str) -> pd.DataFrame:
    """Most tables of most runs hold nothing, and each column takes long to make."""
    columns = {field.name: _typed(None, DTYPES[field.kind], 0) for field in TABLES[table].fields}
    return pd.DataFrame(columns, index=pd.RangeIndex(0))


def _refuse_unknown(table: str, names: Iterable[str]) -> None:
    unknown = set(names) - set(TABLES[table].field_names)
    if unknown:
        raise KeyError(f"{table} has no {sorted(unknown)}")


def _typed(values: Any, dtype: str, size: int) -> pd.Series[Any]:
    """A column of the dtype, counted from 0; one that is not given is missing everywhere."""
    if values is None:
        return pd.Series([None] * size, dtype=dtype)
    if isinstance(values, pd.Series):
        return values.reset_index(drop=True).astype(dtype)
    return pd.Series(values, dtype=dtype)


def frame_from_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table's frame of one dict per row; for tables that are small or drawn in tests.

    Raises: KeyError for a field that the table does not have.
    """
    _refuse_unknown(table, (name for row in rows for name in row))
    typed = {}
    # One column after the other: lists of all at once would take more memory than the frame.
    for field in TABLES[table].fields:
        values = [row.get(field.name) for row in rows]
        typed[field.name] = _typed(values, DTYPES[field.kind], len(rows))
    return pd.DataFrame(typed, index=pd.RangeIndex(len(rows)))


def empty_frame(table: str) -> pd.DataFrame:
    """A table's frame without rows."""
    return frame_of(table, {})


def row_keys(table: str, frame: pd.DataFrame) -> pd.Series[str]:
    """Each row's key as text, parts joined by "|"; a date or time part is ISO.

    A last part that is blank and may be is left out, so that a key with one part more is what it
    was for rows that do not use it.
    """
    parts = []
    for name in TABLES[table].key:
        column = frame[name]
        iso = _ISO.get(TABLES[table].field(name).kind)
        if iso:
            column = column.dt.strftime(iso)
        parts.append(column.astype("str").fillna(""))

    joined = parts[0]
    for name, part in zip(TABLES[table].key[1:], parts[1:], strict=True):
        more = "|" + part
        if TABLES[table].field(name).default == "":
            more = more.where(part != "", "")
        joined = joined + more
    return joined


def measures_money(metric: pd.Series[str]) -> Flags:
    """Where a measure is money: its row's metric is revenue, as a blank one is."""
    is_money: Flags = (metric.fillna(MONEY_METRIC) == MONEY_METRIC).to_numpy(dtype=bool)
    return is_money


def is_known_scope(kinds: pd.Series[str], scopes: pd.Series[str]) -> Flags:
    """Where a scope or slice is one of ours: `all` where all is meant, no team that is called so."""
    is_ours: Flags = (scopes.map(KIND_OF_SCOPE) == kinds).fillna(False).to_numpy(dtype=bool)
    return is_ours


def without_names(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with blank names, for whoever compares or calculates: keys alone count there."""
    names = TABLES[table].name_fields
    if not names:
        return frame
    missing = pd.Series(pd.NA, index=frame.index, dtype="str")
    return frame.assign(**dict.fromkeys(names, missing))


def texts_of(column: pd.Series[str]) -> set[str]:
    """The different texts of a column; missing is none."""
    values = set(column.to_numpy(dtype=object).tolist())
    return {value for value in values if isinstance(value, str)}


def sorted_by_key(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in order of its key, with a fresh index."""
    key = list(TABLES[table].key)
    return frame.sort_values(key, kind="stable").reset_index(drop=True)


def later_twins(frame: pd.DataFrame, keys: pd.Series[str]) -> list[int]:
    """Rows that repeat a key: all but the first by content; the sheet's order decides nothing."""
    twins = keys[keys.duplicated(keep=False)]
    if twins.empty:
        return []

    # A sign that nobody types keeps "ab", "c" and "a", "bc" apart.
    texts = frame.loc[twins.index].astype("str").fillna("")
    content = texts.agg("\x1f".join, axis=1)

    both = pd.DataFrame({"key": twins, "content": content})
    in_order = both.sort_values(["key", "content"], kind="stable")
    is_repeated = in_order["key"].duplicated()
    return sorted(int(row) for row in in_order.index[is_repeated])
