"""Workbooks drawn in a test: tables as dicts of columns, in a memory host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesbook import __version__, labels
from salesbook.hosts.memory import MemoryHost
from salesbook.labels import Language
from salesbook.store import Cell, TableCells
from salesbook.tables import TABLES

Drawn = Mapping[str, Sequence[Cell]]


def table(
    name: str,
    columns: Drawn,
    *,
    language: Language = "en",
    own: Drawn | None = None,
    **more: object,
) -> TableCells:
    """A table with all its headers; fields not drawn are blank, `own` are a user's columns."""
    rows = (
        max((len(column) for column in [*columns.values(), *(own or {}).values()]), default=0) or 1
    )
    blank: list[Cell] = [None] * rows
    drawn = {
        labels.header(name, field, language): list(columns.get(field, blank))
        for field in TABLES[name].field_names
    }
    unknown = set(columns) - set(TABLES[name].field_names)
    if unknown:
        raise KeyError(unknown)
    drawn |= {header: list(column) for header, column in (own or {}).items()}
    return TableCells(
        table=name,
        sheet=labels.sheet_name(name, language),
        headers=tuple(drawn),
        columns=tuple(drawn.values()),
        first_row=4,
        first_column=1,
        **more,  # type: ignore[arg-type]
    )


STAGES: Drawn = {
    "stage": ["Lead", "Offer", "Won", "Lost"],
    "rank": [1.0, 2.0, 3.0, 4.0],
    "kind": ["Open", "Open", "Won", "Lost"],
    "win_rate": [0.2, 0.5, None, None],
}


def book(
    *tables: TableCells, language: Language = "en", made_with: str = __version__
) -> MemoryHost:
    """A workbook of some version with every table, those given filled, the language set, and four
    stages.
    """
    given = {one.table: one for one in tables}
    policy = {"key": ["language", "made_with"], "value": [language, made_with]}
    basics = {"Policy": table("Policy", policy), "Stages": table("Stages", STAGES)}
    everything = {name: table(name, {}, language=language) for name in TABLES}
    return MemoryHost((everything | basics | given).values())
