"""What names a row where a file has no key, and what speaks against two rows being one?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from salesbook.cells.base import Value
from salesbook.names.customer_marks import Mark, customer_marks
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
