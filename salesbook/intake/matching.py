"""Which row of the table is a row of the file: by key, by what names it naturally, or by content?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from salesbook.cells.base import Value
from salesbook.intake.book_now import Key, TableNow
from salesbook.intake.rows import FileRow
from salesbook.names.contact_data import mail_address, phones
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

Mark = tuple[object, ...]
"""What names a row: rows of equal marks may be one."""


def has_made_keys(table: str) -> bool:
    """True where a row without key can be given one: its key is one made-up id."""
    key = TABLES[table].key
    if not key:
        return False

    first, *others = (TABLES[table].field(name) for name in key)
    is_own_id = first.name.endswith("_id") and first.ref is None
    return is_own_id and all(spec.default is not None for spec in others)


def key_of(table: str, values: Mapping[str, Value]) -> Key | str:
    """The row's key, blank parts taken as their defaults, or the field whose value is missing."""
    spec = TABLES[table]
    parts: list[Value] = []
    for name in spec.key:
        value = values.get(name, spec.field(name).default)
        if value is None:
            return name
        parts.append(value)  # type: ignore[arg-type]
    return tuple(parts)


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
    by_fewer_fields: dict[tuple[str, ...], Matcher] = field(default_factory=dict)
    """By fields, what finds rows of which not everything can be read."""

    @property
    def _table(self) -> str:
        return self.now.table

    def by_key(self, key: Key) -> int | None:
        """The position of the row with that key."""
        return self.now.by_key.get(key)

    def naturally(self, row: FileRow) -> set[int]:
        """Positions of the rows that are the same thing as a row without key.

        More than one is for a person to decide.
        """
        if self._table == "Customers":
            return self._by_customer_marks(row.values)
        if self._table in NATURAL:
            return set(self._by_name.get(self._name(row.values), ()))
        return self._by_content(row.values)

    def looks_known(self, row: FileRow) -> bool:
        """True where a row with a new key has the name, e-mail or phone of a row that is there."""
        goes_by_name = self._table == "Customers" or self._table in NATURAL
        return goes_by_name and bool(self.naturally(row))

    def lacks(self, values: Mapping[str, Value]) -> str:
        """Name the fields of which a row without key needs one; blank where it has one."""
        needed = _NEEDS.get(self._table, ())
        # A customer's phone of three digits is filled, yet tells nobody.
        if self._table == "Customers" and not _customer_marks(values):
            return ", ".join(needed)

        has_needed = any(name in values for name in needed)
        goes_by_content = bool(values) and not needed
        if has_needed or goes_by_content:
            return ""
        required = [spec.name for spec in TABLES[self._table].fields if spec.required]
        return ", ".join(needed or required)

    def identity(self, values: Mapping[str, Value]) -> Mark:
        """What two rows of one file without keys must not share; empty for rows that go by content."""
        if self._table == "Customers":
            return next(iter(_customer_marks(values)), ())
        if self._table in NATURAL:
            return self._name(values)
        return ()

    def _name(self, values: Mapping[str, Value]) -> Mark:
        """The natural name of a row, as far as the file has fields for it."""
        parts: list[object] = []
        for name in NATURAL[self._table]:
            if name in self.fields:
                value = self.same_ref(name, values[name]) if name in values else None
                parts.append(fold_name(value) if isinstance(value, str) else value)
        return tuple(parts)

    def known_but_for(self, row: FileRow) -> bool:
        """Whether a row of the table is called as this one is, but for what cannot be read of it.

        Then nobody can tell whether they are one: its deal may have been created on that very day.
        """
        unread = {name for name, _, _ in row.gaps}.intersection(NATURAL.get(self._table, ()))
        if not unread:
            return False
        rest = tuple(sorted(set(self.fields) - unread))
        if rest not in self.by_fewer_fields:
            self.by_fewer_fields[rest] = Matcher(self.now, rest, self.same_ref)
        others = self.by_fewer_fields[rest]
        return others._name(row.values) in others._by_name

    @cached_property
    def _by_name(self) -> dict[Mark, list[int]]:
        return _grouped((self._name(values), position) for position, values in self._rows)

    def _by_customer_marks(self, values: Mapping[str, Value]) -> set[int]:
        """By e-mail, else by phone, else by name and company where neither says otherwise."""
        for mark in _customer_marks(values):
            differs = _DIFFERS[str(mark[0])]
            positions = {
                position
                for position in self._by_mark.get(mark, [])
                if not differs(self.now.rows[position], values)
            }
            if positions:
                return positions
        return set()

    @cached_property
    def _by_mark(self) -> dict[Mark, list[int]]:
        return _grouped(
            (mark, position) for position, values in self._rows for mark in _customer_marks(values)
        )

    def _by_content(self, values: Mapping[str, Value]) -> set[int]:
        """The row whose cells equal all that the file's row fills: each once, the least filled first."""
        wanted = {name: self.same_ref(name, value) for name, value in values.items()}
        anchor = tuple((name, wanted.get(name)) for name in self._anchor_fields)
        candidates = [
            position
            for position in self._by_anchor.get(anchor, ())
            if position not in self.claimed and self._has_all(position, wanted)
        ]
        if not candidates:
            return set()

        # A row that fills no more than the file does is the likeliest to have come from it.
        best = min(candidates, key=lambda position: (self._filled_fields(position), position))
        self.claimed.add(best)
        return {best}

    def _has_all(self, position: int, wanted: Mapping[str, Value]) -> bool:
        return all(self._value(position, name) == value for name, value in wanted.items())

    def _filled_fields(self, position: int) -> int:
        """How many of the file's fields a row fills."""
        row = self.now.rows[position]
        return sum(name in row for name in self.fields)

    def _value(self, position: int, name: str) -> Value | None:
        value = self.now.rows[position].get(name)
        return None if value is None else self.same_ref(name, value)

    @cached_property
    def _anchor_fields(self) -> tuple[str, ...]:
        """Fields that every row fills: by them few candidates are found at once."""
        required = [spec for spec in TABLES[self._table].fields if spec.required and not spec.key]
        return tuple(spec.name for spec in required if spec.name in self.fields)

    @cached_property
    def _by_anchor(self) -> dict[Mark, list[int]]:
        return _grouped(
            (tuple((name, self._value(position, name)) for name in self._anchor_fields), position)
            for position in self.now.rows
        )

    @property
    def _rows(self) -> Iterable[tuple[int, dict[str, Value]]]:
        return self.now.rows.items()


def _grouped(pairs: Iterable[tuple[Mark, int]]) -> dict[Mark, list[int]]:
    positions: dict[Mark, list[int]] = {}
    for mark, position in pairs:
        positions.setdefault(mark, []).append(position)
    return positions


def _customer_marks(values: Mapping[str, Value]) -> list[Mark]:
    """What tells a customer, best first."""
    marks: list[Mark] = []
    if "email" in values:
        marks.append(("email", _mail(values)))
    marks.extend(_phone_marks(values))

    if "name" in values:
        name = fold_name(str(values["name"]))
        company = fold_name(str(values.get("company", name)))
        marks.append(("name", name, company))
    return marks


def _phone_marks(values: Mapping[str, Value]) -> list[Mark]:
    """All numbers of the cell together, as dialled within the country and from abroad.

    Two people who share a switchboard beside their own numbers or extensions must not become one,
    so that one shared number of several is no mark.
    """
    numbers = phones(str(values.get("phone", "")))
    if not numbers:
        return []

    national = sorted(f"{phone.number} {phone.extension}".rstrip() for phone in numbers)
    abroad = sorted(f"{phone.international} {phone.extension}".rstrip() for phone in numbers)
    marks: list[Mark] = [("phone", *national)]
    return marks if abroad == national else [*marks, ("phone", *abroad)]


def _mail(values: Mapping[str, Value]) -> str:
    """The address to compare; what is none, as typed."""
    text = str(values["email"])
    return mail_address(text) or fold_name(text)


def _never_differs(known: Mapping[str, Value], new: Mapping[str, Value]) -> bool:
    return False


def _phones_differ(known: Mapping[str, Value], new: Mapping[str, Value]) -> bool:
    """True where both have phones and none of them may be one of the other's."""
    known_phones = phones(str(known.get("phone", "")))
    new_phones = phones(str(new.get("phone", "")))
    if not known_phones or not new_phones:
        return False
    return not any(phone.may_be(other) for phone in known_phones for other in new_phones)


def _contact_differs(known: Mapping[str, Value], new: Mapping[str, Value]) -> bool:
    """True where two customers of one name have different e-mails or phones."""
    if "email" in known and "email" in new:
        return _mail(known) != _mail(new)
    return _phones_differ(known, new)


_DIFFERS: Final = {
    "email": _never_differs,
    "phone": _phones_differ,
    "name": _contact_differs,
}
"""What speaks against two customers being one although they share a mark of this kind."""
