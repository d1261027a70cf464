"""Whom or what is a row about, by name? Keys may be given to somebody else one day; names tell."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from salesbook.frames import row_keys
from salesbook.tables import TABLES, FieldSpec, TableSpec

NOBODY: Final = ""
"""The name of a row whose key names no row of another table, such as a month's."""
UNKNOWN: Final = "?"
"""For a key that leads to no row: nobody can tell any more whom it meant."""
BETWEEN: Final = " · "
"""Between the names of several rows."""


def is_known_name(name: str) -> bool:
    """Whether a name says whom a row is about, with nobody in it whom no row tells any more."""
    return name != NOBODY and UNKNOWN not in name.split(BETWEEN)


_NAME_FIELDS: Final = ("name", "title")
_KEY_FIELDS: Final = ("row_key", "left_id", "right_id")
"""Fields that hold the key of a row of the table that the row's `table` names."""
_TABLE_OF_KIND: Final[Mapping[object, str]] = {"rep": "Reps", "opening": "Openings"}
"""Whose keys `scope` and `slice` hold, by `scope_kind` and `slice_kind`; the others are names."""

_Row = Mapping[Hashable, object]


@dataclass
class RowNames:
    """Names rows by the rows of other tables that their keys lead to."""

    find: Callable[[str], pd.DataFrame]
    """A table's rows, those that cannot be used before the others; none for a table not there."""
    _rows: dict[str, dict[str, _Row]] = field(default_factory=dict)

    def name(self, table: str, row: _Row) -> str:
        """Name all rows that a row's key leads to: NOBODY, or UNKNOWN for each that is not there."""
        names = []
        for field_spec in TABLES[table].fields:
            if field_spec.key:
                names.append(self._name_of_part(field_spec, row))
        return BETWEEN.join(name for name in names if name)

    def name_of(self, table: str, key: str) -> str:
        """Name the row that a key of a table leads to; UNKNOWN where it leads to none."""
        return self._name_of_key(table, key)

    def _name_of_part(self, field_spec: FieldSpec, row: _Row) -> str:
        key = row.get(field_spec.name)
        if not isinstance(key, str) or not key:
            return NOBODY
        kind = row.get(f"{field_spec.name}_kind")
        table = field_spec.ref or _TABLE_OF_KIND.get(kind)
        if field_spec.name in _KEY_FIELDS:
            table = str(row.get("table"))
        if table is None or table not in TABLES:
            return NOBODY
        return self._name_of_key(table, key)

    def _name_of_key(self, table: str, key: str) -> str:
        """The name that a row of a table has itself, or the names of those whom it is about."""
        spec = TABLES[table]
        row = self._row(table, key)
        if row is None:
            return self._name_of_parts(spec, key)

        for name_field in _NAME_FIELDS:
            name = row.get(name_field)
            if isinstance(name, str) and name:
                return name
        others = []
        for other in spec.fields:
            typed = row.get(other.name)
            if other.ref and other.required and isinstance(typed, str):
                name = self._name_of_key(other.ref, typed)
                # A reference may be typed as the name that it leads to.
                others.append(typed if name == UNKNOWN else name)
        # A row that names nobody is known by its key alone.
        return BETWEEN.join(others) or key

    def _name_of_parts(self, spec: TableSpec, key: str) -> str:
        """Of a row that is gone: its key may still say whom it was about, as `2026-07|R3` does."""
        parts = key.split("|")
        names_others = any(spec.field(name).ref for name in spec.key)
        if not names_others or len(parts) != len(spec.key):
            return UNKNOWN
        return self.name(spec.name, dict(zip(spec.key, parts, strict=True)))

    def _row(self, table: str, key: str) -> _Row | None:
        if table not in self._rows:
            frame = self.find(table)
            keys = row_keys(table, frame) if len(frame) else []
            self._rows[table] = dict(zip(keys, frame.to_dict("records"), strict=True))
        return self._rows[table].get(key)
