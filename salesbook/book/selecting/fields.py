"""Which field of a table does a typed word mean?"""

from __future__ import annotations

from salesbook import labels
from salesbook.errors import UsageError
from salesbook.tables import TABLES, FieldSpec


def field_asked_for(table: str, typed: str, *, where: str) -> FieldSpec:
    """Find a field by its code, or by its header in any language.

    Args:
        where: the option that names it.

    Raises: UsageError, naming what may be meant.
    """
    spec = TABLES[table]
    name = labels.field_of_header(table, typed, spec.field_names)
    if name is None:
        nearest = labels.fields_like(table, typed, spec.field_names)
        known = tuple(spec.field_names)
        raise UsageError("no-such-field", where=where, found=typed, fields=known, nearest=nearest)
    return spec.field(name)
