"""Which table do a file's headers tell, where nobody names it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from salesbook.errors import AmbiguousFile
from salesbook.intake.book_now import takes_imports
from salesbook.intake.header_folding import Meaning, fold_header
from salesbook.intake.header_meanings import aliases, header_meanings
from salesbook.intake.mapped import source_options
from salesbook.intake.matching import has_made_keys
from salesbook.intake.options import ImportOptions
from salesbook.intake.sources import read_source
from salesbook.intake.systems import System, system_of
from salesbook.tables import TABLES

_FEWEST: Final = 3
"""Known headers under which a file tells no table."""
_MARGIN: Final = 1.25
"""How much more a table must be told than the next one."""
_TELLING: Final = 5.0
"""What a header counts for that only one kind of list has, beside its own weight."""
_MOST_CANDIDATES: Final = 4


def table_of_file(path: Path, options: ImportOptions) -> str:
    """Tell the table that is to take a file's rows.

    Raises: AmbiguousFile (table-unclear) where the headers tell no table, or several; whatever
        `read_source` raises.
    """
    headers = read_source(path, "", source_options(options)).headers
    weights = table_weights(headers)

    candidates = sorted(weights, key=lambda table: (-weights[table], table))
    system = system_of(headers)
    undecided = system.undecided.intersection(candidates) if system else frozenset()
    if candidates and len(undecided) < 2:
        best, *others = candidates
        next_weight = weights[others[0]] if others else 0.0
        if weights[best] >= _MARGIN * next_weight:
            return best
    named = tuple(candidates[:_MOST_CANDIDATES] or _telling())
    raise AmbiguousFile(
        "table-unclear", where=path.name, option="--into", tables=", ".join(named), choices=named
    )


def table_weights(headers: Sequence[str]) -> dict[str, float]:
    """Weigh what a file's headers say of each table that could take its rows.

    A header counts 1 for the only table that knows it and a part for each of several. A table of
    which a field is missing that every row needs is none.

    Returns: weight by table; empty where too little is known.
    """
    system = system_of(headers)
    tables = _tables_of(system)
    fields: dict[str, set[str]] = {table: set() for table in tables}
    known: dict[str, set[str]] = {table: set() for table in tables}
    knowers: dict[str, list[str]] = {}
    for header in headers:
        folded = fold_header(header)
        for table in tables:
            meanings = _meanings(table, header, system)
            if meanings:
                fields[table].update(meaning.field for meaning in meanings)
                known[table].add(folded)
                knowers.setdefault(folded, []).append(table)

    telling = _telling()
    weights = {}
    for table in tables:
        if len(known[table]) < _FEWEST or not _has_needed(table, fields[table], system):
            continue
        weight = sum(1 / len(knowers[header]) for header in known[table])
        folded_headers = {fold_header(header) for header in headers}
        weight += _TELLING * len(folded_headers & telling.get(table, frozenset()))
        weights[table] = weight
    return weights


def _tables_of(system: System | None) -> tuple[str, ...]:
    """The tables that may take a file: those of its system, else all that people type into."""
    if system and system.meanings:
        return tuple(system.meanings)
    return tuple(table for table in TABLES if takes_imports(table))


def _meanings(table: str, header: str, system: System | None) -> tuple[Meaning, ...]:
    meanings, _ = header_meanings(table, header, system) if header else ((), None)
    return meanings


def _has_needed(table: str, fields: set[str], system: System | None) -> bool:
    """Whether the headers fill every field without which no row of the table could be taken.

    A key that an import makes by itself is none of them, nor what the system says of all rows.
    """
    constants = set(system.constants.get(table, {})) if system else set()
    if system and system.house:
        constants.add("rep_id")
    if system and system.line_total:
        constants.add("amount")
    made = {TABLES[table].key[0]} if TABLES[table].key and has_made_keys(table) else set()
    names_people = {"name"} if {"_first_name", "_last_name"} & fields else set()
    needed = {
        spec.name
        for spec in TABLES[table].fields
        if (spec.required or spec.name in TABLES[table].key) and spec.default is None
    }
    return needed <= fields | constants | made | names_people


@cache
def _telling() -> Mapping[str, frozenset[str]]:
    """By table, folded headers that only its kind of list has."""
    telling: Mapping[str, Sequence[str]] = aliases()["telling"]
    return {table: frozenset(map(fold_header, headers)) for table, headers in telling.items()}
