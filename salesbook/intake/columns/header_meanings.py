"""What may a header of a file mean, by labels and known systems' words, and what do its brackets say?"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from salesbook import labels
from salesbook.cells.units import UNITS
from salesbook.currencies import names_currency
from salesbook.intake.columns.header_currency import currency_beside
from salesbook.intake.columns.header_folding import Meaning, bare_header, fold_header
from salesbook.intake.columns.systems import System, system_of
from salesbook.labels.words import fold
from salesbook.tables import MONEY_KINDS, TABLES

_WITH_NOTE = re.compile(r"(?P<base>.+?)\s*[(\[【（](?P<note>[^()（）\[\]【】]*)[)）\]】]\s*")
"""A header and what stands in brackets at its end: `Amount (EUR)`, `金额【万元】`."""

_THOUSANDS = frozenset(("000", "000s", "'000", "inthousands", "thousands"))

_CONDITIONAL_RANK: Final = 100
"""A header for deals in one kind of stage alone stands behind every header for all deals."""


@dataclass(frozen=True, slots=True)
class HeaderNote:
    """What a header's brackets say of the numbers under it."""

    scale: int = 1
    currency: str = ""
    percent: bool = False


NO_NOTE: Final = HeaderNote()


@cache
def aliases() -> dict[str, Any]:
    """What aliases.toml says: the headers and words of other systems."""
    return tomllib.loads(
        (files("salesbook.intake.columns") / "aliases.toml").read_text(encoding="utf-8")
    )


def choice_aliases(owner: str) -> dict[str, str]:
    """Look up the words that other systems use in a choice field.

    Args:
        owner: `Table.field`.

    Returns: code by folded word; a blank code means nothing.
    """
    words_by_code: Mapping[str, list[str]] = aliases()["choices"].get(owner, {})
    return {fold(word): code for code, words in words_by_code.items() for word in words}


@cache
def known_headers(table: str) -> Mapping[str, tuple[Meaning, ...]]:
    """Collect the meanings of every header that a table knows, by folded header."""
    by_header: dict[str, dict[str, Meaning]] = {}

    def add(header: str, meaning: Meaning) -> None:
        by_field = by_header.setdefault(fold_header(header), {})
        known = by_field.get(meaning.field)
        if known is None or meaning.rank < known.rank:
            by_field[meaning.field] = meaning

    for spec in TABLES[table].fields:
        meaning = Meaning(spec.name, "", 0)
        add(spec.name, meaning)
        for language in labels.LANGUAGES:
            add(labels.header(table, spec.name, language), meaning)

    # In aliases.toml, `closed_on@closed` are headers for the closing date of closed deals alone.
    for name, headers in aliases().get(table, {}).items():
        field, _, only = name.partition("@")
        for place, header in enumerate(headers, start=1):
            rank = place + _CONDITIONAL_RANK if only else place
            add(header, Meaning(field, only, rank))

    return {header: tuple(by_field.values()) for header, by_field in by_header.items()}


def known_count(table: str, cells: Sequence[object]) -> int:
    """Count the cells that are headers which the table knows; each header counts once."""
    texts = {cell for cell in cells if isinstance(cell, str)}
    system = system_of(sorted(texts))
    return len({fold_header(text) for text in texts if header_meanings(table, text, system)[0]})


def header_fields(table: str, header: str) -> frozenset[str]:
    """The fields that a header may stand for."""
    return frozenset(meaning.field for meaning in header_meanings(table, header, None)[0])


def header_meanings(
    table: str, header: str, system: System | None
) -> tuple[tuple[Meaning, ...], HeaderNote]:
    """What a header may stand for, and what its brackets say.

    What the system that wrote the file means by it goes before all else. A header that is known
    with its brackets is not taken apart.
    """
    in_system = system.of_header(table, header) if system else None
    if in_system is not None:
        return in_system, NO_NOTE

    known = known_headers(table)
    meanings = known.get(fold_header(header)) or known.get(fold_header(bare_header(header)), ())
    if meanings:
        return meanings, NO_NOTE

    match = _WITH_NOTE.fullmatch(unicodedata.normalize("NFKC", bare_header(header)))
    note = _read_note(match["note"]) if match else None
    if match is not None and note is not None:
        return known.get(fold_header(match["base"]), ()), note
    return _meanings_beside_currency(table, header)


def _meanings_beside_currency(table: str, header: str) -> tuple[tuple[Meaning, ...], HeaderNote]:
    """What a header such as `amount_eur` may stand for: money, and behind a plain `Amount`.

    Files that have both give the amount in the currency of another column first.
    """
    beside = currency_beside(bare_header(header))
    if beside is None:
        return (), NO_NOTE
    meanings = known_headers(table).get(fold_header(beside.rest), ())
    of_money = tuple(
        dataclasses.replace(meaning, rank=meaning.rank + _CONDITIONAL_RANK)
        for meaning in meanings
        if _is_money(table, meaning.field)
    )
    return (of_money, HeaderNote(currency=beside.currency)) if of_money else ((), NO_NOTE)


def _is_money(table: str, field: str) -> bool:
    """Whether a field of a table is an amount."""
    spec = TABLES[table]
    return field in spec.field_names and spec.field(field).kind in MONEY_KINDS


def note_of(header: str) -> str:
    """Give what a header says of the numbers under it, in brackets: `（万元）`."""
    match = _WITH_NOTE.fullmatch(header)
    is_note = match is not None and _read_note(unicodedata.normalize("NFKC", match["note"]))
    if match and is_note:
        return f" ({match['note']})"
    beside = currency_beside(header)
    return f" ({beside.currency})" if beside else ""


def _read_note(text: str) -> HeaderNote | None:
    """What stands in brackets behind a header: a unit, a currency, both, or a percent sign."""
    plain = text.strip()
    if not plain:
        return None
    if plain == "%":
        return HeaderNote(percent=True)
    if fold(plain) in _THOUSANDS:
        return HeaderNote(scale=1000)

    # `万元` is a unit and a currency with nothing between: the longest unit that leaves a currency
    # or nothing behind it counts.
    for size in range(len(plain), -1, -1):
        unit = plain[:size].strip()
        currency = plain[size:].strip()
        is_unit = not unit or unit in UNITS
        is_currency = not currency or names_currency(currency)
        if is_unit and is_currency:
            return HeaderNote(UNITS.get(unit, 1), currency)
    return None


def note_in(text: str) -> HeaderNote | None:
    """What a word such as `万元` or `thousands` says of numbers; None where it says nothing."""
    return _read_note(text)


def header_note(header: str) -> HeaderNote:
    """What a header says of the numbers under it, whatever else it says.

    In brackets, or a currency at its start or end.
    """
    match = _WITH_NOTE.fullmatch(unicodedata.normalize("NFKC", header))
    note = _read_note(match["note"]) if match else None
    if note is not None:
        return note
    beside = currency_beside(header)
    return HeaderNote(currency=beside.currency) if beside else NO_NOTE
