"""What does a row say by what its file leaves out: whose calls are these, and who sold in a shop?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from salesbook.intake.headers import HeaderMap
from salesbook.intake.rows import FileRow
from salesbook.intake.systems import System

_SELLERS: Final = {"Orders": "rep_id", "Deals": "rep_id"}
"""The field of who sells, in tables that cannot do without."""
_PEOPLE: Final = ("Customers", "Leads")
_NAMED_BY: Final = ("email", "company")
"""By what a person without a name is called, best first."""


def fill_in(
    rows: Sequence[FileRow],
    header_map: HeaderMap,
    system: System | None,
    table: str,
    *,
    may_add: bool,
) -> None:
    """Give rows what holds for all rows of such a file, where they say nothing else.

    Args:
        system: the one that wrote the file, where it is known.
        may_add: whether the rep who stands for a shop may be added: then rows that name nobody are
            his. Without, they say nobody, and nobody is credited unasked.
    """
    constants = dict(system.constants.get(table, {})) if system else {}
    seller = _SELLERS.get(table)
    if system and system.house and seller and may_add:
        constants[seller] = system.house

    has_people = table in _PEOPLE and _has_people(header_map)
    for row in rows:
        if not row.values:
            continue
        for field, value in constants.items():
            row.values.setdefault(field, value)
        if has_people:
            _name_by_address(row)


def _has_people(header_map: HeaderMap) -> bool:
    """True for a list of persons: their names stand in two columns."""
    return header_map.has("_first_name") or header_map.has("_last_name")


def _name_by_address(row: FileRow) -> None:
    """Call somebody who left nothing but an address by that, as HubSpot itself shows him."""
    for field in _NAMED_BY:
        if field in row.values:
            row.values.setdefault("name", row.values[field])
