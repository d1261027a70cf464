"""Which tables does one workbook hold? Each is read once and typed under the book's own settings."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pandas as pd

from salesbook import __version__
from salesbook.book.report import Options
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.outcome import Task
from salesbook.errors import NoSuchTable, NotAWorkbook
from salesbook.frames import empty_frame
from salesbook.labels import Language
from salesbook.messages import Finding, Message
from salesbook.reading.columns import headers_by_field
from salesbook.reading.references import resolve_references
from salesbook.reading.settings import SETTING_TABLES, read_settings
from salesbook.reading.table import ReadTable, read_table
from salesbook.store import Host
from salesbook.tables import TABLES
from salesbook.tables.ages import has_since
from salesbook.writing.body import PreparedWrite, prepare_write


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a workbook has no place for: `salesbook upgrade` makes it."""

    tables: int
    columns: int

    def notes(self) -> tuple[Message, ...]:
        """Say so; nothing where nothing is lacking."""
        if not self.tables and not self.columns:
            return ()
        return (Message("book.lacks", {"tables": self.tables, "columns": self.columns}),)


@dataclass
class Session:
    """The tables of one workbook, read once and typed under its own settings."""

    host: Host
    _read: dict[str, ReadTable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = frozenset(self.host.table_codes())
        if not self.codes & TABLES.keys():
            raise NotAWorkbook("not-ours")
        self.policy, self._read = read_settings(self.host.read, self.codes)
        self.codes = _ours(self.codes, self.made_with)
        read = [finding for table in self._read.values() for finding in table.findings]
        self.policy_findings = one_per_cell([*read, *self.policy.faults])

    @property
    def language(self) -> Language:
        """The workbook's language: of everything that is written into it."""
        return self.policy.rules.language

    @property
    def made_with(self) -> str:
        """The version that the workbook's tables are of; blank for one older than 0.3.0."""
        return self.policy.rules.made_with

    @property
    def currency(self) -> str:
        """The currency of all money in the workbook."""
        return self.policy.rules.currency

    def has(self, table: str) -> bool:
        """True where the workbook has the table."""
        return table in self.codes

    def table(self, name: str) -> ReadTable:
        """One table, typed. Raises: NoSuchTable, ColumnMissing."""
        if name not in self._read:
            self.refuse_without(name)
            self._read[name] = read_table(
                self.host.read(name),
                currency=self.currency,
                fiscal_year_start=self.policy.rules.fiscal_year_start,
                made_with=self.made_with,
            )
        return self._read[name]

    def refuse_without(self, name: str, where: str = "") -> None:
        """Refuse to go on without a table.

        Raises: NoSuchTable; it says whether the table is gone, or came after the workbook was made.
        """
        if self.has(name):
            return
        if has_since(self.made_with, TABLES[name].since):
            raise NoSuchTable("no-such-table", where=where or name, table=name)
        raise NoSuchTable("table-not-yet", where=where or name, table=name)

    def notes(self, tables: Sequence[str]) -> tuple[Message, ...]:
        """What to say of the workbook after a run: what it has no place for.

        Args:
            tables: those that the run writes. One that the workbook should have by its age is named:
                somebody deleted it, or made a plain range of it.
        """
        gone = [
            Message("book.table-gone", {"table": name, "name": name})
            for name in tables
            if not self.has(name) and has_since(self.made_with, TABLES[name].since)
        ]
        return (*gone, *self.lacking().notes())

    def lacking(self) -> Lacking:
        """How much of what this version writes and reads has no place in the workbook.

        The tables that a run did not read are looked at only where the workbook is older than this
        version: asking a running Excel for the headers of all of them takes long.
        """
        is_older = not has_since(self.made_with, __version__)
        columns = 0
        for name in sorted(self.codes & TABLES.keys()):
            if not is_older and name not in self._read:
                continue
            spec = TABLES[name]
            known_fields = spec.fields_in(self.made_with)
            there = headers_by_field(spec, self.host.headers(name), known_fields)
            columns += len(spec.fields) - len(there)
        return Lacking(tables=len(TABLES.keys() - self.codes), columns=columns)

    def find(self, name: str) -> ReadTable | None:
        """One table, typed; None where the workbook has no such table."""
        return self.table(name) if self.has(name) else None

    def frame(self, name: str) -> pd.DataFrame:
        """A table's usable rows; empty where the workbook has no such table."""
        return self.table(name).frame if self.has(name) else empty_frame(name)

    def task(
        self, reads: Sequence[str], options: Options, *, writes: Collection[str] = TABLES
    ) -> tuple[Task, list[Finding]]:
        """The frames a verb asked for with references resolved, and what reading them found.

        Args:
            writes: tables whose raw cells are still needed; those of others go as soon as they are
                typed.
        """
        wanted = _with_referred_tables(reads)
        frames = {name: self._last_frame(name, writes) for name in wanted}
        tables, wrong_references = resolve_references(frames, self.policy)
        wrong_cells = [
            finding for name in wanted if self.has(name) for finding in self.table(name).findings
        ]
        task = Task(
            {name: tables[name] for name in reads},
            self.policy,
            options.as_of,
            publish=options.publish,
            resplit_from=options.resplit_from,
        )
        return task, [*self.policy_findings, *wrong_cells, *wrong_references]

    def _last_frame(self, name: str, writes: Collection[str]) -> pd.DataFrame:
        """A table's usable rows, its raw cells forgotten where nothing will be written."""
        frame = self.frame(name)
        if self.has(name) and name not in writes:
            read = self._read[name]
            self._read[name] = replace(read, cells=replace(read.cells, columns=()))
        return frame

    def prepared_write(self, table: str, frame: pd.DataFrame) -> PreparedWrite:
        """The write of one table's new body in the workbook's language and currency."""
        return prepare_write(
            self.table(table), frame, language=self.language, currency=self.currency
        )


def _ours(codes: frozenset[str], made_with: str) -> frozenset[str]:
    """The tables without those that a user has called like one of ours that came later."""
    later = {name for name, spec in TABLES.items() if not has_since(made_with, spec.since)}
    return codes - later


def _with_referred_tables(reads: Sequence[str]) -> list[str]:
    """The tables that a verb reads, and those that their references lead to, without settings."""
    referred = {field.ref for name in reads for field in TABLES[name].fields if field.ref}
    return list(dict.fromkeys([*reads, *sorted(referred.difference(SETTING_TABLES))]))


@contextmanager
def collecting_nothing() -> Iterator[None]:
    """Pause the search for circular garbage.

    Millions of cells hold none, and the search takes an eighth of a run.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
