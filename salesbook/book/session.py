"""One run over a workbook, whatever holds it: read, calculate, plan all writes, and say what was
done.
"""

from __future__ import annotations

import datetime as dt
import gc
import getpass
import hashlib
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pandas as pd

from salesbook import __version__
from salesbook.actions import ACTIONS
from salesbook.book.checks import Places, checks_frame, with_addresses
from salesbook.book.reading import ReadTable, read_table
from salesbook.book.settings import SETTING_TABLES, placed_refusal, read_settings
from salesbook.book.writing import PlannedWrite, plan_write
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.checks.settings_checks import faults_of, unreadable
from salesbook.domain.checks.waivers import without_waived
from salesbook.domain.names.references import resolve_references
from salesbook.domain.outcome import Outcome, Task
from salesbook.errors import NoSuchTable, NotAWorkbook, SettingsError, UsageError
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.labels import Language
from salesbook.messages import Finding
from salesbook.store import Host
from salesbook.tables import TABLES

DAY_ZERO, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
"""Runs are as of days that a sheet and a fiscal year know."""


@dataclass(frozen=True)
class Options:
    """What a user may ask of a verb."""

    as_of: dt.date
    publish: bool = False
    resplit_from: str | None = None


@dataclass(frozen=True)
class Report:
    """What a run did, in counts."""

    action: str
    as_of: dt.date
    rows: dict[str, dict[str, int]]
    written: dict[str, int]
    findings: tuple[Finding, ...]
    seconds: float
    language: Language

    @property
    def errors(self) -> int:
        """Findings that are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Findings that are warnings."""
        return len(self.findings) - self.errors


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
        read = [finding for table in self._read.values() for finding in table.findings]
        self.policy_findings = one_per_cell([*read, *self.policy.faults])

    @property
    def language(self) -> Language:
        """The workbook's language: of everything that is written into it."""
        return self.policy.rules.language

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
            if name not in self.codes:
                raise NoSuchTable(where=name, table=name)
            self._read[name] = read_table(
                self.host.read(name),
                currency=self.currency,
                fiscal_year_start=self.policy.rules.fiscal_year_start,
            )
        return self._read[name]

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
        targets = {one.ref for name in reads for one in TABLES[name].fields if one.ref}
        wanted = dict.fromkeys(
            [*reads, *sorted(name for name in targets if name not in SETTING_TABLES)]
        )
        frames = {name: self._last_frame(name, writes) for name in wanted}
        tables, found = resolve_references(frames, self.policy)
        read = [
            finding for name in wanted if self.has(name) for finding in self.table(name).findings
        ]
        task = Task(
            {name: tables[name] for name in reads},
            self.policy,
            options.as_of,
            publish=options.publish,
            resplit_from=options.resplit_from,
        )
        return task, [*self.policy_findings, *read, *found]

    def _last_frame(self, name: str, writes: Collection[str]) -> pd.DataFrame:
        """A table's usable rows, its raw cells forgotten where nothing will be written."""
        frame = self.frame(name)
        if self.has(name) and name not in writes:
            read = self._read[name]
            self._read[name] = replace(read, cells=replace(read.cells, columns=()))
        return frame


@contextmanager
def collecting_nothing() -> Iterator[None]:
    """Pause the search for circular garbage: millions of cells hold none, and it takes an eighth of
    a run.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@collecting_nothing()
def run_action(host: Host, name: str, options: Options) -> Report:
    """Run one verb: read everything, calculate everything, then hand all writes to the host at
    once.

    Raises: SalesbookError of any kind; then the host was asked for no write.
    """
    if not DAY_ZERO <= options.as_of <= LAST_DAY:
        raise UsageError("bad-date", where="--as-of", found=options.as_of.isoformat())
    started = time.perf_counter()
    action = ACTIONS[name]
    session = Session(host)
    for table in action.writes:
        if not session.has(table):
            raise NoSuchTable(where=table, table=table)
    try:
        session.policy.refuse_faults(
            [*unreadable(session.policy, action.rests_on), *faults_of(session.policy, action.needs)]
        )
        task, found = session.task(action.reads, options, writes=action.writes)
        outcome = action.run(task)
    except SettingsError as refused:
        raise placed_refusal(session, refused) from None
    planned, findings = _plan(session, action.writes, outcome, found)
    rows = {table: _counts(session, task, table) for table in action.reads if session.has(table)}
    report = Report(
        action=name,
        as_of=options.as_of,
        rows=rows,
        written={one.write.table: len(one.write.sources) for one in planned},
        findings=findings,
        seconds=round(time.perf_counter() - started, 3),
        language=session.language,
    )
    host.write([one.write for one in (*planned, *log_entry(session, report, planned, task))])
    return report


def _plan(
    session: Session, writes: Sequence[str], outcome: Outcome, found: Sequence[Finding]
) -> tuple[list[PlannedWrite], tuple[Finding, ...]]:
    """All writes of a verb. Checks come last: they also hold what the other writes would lose."""
    planned: list[PlannedWrite] = []
    places = Places(session, outcome.tables)
    findings = [*found, *outcome.findings]
    for table in writes:
        if table == "Checks":
            continue
        frame = with_addresses(outcome.tables[table], table, places)
        planned.append(planned_write(session, table, frame))
        findings.extend(planned[-1].findings)
    unique = _to_show(session, [places.placed(finding) for finding in findings])
    if "Checks" in writes:
        planned.append(planned_write(session, "Checks", checks_frame(unique, places)))
    return planned, unique


def _to_show(session: Session, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding per cell, though several verbs of a run may have come upon it; accepted ones left
    out.
    """
    return tuple(without_waived(one_per_cell(findings), session.frame("Waivers")))


def planned_write(session: Session, table: str, frame: pd.DataFrame) -> PlannedWrite:
    """The write of one table's new body in the session's language and currency."""
    return plan_write(
        session.table(table), frame, language=session.language, currency=session.currency
    )


def _counts(session: Session, task: Task, table: str) -> dict[str, int]:
    """Rows that were there, those the verb was given, and those left out."""
    rows_in, used = session.table(table).rows_in, len(task.tables[table])
    return {"in": rows_in, "used": used, "skipped": rows_in - used}


def log_entry(
    session: Session, report: Report, planned: Sequence[PlannedWrite], task: Task | None = None
) -> list[PlannedWrite]:
    """The RunLog with one row more; nothing where the workbook keeps no log."""
    if not session.has("RunLog"):
        return []
    log = session.table("RunLog")
    row = {
        "at": _next_moment(log.frame),
        "action": report.action,
        "as_of": report.as_of,
        "seconds": report.seconds,
        "rows_in": sum(counts["in"] for counts in report.rows.values()),
        "rows_out": sum(report.written.values()),
        "findings": len(report.findings),
        "user": _user(),
        "version": __version__,
        "input_hash": input_hash(task) if task else None,
        "written": " ".join(f"{one.write.table}={one.content}" for one in planned if one.content)
        or None,
    }
    frame = pd.concat([log.frame, frame_from_rows("RunLog", [row])], ignore_index=True)
    return [planned_write(session, "RunLog", frame)]


def _next_moment(log: pd.DataFrame) -> dt.datetime:
    """Now, to the second, but later than the last entry: `at` is the log's key."""
    now = dt.datetime.now().replace(microsecond=0)
    last = log["at"].max()
    return now if pd.isna(last) or now > last else last.to_pydatetime() + dt.timedelta(seconds=1)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def input_hash(task: Task) -> str:
    """A hash of everything a verb looked at, the same whatever the order of rows."""
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(task.tables):
        frame = task.tables[name]
        rows = pd.util.hash_pandas_object(frame, index=False) if len(frame) else []
        digest.update(name.encode())
        digest.update(pd.Series(rows, dtype="uint64").sort_values().to_numpy().tobytes())
    digest.update(repr((task.policy, task.as_of, task.publish, task.resplit_from)).encode())
    return digest.hexdigest()
