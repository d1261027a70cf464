"""Whom or what is a row about, by name? Keys may be given to somebody else one day; names tell.

Two questions are answered from the same rows. What a key *meant* on a day (`RowNames.name`) is kept
with what waits in ParkedNotes, and must not change because somebody else is called the same. What a
person *reads* beside a key (`RowNames.shown`, `RowNames.filled`) is in words of the workbook, and
tells two of one name apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook import labels
from salesbook.frames import row_keys, texts_of
from salesbook.labels import Language
from salesbook.messages import Message
from salesbook.money import to_decimal
from salesbook.names.folding import fold_name
from salesbook.tables import KIND_OF_SCOPE, TABLES, FieldSpec, Kind, TableSpec
from salesbook.writing.values import known_name

NOBODY: Final = ""
"""The name of a row whose key names no row of another table, such as a month's."""
_MOST_NAME: Final = 250
"""Characters of a name that are shown."""
UNKNOWN: Final = "?"
"""For a key that leads to no row: nobody can tell any more whom it meant."""
BETWEEN: Final = " · "
_BETWEEN_FACTS: Final[Mapping[Language, str]] = {"en": ", ", "zh-CN": "，"}
"""Between the names of several rows."""


def is_known_name(name: str) -> bool:
    """Whether a name says whom a row is about, with nobody in it whom no row tells any more."""
    return name != NOBODY and UNKNOWN not in name.split(BETWEEN)


_NAME_FIELDS: Final = ("name", "title")
_KEY_FIELDS: Final = ("row_key", "left_id", "right_id", "new_id")
"""Fields that hold the key of a row of the table that the row's `table` names."""
_TABLE_OF_KIND: Final[Mapping[object, str]] = {"rep": "Reps", "opening": "Openings"}
"""Whose keys `scope` and `slice` hold, by `scope_kind` and `slice_kind`; the others are names."""
_NUMBERED: Final = ("Orders", "Payments")
"""Tables whose rows people call by their number, beside the customer."""
_WHOM: Final = ("customer_id", "deal_id", "order_id", "candidate_id", "rep_id")
"""References that say best what a row without a name is about, the best first."""

_Row = Mapping[Hashable, object]


def _readable(name: str) -> str:
    """A name that somebody can read: of a text of thousands of characters the beginning.

    Names are put together and beside other words; what is longer than a cell would refuse the run.
    """
    return name if len(name) <= _MOST_NAME else name[: _MOST_NAME - 1] + "…"


@dataclass
class RowNames:
    """Names rows by the rows of other tables that their keys lead to."""

    find: Callable[[str], pd.DataFrame]
    """A table's rows, those that cannot be used before the others; none for a table not there."""
    language: Language = "en"
    """Of what people read."""
    decimals: int = 2
    """Of the workbook's currency."""
    _rows: dict[str, dict[str, _Row]] = field(default_factory=dict)
    _shown: dict[str, dict[str, str]] = field(default_factory=dict)
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    _places: dict[str, dict[str, int]] = field(default_factory=dict)

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
        table = _table_meant(field_spec, row)
        if table is None or table not in TABLES:
            return NOBODY
        return self._name_of_key(table, key)

    def _name_of_key(self, table: str, key: str) -> str:
        """The name that a row of a table has itself, or the names of those whom it is about."""
        spec = TABLES[table]
        row = self._row(table, key)
        if row is None:
            return self._name_of_parts(spec, key)

        own_name = _own_name(row)
        if own_name:
            return own_name
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

    def filled(self, table: str, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame that is about to be written, with the name beside each reference of its rows."""
        spec = TABLES[table]
        columns = {}
        for field_name in spec.name_fields:
            reference = spec.field(spec.field(field_name).name_of)
            columns[field_name] = self._names_beside(spec, reference, frame)
        return frame.assign(**columns) if columns else frame

    def _names_beside(
        self, spec: TableSpec, reference: FieldSpec, frame: pd.DataFrame
    ) -> pd.Series[str]:
        """What a field's keys are called, row by row; blank where the row has none."""
        keys = frame[reference.name]
        kinds = frame.get(f"{reference.name}_kind")
        if reference.name in _KEY_FIELDS:
            kinds = frame["table"]
        if kinds is None:
            name_by_key = self.shown(reference.ref or "", texts_of(keys))
            return keys.map(name_by_key).astype("str")

        pairs = list(zip(kinds, keys, strict=True))
        keys_by_kind: dict[str, set[str]] = {}
        for kind, key in set(pairs):
            if isinstance(kind, str) and isinstance(key, str) and key:
                keys_by_kind.setdefault(kind, set()).add(key)

        name_by_pair: dict[tuple[object, object], str] = {}
        for kind, of_kind in keys_by_kind.items():
            if reference.name in _KEY_FIELDS:
                names = self.shown(kind, of_kind)
            else:
                names = {key: self._scope(spec, reference, kind, key) for key in of_kind}
            name_by_pair |= {(kind, key): name for key, name in names.items()}
        return pd.Series([name_by_pair.get(pair) for pair in pairs], index=frame.index, dtype="str")

    def shown(self, table: str, keys: Iterable[str]) -> dict[str, str]:
        """What people read for rows of a table, by key.

        A row is called by its own name, a customer by the company where one is named, a deal
        without a name by customer and amount, an order by customer and number, and any other row
        by the parts of its key in words.
        """
        known = self._shown.setdefault(table, {})
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing and table in TABLES:
            rows = self._rows_of(table, missing) if _is_named_by_row(TABLES[table]) else {}
            for key in missing:
                known[key] = _readable(self._shown_name(TABLES[table], key, rows.get(key)))
        return {key: known[key] for key in keys if key in known}

    def _rows_of(self, table: str, keys: list[str]) -> dict[str, _Row]:
        """The rows of those keys alone: a table of 50,000 activities is not gone through for one."""
        if table not in self._places:
            self._frames[table] = self.find(table)
            self._places[table] = _places_by_key(table, self._frames[table])
        places = self._places[table]
        wanted = {key: places[key] for key in keys if key in places}
        rows = self._frames[table].iloc[list(wanted.values())].to_dict("records")
        return dict(zip(wanted, rows, strict=True))

    def _shown_name(self, spec: TableSpec, key: str, row: _Row | None) -> str:
        if row is None:
            return self._shown_parts(spec, key)
        name = _shown_own_name(spec, row)
        if name:
            is_shared = fold_name(name) in self._shared_names(spec.name)
            return f"{name} ({key})" if is_shared else name
        about = self._whom(spec, row)
        if spec.name == "Deals":
            about.extend(self._amount(row))
        elif spec.name == "Openings":
            about = [str(row[name]) for name in ("role", "team") if isinstance(row[name], str)]
        elif spec.name in _NUMBERED:
            about.append(key.partition("|")[0])
        return _BETWEEN_FACTS[self.language].join(about) or key

    def _whom(self, spec: TableSpec, row: _Row) -> list[str]:
        """Of a row without a name, whom it is about, by name; one who is not there as typed."""
        # A rep does not tell which of his deals is meant.
        fields = ("customer_id",) if spec.name == "Deals" else _WHOM
        for field_name in fields:
            typed = row.get(field_name)
            reference = spec.field(field_name).ref if field_name in spec.field_names else None
            if reference and reference != spec.name and isinstance(typed, str) and typed:
                return [self.shown(reference, [typed]).get(typed) or typed]
        return []

    def _amount(self, row: _Row) -> list[str]:
        """A deal's amount as people write it, without decimals that say nothing."""
        minor: Any = row.get("amount")
        if minor is None or pd.isna(minor):
            return []
        amount = to_decimal(int(minor), self.decimals)
        whole = amount.to_integral_value()
        return [f"{whole if whole == amount else amount:,}"]

    def _shared_names(self, table: str) -> frozenset[str]:
        """Names that several rows of a table have, so that a name alone does not tell which."""
        return self._shared_by_table[table]

    @cached_property
    def _shared_by_table(self) -> Mapping[str, frozenset[str]]:
        return _Shared(self.find)

    def _shown_parts(self, spec: TableSpec, key: str) -> str:
        """A key in words, part by part: `all|all|main|Proposal` is "All · Main · Proposal".

        The kind of a scope is left out: the scope beside it tells.
        """
        parts = key.split("|")
        fields = [spec.field(name) for name in spec.key]
        if not len(fields) - 1 <= len(parts) <= len(fields):
            return key
        values = {part.name: text for part, text in zip(fields, parts, strict=False)}
        said = []
        for part in fields[: len(parts)]:
            is_kind_of_another = part.name.removesuffix("_kind") in values
            if part.name.endswith("_kind") and is_kind_of_another:
                continue
            said.append(self._part(spec, part, values))
        return BETWEEN.join(text for text in said if text)

    def _part(self, spec: TableSpec, part: FieldSpec, values: Mapping[str, str]) -> str:
        text = values[part.name]
        kind = values.get(f"{part.name}_kind")
        if kind is not None:
            return self._scope(spec, part, kind, text)
        if part.ref and _is_named_by_row(TABLES[part.ref]):
            return self.shown(part.ref, [text]).get(text) or text
        if part.kind is Kind.PERIOD:
            return labels.sentence(Message("page.period", {"period": text}), self.language)
        if part.kind is Kind.TABLE and text in TABLES:
            return labels.sheet_name(text, self.language)
        if part.kind is Kind.FIELD:
            return labels.field_label(values.get("table", ""), text, self.language)
        return self._label(f"{spec.name}.{part.name}", part, text)

    def _scope(self, spec: TableSpec, scope: FieldSpec, kind: str, key: str) -> str:
        """A scope or slice as people call it: a rep by name, all and the company by their words."""
        table = _TABLE_OF_KIND.get(kind)
        if table is not None:
            return self.shown(table, [key]).get(key) or key
        if KIND_OF_SCOPE.get(key) != kind:
            return key
        return known_name(f"{spec.name}.{scope.name}", scope, key, self.language)

    def _label(self, owner: str, part: FieldSpec, text: str) -> str:
        if owner == "Policy.key" or (part.kind is Kind.CHOICE and text in part.choices):
            try:
                return labels.choice(owner, text, self.language)
            except KeyError:
                return text
        return known_name(owner, part, text, self.language)


class _Shared(dict[str, frozenset[str]]):
    """By table the folded names that several of its rows have, each table counted once."""

    def __init__(self, find: Callable[[str], pd.DataFrame]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, table: str) -> frozenset[str]:
        frame = self._find(table)
        columns = [name for name in _NAME_FIELDS if name in frame]
        named = frame[columns[0]] if columns else pd.Series(dtype="str")
        if table == "Customers":
            named = frame["company"].fillna(named)
        names = named.dropna().tolist()
        counts = Counter(map(fold_name, names))
        self[table] = frozenset(name for name, times in counts.items() if times > 1)
        return self[table]


def _table_meant(field_spec: FieldSpec, row: _Row) -> str | None:
    """The table whose keys a field of a row holds; None where it names no row."""
    if field_spec.name in _KEY_FIELDS:
        return str(row.get("table"))
    return field_spec.ref or _TABLE_OF_KIND.get(row.get(f"{field_spec.name}_kind"))


def _own_name(row: _Row) -> str | None:
    for name_field in _NAME_FIELDS:
        name = row.get(name_field)
        if isinstance(name, str) and name:
            return name
    return None


def _shown_own_name(spec: TableSpec, row: _Row) -> str | None:
    """What people call a row by its own fields: a customer by the company, where one is named."""
    company = row.get("company") if spec.name == "Customers" else None
    return company if isinstance(company, str) and company else _own_name(row)


def _places_by_key(table: str, frame: pd.DataFrame) -> dict[str, int]:
    """Where each row stands in a frame, by its key; of two for one key the last."""
    if not len(frame):
        return {}
    places = {key: place for place, key in enumerate(row_keys(table, frame).tolist())}
    if table != "Orders":
        return places
    # Payments and deals name an order without the number of its line: any line will do.
    numbers = enumerate(frame["order_id"].tolist())
    return {str(number): place for place, number in numbers} | places


def _is_named_by_row(spec: TableSpec) -> bool:
    """Whether a table's rows say themselves what they are called; else their keys do."""
    if any(name in spec.field_names for name in _NAME_FIELDS):
        return True
    if spec.name == "Openings":
        return True
    key_refers = any(spec.field(name).ref for name in spec.key)
    return not key_refers and any(name in spec.field_names for name in _WHOM)
