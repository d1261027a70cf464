"""Which runs can be taken back? Their tables return to a backup's, unless somebody typed since.

Taking back N runs means: every table that one of the last N runs changed becomes what it was before
the first of them that changed it. What was typed into it before that is no run's work, and stays. As
an undo is a run with a backup of its own, it can be taken back in its turn.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import pandas as pd

from salesbook.book.report import Report
from salesbook.book.run_log import log_entry
from salesbook.book.session import Session, collecting_nothing
from salesbook.errors import NothingToUndo, SalesbookError, UndoLosesTyping
from salesbook.store import Host
from salesbook.tables import TABLES, Role
from salesbook.writing.body import PreparedWrite
from salesbook.writing.sameness import content_fingerprint

NO_BACKUP: Final = "no-backup"
TYPED_SINCE: Final = "undo-loses-typing"


@dataclass(frozen=True)
class PastRun:
    """A run that changed more than the log."""

    number: int
    """1 is the newest one."""
    at: dt.datetime
    as_of: dt.date | None
    """The day as of which it ran; None where somebody cleared that cell of the log."""
    action: str
    user: str
    contents: Mapping[str, str]
    """The tables that it changed, and the fingerprint of what it left in each."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it changed."""
        return tuple(self.contents)


@dataclass(frozen=True)
class Obstacle:
    """Why runs cannot be taken back."""

    code: str
    """As that of the refusal."""
    tables: tuple[str, ...] = ()
    """Tables in which somebody typed since."""
    where: str = ""


@dataclass(frozen=True)
class _StateBefore:
    """What has to be known of the state before a run; it is opened once, and closed again."""

    refusal: NothingToUndo | None = None
    """Why it cannot be had."""
    tables: frozenset[str] = frozenset()
    """The tables that it has."""
    typed: Mapping[str, str | None] = field(default_factory=dict)
    """Fingerprints of those that take typing, of the ones that the run changed."""


class Earlier(Protocol):
    """The earlier states of a workbook."""

    def before(self, run: PastRun) -> AbstractContextManager[Host]:
        """Open the state before a run.

        Raises: NothingToUndo where there is none, or it is damaged.
        """
        ...


def past_runs(log: pd.DataFrame) -> list[PastRun]:
    """The runs that changed more than the log, newest first."""
    runs: list[PastRun] = []
    for row in log.sort_values("at", ascending=False).to_dict("records"):
        if pd.isna(row["written"]):
            continue
        # `Funnel=0a1b Alerts=2c3d`
        contents = dict(part.split("=", 1) for part in str(row["written"]).split() if "=" in part)
        runs.append(
            PastRun(
                number=len(runs) + 1,
                at=row["at"].to_pydatetime(),
                as_of=None if pd.isna(row["as_of"]) else row["as_of"].date(),
                action=_text(row["action"]),
                user=_text(row["user"]),
                contents=contents,
            )
        )
    return runs


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


class Undo:
    """What taking back a workbook's runs would do, asked run by run.

    Args:
        host: the workbook as it is.
        earlier: its earlier states.
        where: what refusals call the workbook.
    """

    def __init__(self, host: Host, earlier: Earlier, where: str = "") -> None:
        self.session = Session(host)
        self._host = host
        self._earlier = earlier
        self._where = where
        self._log = self.session.frame("RunLog")
        self.runs = past_runs(self._log)
        self._content_now: dict[str, str | None] = {}
        self._states: dict[dt.datetime, _StateBefore] = {}
        """The states before runs, by their moment, as far as somebody asked."""

    def up_to(self, number: int) -> list[PastRun]:
        """The runs from the newest to that one. Raises: NothingToUndo where there are fewer."""
        if not self.runs:
            raise NothingToUndo("nothing-to-undo", where=self._where)
        if number > len(self.runs):
            facts = {"found": number, "count": len(self.runs)}
            raise NothingToUndo("no-such-run", where=self._where, **facts)
        return self.runs[:number]

    def ready(self, number: int) -> list[PastRun]:
        """The runs from the newest to that one, all of which can be taken back.

        Raises: NothingToUndo, UndoLosesTyping.
        """
        runs = self.up_to(number)
        obstacle = self.obstacle(number)
        if obstacle:
            raise self._refusal(obstacle)
        return runs

    def obstacle(self, number: int) -> Obstacle | None:
        """Why the runs up to that one cannot be taken back; None where they can."""
        runs = self.up_to(number)
        typed = {*self._typed_since(runs), *self._typed_between(runs)}
        for table in last_writers(runs):
            before = self._before(self._base(table, runs))
            if before.refusal:
                return Obstacle(before.refusal.code, where=before.refusal.where)
            if table not in before.tables:
                # The table came since, so that nothing says what it was.
                typed.add(table)
        return Obstacle(TYPED_SINCE, tuple(sorted(typed))) if typed else None

    def _base(self, table: str, runs: Sequence[PastRun]) -> PastRun:
        """The run before which a table is looked up, as it was before all of these.

        That is the first one that changed it. Where that backup has gone, an earlier one will do for
        a table that only runs write: nothing happened to it in between. Into others somebody may
        have typed.
        """
        changed = [run for run in runs if table in run.contents]
        first = changed[-1]
        if _takes_typing(table):
            return first
        candidates = runs[runs.index(first) :]
        return next((run for run in candidates if not self._before(run).refusal), first)

    def _before(self, run: PastRun) -> _StateBefore:
        """What is to be known of the state before a run."""
        if run.at not in self._states:
            self._states[run.at] = self._looked_at(run)
        return self._states[run.at]

    def _looked_at(self, run: PastRun) -> _StateBefore:
        try:
            with self._opened(run) as before:
                tables = frozenset(filter(before.has, TABLES))
                typed = {name: _content(before, name) for name in run.tables if _takes_typing(name)}
                return _StateBefore(None, tables, typed)
        except NothingToUndo as refusal:
            return _StateBefore(refusal)
        except SalesbookError as refusal:
            return _StateBefore(NothingToUndo("damaged-backup", where=refusal.where))

    @contextlib.contextmanager
    def _opened(self, run: PastRun) -> Iterator[Session]:
        """The state before a run, for as long as it is looked at.

        Raises: NothingToUndo where its log is not the workbook's own up to there.
        """
        with self._earlier.before(run) as host:
            before = Session(host)
            earlier = self._log[self._log["at"] < pd.Timestamp(run.at)]
            if _entries(before.frame("RunLog")) != _entries(earlier):
                raise NothingToUndo(NO_BACKUP)
            yield before

    def _typed_since(self, runs: Sequence[PastRun]) -> set[str]:
        """Tables that no longer hold what the last of these runs left there."""
        return {
            table
            for table, content in last_writers(runs).items()
            if self._content_of(table) != content
        }

    def _typed_between(self, runs: Sequence[PastRun]) -> set[str]:
        """Tables of people's own into which somebody typed between two runs that changed them.

        The newer run left that as it was, so that the table still holds what the newer one left;
        going back to before the older one would lose it. What a verb writes it writes anew each
        time, and what people type beside goes with its row: there is nothing to lose there.
        """
        typed: set[str] = set()
        for place, run in enumerate(runs):
            left_by_older = last_writers(runs[place + 1 :])
            for table in run.tables:
                if table not in left_by_older or not _takes_typing(table):
                    continue
                # Without the state in between nobody can tell any more.
                if self._before(run).typed.get(table) != left_by_older[table]:
                    typed.add(table)
        return typed

    def _content_of(self, table: str) -> str | None:
        if table not in self._content_now:
            self._content_now[table] = _content(self.session, table)
        return self._content_now[table]

    def _refusal(self, obstacle: Obstacle) -> SalesbookError:
        if obstacle.code == TYPED_SINCE:
            return UndoLosesTyping(where=self._where, tables=obstacle.tables)
        return NothingToUndo(obstacle.code, where=obstacle.where or self._where)

    @collecting_nothing()
    def take_back(self, number: int, as_of: dt.date) -> Report:
        """Put back every table that the runs up to that one changed, and log it.

        Raises:
            NothingToUndo: there are fewer runs, or the state before them was not kept.
            UndoLosesTyping: some tables no longer hold what the last of them left.
        """
        started = time.perf_counter()
        runs = self.ready(number)
        restored = self._restored(runs, as_of)
        report = Report(
            action="undo",
            as_of=self._day_of_what_stands(runs) or as_of,
            rows={},
            written={prepared.write.table: len(prepared.write.sources) for prepared in restored},
            findings=tuple(finding for prepared in restored for finding in prepared.findings),
            seconds=round(time.perf_counter() - started, 3),
            language=self.session.language,
        )
        log = log_entry(self.session, report, restored)
        self._host.write([prepared.write for prepared in (*restored, *log)])
        return report

    def _day_of_what_stands(self, runs: Sequence[PastRun]) -> dt.date | None:
        """The day that the results are of once these runs are taken back.

        That is the day of the newest run before them, or of the one that an undo among them had put
        back; the sheets name it as theirs.
        """
        with self._opened(runs[-1]) as before:
            log = before.frame("RunLog").sort_values("at")
        days = log["as_of"].dropna()
        return days.iloc[-1].date() if len(days) else None

    def _restored(self, runs: Sequence[PastRun], as_of: dt.date) -> list[PreparedWrite]:
        """The writes that make every table what it was before all of these runs."""
        with contextlib.ExitStack() as stack:
            sessions: dict[dt.datetime, Session] = {}
            befores: dict[str, Session] = {}
            for table in last_writers(runs):
                base = self._base(table, runs)
                if base.at not in sessions:
                    sessions[base.at] = stack.enter_context(self._opened(base))
                befores[table] = sessions[base.at]
            return self.session.restored_writes(befores, as_of)


def last_writers(runs: Sequence[PastRun]) -> dict[str, str]:
    """What the newest of these runs that changed a table left in it, by table."""
    contents: dict[str, str] = {}
    for run in runs:
        for table, content in run.contents.items():
            contents.setdefault(table, content)
    return contents


def _entries(log: pd.DataFrame) -> list[tuple[str, ...]]:
    """What tells the runs of one workbook from those of another, in order of time.

    Two workbooks may have been run in the same second, and one may be named like the other.
    """
    told = log.sort_values("at")[["at", "action", "input_hash", "written"]]
    return [tuple(map(_text, row)) for row in told.itertuples(index=False)]


def _takes_typing(table: str) -> bool:
    spec = TABLES.get(table)
    return spec is None or spec.role is not Role.OUTPUT


def _content(session: Session, table: str) -> str | None:
    """The fingerprint of a table's own fields; None where there is no such table."""
    if not session.has(table):
        return None
    read = session.table(table)
    return content_fingerprint(read.cells, session.annotations(table), read.field_by_header)
