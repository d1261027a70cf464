"""Which column of a file is which field: by labels, known systems' headers, or the user's word?"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from salesbook import labels
from salesbook.cells.units import UNITS
from salesbook.currencies import names_currency
from salesbook.errors import AmbiguousFile, ColumnMissing, UsageError
from salesbook.intake.header_folding import Meaning, bare_header, fold_header
from salesbook.intake.optional import may_stay_blank
from salesbook.intake.systems import System, system_of
from salesbook.labels.words import fold
from salesbook.tables import TABLES, Kind

_WITH_NOTE = re.compile(r"(?P<base>.+?)\s*[(\[【（](?P<note>[^()（）\[\]【】]*)[)）\]】]\s*")
"""A header and what stands in brackets at its end: `Amount (EUR)`, `金额【万元】`."""

_THOUSANDS = frozenset(("000", "000s", "'000", "inthousands", "thousands"))

_CONDITIONAL_RANK: Final = 100
"""A header for deals in one kind of stage alone stands behind every header for all deals."""


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of a file on its way into one field."""

    field: str
    column: int
    header: str
    only: str = ""
    scale: int = 1
    """What each number stands for: 10,000 under `金额（万元）`."""
    currency: str = ""
    """The currency word of a header such as `Amount (EUR)`."""
    percent: bool = False
    is_scale_of_money: bool = False
    """Whether the scale is one of money alone: it stands over the table, not in the header."""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    """What the user says that folded words of the column stand for."""


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """What is taken from a file, and which of its headers are not."""

    columns: tuple[MappedColumn, ...]
    """In the file's order; a column may go into two fields."""
    not_taken: tuple[str, ...]
    misfits: tuple[MappedColumn, ...] = ()
    """Columns whose header says a field and of whose words none is one of the field's."""
    made: frozenset[str] = frozenset()
    """Fields that the import fills from the file otherwise than by a column of their own."""
    used: frozenset[int] = frozenset()
    """Columns that are taken otherwise than into a field: months, and parts of an amount."""

    def has(self, field: str) -> bool:
        """True where some column is taken into the field, or the import fills it otherwise."""
        return field in self.made or any(column.field == field for column in self.columns)

    def field_of(self, header: str) -> str:
        """Name the field that a header goes into; blank where it goes into none."""
        fields = (column.field for column in self.columns if column.header == header)
        return next(fields, "")


@dataclass(frozen=True, slots=True)
class _Note:
    """What a header's brackets say of the numbers under it."""

    scale: int = 1
    currency: str = ""
    percent: bool = False


_NO_NOTE: Final = _Note()


@cache
def _aliases() -> dict[str, Any]:
    return tomllib.loads((files("salesbook.intake") / "aliases.toml").read_text(encoding="utf-8"))


def choice_aliases(owner: str) -> dict[str, str]:
    """Look up the words that other systems use in a choice field.

    Args:
        owner: `Table.field`.

    Returns: code by folded word; a blank code means nothing.
    """
    words_by_code: Mapping[str, list[str]] = _aliases()["choices"].get(owner, {})
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
    for name, headers in _aliases().get(table, {}).items():
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
) -> tuple[tuple[Meaning, ...], _Note]:
    """What a header may stand for, and what its brackets say.

    What the system that wrote the file means by it goes before all else. A header that is known
    with its brackets is not taken apart.
    """
    in_system = system.of_header(table, header) if system else None
    if in_system is not None:
        return in_system, _NO_NOTE

    known = known_headers(table)
    meanings = known.get(fold_header(header)) or known.get(fold_header(bare_header(header)), ())
    if meanings:
        return meanings, _NO_NOTE

    match = _WITH_NOTE.fullmatch(unicodedata.normalize("NFKC", bare_header(header)))
    note = _read_note(match["note"]) if match else None
    if match is None or note is None:
        return (), _NO_NOTE
    return known.get(fold_header(match["base"]), ()), note


def note_of(header: str) -> str:
    """Give what a header's brackets say of the numbers under it, as it stands: `（万元）`."""
    match = _WITH_NOTE.fullmatch(header)
    is_note = match is not None and _read_note(unicodedata.normalize("NFKC", match["note"]))
    return f" ({match['note']})" if match and is_note else ""


def _read_note(text: str) -> _Note | None:
    """What stands in brackets behind a header: a unit, a currency, both, or a percent sign."""
    plain = text.strip()
    if not plain:
        return None
    if plain == "%":
        return _Note(percent=True)
    if fold(plain) in _THOUSANDS:
        return _Note(scale=1000)

    # `万元` is a unit and a currency with nothing between: the longest unit that leaves a currency
    # or nothing behind it counts.
    for size in range(len(plain), -1, -1):
        unit = plain[:size].strip()
        currency = plain[size:].strip()
        is_unit = not unit or unit in UNITS
        is_currency = not currency or names_currency(currency)
        if is_unit and is_currency:
            return _Note(UNITS.get(unit, 1), currency)
    return None


def note_in(text: str) -> _Note | None:
    """What a word such as `万元` or `thousands` says of numbers; None where it says nothing."""
    return _read_note(text)


def header_note(header: str) -> _Note:
    """What a header's brackets say of the numbers under it, whatever stands before them."""
    match = _WITH_NOTE.fullmatch(unicodedata.normalize("NFKC", header))
    note = _read_note(match["note"]) if match else None
    return note or _NO_NOTE


@dataclass(frozen=True, slots=True)
class WhatIsBelow:
    """What the columns of a file hold, as far as it decides which is which."""

    same: Callable[[int, int], bool] = lambda _left, _right: False
    """Whether two columns hold the same in all rows; then two equal headers are no conflict."""
    fits: Callable[[MappedColumn], bool] = lambda _column: True
    """Whether a column holds at least one value of the field that its header says."""


_NOTHING_KNOWN: Final = WhatIsBelow()


def map_headers(  # noqa: PLR0913 - each narrows the choice in a way of its own
    table: str,
    headers: Sequence[str],
    wanted: Mapping[str, str],
    *,
    below: WhatIsBelow = _NOTHING_KNOWN,
    lacking: Collection[str] = (),
    settled: Collection[int] = (),
) -> HeaderMap:
    """Decide which column goes into which field.

    What the user says goes first; then, for each field, the header of the best rank among the
    columns that hold what the field may hold.

    Args:
        wanted: header by field, as the user says with `--column`; `Header#2` is the second of that
            name, a blank header says that no column holds the field.
        below: what the columns hold.
        lacking: fields that have no column in the workbook: what the file holds of them is not taken.
        settled: columns that go where `wanted` says and nowhere else.

    Raises: UsageError, ColumnMissing, AmbiguousFile.
    """
    asked, left_out = _asked_for(table, headers, wanted)
    for asked_for in asked.values():
        if asked_for.field in lacking:
            raise ColumnMissing(where=table, table=table, field=f"{table}.{asked_for.field}")

    without = {*asked, *left_out, *lacking}
    columns = list(asked.values())
    misfits: list[MappedColumn] = []
    for field, candidates in _candidates(table, headers, settled).items():
        if field in without:
            continue
        fitting = [candidate for candidate in candidates if _may_be(table, candidate, below)]
        # Without a fitting column a needed field goes on with the likeliest: each row says then
        # what is wrong with its cell. Another field is better left out than filled with nothing.
        if fitting or not _does_without(table, field):
            columns.append(_best_column(fitting or candidates, headers, below))
        else:
            misfits.append(candidates[0].column)

    columns.sort(key=lambda column: (column.column, column.field))
    used = {column.column for column in columns}
    not_taken = tuple(
        header or f"#{column + 1}" for column, header in enumerate(headers) if column not in used
    )
    return HeaderMap(tuple(columns), not_taken, tuple(misfits))


class _Candidate(NamedTuple):
    """A column that may hold a field, and how well its header says so."""

    rank: int
    column: MappedColumn


def _candidates(
    table: str, headers: Sequence[str], settled: Collection[int]
) -> dict[str, list[_Candidate]]:
    """The columns that may hold each field, best header first; none of those that are settled."""
    system = system_of(headers)
    candidates: dict[str, list[_Candidate]] = {}
    for column, header in enumerate(headers):
        is_open = bool(header) and column not in settled
        meanings, note = header_meanings(table, header, system) if is_open else ((), _NO_NOTE)
        for meaning in meanings:
            mapped = _mapped(meaning.field, column, header, note, only=meaning.only)
            candidates.setdefault(meaning.field, []).append(_Candidate(meaning.rank, mapped))

    for of_field in candidates.values():
        of_field.sort(key=lambda candidate: (candidate.rank, candidate.column.column))
    return candidates


def columns_that_may_be(table: str, headers: Sequence[str], field: str) -> list[int]:
    """The columns whose header may say a field, best header first."""
    candidates = _candidates(table, headers, settled=()).get(field, [])
    return [candidate.column.column for candidate in candidates]


def _may_be(table: str, candidate: _Candidate, below: WhatIsBelow) -> bool:
    """Whether a column may be its field.

    A date or a number under the field's own name is meant as one, however it is written: its cells
    are what is wrong. A list's name is often another system's too, with other words in it.
    """
    names = TABLES[table].field_names
    field = candidate.column.field
    goes_by_words = field not in names or TABLES[table].field(field).kind in (
        Kind.CHOICE,
        Kind.FLAG,
    )
    has_own_name = candidate.rank == 0
    return (has_own_name and not goes_by_words) or below.fits(candidate.column)


def _does_without(table: str, field: str) -> bool:
    """Whether rows do without a field: an optional one, or a column that only steers."""
    return field not in TABLES[table].field_names or may_stay_blank(table, field)


def _best_column(
    candidates: Sequence[_Candidate], headers: Sequence[str], below: WhatIsBelow
) -> MappedColumn:
    """The column with the best header. Raises: AmbiguousFile where two are as good and differ."""
    best, *others = candidates
    for other in others:
        if other.rank == best.rank and not below.same(other.column.column, best.column.column):
            raise AmbiguousFile(
                "two-headers",
                where=other.column.header,
                field=best.column.field,
                option="--column",
                choices=tuple(
                    typed_header(candidate.column.column, headers) for candidate in (best, other)
                ),
            )
    return best.column


def _asked_for(
    table: str, headers: Sequence[str], wanted: Mapping[str, str]
) -> tuple[dict[str, MappedColumn], set[str]]:
    """The columns that the user names, by field, and the fields that he wants from no column.

    Raises: UsageError where there is no such field, ColumnMissing where there is no such header.
    """
    asked: dict[str, MappedColumn] = {}
    left_out: set[str] = set()
    for name, header in wanted.items():
        field = field_named(table, name, where="--column")
        if header:
            asked[field] = _asked_column(table, field, header, headers)
        else:
            left_out.add(field)
    return asked, left_out


def field_named(table: str, text: str, *, where: str) -> str:
    """Find the field that a word of the user's means, by its name or a label of any language.

    Names of columns that steer the import, such as `_status` of deals, go without their "_" too.

    Args:
        where: the option that says it.

    Raises: UsageError where there is none.
    """
    names = TABLES[table].field_names
    name = labels.field_of_header(table, text, names)
    if name is not None:
        return name

    steering = f"_{fold(text)}"
    if steering in _aliases().get(table, {}):
        return steering
    raise UsageError("no-such-field", where=where, found=text, fields=", ".join(names))


def typed_header(column: int, headers: Sequence[str]) -> str:
    """How `--column` names a column: by its header, with its number among those of that name.

    A column without a header goes by its place in the table: `#2`.
    """
    header = headers[column]
    if not header.strip():
        return f"#{column + 1}"
    same_name = _columns_called(header, headers)
    return header if len(same_name) == 1 else f"{header}#{same_name.index(column) + 1}"


def _mapped(field: str, column: int, header: str, note: _Note, *, only: str = "") -> MappedColumn:
    return MappedColumn(field, column, header, only, note.scale, note.currency, note.percent)


def _asked_column(table: str, field: str, header: str, headers: Sequence[str]) -> MappedColumn:
    """The column that the user names for a field.

    Raises: ColumnMissing where there is no such header.
    """
    columns = columns_of_header(header, headers)
    if not columns:
        raise ColumnMissing(
            "header-missing", where="--column", found=header, headers=", ".join(headers)
        )

    column = columns[0]
    _, note = header_meanings(table, headers[column], None)
    return _mapped(field, column, headers[column], note)


def columns_of_header(wanted: str, headers: Sequence[str]) -> list[int]:
    """The columns of a file that a header means.

    `Header#2` is the second of that name, and `#2` the second column of all.
    """
    if not wanted.strip():
        return []
    columns = _columns_called(wanted, headers)
    text, _, number = wanted.rpartition("#")
    # A header may itself end in `#2`; only one that the file lacks is taken apart.
    if not columns and number.isdigit():
        nth = int(number)
        if not text.strip():
            return list(range(len(headers)))[nth - 1 : nth] if nth else []
        return _columns_called(text, headers)[nth - 1 : nth]
    return columns


def _columns_called(wanted: str, headers: Sequence[str]) -> list[int]:
    folded = fold_header(wanted)
    return [column for column, header in enumerate(headers) if fold_header(header) == folded]
