"""Which tables does one workbook hold? Each is read once and typed under the book's own settings."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook import __version__, labels
from salesbook.book.report import Options
from salesbook.book.user import user_name
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.outcome import Task
from salesbook.domain.past.at import needs_history
from salesbook.errors import CannotWrite, NoSuchTable, NotAWorkbook
from salesbook.frames import empty_frame, without_names
from salesbook.labels import Language, tables_like
from salesbook.messages import Fact, Finding, Message
from salesbook.names.merged_ids import FormerRow
from salesbook.progress import counted
from salesbook.reading.alike_keys import alike_keys
from salesbook.reading.columns import headers_by_field
from salesbook.reading.merged import former_rows_of, merged_ids_of
from salesbook.reading.own_columns import own_columns
from salesbook.reading.references import names_left_out, resolve_references
from salesbook.reading.settings import SETTING_TABLES, read_settings
from salesbook.reading.table import ReadTable, read_table
from salesbook.store import NO_OWN_CELLS, Annotation, Host, OwnCells
from salesbook.tables import TABLES
from salesbook.tables.ages import has_since
from salesbook.writing.body import PreparedWrite, RowChanges, prepare_changes, prepare_write
from salesbook.writing.parking import (
    NOTHING_BESIDE,
    Beside,
    ParkedLine,
    frame_of_lines,
    lines_of,
    numbered,
)
from salesbook.writing.restore import Restoring, said, waiting_after
from salesbook.writing.row_names import RowNames

NO_OWN_COLUMNS: Final[Mapping[str, Collection[str]]] = {}
PARKED_NOTES: Final = "ParkedNotes"
"""The table in which waits what people put on rows that are gone."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a workbook has no place for: `salesbook upgrade` makes it."""

    tables: int
    columns: int

    def notes(self) -> tuple[Message, ...]:
        """Say so; nothing where nothing is lacking."""
        if not self.tables and not self.columns:
            return ()
        counts: dict[str, Fact] = {"tables": self.tables, "columns": self.columns}
        if not self.columns:
            return (Message("book.lacks-tables", {"tables": self.tables}),)
        if not self.tables:
            return (Message("book.lacks-columns", {"columns": self.columns}),)
        return (Message("book.lacks", counts),)


@dataclass
class Session:
    """The tables of one workbook, read once and typed under its own settings."""

    host: Host
    beside: tuple[Finding, ...] = ()
    """What became of things that people had put on rows, once an import has written."""
    _read: dict[str, ReadTable] = field(default_factory=dict)
    _annotations: dict[str, Sequence[Annotation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = frozenset(self.host.table_codes())
        if not self.codes & TABLES.keys():
            raise NotAWorkbook("not-ours")
        self.policy, self._read = read_settings(self.host.read, self.codes)
        self.codes = _ours(self.codes, self.made_with)
        read = [finding for table in self._read.values() for finding in table.findings]
        alike = [
            finding
            for name, table in self._read.items()
            for finding in alike_keys(name, table.frame, table.cells.first_row)
        ]
        self.policy_findings = one_per_cell([*read, *self.policy.faults, *alike])

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
        self,
        reads: Sequence[str],
        options: Options,
        *,
        writes: Collection[str] = TABLES,
        looks_back: bool = False,
        own_columns_of: Collection[str] = (),
    ) -> tuple[Task, list[Finding]]:
        """The frames a verb asked for with references resolved, and what reading them found.

        StageHistory is among them, asked for or not, where only it tells in which stage some deal
        was on the day of the run.

        Args:
            writes: tables whose raw cells are still needed; those of others go as soon as they are
                typed.
            looks_back: whether a run of a later day has been there.
            own_columns_of: tables of which the user's own columns are asked for.
        """
        own = {name: own_columns(self.table(name)) for name in own_columns_of if self.has(name)}
        wanted = _with_referred_tables(reads)
        frames = {name: self._last_frame(name, writes) for name in counted("reading", wanted)}
        if needs_history(frames, options.as_of, looks_back=looks_back):
            reads, wanted = (*reads, "StageHistory"), (*wanted, "StageHistory")
            frames["StageHistory"] = self._last_frame("StageHistory", writes)
        tables, wrong_references = resolve_references(
            frames,
            self.policy,
            self.former_rows,
            {name: names_left_out(self.table(name)) for name in wanted if self.has(name)},
        )
        wrong_cells = [
            finding for name in wanted if self.has(name) for finding in self.table(name).findings
        ]
        alike = [
            finding
            for name in wanted
            if self.has(name)
            for finding in alike_keys(name, tables[name], self.table(name).cells.first_row)
        ]
        task = Task(
            {name: tables[name] for name in reads},
            self.policy,
            options.as_of,
            publish=options.publish,
            resplit_from=options.resplit_from,
            period=options.period,
            reopen=options.reopen,
            reason=options.reason,
            user=user_name(),
            found=(*wrong_cells, *wrong_references),
            left_out={name: self.table(name).left_out for name in reads if self.has(name)},
            own=own,
            looks_back=looks_back,
            year=options.year,
            take=_scope_meant(options.take),
            take_marked=options.take_marked,
            leads=options.leads,
            leaver=options.leaver,
            successors=options.successors,
            with_plan=options.with_plan,
            keep=options.keep,
            merged=options.merged,
            merge_table=options.merge_table,
            duplicates=options.duplicates,
            merged_ids=self.merged_ids,
            rows=options.rows,
            first_row=self.table("Checks").cells.first_row if "Checks" in reads else 0,
            code=_finding_meant(options.code),
        )
        return task, [*self.policy_findings, *wrong_cells, *wrong_references, *alike]

    def _last_frame(self, name: str, writes: Collection[str]) -> pd.DataFrame:
        """A table's usable rows, its raw cells forgotten where nothing will be written."""
        frame = without_names(name, self.frame(name))
        if self.has(name) and name not in writes:
            read = self._read[name]
            self._read[name] = replace(read, cells=replace(read.cells, columns=()))
        return frame

    def annotations(self, table: str) -> Sequence[Annotation]:
        """What people put on the rows of one table, asked of the host once."""
        if table not in self._annotations:
            self._annotations[table] = self.host.annotations(table)
        return self._annotations[table]

    def prepared_write(
        self,
        table: str,
        frame: pd.DataFrame,
        *,
        as_of: dt.date | None = None,
        own: OwnCells = NO_OWN_CELLS,
        taken_up: frozenset[int] = frozenset(),
    ) -> PreparedWrite:
        """The write of one table's new body in the workbook's language and currency.

        Args:
            as_of: the day on which what goes with its row is parked, where the workbook has the
                table for that; without one nothing is parked, and nothing comes back.
            own: what goes into the user's own columns besides.
            taken_up: rows of which the run put elsewhere what people typed into fields of theirs.
        """
        return prepare_write(
            self.table(table),
            self.row_names.filled(table, frame),
            language=self.language,
            currency=self.currency,
            beside=replace(self._beside(table, as_of), own=own, taken_up=taken_up),
        )

    def prepared_changes(
        self, table: str, changes: RowChanges, as_of: dt.date | None = None
    ) -> PreparedWrite:
        """The write of single changes, new and leaving rows of a table; all else is left alone.

        Args:
            as_of: as in `prepared_write`, where rows go that people have put something on.
        """
        return prepare_changes(
            self.table(table),
            changes,
            language=self.language,
            currency=self.currency,
            beside=self._beside(table, as_of),
        )

    def _beside(self, table: str, as_of: dt.date | None) -> Beside:
        beside = Beside(self.annotations(table), losses=self.host.losses)
        if as_of is None or not self.has(PARKED_NOTES):
            return beside
        waiting = [
            line
            for line in self.parked_lines
            if line.table == table and line.has_key and not line.is_over(as_of)
        ]
        names = self.row_names
        return replace(
            beside, waiting=waiting, as_of=as_of, name_of=lambda row: names.name(table, row)
        )

    @cached_property
    def merged_ids(self) -> dict[str, dict[str, str]]:
        """By table: the row that stands for each id that was merged away."""
        return merged_ids_of(self.frame("Aliases"), self.frame)

    @cached_property
    def former_rows(self) -> dict[str, tuple[FormerRow, ...]]:
        """By table: the rows that were merged away, and the one that stands for each of them."""
        return former_rows_of(self.frame("Aliases"), self.merged_ids)

    @cached_property
    def parked_lines(self) -> list[ParkedLine]:
        """What waits in ParkedNotes; nothing where the workbook has no such table."""
        return lines_of(self.table(PARKED_NOTES)) if self.has(PARKED_NOTES) else []

    @cached_property
    def row_names(self) -> RowNames:
        """Whom rows are about, by name."""
        return RowNames(self._all_rows, self.language, self.policy.decimals)

    def row_names_without(self, leaving: Mapping[str, Collection[int]]) -> RowNames:
        """Whom rows are about once some are gone: whose namesake goes is told apart from nobody.

        Args:
            leaving: by table the rows that go, by their position.
        """
        if not any(leaving.values()):
            return self.row_names

        def rows_that_stay(name: str) -> pd.DataFrame:
            frame = self._all_rows(name)
            return frame.drop(index=list(leaving.get(name, ())), errors="ignore")

        return RowNames(rows_that_stay, self.language, self.policy.decimals)

    def _all_rows(self, name: str) -> pd.DataFrame:
        """A table's rows, those first that could not be used: they have names as well."""
        if not self.has(name):
            return empty_frame(name)
        read = self.table(name)
        return read.frame if read.left_out.empty else pd.concat([read.left_out, read.frame])

    def lines_over(self, as_of: dt.date) -> list[ParkedLine]:
        """What has waited in ParkedNotes for too long."""
        return [line for line in self.parked_lines if line.is_over(as_of)]

    def prepared_parked_notes(
        self, writes: Sequence[PreparedWrite], as_of: dt.date
    ) -> list[PreparedWrite]:
        """The write of ParkedNotes that goes with other writes; none where nothing changes there.

        What they park is added. What they put back goes, and what has waited for too long.

        Raises: CannotWrite where something would be lost, for the workbook has no such table.
        """
        if not self.has(PARKED_NOTES):
            self._refuse_lost_typing(writes)
            return []
        gone = [line for prepared in writes for line in prepared.returned]
        gone.extend(self.lines_over(as_of))
        parked = [line for prepared in writes for line in prepared.parked]
        if not gone and not parked:
            return []

        new_lines = numbered(parked, self.parked_lines)
        leaving = {line.row for line in gone if line.row is not None}
        frame = frame_of_lines(new_lines)
        return [self.prepared_changes(PARKED_NOTES, RowChanges(frame, leaving=leaving))]

    def _refuse_lost_typing(self, writes: Sequence[PreparedWrite]) -> None:
        """Refuse writes that would lose what somebody typed, where nothing can be parked.

        A workbook is not refused for being older. But a remark that is gone cannot be typed again.

        Raises: CannotWrite.
        """
        lost = [
            finding
            for prepared in writes
            for finding in prepared.findings
            if finding.code in ("lost-typing", "formula-lost")
        ]
        if lost:
            first = lost[0]
            raise CannotWrite(
                "typing-would-go",
                where=self.table(first.table).cells.sheet,
                found=f"{first.field}, {first.row_key}: {first.found}",
                count=len(lost),
            )

    def restored_writes(
        self,
        befores: Mapping[str, Session],
        as_of: dt.date,
        own_back: Mapping[str, Collection[str]] = NO_OWN_COLUMNS,
    ) -> list[PreparedWrite]:
        """The writes that make tables what they were at an earlier time.

        What stands now on rows that go is parked; what is parked now and stands again is not.

        Args:
            befores: by table the same workbook at its time; ParkedNotes among them where it was
                written since.
            as_of: the day on which something is parked.
            own_back: by table the user's own columns that also become what they were.

        Raises: CannotWrite where something would be lost, for the workbook has no ParkedNotes.
        """
        restorings = {
            name: self._restoring(before, name, frozenset(own_back.get(name, ())))
            for name, before in befores.items()
        }
        parked_notes = restorings.pop(PARKED_NOTES, None)
        writes = [
            restoring.prepared(self._beside(name, as_of)) for name, restoring in restorings.items()
        ]
        if not self.has(PARKED_NOTES):
            self._refuse_lost_typing(writes)
            return writes

        parked = [line for prepared in writes for line in prepared.parked]
        old_lines = befores[PARKED_NOTES].parked_lines if parked_notes else []
        waiting = waiting_after([*restorings.values()], [old_lines, self.parked_lines, parked])
        is_as_it_was = set(map(said, waiting)) == set(map(said, old_lines))
        if parked_notes and is_as_it_was:
            return [*writes, parked_notes.prepared(NOTHING_BESIDE)]
        return [*writes, *self._parked_notes_of(waiting)]

    def _restoring(
        self, before: Session, table: str, own_back: frozenset[str] = frozenset()
    ) -> Restoring:
        return Restoring(
            self.table(table),
            self.annotations(table),
            before.table(table),
            before.annotations(table),
            own_back,
            self.host.named_columns,
        )

    def _parked_notes_of(self, waiting: Sequence[ParkedLine]) -> list[PreparedWrite]:
        """The write after which just these lines wait; none where they do."""
        wanted = set(map(said, waiting))
        staying = [line for line in self.parked_lines if said(line) in wanted]
        stays = set(map(said, staying))
        added = [line for line in waiting if said(line) not in stays]
        leaving = [line.row for line in self.parked_lines if said(line) not in wanted]
        if not added and not leaving:
            return []
        changes = RowChanges(
            frame_of_lines(numbered(added, staying)),
            leaving=[row for row in leaving if row is not None],
        )
        return [self.prepared_changes(PARKED_NOTES, changes)]


def _scope_meant(typed: str | None) -> str | None:
    """The company by its code, whatever language it was typed in; other names as typed."""
    if typed is None:
        return None
    return labels.code_of_choice("Targets.scope_kind", typed, ("company",)) or typed


def _finding_meant(typed: str | None) -> str | None:
    """A kind of finding by its code, whatever language it was typed in; other words as typed."""
    if typed is None:
        return None
    codes = labels.known_names("findings")
    return labels.code_of_choice("Checks.code", typed, codes) or typed


def unknown_table(name: str, *, where: str) -> NoSuchTable:
    """The refusal of a name that no table has, with the names that may be meant."""
    nearest = tables_like(name, TABLES)
    if nearest:
        return NoSuchTable("no-table-called", where=where, table=name, nearest=nearest)
    return NoSuchTable("unlike-any-table", where=where, table=name)


def _ours(codes: frozenset[str], made_with: str) -> frozenset[str]:
    """The tables without those that a user has called like one of ours that came later."""
    later = {name for name, spec in TABLES.items() if not has_since(made_with, spec.since)}
    return codes - later


def _with_referred_tables(reads: Sequence[str]) -> Sequence[str]:
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
