"""What names a row where a file has no key, and what speaks against two rows being one?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from salesbook.cells.base import Value
from salesbook.names.company_names import name_core
from salesbook.names.contact_data import persons_address, phones
from salesbook.names.folding import fold_name
from salesbook.names.nobody import is_nobodys_name
from salesbook.tables import TABLES

NATURAL: Final[Mapping[str, tuple[str, ...]]] = {
    "Reps": ("name",),
    "Deals": ("name", "customer_id", "created_on"),
    "Leads": ("name", "received_at"),
    "Candidates": ("name", "opening_id"),
    "Courses": ("title",),
}
"""Fields that together name a row; customers have several names, and all other tables go by
content.
"""

_PEOPLE: Final = frozenset(("Reps", "Leads", "Candidates"))
"""Tables whose natural name is a person's: `Unknown` names nobody there, as among customers."""

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

SameRef = Callable[[str, Value], Value]
"""Brings a reference in a field, however it was typed, to its key."""

Row = Mapping[str, Value]
"""Values that are not missing, by field."""


def marks_of(table: str, row: Row, fields: frozenset[str], same_ref: SameRef) -> list[Mark]:
    """What names a row, best first; nothing where it goes by its content alone.

    By content go rows of tables without natural names, and rows that name nobody, such as the
    walk-in customers of a shop.

    Args:
        fields: those that the file has; the others name no row.
    """
    if table == "Customers":
        return customer_marks(row)
    if table not in NATURAL:
        return []
    if table in _PEOPLE and is_nobodys_name(str(row.get("name", ""))):
        return []

    parts: list[object] = []
    for name in NATURAL[table]:
        if name in fields:
            value = same_ref(name, row[name]) if name in row else None
            parts.append(fold_name(value) if isinstance(value, str) else value)
    # A file with none of these fields names nothing.
    return [tuple(parts)] if any(part is not None for part in parts) else []


def names_people(table: str) -> bool:
    """Whether the names in a table are those of people or companies, so that some are nobody's."""
    return table == "Customers" or table in _PEOPLE


def goes_by_names(table: str) -> bool:
    """Whether rows of a table have natural names."""
    return table == "Customers" or table in NATURAL


def lacking_fields(table: str, row: Row) -> str:
    """Name the fields of which a row without key needs one; blank where it has one."""
    needed = _NEEDS.get(table, ())
    # A customer's phone of three digits is filled, yet tells nobody.
    if table == "Customers" and "name" not in row and not customer_marks(row):
        return ", ".join(needed)

    has_needed = any(name in row for name in needed)
    goes_by_content = bool(row) and not needed
    if has_needed or goes_by_content:
        return ""
    required = [spec.name for spec in TABLES[table].fields if spec.required]
    return ", ".join(needed or required)


def customer_marks(row: Row) -> list[Mark]:
    """What tells a customer, best first; an address, number or name that is nobody's tells nothing."""
    marks: list[Mark] = []
    address = _address(row)
    if address:
        marks.append(("email", address))
    marks.extend(_phone_marks(row))

    name = row.get("name")
    if name is not None and not is_nobodys_name(str(name)):
        folded_name = fold_name(str(name))
        company = fold_name(str(row.get("company", name)))
        marks.append(("name", folded_name, company))
    return marks


def _address(row: Row) -> str | None:
    """The e-mail address that is somebody's."""
    return persons_address(str(row.get("email", "")))


def _phone_marks(row: Row) -> list[Mark]:
    """All numbers of the cell together, as dialled within the country and from abroad.

    Two people who share a switchboard beside their own numbers or extensions must not become one,
    so that one shared number of several is no mark.
    """
    numbers = phones(str(row.get("phone", "")))
    if not numbers:
        return []

    national = sorted(f"{phone.number} {phone.extension}".rstrip() for phone in numbers)
    abroad = sorted(f"{phone.international} {phone.extension}".rstrip() for phone in numbers)
    marks: list[Mark] = [("phone", *national)]
    return marks if abroad == national else [*marks, ("phone", *abroad)]


def may_be_one(mark: Mark, known: Row, new: Row) -> bool:
    """Whether two customers who share a mark may be one.

    A mailbox or a telephone may be shared, so that two names on it are two customers; of two who
    share a name only one can have the address or the number.
    """
    kind = mark[0]
    if kind == "name":
        return not _contact_differs(known, new)
    if kind == "phone" and _phones_differ(known, new):
        return False
    return not _names_differ(known, new)


def _names_differ(known: Row, new: Row) -> bool:
    """True for two names, not for two ways to write one: `Acme` and `ACME Inc.`, `Vale, Kim`."""
    known_name = str(known.get("name", ""))
    new_name = str(new.get("name", ""))
    if is_nobodys_name(known_name) or is_nobodys_name(new_name):
        return False
    return name_core(known_name).ordered != name_core(new_name).ordered


def _phones_differ(known: Row, new: Row) -> bool:
    """True where both have phones and none of them may be one of the other's."""
    known_phones = phones(str(known.get("phone", "")))
    new_phones = phones(str(new.get("phone", "")))
    if not known_phones or not new_phones:
        return False
    return not any(phone.may_be(other) for phone in known_phones for other in new_phones)


def _contact_differs(known: Row, new: Row) -> bool:
    """True where two customers of one name have different e-mails or phones."""
    known_address = _address(known)
    new_address = _address(new)
    if known_address and new_address:
        return known_address != new_address
    return _phones_differ(known, new)
