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
from itertools import pairwise
from typing import Any, Final, Protocol
from urllib.parse import unquote

import pandas as pd

from salesbook.book.changed_cells import changed_since
from salesbook.book.report import Report
from salesbook.book.run_log import log_entry
from salesbook.book.session import Session, collecting_nothing
from salesbook.errors import NothingToUndo, SalesbookError, UndoLosesTyping
from salesbook.messages import Message, some_of
from salesbook.pages.common import RESULT_RUNS
from salesbook.progress import tell
from salesbook.store import Host
from salesbook.tables import TABLES, Role
from salesbook.writing.body import PreparedWrite
from salesbook.writing.own_columns import GONE
from salesbook.writing.sameness import content_fingerprint

NO_BACKUP: Final = "no-backup"
TYPED_SINCE: Final = "undo-loses-typing"
FORGOTTEN: Final = "undo-forgotten"
FORGET: Final = "forget"
"""What the log calls a run that took a customer out: it keeps nothing to go back to."""
_MOST_CELLS: Final = 3
"""Changed cells that a refusal names."""


OwnColumn = tuple[str, str]
"""A table, and the header of a column of the user's own in it."""


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
    own: Mapping[OwnColumn, str] = field(default_factory=dict)
    """What it left in columns of the user's own, as `own_state` says it."""

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
    own: Mapping[OwnColumn, str | None] = field(default_factory=dict)
    """Of the user's own columns that the run changed, what was in them."""


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
        contents, own = _written(str(row["written"]))
        runs.append(
            PastRun(
                number=len(runs) + 1,
                at=row["at"].to_pydatetime(),
                as_of=None if pd.isna(row["as_of"]) else row["as_of"].date(),
                action=_text(row["action"]),
                user=_text(row["user"]),
                contents=contents,
                own=own,
            )
        )
    return runs


def _written(text: str) -> tuple[dict[str, str], dict[OwnColumn, str]]:
    """Read what a run left where: `Funnel=0a1b Deals=2c3d Deals/Deal%20size=4e5f`."""
    contents: dict[str, str] = {}
    own: dict[OwnColumn, str] = {}
    for part in text.split():
        place, sign, left = part.partition("=")
        table, slash, header = place.partition("/")
        if not sign:
            continue
        if slash:
            own[table, unquote(header)] = left
        else:
            contents[table] = left
    return contents, own


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
        if any(run.action == FORGET for run in runs):
            return Obstacle(FORGOTTEN)
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
                own = {column: own_state(before, *column) for column in run.own}
                return _StateBefore(None, tables, typed, own)
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

    def _first_cells(self, tables: Sequence[str]) -> list[str]:
        """Where somebody typed since, of the first table in which that can be told."""
        for table in tables:
            run = next((run for run in self.runs if table in run.contents), None)
            if run is None or not _takes_typing(table) or self._before(run).refusal:
                continue
            with self._opened(run) as before:
                if not before.has(table):
                    continue
                cells = changed_since(self.session, before, table, run.contents[table])
            if cells:
                sheet = self.session.table(table).cells.sheet
                return [f"{sheet}!{cell}" for cell in some_of(cells, _MOST_CELLS)]
        return []

    def _refusal(self, obstacle: Obstacle) -> SalesbookError:
        if obstacle.code == FORGOTTEN:
            return NothingToUndo("undo-forgotten", where=self._where)
        if obstacle.code == TYPED_SINCE:
            where = [self._where, *self._first_cells(obstacle.tables)]
            return UndoLosesTyping(where=", ".join(filter(None, where)), tables=obstacle.tables)
        return NothingToUndo(obstacle.code, where=obstacle.where or self._where)

    @collecting_nothing()
    def take_back(self, number: int, as_of: dt.date) -> Report:
        """Put back every table that the runs up to that one changed, and log it.

        Raises:
            NothingToUndo: there are fewer runs, or the state before them was not kept.
            UndoLosesTyping: some tables no longer hold what the last of them left.
        """
        started = time.perf_counter()
        tell("reading")
        runs = self.ready(number)
        tell("writing")
        restored = self._restored(runs, as_of)
        days = self._days_of_what_stands(runs)
        report = Report(
            action="undo",
            as_of=days.get("as_of") or as_of,
            rows={},
            written={prepared.write.table: len(prepared.write.sources) for prepared in restored},
            findings=tuple(finding for prepared in restored for finding in prepared.findings),
            seconds=round(time.perf_counter() - started, 3),
            language=self.session.language,
            notes=self._own_notes(runs),
        )
        log = log_entry(self.session, report, restored, standing=days)
        self._host.write([prepared.write for prepared in (*restored, *log)])
        return report

    def _days_of_what_stands(self, runs: Sequence[PastRun]) -> dict[str, dt.date]:
        """The day that the results are of once these runs are taken back, and from which day orders
        count in them, by field of the log; without those that are blank.

        They are those of the newest run before them, or of the one that an undo among them had put
        back; the sheets name them as theirs.
        """
        with self._opened(runs[-1]) as before:
            log = before.frame("RunLog").sort_values("at")
        dated = log[log["as_of"].notna() & log["action"].isin(RESULT_RUNS)]
        if dated.empty:
            return {}
        newest = dated.iloc[-1]
        days = {name: newest[name] for name in ("as_of", "orders_from")}
        return {name: day.date() for name, day in days.items() if not pd.isna(day)}

    def _own_back(self, runs: Sequence[PastRun]) -> dict[OwnColumn, bool]:
        """The user's own columns that these runs wrote into, and whether they go back to before.

        They do where nobody typed into them since, nor between two of these runs; else they stay as
        they are, for what somebody typed there is nowhere else.
        """
        columns = dict.fromkeys(column for run in runs for column in run.own)
        return {column: self._is_as_left(column, runs) for column in columns}

    def _is_as_left(self, column: OwnColumn, runs: Sequence[PastRun]) -> bool:
        writers = [run for run in runs if column in run.own]
        if own_state(self.session, *column) != writers[0].own[column]:
            return False
        # The table goes back to before the first run that changed it, the column with it.
        if self._base(column[0], runs) is not writers[-1]:
            return False
        return all(
            self._before(newer).own.get(column) == older.own[column]
            for newer, older in pairwise(writers)
        )

    def _own_notes(self, runs: Sequence[PastRun]) -> tuple[Message, ...]:
        """Which of the user's own columns stay as they are, though runs wrote into them."""
        staying = [
            header for (_, header), goes_back in self._own_back(runs).items() if not goes_back
        ]
        if not staying:
            return ()
        return (Message("book.own-stays", {"columns": tuple(staying)}),)

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
            own_back: dict[str, set[str]] = {}
            for (table, header), goes_back in self._own_back(runs).items():
                if goes_back:
                    own_back.setdefault(table, set()).add(header)
            return self.session.restored_writes(befores, as_of, own_back)


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


def own_state(session: Session, table: str, header: str) -> str | None:
    """What stands in a column of the user's own; `GONE` where there is none, None where it is ours."""
    if not session.has(table):
        return None
    read = session.table(table)
    if header not in read.cells.headers:
        return GONE
    if header in read.field_by_header:
        return None
    return content_fingerprint(read.cells, session.annotations(table), {header})


def _content(session: Session, table: str) -> str | None:
    """The fingerprint of a table's own fields; None where there is no such table."""
    if not session.has(table):
        return None
    read = session.table(table)
    return content_fingerprint(read.cells, session.annotations(table), read.counted_headers)
