"""Which table do a file's headers tell, where nobody names it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from salesbook import labels
from salesbook.errors import AmbiguousFile
from salesbook.intake.book_now import takes_imports
from salesbook.intake.columns.header_folding import Meaning, fold_header
from salesbook.intake.columns.header_meanings import (
    aliases,
    choice_aliases,
    header_fields,
    header_meanings,
)
from salesbook.intake.columns.references import meanings_beside
from salesbook.intake.columns.systems import System, system_of
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.mapped import source_options
from salesbook.intake.matching.matcher import has_made_keys
from salesbook.intake.options import ImportOptions
from salesbook.intake.people.scopes import SCOPED
from salesbook.intake.stage_log.made_fields import MADE_FIELDS
from salesbook.labels.words import fold
from salesbook.tables import TABLES, Role

_FEWEST: Final = 3
"""Known headers under which a file tells no table."""
_FEWEST_LIKELY: Final = 2
"""Known headers from which a table is named as one that may be meant."""
_MARGIN: Final = 1.25
"""How much more a table must be told than the next one."""
_TELLING: Final = 5.0
"""What a header counts for that only one kind of list has, beside its own weight."""
_FEWEST_WORDS: Final = 2
"""Different words of a column from which it tells what they are about."""
_MOST_CANDIDATES: Final = 4
_UNDATED: Final = frozenset(("Customers", "Reps", "Products"))
"""Lists of people and things: what happened on a day, and for how much, is none of them."""
_HAPPENED_ON: Final[Mapping[str, frozenset[str]]] = {
    "Deals": frozenset(("closed_on", "expected_on")),
    "Orders": frozenset(("ordered_on",)),
    "Payments": frozenset(("paid_on",)),
}
"""By table of amounts, the days on which they come in."""
_DAYS_OF_RECORD: Final = ("entered_on", "noticed_on")
_OF_LEADS: Final = frozenset(("status", "received_at", "first_contact_at", "cost"))
_OF_PEOPLE: Final = frozenset(("phone", "email"))
"""Fields that tell no list of leads while none of those above is there: customers have them, too."""


@dataclass
class Evidence:
    """What the headers of a file say of one table."""

    fields: set[str] = field(default_factory=set)
    """Fields that some header may stand for."""
    known: set[str] = field(default_factory=set)
    """Folded headers that the table knows."""
    telling: int = 0
    """How many of them only its kind of list has."""
    missing: frozenset[str] = frozenset()
    """Fields that every row needs and no header says."""
    needed: int = 0
    """How many fields every row needs."""
    weight: float = 0.0

    @property
    def is_enough(self) -> bool:
        """Whether the table may be told by these headers, if no other comes near it.

        Headers that only its kind of list has tell a table although a column is missing: the
        import then says which. A list of orders that names no rep is still one of orders.
        """
        if len(self.known) < _FEWEST:
            return False
        has_half = 2 * len(self.missing) <= self.needed
        return not self.missing or (self.telling > 0 and has_half)


def table_of_file(path: Path, options: ImportOptions) -> str:
    """Tell the table that is to take a file's rows.

    Raises: AmbiguousFile (table-unclear) where the headers tell no table, or several; whatever
        `read_source` raises.
    """
    source = read_source(path, "", source_options(options))
    evidence = table_evidence(source.headers, said=frozenset(options.columns))
    system = system_of(source.headers)
    if "Leads" in evidence and _has_words_of_leads(source):
        evidence["Leads"].telling += 1
        evidence["Leads"].weight += _TELLING

    likely = sorted(evidence, key=lambda table: (-evidence[table].weight, table))
    enough = [table for table in likely if evidence[table].is_enough]
    undecided = system.undecided.intersection(enough) if system else frozenset()
    if enough and len(undecided) < 2:
        best = enough[0]
        rivals = [other for other in likely if other != best and _rivals(evidence, best, other)]
        next_weight = evidence[rivals[0]].weight if rivals else 0.0
        if evidence[best].weight >= _MARGIN * next_weight:
            return best

    named = tuple(likely[:_MOST_CANDIDATES] or _most_imported())
    raise AmbiguousFile(
        "table-unclear", where=path.name, option="--into", tables=named, choices=named
    )


def _rivals(evidence: Mapping[str, Evidence], best: str, other: str) -> bool:
    """Whether another table may be meant as well as the best one.

    One that lacks a column is no rival where it knows fewer headers, and none of its own.
    """
    rival = evidence[other]
    knows_as_many = len(rival.known) >= len(evidence[best].known)
    return rival.is_enough or rival.telling > 0 or knows_as_many


def table_evidence(
    headers: Sequence[str], *, said: frozenset[str] = frozenset()
) -> dict[str, Evidence]:
    """Weigh what a file's headers say of each table that could take its rows.

    A header counts 1 for the only table that knows it and a part for each of several.

    Args:
        said: fields that the user says himself.

    Returns: evidence by table, of those of which at least two headers are known.
    """
    system = system_of(headers)
    folded_headers = {fold_header(header) for header in headers}
    by_table = {
        table: Evidence()
        for table in _tables_of(system)
        if _is_of_system(table, system) or _tells_a_record(table, folded_headers)
    }
    knowers: dict[str, list[str]] = {}
    says_no_lead = not any(
        meaning.field in _OF_LEADS
        for header in headers
        for meaning in _meanings("Leads", header, headers, system)
    )
    for header in headers:
        folded = fold_header(header)
        for table, evidence in by_table.items():
            meanings = _meanings(table, header, headers, system)
            if table == "Leads" and says_no_lead and _tells_people(meanings):
                continue
            if meanings and folded not in evidence.known:
                evidence.known.add(folded)
                knowers.setdefault(folded, []).append(table)
            evidence.fields.update(meaning.field for meaning in meanings)

    takes_one_alone = system is not None and len(system.meanings) == 1
    for table, evidence in by_table.items():
        needed = _needed(table, evidence.fields, system)
        evidence.needed = len(needed)
        evidence.missing = needed - evidence.fields - said
        evidence.telling = len(folded_headers & _telling().get(table, frozenset()))
        # The headers of a system that writes one kind of list tell that kind.
        evidence.telling += takes_one_alone
        evidence.weight = sum(1 / len(knowers[header]) for header in evidence.known)
        evidence.weight += _TELLING * evidence.telling

    if _has_dated_amounts(headers, by_table, system):
        by_table = {table: by_table[table] for table in by_table if table not in _UNDATED}
    return {
        table: evidence
        for table, evidence in by_table.items()
        if len(evidence.known) >= _FEWEST_LIKELY
    }


def _tells_people(meanings: Sequence[Meaning]) -> bool:
    """Whether a header says how to reach somebody, and no more."""
    return bool(meanings) and _OF_PEOPLE.issuperset(meaning.field for meaning in meanings)


def _has_words_of_leads(source: ForeignTable) -> bool:
    """Whether a column of the file says how far leads are: `Unqualified`, `Working - Contacted`.

    People whose company is named beside them are leads or customers; their headers are the same.
    """
    codes = TABLES["Leads"].field("status").choices
    words = {fold(code) for code in codes} | set(choice_aliases("Leads.status"))
    for language in labels.LANGUAGES:
        words |= {fold(labels.choice("Leads.status", code, language)) for code in codes}
    # Deals are won and lost as leads are, and orders are new.
    elsewhere = {*choice_aliases("Deals._status"), *choice_aliases("Orders.status")}

    for column, header in enumerate(source.headers):
        if "status" not in header_fields("Leads", header):
            continue
        cells = {row.cells[column] for row in source.rows if row.fault is None}
        folded = {fold(cell) for cell in cells if isinstance(cell, str) and cell.strip()}
        most_are_words = 2 * len(folded & words) > len(folded)
        if most_are_words and len((folded & words) - elsewhere) >= _FEWEST_WORDS:
            return True
    return False


def _has_dated_amounts(
    headers: Sequence[str], by_table: Mapping[str, Evidence], system: System | None
) -> bool:
    """Whether the headers say how much came in on which day.

    A day that a list of customers has as well, such as that of their creation, says nothing.
    """
    for table, days in _HAPPENED_ON.items():
        if table not in by_table:
            continue
        fields: set[str] = set()
        for header in headers:
            if not _meanings("Customers", header, headers, system):
                meanings = _meanings(table, header, headers, system)
                fields.update(meaning.field for meaning in meanings)
        if "amount" in fields and fields & days:
            return True
    return False


def _tables_of(system: System | None) -> tuple[str, ...]:
    """The tables that may take a file: those of its system, else all that people type into."""
    if system and system.meanings:
        return tuple(system.meanings)
    return tuple(table for table in TABLES if takes_imports(table))


def _is_of_system(table: str, system: System | None) -> bool:
    return system is not None and table in system.meanings


def _tells_a_record(table: str, folded_headers: set[str]) -> bool:
    """Whether headers may be those of a log: it shares most of them with lists of deals."""
    is_list = TABLES[table].role is not Role.OUTPUT
    if is_list or not folded_headers.isdisjoint(_telling().get(table, frozenset())):
        return True
    # A sheet of ours has both days of the row under our own headers.
    days = [
        {fold_header(labels.header(table, name, language)) for language in labels.LANGUAGES}
        for name in _DAYS_OF_RECORD
    ]
    return not any(folded_headers.isdisjoint(headers) for headers in days)


def _meanings(
    table: str, header: str, headers: Sequence[str], system: System | None
) -> tuple[Meaning, ...]:
    """What a header may stand for in a table, beside the others of its file."""
    if not header:
        return ()
    meanings, _ = header_meanings(table, header, system)
    return meanings_beside(table, header, headers, meanings)


def _needed(table: str, fields: set[str], system: System | None) -> frozenset[str]:
    """The fields without which no row of the table could be taken.

    A key that an import makes by itself is none of them, nor what the system says of all rows.
    """
    constants = set(system.constants.get(table, {})) if system else set()
    if system and system.house:
        constants.add("rep_id")
    if system and system.line_total:
        constants.add("amount")
    made = {TABLES[table].key[0]} if TABLES[table].key and has_made_keys(table) else set()
    names_people = {"name"} if {"_first_name", "_last_name"} & fields else set()
    # Of whom a target is may be said by a column of reps or teams, or by none: the company's.
    scopes = {"scope_kind", "scope"} if table in SCOPED else set()
    needed = {
        spec.name
        for spec in TABLES[table].fields
        if (spec.required or spec.name in TABLES[table].key) and spec.default is None
    }
    return frozenset(
        needed - constants - made - names_people - scopes - MADE_FIELDS.get(table, frozenset())
    )


def _most_imported() -> tuple[str, ...]:
    """The tables that people import most, to be named where nothing is known of a file."""
    return (*_telling(), "Targets", "TargetMonths")


@cache
def _telling() -> Mapping[str, frozenset[str]]:
    """By table, folded headers that only its kind of list has."""
    telling: Mapping[str, Sequence[str]] = aliases()["telling"]
    return {table: frozenset(map(fold_header, headers)) for table, headers in telling.items()}
