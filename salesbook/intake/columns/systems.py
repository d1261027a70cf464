"""Which known system wrote a file, and what does it mean by its headers and empty cells?"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from salesbook.intake.columns.header_folding import Meaning, bare_header, fold_header

_ENOUGH: Final = 2
"""Headers that only one system writes, from which a file is that system's: one may be chance."""
_BEFORE_ALL: Final = -1000
"""Ranks of a system's own meanings start here: they go before our own labels."""
_NOTHING: Final = "nothing"
_DESCRIPTION: Final = frozenset(
    "told_by needs blank house heads_once line_total filled less constants undecided instead".split()
)
"""What systems.toml says of a system itself; its other groups are tables."""


@dataclass(frozen=True, slots=True)
class LineTotal:
    """How a system that writes price and quantity of a line means the line's amount."""

    quantity: str
    price: str
    discount: str
    """Money taken off the whole line; a file may lack the column."""
    document_total: str
    """What the lines of one order come to after the discounts of the order; may be lacking too."""
    header: str
    """The header under which the amounts are taken."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A column whose filled cells decide another column: `Cancelled at` and the status."""

    header: str
    decides: str
    word: str = ""
    """What the decided cell holds then; blank: what the filled cell holds, unless it is 0."""


@dataclass(frozen=True, slots=True)
class Less:
    """An amount from which another column takes off: a sum of lines, and the order's discount."""

    header: str
    takes_off: str
    result: str
    """The header under which what is left is taken."""


@dataclass(frozen=True)
class System:
    """One system as systems.toml describes it; headers are folded."""

    name: str
    told_by: frozenset[str]
    needs: str
    """A header without which a file is not this system's; blank for none."""
    blank: frozenset[str]
    """Words, folded as they are, that the system writes into empty cells."""
    house: str
    """Who sells where a file names nobody; blank where the system always names somebody."""
    heads_once: frozenset[str]
    """Tables whose export says what holds for a document in its first line only."""
    undecided: frozenset[str]
    """Tables of which only the user knows the one that is meant."""
    line_total: LineTotal | None
    filled: tuple[Filled, ...]
    less: tuple[Less, ...]
    instead: tuple[tuple[str, ...], ...]
    """Lists of headers, best first: of each, the first filled cell of a row counts for the first
    column.
    """
    constants: Mapping[str, Mapping[str, str]]
    """By table, values of fields that hold for every row: the calls of a list of calls."""
    meanings: Mapping[str, Mapping[str, tuple[Meaning, ...]]]
    """By table, what its headers mean; no meaning for a header that would mislead."""

    def of_header(self, table: str, header: str) -> tuple[Meaning, ...] | None:
        """What a header means in a table's export; None where the system says nothing of it."""
        own = self.meanings.get(table)
        if own is None:
            return None
        found = own.get(fold_header(header))
        return own.get(fold_header(bare_header(header))) if found is None else found

    def told_count(self, folded: Iterable[str]) -> int:
        """How many headers of a file only this system writes."""
        headers = set(folded)
        if self.needs and self.needs not in headers:
            return 0
        return len(self.told_by & headers)


def system_of(headers: Sequence[str]) -> System | None:
    """Tell the system that wrote a file; None where it is no known one, or two are as likely."""
    folded = {form for header in headers for form in (fold_header(header), _bare(header))}
    counts = {system.name: system.told_count(folded) for system in known_systems()}
    most = max(counts.values(), default=0)
    likely = [system for system in known_systems() if counts[system.name] == most]
    return likely[0] if most >= _ENOUGH and len(likely) == 1 else None


def _bare(header: str) -> str:
    return fold_header(bare_header(header))


@cache
def known_systems() -> tuple[System, ...]:
    """Every system of systems.toml, in its order."""
    text = (files("salesbook.intake.columns") / "systems.toml").read_text(encoding="utf-8")
    return tuple(_system(name, said) for name, said in tomllib.loads(text).items())


def _system(name: str, said: Mapping[str, Any]) -> System:
    total = said.get("line_total")
    tables = {table: fields for table, fields in said.items() if table not in _DESCRIPTION}
    return System(
        name=name,
        told_by=frozenset(map(fold_header, said["told_by"])),
        needs=fold_header(said.get("needs", "")),
        blank=frozenset(said.get("blank", ())),
        house=said.get("house", ""),
        heads_once=frozenset(said.get("heads_once", ())),
        undecided=frozenset(said.get("undecided", ())),
        line_total=LineTotal(**total) if total else None,
        filled=tuple(Filled(**one) for one in said.get("filled", ())),
        less=tuple(Less(**one) for one in said.get("less", ())),
        instead=tuple(map(tuple, said.get("instead", ()))),
        constants=said.get("constants", {}),
        meanings={table: _by_header(fields) for table, fields in tables.items()},
    )


def _by_header(fields: Mapping[str, Sequence[str]]) -> dict[str, tuple[Meaning, ...]]:
    """What each header of one table means; a header may stand for several fields."""
    by_header: dict[str, tuple[Meaning, ...]] = {}
    for name, headers in fields.items():
        field, _, only = name.partition("@")
        for place, header in enumerate(headers):
            folded = fold_header(header)
            if name == _NOTHING:
                by_header.setdefault(folded, ())
            else:
                meaning = Meaning(field, only, _BEFORE_ALL + place)
                by_header[folded] = (*by_header.get(folded, ()), meaning)
    return by_header
