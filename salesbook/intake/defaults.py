"""What does a row say by what its file leaves out?

A list of calls says nowhere that they are calls, and a shop's orders name no seller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from salesbook.cells.base import Reason
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.columns.systems import System
from salesbook.intake.rows import FileRow

_SELLERS: Final = {"Orders": "rep_id", "Deals": "rep_id"}
"""The field of who sells, in tables that cannot do without."""
_PEOPLE: Final = ("Customers", "Leads")
_NAMED_BY: Final = ("email", "company")
"""By what a person without a name is called, best first."""


def constants_of(system: System | None, table: str, *, may_add: bool) -> dict[str, str]:
    """What holds for every row of a system's file, by field.

    Args:
        may_add: whether the rep who stands for a shop may be added: then rows that name nobody are
            his. Without, they say nobody, and nobody is credited unasked.
    """
    if system is None:
        return {}
    constants = dict(system.constants.get(table, {}))
    seller = _SELLERS.get(table)
    if system.house and seller and may_add:
        constants[seller] = system.house
    return constants


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
        may_add: as for `constants_of`.
    """
    constants = constants_of(system, table, may_add=may_add)
    has_people = table in _PEOPLE and _has_people(header_map)
    if not constants and not has_people:
        return
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


def name_house(rows: Iterable[FileRow], system: System | None, table: str) -> None:
    """Say of rows that lack their seller that the shop itself may stand for him.

    To fill the cells of a whole export would be no advice.
    """
    seller = _SELLERS.get(table)
    if system is None or not system.house or seller is None:
        return
    lacking = ("missing-required", "no-column")
    for row in rows:
        row.faults = tuple(
            (where, Reason("no-seller", {"house": system.house}))
            if where == seller and reason.code in lacking
            else (where, reason)
            for where, reason in row.faults
        )
