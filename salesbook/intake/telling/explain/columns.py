"""Which columns of a file are taken, for which field and why, and what do their cells become?"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from salesbook import labels
from salesbook.cells.base import Reading, Reason, shown
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.headers import HeaderMap, MappedColumn
from salesbook.intake.foreign import ForeignTable, is_blank
from salesbook.intake.rows import ColumnReading
from salesbook.intake.telling.explain.explanation import ColumnLeft, ColumnTaken, Example, Why
from salesbook.store import Cell
from salesbook.tables import TABLES, Kind

_MOST_EXAMPLES: Final = 3
_MOST_WORDS: Final = 12
_NOTHING_SETTLED: Final[Mapping[int, dt.date | None]] = {}
_LOOKED_AT: Final = 500
"""Different cells of a column among which examples are looked for."""
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")


def columns_taken(
    table: str,
    readings: Sequence[ColumnReading],
    wanted: Mapping[str, str],
    settled: Mapping[int, dt.date | None] = _NOTHING_SETTLED,
) -> tuple[ColumnTaken, ...]:
    """Say of each column that goes into a field why it does, and what its cells become.

    Args:
        wanted: header by field, as the user says with `--column`, or has said before.
        settled: columns of which he has said it before, and when that was last gone by.
    """
    asked = {labels.field_of_header(table, name, TABLES[table].field_names) for name in wanted}
    taken = []
    for reading in readings:
        column = _taken(table, reading, asked)
        if column.column in settled:
            day = settled[column.column]
            column = replace(column, why="remembered", remembered_on=day)
        taken.append(column)
    return tuple(taken)


def _taken(table: str, reading: ColumnReading, asked: set[str | None]) -> ColumnTaken:
    mapped = reading.mapped
    has_words = reading.kind in (Kind.CHOICE, Kind.FLAG)
    examples = _words(reading) if has_words else _examples(reading.cells, reading.values)
    shown_count = _MOST_WORDS if has_words else len(examples)
    return ColumnTaken(
        header=mapped.header,
        column=mapped.column,
        field=mapped.field,
        kind=reading.kind,
        only=mapped.only,
        why=_why(table, mapped, asked),
        filled=sum(not is_blank(cell) for cell in reading.cells),
        unreadable=sum(isinstance(value, Reason) for value in reading.values),
        examples=examples[:shown_count],
        more_words=len(examples) - len(examples[:shown_count]),
        scale=mapped.scale,
        currency=mapped.currency,
        percent=mapped.percent,
    )


def _why(table: str, mapped: MappedColumn, asked: set[str | None]) -> Why:
    if mapped.field in asked:
        return "asked"
    if mapped.field not in TABLES[table].field_names:
        return "known-header"
    own_labels = [labels.header(table, mapped.field, language) for language in labels.LANGUAGES]
    own = {fold_header(label) for label in (mapped.field, *own_labels)}
    return "own-label" if fold_header(mapped.header) in own else "known-header"


def _words(reading: ColumnReading) -> tuple[Example, ...]:
    """Every word of a list, the most frequent first, with what it becomes.

    A word may be known and yet mean something else here, such as "On hold" for a placed order: that
    is seen only where all of them are shown.
    """
    filled = [
        (_text(cell), value)
        for cell, value in zip(reading.cells, reading.values, strict=True)
        if not is_blank(cell)
    ]
    counts = Counter(text for text, _ in filled)
    value_by_text = dict(filled)
    words = []
    for text, count in counts.most_common():
        value = value_by_text[text]
        if isinstance(value, Reason):
            words.append(Example(text, None, value, count))
        else:
            words.append(Example(text, value, count=count))
    return tuple(words)


def _examples(cells: Sequence[Cell], values: Sequence[Reading]) -> tuple[Example, ...]:
    """Three cells of different looks, in the file's order; those that cannot be read come last."""
    # Equal cells are looked at once: a column of 100,000 rows may hold three words.
    value_by_cell = dict(zip(cells, values, strict=True))
    readable: dict[str, Example] = {}
    unreadable: list[Example] = []
    for cell, value in value_by_cell.items():
        if isinstance(value, Reason):
            unreadable.append(Example(_text(cell), None, value))
        elif value is not None and value != "" and len(readable) < _LOOKED_AT:
            text = _text(cell)
            readable.setdefault(text, Example(text, value))

    chosen = _of_different_looks(list(readable.values()))
    # Two places are kept for cells that cannot be read: they are what somebody must see.
    faulty = unreadable[: _MOST_EXAMPLES - 1]
    return (*chosen[: _MOST_EXAMPLES - len(faulty)], *faulty)


def _of_different_looks(examples: Sequence[Example]) -> list[Example]:
    """The first of each look, filled up with others; in the file's order."""
    first: dict[str, int] = {}
    for place, example in enumerate(examples):
        first.setdefault(_look(example.cell), place)

    places = list(first.values())[:_MOST_EXAMPLES]
    others = [place for place in range(len(examples)) if place not in places]
    places += others[: _MOST_EXAMPLES - len(places)]
    return [examples[place] for place in sorted(places)]


def _look(text: str) -> str:
    """What a cell looks like, whatever it says: `$1,234.50` is `$9,9.9`, `Closed Won` is `a a`."""
    return _LETTERS.sub("a", _DIGITS.sub("9", text))


def _text(cell: Cell) -> str:
    """A cell as a person reads it in the file, in one line."""
    is_whole = isinstance(cell, float) and cell.is_integer()
    text = shown(int(cell)) if is_whole else shown(cell)  # type: ignore[arg-type]
    return " ".join(text.split()) if "\n" in text else text


def columns_left(
    source: ForeignTable, header_map: HeaderMap, along: Collection[int] = ()
) -> tuple[ColumnLeft, ...]:
    """Columns of the file that go nowhere, each with the first cell that holds something.

    Args:
        along: columns that come along as the user's own.
    """
    used = header_map.used.union(along, (column.column for column in header_map.columns))
    sound_rows = [row.cells for row in source.rows if row.fault is None]
    left = []
    for column, header in enumerate(source.headers):
        if column in used:
            continue
        filled = [cells[column] for cells in sound_rows if not is_blank(cells[column])]
        example = _text(filled[0]) if filled else ""
        left.append(ColumnLeft(header or f"#{column + 1}", column, len(filled), example))
    return tuple(left)
