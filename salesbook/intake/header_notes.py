"""What does a header say of the numbers under it: a unit, a currency, that they are per cent?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from salesbook.cells.units import UNITS
from salesbook.currencies import names_currency
from salesbook.intake.header_currency import currency_beside
from salesbook.labels.words import fold

WITH_NOTE = re.compile(r"(?P<base>.+?)\s*[(\[【（](?P<note>[^()（）\[\]【】]*)[)）\]】]\s*")
"""A header and what stands in brackets at its end: `Amount (EUR)`, `金额【万元】`."""

_THOUSANDS = frozenset(("000", "000s", "'000", "inthousands", "thousands"))


@dataclass(frozen=True, slots=True)
class Note:
    """What a header's brackets say of the numbers under it."""

    scale: int = 1
    currency: str = ""
    percent: bool = False


NO_NOTE: Final = Note()


def note_of(header: str) -> str:
    """Give what a header says of the numbers under it, in brackets: `（万元）`."""
    match = WITH_NOTE.fullmatch(header)
    is_note = match is not None and note_in(unicodedata.normalize("NFKC", match["note"]))
    if match and is_note:
        return f" ({match['note']})"
    beside = currency_beside(header)
    return f" ({beside.currency})" if beside else ""


def note_in(text: str) -> Note | None:
    """What stands in brackets behind a header: a unit, a currency, both, or a percent sign."""
    plain = text.strip()
    if not plain:
        return None
    if plain == "%":
        return Note(percent=True)
    if fold(plain) in _THOUSANDS:
        return Note(scale=1000)

    # `万元` is a unit and a currency with nothing between: the longest unit that leaves a currency
    # or nothing behind it counts.
    for size in range(len(plain), -1, -1):
        unit = plain[:size].strip()
        currency = plain[size:].strip()
        is_unit = not unit or unit in UNITS
        is_currency = not currency or names_currency(currency)
        if is_unit and is_currency:
            return Note(UNITS.get(unit, 1), currency)
    return None


def header_note(header: str) -> Note:
    """What a header says of the numbers under it, whatever else it says.

    In brackets, or a currency at its start or end.
    """
    match = WITH_NOTE.fullmatch(unicodedata.normalize("NFKC", header))
    note = note_in(match["note"]) if match else None
    if note is not None:
        return note
    beside = currency_beside(header)
    return Note(currency=beside.currency) if beside else NO_NOTE
