"""Which row of the table is a row of the file: by key, by what names it naturally,
or by content?
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from salesbook.cells.field import Value
from salesbook.intake.book_now import Key, TableNow
from salesbook.intake.rows import FileRow
from salesbook.names.folding import fold_name
from salesbook.tables import TABLES

NATURAL: Final[Mapping[str, tuple[str, ...]]] = {
    "Reps": ("name",),
    "Deals": ("name", "customer_id", "created_on"),
    "Leads": ("name", "received_at"),
    "Candidates": ("name", "opening_id"),
    "Courses": ("title",),
}
"""Fields that tell rows apart where a file has no keys; tables that are not here go by content."""

_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Reps": ("name",),
    "Customers": ("email", "phone", "name"),
    "Deals": ("name", "customer_id"),
    "Leads": ("name",),
    "Candidates": ("name",),
    "Courses": ("title",),
}
"""Of these a row without key must have at least one."""

_PHONE_DIGITS = 7


def has_made_keys(table: str) -> bool:
    """True where a row without key can be given one: its key is one made-up id."""
    key = TABLES[table].key
    return key in {("rep_id",), ("customer_id",)} or (
        bool(key)
        and key[0].endswith("_id")
        and TABLES[table].field(key[0]).ref is None
        and all(TABLES[table].field(name).default is not None for name in key[1:])
    )


def key_of(table: str, values: Mapping[str, Value]) -> Key | str:
    """The row's key, blank parts taken as their defaults, or the field whose value is missing."""
    spec, parts = TABLES[table], []
    for name in spec.key:
        value = values.get(name, spec.field(name).default)
        if value is None:
            return name
        parts.append(value)
    return tuple(parts)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Matcher:
    """Finds a file's row in the table as it is.

    `same_ref` brings a reference, however it was typed, to its key.
    """

    now: TableNow
    fields: tuple[str, ...]
    """The fields that the file fills."""
    same_ref: Callable[[str, Value], Value]
    claimed: set[int] = field(default_factory=set)
    """Rows that rows of the file were found to be by content."""

    def by_key(self, key: Key) -> int | None:
        """The row with that key."""
        return self.now.by_key.get(key)

    def naturally(self, row: FileRow) -> set[int]:
        """Rows that are the same thing as a row without key; more than one is for a person to
        decide.
        """
        table = self.now.table
        if table == "Customers":
            return self._customer(row.values)
        if table in NATURAL:
            return set(self._named.get(self._name(row.values), ()))
        return self._content(row.values)

    def looks_known(self, row: FileRow) -> bool:
        """True where a row that is new by its key has the name, e-mail or phone of one that is
        there.
        """
        by_name = self.now.table == "Customers" or self.now.table in NATURAL
        return by_name and bool(self.naturally(row))

    def lacks(self, values: Mapping[str, Value]) -> str:
        """The fields of which a row without key needs one, where it has none;
        blank where it has.
        """
        needed = _NEEDS.get(self.now.table, ())
        if self.now.table == "Customers" and not _customer_marks(values):
            return ", ".join(needed)
        if any(name in values for name in needed) or (values and not needed):
            return ""
        return ", ".join(
            needed or (one.name for one in TABLES[self.now.table].fields if one.required)
        )

    def identity(self, values: Mapping[str, Value]) -> tuple[object, ...]:
        """What two rows of one file without keys must not share."""
        if self.now.table == "Customers":
            return next(iter(_customer_marks(values)), ())
        if self.now.table in NATURAL:
            return self._name(values)
        return ()

    def _name(self, values: Mapping[str, Value]) -> tuple[object, ...]:
        fields = [name for name in NATURAL[self.now.table] if name in self.fields]
        return tuple(
            _folded(self.same_ref(name, values[name])) if name in values else None
            for name in fields
        )

    @cached_property
    def _named(self) -> dict[tuple[object, ...], list[int]]:
        return _grouped((self._name(values), at) for at, values in self.now.rows.items())

    def _customer(self, values: Mapping[str, Value]) -> set[int]:
        """By e-mail, else by phone, else by name and company of a row that has no other e-mail or
        phone.
        """
        for mark in _customer_marks(values):
            found = self._marked.get(mark, [])
            if mark[0] == "name":
                found = [at for at in found if not _differs(self.now.rows[at], values)]
            if found:
                return set(found)
        return set()

    @cached_property
    def _marked(self) -> dict[tuple[object, ...], list[int]]:
        return _grouped(
            (mark, at) for at, values in self.now.rows.items() for mark in _customer_marks(values)
        )

    def _content(self, values: Mapping[str, Value]) -> set[int]:
        """The row whose cells equal all that the file's row fills, each row once, the least filled
        first.
        """
        wanted = {name: self.same_ref(name, value) for name, value in values.items()}
        anchor = tuple((name, wanted.get(name)) for name in self._anchors)
        found = [
            at
            for at in self._anchored.get(anchor, ())
            if at not in self.claimed
            and all(self._value(at, name) == value for name, value in wanted.items())
        ]
        if not found:
            return set()
        best = min(
            found, key=lambda at: (sum(name in self.now.rows[at] for name in self.fields), at)
        )
        self.claimed.add(best)
        return {best}

    def _value(self, at: int, name: str) -> Value | None:
        value = self.now.rows[at].get(name)
        return None if value is None else self.same_ref(name, value)

    @cached_property
    def _anchors(self) -> tuple[str, ...]:
        required = (
            one.name for one in TABLES[self.now.table].fields if one.required and not one.key
        )
        return tuple(name for name in required if name in self.fields)

    @cached_property
    def _anchored(self) -> dict[tuple[object, ...], list[int]]:
        return _grouped(
            (tuple((name, self._value(at, name)) for name in self._anchors), at)
            for at in self.now.rows
        )


def _grouped(
    pairs: Iterable[tuple[tuple[object, ...], int]],
) -> dict[tuple[object, ...], list[int]]:
    found: dict[tuple[object, ...], list[int]] = {}
    for mark, at in pairs:
        found.setdefault(mark, []).append(at)
    return found


def _folded(value: Value) -> object:
    return fold_name(value) if isinstance(value, str) else value


def _customer_marks(values: Mapping[str, Value]) -> list[tuple[object, ...]]:
    """What tells a customer, best first."""
    marks: list[tuple[object, ...]] = []
    if "email" in values:
        marks.append(("email", fold_name(str(values["email"]))))
    digits = phone_digits(str(values.get("phone", "")))
    if digits:
        marks.append(("phone", digits))
    if "name" in values:
        name = fold_name(str(values["name"]))
        company = fold_name(str(values.get("company", name)))
        marks.append(("name", name, company))
    return marks


def phone_digits(text: str) -> str:
    """A phone number as digits to compare, without international prefix 00 or 86; blank for too
    few.
    """
    digits = re.sub(r"\D", "", text).removeprefix("00")
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if len(digits) >= _PHONE_DIGITS else ""


def _differs(left: Mapping[str, Value], right: Mapping[str, Value]) -> bool:
    """True where two customers of one name have different e-mails or phones."""
    if "email" in left and "email" in right:
        return fold_name(str(left["email"])) != fold_name(str(right["email"]))
    one, other = (phone_digits(str(values.get("phone", ""))) for values in (left, right))
    return bool(one and other and one != other)
