"""What a table is in memory: a DataFrame with one fixed dtype per kind of field.

The index is the row's position in the table as it was read, so that a finding can lead to its cell;
its order means nothing. Missing is NA of the dtype. Money and measures are whole minor units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from salesbook.tables import TABLES, Kind

DTYPES: Final[Mapping[Kind, str]] = {
    Kind.ID: "str",
    Kind.TEXT: "str",
    Kind.LIST: "str",
    Kind.PERIOD: "str",
    Kind.CHOICE: "str",
    Kind.TABLE: "str",
    Kind.FIELD: "str",
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

Tables = Mapping[str, pd.DataFrame]
"""Typed frames by table name: what verbs take and give."""


def frame_of(table: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table's frame with its fields in order and their dtypes; fields not given are missing.

    Raises: KeyError for a column that the table does not have.
    """
    spec = TABLES[table]
    unknown = set(columns) - set(spec.field_names)
    if unknown:
        raise KeyError(f"{table} has no {sorted(unknown)}")
    size = max((len(values) for values in columns.values()), default=0)
    made = {
        field.name: _typed(columns.get(field.name), DTYPES[field.kind], size)
        for field in spec.fields
    }
    return pd.DataFrame(made, index=pd.RangeIndex(size))


def _typed(values: Any, dtype: str, size: int) -> pd.Series[Any]:
    if values is None:
        return pd.Series([None] * size, dtype=dtype)
    if isinstance(values, pd.Series):
        return values.reset_index(drop=True).astype(dtype)
    return pd.Series(values, dtype=dtype)


def frame_from_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table's frame from dicts; for tables that are small or drawn in tests."""
    names = TABLES[table].field_names
    unknown = {name for row in rows for name in row} - set(names)
    if unknown:
        raise KeyError(f"{table} has no {sorted(unknown)}")
    return frame_of(table, {name: [row.get(name) for row in rows] for name in names})


def empty_frame(table: str) -> pd.DataFrame:
    """A table's frame without rows."""
    return frame_of(table, {})


def row_keys(table: str, frame: pd.DataFrame) -> pd.Series[str]:
    """Each row's key as text, parts joined by "|"; a date or time part is ISO."""
    parts = []
    for name in TABLES[table].key:
        column, kind = frame[name], TABLES[table].field(name).kind
        if kind in (Kind.DATE, Kind.DATETIME):
            column = column.dt.strftime("%Y-%m-%d" if kind is Kind.DATE else "%Y-%m-%dT%H:%M:%S")
        parts.append(column.astype("str").fillna(""))
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "|" + part
    return joined


def texts_of(column: pd.Series[str]) -> set[str]:
    """The different texts of a column; missing is none."""
    return {text for text in set(column.to_numpy(dtype=object).tolist()) if isinstance(text, str)}


def sorted_by_key(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in order of its key, with a fresh index."""
    return frame.sort_values(list(TABLES[table].key), kind="stable").reset_index(drop=True)


def later_twins(frame: pd.DataFrame, keys: pd.Series[str]) -> list[int]:
    """Rows that repeat a key: all but the first by content; the sheet's order decides nothing."""
    twins = keys[keys.duplicated(keep=False)]
    if twins.empty:
        return []
    content = frame.loc[twins.index].astype("str").fillna("").agg("\x1f".join, axis=1)
    ordered = pd.DataFrame({"key": twins, "content": content}).sort_values(
        ["key", "content"], kind="stable"
    )
    return sorted(int(row) for row in ordered.index[ordered["key"].duplicated()])
