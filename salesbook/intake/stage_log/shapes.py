"""Is a log one row per changed field, or one column per stage? Both become one row per change.

Salesforce's field history, Pipedrive's change log and HubSpot's property history have a row for each
field that somebody changed: its name, the old value and the new one. HubSpot and others also show a
column per stage, with the day on which the deal entered it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import aliases
from salesbook.intake.columns.systems import system_of
from salesbook.intake.foreign import ForeignTable, RawRow, is_blank
from salesbook.intake.stage_log.made_fields import LOG
from salesbook.labels.words import fold
from salesbook.messages import Message
from salesbook.store import Cell

_FIELD_LOG: Final = "field_log"
"""The name that systems.toml gives logs with a row per changed field."""
_CHANGES: Final = {
    "stage": ("Old stage of deal", "New stage of deal"),
    "amount": ("Old amount of deal", "New amount of deal"),
    "expected_on": ("Old expected day of deal", "New expected day of deal"),
    "rep_id": ("", "New owner of deal"),
}
"""By field, the columns that its old and its new values are put into; blank: not needed."""
_CHANGED: Final = "Field that was changed"
_STAGE_OF_COLUMN: Final = "Stage of that column"
_DAY_OF_COLUMN: Final = "Day in that column"
_FEWEST_STAGE_COLUMNS: Final = 2
"""One such column alone says when the present stage was entered."""

_STAGE_DAY: Final = (
    # `Date entered "Proposal (Sales Pipeline)"`, `Date entered 'Proposal'`
    re.compile(
        r"(?:date|time) entered\s+(?:the stage\s+)?[\"“'‘]?(?P<stage>[^\"”'’(]+?)\s*"
        r"(?:\([^)]*\))?[\"”'’]?\s*(?:\([^)]*\))?",
        re.IGNORECASE,
    ),
    # 进入“方案报价”阶段时间, 进入方案报价日期
    re.compile(r"进入[“「\"]?(?P<stage>[^”」\"]+?)[”」\"]?(?:阶段)?的?(?:时间|日期)"),
)
_NO_STAGE: Final = frozenset(("current stage", "stage", "阶段", "当前", "当前阶段", "本", "本阶段"))
"""What such headers may name that is no stage of its own."""


def as_stage_log(source: ForeignTable, table: str) -> ForeignTable:
    """A file of stage history with one row per change of a deal; every other file as it is."""
    if table != LOG:
        return source
    system = system_of(source.headers)
    if system is not None and system.name == _FIELD_LOG:
        return _with_changes_apart(source)
    stages = _stage_columns(source.headers)
    if len(stages) >= _FEWEST_STAGE_COLUMNS and _STAGE_OF_COLUMN not in source.headers:
        return _with_row_per_day(source, stages)
    return source


# One row per changed field.


def _with_changes_apart(source: ForeignTable) -> ForeignTable:
    """Put old and new values of each field that counts into columns of its own.

    A cell of the one column of new values is a stage here, an amount there: only apart can they be
    read as what they are.
    """
    field_column = _column_called("field", source.headers)
    old_column = _column_called("old", source.headers)
    new_column = _column_called("new", source.headers)
    are_apart = _CHANGED in source.headers
    if field_column is None or new_column is None or are_apart:
        return source

    made = [header for pair in _CHANGES.values() for header in pair if header]
    place_of = {header: place for place, header in enumerate(made, start=1)}
    rows = []
    for row in source.rows:
        if row.fault is not None:
            rows.append(row)
            continue
        cells: list[Cell] = [None] * (len(made) + 1)
        cells[0] = row.cells[field_column]
        pair = _CHANGES.get(_field_meant(row.cells[field_column]))
        if pair is not None:
            old_header, new_header = pair
            cells[place_of[new_header]] = row.cells[new_column]
            if old_header and old_column is not None:
                cells[place_of[old_header]] = row.cells[old_column]
        rows.append(replace(row, cells=(*row.cells, *cells)))
    return replace(
        source,
        headers=(*source.headers, _CHANGED, *made),
        rows=tuple(rows),
        computed=source.computed + len(made) + 1,
    )


def columns_taken_apart(source: ForeignTable, table: str) -> frozenset[int]:
    """The columns of a log of fields that others were made of: they are taken, though into no field."""
    if table != LOG or _CHANGED not in source.headers:
        return frozenset()
    columns = (_column_called(what, source.headers) for what in ("field", "old", "new"))
    return frozenset(column for column in columns if column is not None)


def _column_called(what: str, headers: Sequence[str]) -> int | None:
    """The first column whose header says the changed field, its old or its new value."""
    words = _words_of_log()[what]
    return next((c for c, header in enumerate(headers) if fold_header(header) in words), None)


def _field_meant(cell: Cell) -> str:
    """The field of ours that a log's word for a field means; blank for one that does not count."""
    word = fold_header(str(cell)) if isinstance(cell, str) else ""
    return next((name for name in _CHANGES if word in _words_of_log()[name]), "")


@cache
def _words_of_log() -> Mapping[str, frozenset[str]]:
    said: Mapping[str, Sequence[str]] = aliases()["fields_of_log"]
    return {name: frozenset(map(fold_header, words)) for name, words in said.items()}


# One column per stage.


def _stage_columns(headers: Sequence[str]) -> dict[int, str]:
    """By column, the stage whose days it holds."""
    stages = {}
    for column, header in enumerate(headers):
        match = next((m for m in (p.fullmatch(header.strip()) for p in _STAGE_DAY) if m), None)
        if match and fold(match["stage"]) not in map(fold, _NO_STAGE):
            stages[column] = match["stage"].strip()
    return stages


def _with_row_per_day(source: ForeignTable, stages: Mapping[int, str]) -> ForeignTable:
    """A row per filled day, behind the cells of the deal; a deal without any keeps one row."""
    others = [column for column in range(len(source.headers)) if column not in stages]
    rows: list[RawRow] = []
    for row in source.rows:
        if row.fault is not None:
            rows.append(row)
            continue
        head = tuple(row.cells[column] for column in others)
        entered = [column for column in stages if not is_blank(row.cells[column])]
        days: list[tuple[Cell, Cell]] = [(stages[c], row.cells[c]) for c in entered]
        days = days or [(None, None)]
        rows += [replace(row, cells=(*head, stage, day)) for stage, day in days]

    headers = tuple(source.headers[column] for column in others)
    note = Message("stage-log.columns", {"count": len(stages), "stages": tuple(stages.values())})
    return replace(
        source.without_columns(frozenset(stages)),
        headers=(*headers, _STAGE_OF_COLUMN, _DAY_OF_COLUMN),
        rows=tuple(rows),
        computed=2,
        notes=(*source.notes, note),
    )
