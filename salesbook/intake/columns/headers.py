"""Which column of a file is which field: by labels, known systems' headers, or the user's word?"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from salesbook import labels
from salesbook.cells.field import NUMERIC
from salesbook.errors import AmbiguousFile, ColumnMissing, UsageError
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import (
    NO_NOTE,
    HeaderNote,
    aliases,
    header_meanings,
    header_note,
)
from salesbook.intake.columns.optional import may_stay_blank
from salesbook.intake.columns.references import meanings_beside
from salesbook.intake.columns.systems import system_of
from salesbook.labels.words import fold
from salesbook.tables import TABLES, Kind


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
        meanings, note = header_meanings(table, header, system) if is_open else ((), NO_NOTE)
        for meaning in meanings_beside(table, header, headers, meanings):
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
    """Whether rows do without a field: an optional one, or a column that only steers.

    A payment without its status would count as received.
    """
    if (table, field) == ("Payments", "_status"):
        return False
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
    if steering in aliases().get(table, {}):
        return steering
    nearest = labels.fields_like(table, text, names)
    known = tuple(names)
    raise UsageError("no-such-field", where=where, found=text, fields=known, nearest=nearest)


def typed_header(column: int, headers: Sequence[str]) -> str:
    """How `--column` names a column: by its header, with its number among those of that name.

    A column without a header goes by its place in the table: `#2`.
    """
    header = headers[column]
    if not header.strip():
        return f"#{column + 1}"
    same_name = _columns_called(header, headers)
    return header if len(same_name) == 1 else f"{header}#{same_name.index(column) + 1}"


def column_name(column: int, headers: Sequence[str]) -> str:
    """How a column is called where other words stand behind its name."""
    return name_without_signs(typed_header(column, headers))


def name_without_signs(header: str) -> str:
    """A header without the signs that part it from the words behind it, as in `Amount=comma;`."""
    return re.sub(r"[;=\s]+", " ", header).strip()


def _mapped(
    field: str, column: int, header: str, note: HeaderNote, *, only: str = ""
) -> MappedColumn:
    return MappedColumn(field, column, header, only, note.scale, note.currency, note.percent)


def _asked_column(table: str, field: str, header: str, headers: Sequence[str]) -> MappedColumn:
    """The column that the user names for a field.

    Raises: ColumnMissing where there is no such header.
    """
    columns = columns_of_header(header, headers)
    if not columns:
        raise ColumnMissing(
            "header-missing", where="--column", found=header, headers=tuple(headers)
        )

    column = columns[0]
    # What the header says of its numbers holds, whatever name they have there: `importe_eur`.
    note = header_note(headers[column]) if _is_number(table, field) else NO_NOTE
    return _mapped(field, column, headers[column], note)


def _is_number(table: str, field: str) -> bool:
    """Whether a field holds numbers, of money or of anything else."""
    spec = TABLES[table]
    return field in spec.field_names and spec.field(field).kind in NUMERIC


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
    return list(_columns_by_header(tuple(headers)).get(fold_header(wanted), ()))


@lru_cache(maxsize=8)
def _columns_by_header(headers: tuple[str, ...]) -> Mapping[str, Sequence[int]]:
    """Columns by folded header: a file may have thousands of them."""
    columns: dict[str, list[int]] = {}
    for column, header in enumerate(headers):
        columns.setdefault(fold_header(header), []).append(column)
    return columns
