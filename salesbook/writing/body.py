"""How does a new body of a table go into its sheet? Users' own columns follow their row's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from salesbook.frames import row_keys
from salesbook.labels import Language
from salesbook.messages import Finding
from salesbook.reading.table import ReadTable
from salesbook.store import KEEP, Cell, NewCell, TableWrite
from salesbook.writing.values import NUMBER_FORMATS, cells_of, changes_of, fingerprint, same_cell


@dataclass(frozen=True)
class PlannedWrite:
    """A table's new body, and what the write would cost a user."""

    write: TableWrite
    findings: tuple[Finding, ...]
    """Typing in a user's own column whose row is gone."""
    content: str
    """Fingerprint of the table once written, columns that the sheet calculates left out."""


def plan_write(
    read: ReadTable, frame: pd.DataFrame, *, language: Language, currency: str
) -> PlannedWrite:
    """Plan the body that `frame` makes of a table.

    Columns of ours take the frame's values, unchanged cells and columns are left alone; a user's
    own column keeps its cell wherever the row's key is still there. A field without a column is not
    written.
    """
    spec = read.spec
    sources = _sources(read, frame)
    staying = next((row for row, source in enumerate(sources) if source != row), len(sources))
    returning = [row for row in range(staying, len(sources)) if sources[row] == row]
    columns: dict[str, Sequence[NewCell]] = {}
    formats: dict[str, str] = {}
    final: list[Sequence[Cell]] = []
    for header in read.cells.headers:
        old = read.column(header)
        name = next((name for name, own in read.headers.items() if own == header), None)
        if header in read.cells.calculated:
            continue
        if name is None:
            final.append([None if source is None else old[source] for source in sources])
            continue
        one = spec.field(name)
        new = cells_of(spec.name, one, frame, language=language, currency=currency)
        final.append(new)
        changes = _only_changes(new, old, staying, returning)
        if changes == [KEEP] * len(sources):
            continue
        columns[header] = changes
        if one.kind in NUMBER_FORMATS:
            formats[header] = NUMBER_FORMATS[one.kind]
    write = TableWrite(spec.name, columns, sources, formats)
    return PlannedWrite(write, tuple(_lost_typing(read, sources)), fingerprint(final))


def plan_changes(
    read: ReadTable,
    changes: Mapping[int, Mapping[str, object]],
    new_rows: pd.DataFrame,
    *,
    language: Language,
    currency: str,
) -> PlannedWrite:
    """Plan single changes and new rows of an input table; every other cell is left alone.

    Args:
        changes: typed values by field, by the row's position in the table.
        new_rows: frame of the rows to append.
    """
    spec = read.spec
    old_rows = _last_filled(read) + 1
    sources: list[int | None] = [*range(old_rows), *([None] * len(new_rows))]
    columns: dict[str, Sequence[NewCell]] = {}
    formats: dict[str, str] = {}
    final: list[Sequence[Cell]] = []
    changed = _changed_cells(read, changes, language=language, currency=currency)
    for header in read.cells.headers:
        old = list(read.column(header))[:old_rows]
        name = next((name for name, own in read.headers.items() if own == header), None)
        if header in read.cells.calculated:
            continue
        if name is None:
            final.append([*old, *([None] * len(new_rows))])
            continue
        one = spec.field(name)
        added = cells_of(spec.name, one, new_rows, language=language, currency=currency)
        patch = changed.get(name, {})
        columns[header] = [*(patch.get(row, KEEP) for row in range(old_rows)), *added]
        final.append([*(patch.get(row, cell) for row, cell in enumerate(old)), *added])
        if one.kind in NUMBER_FORMATS:
            formats[header] = NUMBER_FORMATS[one.kind]
    return PlannedWrite(TableWrite(spec.name, columns, sources, formats), (), fingerprint(final))


def _changed_cells(
    read: ReadTable,
    changes: Mapping[int, Mapping[str, object]],
    *,
    language: Language,
    currency: str,
) -> dict[str, dict[int, Cell]]:
    """New cells by field and row."""
    found: dict[str, dict[int, Cell]] = {}
    by_fields: dict[str, dict[int, object]] = {}
    for row, fields in changes.items():
        for name, value in fields.items():
            by_fields.setdefault(name, {})[row] = value
    for name, values in by_fields.items():
        one = read.spec.field(name)
        frame = read.frame.reindex(list(values)).drop(columns=name)
        frame[name] = pd.Series(
            list(values.values()), index=frame.index, dtype=read.frame[name].dtype
        )
        cells = cells_of(read.spec.name, one, frame, language=language, currency=currency)
        found[name] = dict(zip(values, cells, strict=True))
    return found


def _last_filled(read: ReadTable) -> int:
    """The last row in which any column holds something; -1 where none does."""
    for row in range(read.cells.row_count - 1, -1, -1):
        for header, column in zip(read.cells.headers, read.cells.columns, strict=True):
            if header not in read.cells.calculated and column[row] not in (None, ""):
                return row
    return -1


def _sources(read: ReadTable, frame: pd.DataFrame) -> list[int | None]:
    """Which old row each new row continues: by key where users keep columns of their own, else by
    place.
    """
    if not any(header not in read.cells.calculated for header in read.own_headers):
        old = read.cells.row_count
        return [row if row < old else None for row in range(len(frame))]
    if not len(read.frame) or not len(frame):
        return [None] * len(frame)
    places = {key: row for row, key in read.row_keys.items()}
    return [places.get(key) for key in row_keys(read.spec.name, frame)]


def _only_changes(
    new: list[Cell], old: Sequence[Cell], staying: int, returning: Sequence[int]
) -> list[NewCell]:
    """New cells, KEEP where the row's own old one says the same.

    Args:
        staying: how many rows from the first on are their own sources.
        returning: which later rows are.
    """
    changes: list[NewCell] = [*changes_of(new[:staying], list(old[:staying])), *new[staying:]]
    for row in returning:
        if same_cell(new[row], old[row]):
            changes[row] = KEEP
    return changes


def _lost_typing(read: ReadTable, sources: Sequence[int | None]) -> list[Finding]:
    """What stands in users' own columns of rows that are gone."""
    kept = set(sources)
    keys = read.row_keys
    lost = []
    for header in read.own_headers:
        if header in read.cells.calculated:
            continue
        for row, value in enumerate(read.column(header)):
            if row not in kept and value not in (None, ""):
                params = {"header": header, "key": keys.get(row, f"#{read.cells.first_row + row}")}
                lost.append(
                    Finding(
                        "lost-typing",
                        "warning",
                        read.spec.name,
                        row_key=str(params["key"]),
                        field=header,
                        found=str(value),
                        params=params,
                    )
                )
    return lost
