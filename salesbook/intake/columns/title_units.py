"""What do the lines over a table say of its amounts: a unit, a currency, or both?

`单位：万元`, `All amounts in kEUR`, `(in thousands)`, a title that ends in `（万元）`. Such a line
counts for every column of money that says nothing itself; a count of pieces is never scaled by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from salesbook.currencies import CURRENCIES, currencies_named
from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.header_meanings import note_in
from salesbook.intake.columns.headers import HeaderMap, MappedColumn
from salesbook.messages import Message
from salesbook.tables import MONEY_KINDS, TABLES

_END: Final = r"(?=\s*(?:[()\]】;；,，。]|\.?\s*$|\s{2,}|\s(?=\S+\s*[:：])))"
"""Where what is said ends: at a bracket, a comma, the end, or before `币种：`."""
_LABELLED: Final = re.compile(
    r"(?:单位|單位|币种|幣種|货币|貨幣|\b(?:units?|einheit(?:en)?|currency|währung|devise))"
    rf"\s*[:：]\s*(?P<said>[^:：()\]】;；,，]+?){_END}",
    re.IGNORECASE,
)
"""`单位：万元`, `金额单位: 元`, `币种：USD`, `Unit: k`, `Currency: EUR`."""
_MONEY_WORDS: Final = (
    "amounts? figures? values? numbers? sums? prices? sales revenues? targets? quotas? money "
    "beträge werte zahlen umsätze"
)
_AMOUNTS_IN: Final = re.compile(
    rf"\b(?:{'|'.join(_MONEY_WORDS.split())})\s+(?:(?:are|is|shown|stated|expressed|given|sind)\s+)*"
    rf"in\s+(?P<said>[^()\]】;；,，]+?){_END}",
    re.IGNORECASE,
)
"""`All amounts in kEUR`, `Figures are shown in thousands of EUR`, `Alle Beträge in TEUR`."""
_ALONE: Final = re.compile(
    rf"(?:^|[(\[【])\s*in\s+(?P<said>[^()\]】;；,，]+?){_END}", re.IGNORECASE
)
"""`(in thousands)`, `in kEUR`: in brackets, or all of a line."""
_AT_END: Final = re.compile(r"[(\[【](?P<said>[^()\[\]【】]+)[)\]】]\s*$")
"""The brackets at the end of a title: `2027年度销售目标（万元）`."""
_LETTERS: Final = frozenset("KMB")
"""`(M)` and `Business unit: B` may be anything; `(M EUR)` is an amount."""

_THOUSANDS: Final = frozenset(("thousand", "thousands", "000", "'000", "000s", "'000s", "tausend"))
_OTHER_WORDS: Final = {"millionen": 10**6, "mio.": 10**6, "mill.": 10**6, "billions": 10**9}
_WHOLE_OF: Final = frozenset(("teur", "t€", "tusd", "t$", "tchf", "tgbp", "t£"))
"""German short forms: `TEUR` is a thousand euros."""


@dataclass(frozen=True, slots=True)
class TitleUnits:
    """What lines over a table say of its amounts."""

    scale: int = 1
    """What each number stands for."""
    currency: str = ""
    """A currency word; blank where no line says one."""
    scale_line: str = ""
    currency_line: str = ""


NO_UNITS: Final = TitleUnits()


def units_over(lines: Sequence[str], *, where: str) -> TitleUnits:
    """Read the unit and the currency that the lines over a table say.

    Raises: AmbiguousFile where two of them say different ones.
    """
    units = TitleUnits()
    is_said = False
    for line in lines:
        for scale, currency in _said_in(line):
            # `All amounts in USD` says no unit: beside it stands `(in thousands)`.
            if scale is not None:
                if is_said and scale != units.scale:
                    raise _differ(units.scale_line, line, where)
                is_said = True
                units = replace(units, scale=scale, scale_line=line)
            if currency:
                if units.currency and not _may_be_one(units.currency, currency):
                    raise _differ(units.currency_line, line, where)
                units = replace(units, currency=currency, currency_line=line)
    return units


def _may_be_one(left: str, right: str) -> bool:
    return bool(currencies_named(left) & currencies_named(right))


def _differ(first: str, second: str, where: str) -> AmbiguousFile:
    return AmbiguousFile("title-units-differ", where=where, found=first, other=second)


def _said_in(line: str) -> Iterator[tuple[int | None, str]]:
    """Each unit and currency that a line says beyond doubt; None for no word of a unit."""
    plain = unicodedata.normalize("NFKC", line)
    for pattern in (_LABELLED, _AMOUNTS_IN, _ALONE):
        for match in pattern.finditer(plain):
            said = _read(match["said"])
            # `单位：元` says that a number is one yuan; `in USD` may leave the unit to others.
            is_unit = "位" in match[0]
            if said is not None:
                yield (1 if is_unit and said[0] is None else said[0]), said[1]

    at_end = _AT_END.search(plain)
    said = _read(at_end["said"]) if at_end else None
    if at_end and said is not None:
        is_unit = at_end["said"].strip().endswith(("元", "圆"))
        yield (1 if is_unit and said[0] is None else said[0]), said[1]


def _read(text: str) -> tuple[int | None, str] | None:
    """What `万元`, `kEUR`, `thousands of EUR`, `€ '000` or `USD` says; None for other words."""
    plain = " ".join(text.replace("’", "'").split()).rstrip(".")
    if plain in _LETTERS:
        return None
    words = [word for word in plain.split() if word.casefold() not in ("of", "in")]
    for place in range(1, len(words)):
        first, second = _read_word(" ".join(words[:place])), _read_word(" ".join(words[place:]))
        if first is None or second is None:
            continue
        for unit, currency in ((first, second), (second, first)):
            is_pair = unit[0] and not unit[1] and currency[0] is None and currency[1]
            if is_pair:
                return unit[0], currency[1]
    return _read_word(plain)


def _read_word(word: str) -> tuple[int | None, str] | None:
    folded = word.casefold()
    if folded in _THOUSANDS:
        return 1000, ""
    if folded in _OTHER_WORDS:
        return _OTHER_WORDS[folded], ""
    if folded in _WHOLE_OF:
        return 1000, word[1:]
    note = note_in(word)
    if note is None or note.percent:
        return None
    # `Sales in Euro countries` says no currency: the whole word has to be one.
    if note.currency and note.currency.casefold() not in CURRENCIES:
        return None
    return (note.scale if note.scale > 1 else None), note.currency


def with_title_units(header_map: HeaderMap, table: str, units: TitleUnits) -> HeaderMap:
    """The map with the units on the columns of money that say nothing themselves."""

    def with_units(column: MappedColumn) -> MappedColumn:
        names = TABLES[table].field_names
        is_money = column.field in names and TABLES[table].field(column.field).kind in MONEY_KINDS
        if not is_money or column.percent:
            return column
        says_unit = column.scale != 1 or bool(column.currency)
        if not says_unit and units.scale != 1:
            column = replace(column, scale=units.scale, is_scale_of_money=True)
        return column if column.currency else replace(column, currency=units.currency)

    return replace(header_map, columns=tuple(map(with_units, header_map.columns)))


def notes_of_units(units: TitleUnits) -> list[Message]:
    """What was understood of the lines over the table, for the user to see."""
    notes = []
    if units.scale != 1:
        notes.append(Message("wide.unit", {"line": units.scale_line, "scale": units.scale}))
    if units.currency:
        facts = {"line": units.currency_line, "currency": units.currency}
        notes.append(Message("wide.title-currency", dict(facts)))
    return notes
