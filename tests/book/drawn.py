"""Workbooks drawn in a test: tables as dicts of columns, in a memory host."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from salesbook import __version__, labels
from salesbook.book.report import Report
from salesbook.book.session import Session
from salesbook.book.undo import PastRun, Undo, past_runs
from salesbook.errors import NothingToUndo
from salesbook.hosts.memory import MemoryHost
from salesbook.labels import Language
from salesbook.store import Cell, Host, TableCells
from salesbook.tables import TABLES
from salesbook.writing.sameness import content_fingerprint

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


class Shelf:
    """The states of a workbook before its runs, as backups hold them."""

    def __init__(self, states: Mapping[dt.datetime, MemoryHost] | None = None) -> None:
        self.states = dict(states or {})

    @contextlib.contextmanager
    def before(self, run: PastRun) -> Iterator[MemoryHost]:
        if run.at not in self.states:
            raise NothingToUndo("no-backup")
        yield self.states[run.at]


def fields_print(host: Host, code: str) -> str:
    """The fingerprint of a table's own fields, as a reader of the workbook finds them."""
    read = Session(host).table(code)
    return content_fingerprint(read.cells, host.annotations(code), read.counted_headers)


def undo_last(host: MemoryHost, before: MemoryHost, as_of: dt.date) -> Report:
    """Take back the last run, before which the workbook was as given."""
    (newest, *_) = past_runs(Session(host).frame("RunLog"))
    return Undo(host, Shelf({newest.at: before})).take_back(1, as_of)
