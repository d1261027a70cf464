"""Why were rows rejected and fields left blank: how often, first where, and what is to be done?"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from salesbook import labels
from salesbook.cells.base import DEFAULTS, Reason, shown
from salesbook.intake.columns.column_kinds import how_to_read
from salesbook.intake.columns.headers import HeaderMap, MappedColumn
from salesbook.intake.foreign import ForeignTable, is_blank
from salesbook.intake.rows import FileRow
from salesbook.labels import Language
from salesbook.messages import Fact, Message
from salesbook.tables import Kind

_MOST_WORDS: Final = 8
"""Words of the file that an advice names, the most frequent ones."""
_LISTED: Final = frozenset(("choice-unknown", "flag-unclear", "column-not-field"))
"""Reasons that `--value` can mend: the words of the file are listed."""
_ADDABLE: Final = frozenset(("unknown-rep", "unknown-customer", "unknown-stage"))
"""Reasons that `--add-missing` can mend: the names are listed."""


Say = Callable[[Message, Language], str]
"""Puts a message into words."""


class Loss(StrEnum):
    """What a reason cost."""

    ROW = "row"
    """A row was rejected."""
    FIELD = "field"
    """An optional field stayed blank."""
    COLUMN = "column"
    """A column was not taken for the field that its header says."""


@dataclass
class ReasonCount:
    """One reason with everything it happened to."""

    field: str
    """A field of the table; blank where the row as a whole is meant."""
    reason: Reason
    """Of the first row."""
    loss: Loss
    first_row: int
    """Line of a text file, row of a sheet; both from 1."""
    count: int = 0
    words: Counter[str] = dataclasses.field(default_factory=Counter)
    """What stood in the cells, where that helps."""

    @property
    def code(self) -> str:
        """The reason's code."""
        return self.reason.code


def reasons_of(
    rejected: Iterable[FileRow],
    accepted: Iterable[FileRow],
    header_map: HeaderMap,
    source: ForeignTable,
) -> list[ReasonCount]:
    """Count why rows were rejected, fields left blank and columns not taken, the most frequent first.

    A row counts once for each of its reasons.
    """
    counts: dict[tuple[str, str, Loss], ReasonCount] = {}

    def add(number: int, name: str, reason: Reason, loss: Loss) -> None:
        key = (name, reason.code, loss)
        entry = counts.get(key)
        if entry is None:
            entry = counts[key] = ReasonCount(name, reason, loss, number)
        entry.count += 1
        if reason.code in _LISTED | _ADDABLE:
            entry.words[str(reason.params.get("found"))] += 1

    for row in rejected:
        faults = {
            (_field_of(where, header_map), reason.code): reason for where, reason in row.faults
        }
        for (name, _), reason in faults.items():
            add(row.number, name, reason, Loss.ROW)
    for row in accepted:
        for name, _, reason in row.gaps:
            add(row.number, name, reason, Loss.FIELD)
    for misfit in header_map.misfits:
        entry = _misfit(misfit, source)
        counts[misfit.field, entry.code, Loss.COLUMN] = entry

    return sorted(
        counts.values(), key=lambda entry: (-entry.count, entry.first_row, entry.field, entry.code)
    )


def _field_of(where: str, header_map: HeaderMap) -> str:
    """The field that a fault is about: it says the field itself, or the header of its column."""
    return header_map.field_of(where) or where


def _misfit(column: MappedColumn, source: ForeignTable) -> ReasonCount:
    """A column of which no word is one of the field that its header says."""
    rows = [row for row in source.rows if row.fault is None]
    filled = [row for row in rows if not is_blank(row.cells[column.column])]
    words = Counter(shown(row.cells[column.column]).strip() for row in filled)
    return ReasonCount(
        field=column.field,
        reason=Reason("column-not-field", {"header": column.header}),
        loss=Loss.COLUMN,
        first_row=filled[0].number,
        count=len(filled),
        words=words,
    )


def expected_text(entry: ReasonCount, table: str, language: Language) -> str:
    """Say what was expected."""
    return labels.sentence(Message(f"{entry.code}.expected", _facts(entry, table)), language)


def advice_text(
    entry: ReasonCount, table: str, language: Language, say: Say = labels.sentence
) -> str:
    """Say what to do about a reason, with the words or names of the file that it is about.

    Args:
        say: puts a message into a face's words.
    """
    facts = _facts(entry, table)
    more: tuple[Message, ...] = ()
    if entry.code in _ADDABLE:
        more = (Message("import.names-in-file", facts),)
    elif facts["known"] is not None:
        more = (Message("import.words-in-file", facts),)
    return say(Message(f"{entry.code}.advice", facts, more), language)


def reason_facts(
    entry: ReasonCount, table: str, language: Language, say: Say = labels.sentence
) -> dict[str, str | int]:
    """What a face says of a reason, in words.

    Args:
        say: puts a message into the face's words.
    """
    return {
        "count": entry.count,
        "row": entry.first_row,
        # A steering column is called as the options call it.
        "field": labels.field_label(table, entry.field, language).removeprefix("_") or "–",
        "expected": expected_text(entry, table, language),
        "advice": advice_text(entry, table, language, say),
    }


def _facts(entry: ReasonCount, table: str) -> dict[str, Fact]:
    """What the sentences of a reason may name."""
    words = entry.words.most_common(_MOST_WORDS)
    listed = tuple(f"{word} ({count})" for word, count in words)
    facts: dict[str, Fact] = dict(entry.reason.params)
    facts |= {
        "field": f"{table}.{entry.field}",
        # As the options call it: a steering column goes without its sign.
        "name": entry.field.removeprefix("_"),
        "words": f"{listed} …" if len(entry.words) > len(words) else listed,
        "word": words[0][0] if words else None,
    }
    facts["known"] = _known_words(entry, table) if entry.code in _LISTED else facts.get("known")
    return facts


def _known_words(entry: ReasonCount, table: str) -> str | None:
    """The words that a field may hold, as labels' form `choices` shows them; None for other fields."""
    owner = f"{table}.{entry.field}"
    kind, how = how_to_read(table, MappedColumn(entry.field, 0, ""), DEFAULTS)
    if kind is Kind.FLAG:
        return f"{owner}=yes|no"
    if kind is not Kind.CHOICE:
        return None
    codes = dict.fromkeys(code for code in how.choices.values() if code)
    return f"{owner}={'|'.join(codes)}"
