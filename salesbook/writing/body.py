"""How does a new body of a table go into its sheet, beside what people typed there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from salesbook.frames import row_keys
from salesbook.labels import Language
from salesbook.messages import Finding
from salesbook.reading.table import ReadTable
from salesbook.store import KEEP, Cell, NewCell, TableWrite
from salesbook.writing.sameness import changes_of, fingerprint, same_cell
from salesbook.writing.values import NUMBER_FORMATS, cells_of

Sources = Sequence[int | None]
"""Per new row the old row that it continues; None for a row that was not there."""


@dataclass(frozen=True)
class PreparedWrite:
    """A table's new body, ready for a host, and what the write would cost a user."""

    write: TableWrite
    findings: tuple[Finding, ...]
    """Typing in a user's own column whose row is gone."""
    content: str
    """Fingerprint of the table once written, columns that the sheet calculates left out."""


@dataclass
class _Body:
    """The columns of a body while they are gathered, header by header."""

    columns: dict[str, Sequence[NewCell]] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    after: list[Sequence[Cell]] = field(default_factory=list)
    """What each column holds once it is written: what the fingerprint is of."""

    def prepared(
        self, table: str, sources: Sources, findings: Sequence[Finding] = ()
    ) -> PreparedWrite:
        """The write that puts these columns in place."""
        write = TableWrite(table, self.columns, sources, self.formats)
        return PreparedWrite(write, tuple(findings), fingerprint(self.after))


def prepare_write(
    read: ReadTable, frame: pd.DataFrame, *, language: Language, currency: str
) -> PreparedWrite:
    """Prepare the body that `frame` makes of a table.

    Columns of ours take the frame's values, unchanged cells and columns are left alone; a user's
    own column keeps its cell wherever the row's key is still there. A field without a column is not
    written.
    """
    spec = read.spec
    sources = _sources(read, frame)
    body = _Body()
    for header in read.cells.headers:
        if header in read.cells.calculated:
            continue  # the sheet's own formula fills it
        old_cells = read.column(header)
        field_name = read.field_by_header.get(header)
        if field_name is None:
            kept_cells = [None if source is None else old_cells[source] for source in sources]
            body.after.append(kept_cells)
            continue

        field_spec = spec.field(field_name)
        new_cells = cells_of(spec.name, field_spec, frame, language=language, currency=currency)
        body.after.append(new_cells)
        changes = _only_changes(new_cells, old_cells, sources)
        if changes == [KEEP] * len(sources):
            continue
        body.columns[header] = changes
        if field_spec.kind in NUMBER_FORMATS:
            body.formats[header] = NUMBER_FORMATS[field_spec.kind]
    return body.prepared(spec.name, sources, _lost_typing(read, sources))


def prepare_changes(
    read: ReadTable,
    changes: Mapping[int, Mapping[str, object]],
    new_rows: pd.DataFrame,
    *,
    language: Language,
    currency: str,
) -> PreparedWrite:
    """Prepare single changes and new rows of an input table; every other cell is left alone.

    Args:
        changes: typed values by field, by the row's position in the table.
        new_rows: frame of the rows to append, below the last row that holds anything.
    """
    spec = read.spec
    old_row_count = _last_filled(read) + 1
    sources: list[int | None] = [*range(old_row_count), *([None] * len(new_rows))]
    changed_cells = _changed_cells(read, changes, language=language, currency=currency)
    body = _Body()
    for header in read.cells.headers:
        if header in read.cells.calculated:
            continue
        old_cells = list(read.column(header))[:old_row_count]
        field_name = read.field_by_header.get(header)
        if field_name is None:
            body.after.append([*old_cells, *([None] * len(new_rows))])
            continue

        field_spec = spec.field(field_name)
        added = cells_of(spec.name, field_spec, new_rows, language=language, currency=currency)
        patch = changed_cells.get(field_name, {})
        patched = [patch.get(row, KEEP) for row in range(old_row_count)]
        body.columns[header] = [*patched, *added]
        body.after.append([*(patch.get(row, cell) for row, cell in enumerate(old_cells)), *added])
        if field_spec.kind in NUMBER_FORMATS:
            body.formats[header] = NUMBER_FORMATS[field_spec.kind]
    return body.prepared(spec.name, sources)


def _changed_cells(
    read: ReadTable,
    changes: Mapping[int, Mapping[str, object]],
    *,
    language: Language,
    currency: str,
) -> dict[str, dict[int, Cell]]:
    """New cells by field and row."""
    values_by_field: dict[str, dict[int, object]] = {}
    for row, values in changes.items():
        for field_name, value in values.items():
            values_by_field.setdefault(field_name, {})[row] = value

    cells_by_field: dict[str, dict[int, Cell]] = {}
    for field_name, values_by_row in values_by_field.items():
        rows = list(values_by_row)
        # The row's other fields go along: a measure is money only where its metric says so.
        frame = read.frame.reindex(rows).drop(columns=field_name)
        dtype = read.frame[field_name].dtype
        frame[field_name] = pd.Series(list(values_by_row.values()), index=frame.index, dtype=dtype)
        cells = cells_of(
            read.spec.name,
            read.spec.field(field_name),
            frame,
            language=language,
            currency=currency,
        )
        cells_by_field[field_name] = dict(zip(rows, cells, strict=True))
    return cells_by_field


def _last_filled(read: ReadTable) -> int:
    """The last row in which any column holds something; -1 where none does."""
    typed_columns = [
        column
        for header, column in zip(read.cells.headers, read.cells.columns, strict=True)
        if header not in read.cells.calculated
    ]
    for row in range(read.cells.row_count - 1, -1, -1):
        if any(column[row] not in (None, "") for column in typed_columns):
            return row
    return -1


def _sources(read: ReadTable, frame: pd.DataFrame) -> Sources:
    """Which old row each new row continues.

    By key where users keep columns of their own, so that what they typed stays beside its row; else
    by place, which leaves more cells as they are.
    """
    has_own_columns = any(header not in read.cells.calculated for header in read.own_headers)
    if not has_own_columns:
        old_row_count = read.cells.row_count
        return [row if row < old_row_count else None for row in range(len(frame))]
    if not len(read.frame) or not len(frame):
        return [None] * len(frame)
    old_row_by_key = {key: row for row, key in read.row_keys.items()}
    return [old_row_by_key.get(key) for key in row_keys(read.spec.name, frame)]


def _only_changes(
    new_cells: list[Cell], old_cells: Sequence[Cell], sources: Sources
) -> list[NewCell]:
    """New cells, KEEP where the row's own old one says the same.

    Most often all rows stay in place, or all up to the first that came or went; that part is
    compared at once.
    """
    moved = (row for row, source in enumerate(sources) if source != row)
    staying = next(moved, len(sources))
    in_place = changes_of(new_cells[:staying], list(old_cells[:staying]))
    changes: list[NewCell] = [*in_place, *new_cells[staying:]]
    for row in range(staying, len(sources)):
        if sources[row] == row and same_cell(new_cells[row], old_cells[row]):
            changes[row] = KEEP
    return changes


def _lost_typing(read: ReadTable, sources: Sources) -> list[Finding]:
    """What stands in users' own columns of rows that are gone."""
    kept_rows = set(sources)
    findings = []
    for header in read.own_headers:
        if header in read.cells.calculated:
            continue
        for row, value in enumerate(read.column(header)):
            if row in kept_rows or value in (None, ""):
                continue
            key = read.row_keys.get(row, f"#{read.cells.first_row + row}")
            findings.append(
                Finding(
                    "lost-typing",
                    "warning",
                    read.spec.name,
                    row_key=key,
                    field=header,
                    found=str(value),
                    params={"header": header, "key": key},
                )
            )
    return findings
