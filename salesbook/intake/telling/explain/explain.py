"""How is a dry run explained? From the file as it was read, and the rows as they were decided on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbook.cells.base import CellOptions
from salesbook.cells.field import MOMENTS
from salesbook.intake.book_now import BookNow
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.matching.merge import Merge
from salesbook.intake.options import ImportOptions
from salesbook.intake.rows import FileRow, column_readings
from salesbook.intake.telling.explain.apart import lines_apart
from salesbook.intake.telling.explain.changes import field_changes, own_changes
from salesbook.intake.telling.explain.columns import columns_left, columns_taken
from salesbook.intake.telling.explain.evidence import decisions_of
from salesbook.intake.telling.explain.explanation import DateRange, Explanation
from salesbook.intake.telling.explain.names import EXPLAINED, names_found
from salesbook.tables import TABLES


def tables_explained(into: str) -> tuple[str, ...]:
    """Name the tables that an explanation looks at besides those an import looks at anyway."""
    refs = {spec.ref for spec in TABLES[into].fields}
    return tuple(name for name in EXPLAINED if name in refs and name != into)


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as an import has read it."""

    source: ForeignTable
    header_map: HeaderMap
    cell_options: CellOptions
    """With which its cells were read."""
    rows: Sequence[FileRow]
    """References resolved."""
    settled: Mapping[int, dt.date | None] = field(default_factory=dict)
    """Columns that go where ImportMaps says, and when that was last gone by."""
    along: frozenset[int] = frozenset()
    """Columns that come along as the user's own."""


def explain(file: FileRead, options: ImportOptions, merge: Merge, book: BookNow) -> Explanation:
    """Explain what an import makes of a file.

    The columns are read a second time, for a row keeps of its cells only what came of them in the
    end: a rep's key, or one date of two.
    """
    table, source, resolver = options.into, file.source, merge.resolver
    spoiled = {row.number for row in source.rows if row.fault is not None}
    sound_rows = [row for row in file.rows if row.number not in spoiled]
    row_numbers = [row.number for row in sound_rows]
    readings = column_readings(sound_rows, source, file.header_map, table, file.cell_options)

    return Explanation(
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        above=source.above,
        apart=lines_apart(source),
        hidden_taken=source.hidden_taken,
        hidden_left=source.hidden_left,
        columns=columns_taken(table, readings, options.columns, file.settled),
        not_taken=columns_left(source, file.header_map, file.along),
        decisions=decisions_of(readings, row_numbers, file.cell_options),
        names=names_found(table, readings, sound_rows, resolver, book),
        dates=_dates(table, sound_rows),
        changes=(
            *field_changes(merge.now, merge.changes, resolver.registers),
            *own_changes(merge.now, merge.kept.changes, merge.kept.old_cells),
        ),
        decimals=book.policy.decimals,
    )


def _dates(table: str, rows: Sequence[FileRow]) -> tuple[DateRange, ...]:
    """From when to when the dates of each field are, in the table's order of fields.

    Of a column that is one date for open deals and another for closed ones, each row counts for the
    one that is its own.
    """
    ranges = []
    for spec in TABLES[table].fields:
        if spec.kind not in MOMENTS:
            continue
        values = [row.values.get(spec.name) for row in rows]
        days = [_day(value) for value in values if isinstance(value, dt.date)]
        if days:
            ranges.append(DateRange(spec.name, min(days), max(days)))
    return tuple(ranges)


def _day(moment: dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment
