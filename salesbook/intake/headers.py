"""Which column of a file is which field? By our own labels, known systems' headers, or the user's
word.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from salesbook import labels
from salesbook.cells.units import CURRENCIES, UNITS
from salesbook.errors import AmbiguousFile, ColumnMissing, UsageError
from salesbook.labels.words import fold
from salesbook.tables import TABLES

_NOTE = re.compile(r"(?P<base>.+?)\s*[(\[【](?P<note>[^()\[\]【】]*)[)\]】]\s*")
_SIMPLER = str.maketrans(
    "戶稱銷員階額產業務電話郵聯繫係來數價類別級預計單號編建創時間實際結簽訂購貨達狀態線機項進齡區總監責負離職團隊頁碼據款開關閉應備註記錄內容"
    "評滿調訪維護",
    "户称销员阶额产业务电话邮联系系来数价类别级预计单号编建创时间实际结签订购货达状态线机项进龄区总监责负离职团队页码据款开关闭应备注记录内容"
    "评满调访维护",
)
_THOUSANDS = frozenset(("000", "000s", "'000", "inthousands", "thousands"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header may stand for."""

    field: str
    """A field of the table, or a name with "_" that steers the import."""
    only: str
    """`open` or `closed`: for deals in such a stage alone."""
    rank: int
    """0 for our own labels, then the place in the list of aliases."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One column of a file on its way into one field."""

    field: str
    column: int
    header: str
    only: str = ""
    scale: int = 1
    currency: str = ""
    """The currency word of a header such as `Amount (EUR)`."""
    percent: bool = False


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """What is taken from a file, and which of its headers are not."""

    taken: tuple[Taken, ...]
    not_taken: tuple[str, ...]

    def has(self, field: str) -> bool:
        """True where some column is taken into the field."""
        return any(one.field == field for one in self.taken)


@dataclass(frozen=True, slots=True)
class _Note:
    scale: int = 1
    currency: str = ""
    percent: bool = False


def fold_header(text: str) -> str:
    """A header as it is compared: without case, width, spaces, `_`, `-`, marks; traditional as
    simplified.
    """
    return fold(text).strip("*:：'\"").translate(_SIMPLER)


@cache
def _aliases() -> dict[str, Any]:
    return tomllib.loads((files("salesbook.intake") / "aliases.toml").read_text(encoding="utf-8"))


def choice_aliases(owner: str) -> dict[str, str]:
    """Code by folded word, for the words that other systems use in a choice field; blank means
    nothing.
    """
    known: Mapping[str, list[str]] = _aliases()["choices"].get(owner, {})
    return {fold(word): code for code, words in known.items() for word in words}


@cache
def known_headers(table: str) -> Mapping[str, tuple[Meaning, ...]]:
    """Meanings by folded header."""
    found: dict[str, dict[str, Meaning]] = {}

    def add(header: str, meaning: Meaning) -> None:
        own = found.setdefault(fold_header(header), {})
        if meaning.field not in own or meaning.rank < own[meaning.field].rank:
            own[meaning.field] = meaning

    for spec in TABLES[table].fields:
        for label in (
            spec.name,
            *(labels.header(table, spec.name, lang) for lang in labels.LANGUAGES),
        ):
            add(label, Meaning(spec.name, "", 0))
    for name, headers in _aliases().get(table, {}).items():
        field, _, only = name.partition("@")
        for place, header in enumerate(headers, start=1):
            add(header, Meaning(field, only, place + (100 if only else 0)))
    return {header: tuple(own.values()) for header, own in found.items()}


def known_count(table: str, cells: Sequence[object]) -> int:
    """How many of these cells are headers that the table knows; each header counts once."""
    texts = {cell for cell in cells if isinstance(cell, str)}
    return len({fold_header(text) for text in texts if _meanings(table, text)[0]})


def _meanings(table: str, header: str) -> tuple[tuple[Meaning, ...], _Note]:
    known = known_headers(table)
    whole = known.get(fold_header(header), ())
    if whole:
        return whole, _Note()
    match = _NOTE.fullmatch(unicodedata.normalize("NFKC", header))
    note = _read_note(match["note"]) if match else None
    if not match or note is None:
        return (), _Note()
    return known.get(fold_header(match["base"]), ()), note


def _read_note(text: str) -> _Note | None:
    """What stands in brackets behind a header: a unit, a currency, both, or a percent sign."""
    plain = text.strip()
    if plain == "%":
        return _Note(percent=True)
    if fold(plain) in _THOUSANDS:
        return _Note(1000)
    for size in range(len(plain), -1, -1):
        unit, currency = plain[:size].strip(), plain[size:].strip().casefold()
        if (not unit or unit in UNITS) and (not currency or currency in CURRENCIES) and plain:
            return _Note(UNITS.get(unit, 1), currency)
    return None


def map_headers(
    table: str,
    headers: Sequence[str],
    wanted: Mapping[str, str],
    *,
    same: Callable[[int, int], bool] = lambda _left, _right: False,
) -> HeaderMap:
    """Decide which column goes into which field.

    Args:
        wanted: header by field, as the user says with `--column`; `Header#2` is the second of that
            name.
        same: whether two columns hold the same in all rows; then two equal headers are no conflict.

    Raises: UsageError, ColumnMissing, AmbiguousFile.
    """
    taken = {field: _wanted(table, field, header, headers) for field, header in wanted.items()}
    best: dict[str, tuple[int, Taken]] = {}
    for column, header in enumerate(headers):
        meanings, note = _meanings(table, header) if header else ((), _Note())
        for meaning in meanings:
            if meaning.field in taken:
                continue
            one = Taken(
                meaning.field, column, header, meaning.only, note.scale, note.currency, note.percent
            )
            rank, rival = best.get(meaning.field, (10**6, one))
            if meaning.rank == rank and not same(column, rival.column):
                raise AmbiguousFile(
                    "two-headers", where=header, field=meaning.field, option="--column"
                )
            if meaning.rank < rank:
                best[meaning.field] = (meaning.rank, one)
    columns = (*taken.values(), *(one for _, one in best.values()))
    used = {one.column for one in columns}
    left = tuple(header or f"#{at + 1}" for at, header in enumerate(headers) if at not in used)
    return HeaderMap(tuple(sorted(columns, key=lambda one: (one.column, one.field))), left)


def _wanted(table: str, field: str, header: str, headers: Sequence[str]) -> Taken:
    names = TABLES[table].field_names
    name = labels.field_of_header(table, field, names)
    if name is None:
        raise UsageError("no-such-field", where="--column", found=field, fields=", ".join(names))
    text, _, number = header.rpartition("#")
    places = [at for at, one in enumerate(headers) if fold_header(one) == fold_header(header)]
    if not places and number.isdigit():
        places = [at for at, one in enumerate(headers) if fold_header(one) == fold_header(text)]
        places = places[int(number) - 1 : int(number)]
    if not places:
        raise ColumnMissing(
            "header-missing", where="--column", found=header, headers=", ".join(headers)
        )
    note = _meanings(table, headers[places[0]])[1]
    return Taken(name, places[0], headers[places[0]], "", note.scale, note.currency, note.percent)
