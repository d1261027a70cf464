"""What does a row say by what its file leaves out, and is it one at all?

A list of calls says nowhere that they are calls, a shop's orders name no seller, and a list of
tasks holds some that nobody has done.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from salesbook.intake.foreign import ForeignTable
from salesbook.intake.header_folding import fold_header
from salesbook.intake.headers import HeaderMap
from salesbook.intake.rows import FileRow
from salesbook.intake.systems import System
from salesbook.labels.words import fold

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


def reject_undone(rows: Sequence[FileRow], source: ForeignTable, table: str) -> None:
    """Reject what is planned: its day is the day on which it is due, and nothing was done on it."""
    if table != "Activities":
        return
    undone = _undone()
    folded = [fold_header(header) for header in source.headers]
    telling = undone["headers"]
    if undone["tasks"].intersection(folded):
        telling = telling | undone["in_tasks"]
    columns = [column for column, header in enumerate(folded) if header in telling]
    for row in rows:
        if row.values and any(
            fold(str(row.cells[column])) in undone["words"] for column in columns
        ):
            row.reject("", "activity-not-done")


@cache
def _undone() -> dict[str, frozenset[str]]:
    """Headers that tell whether a task is done, lists in which more of them do, and words for no."""
    text = (files("salesbook.intake") / "aliases.toml").read_text(encoding="utf-8")
    said = tomllib.loads(text)["undone"]
    undone = {name: frozenset(map(fold_header, headers)) for name, headers in said.items()}
    return {**undone, "words": frozenset(map(fold, said["words"]))}
