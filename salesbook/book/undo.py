"""Can the last run be taken back? Its tables return to the backup's, unless somebody typed since."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pandas as pd

from salesbook.book.report import Report
from salesbook.book.run_log import log_entry
from salesbook.book.session import Session, collecting_nothing
from salesbook.errors import NothingToUndo, UndoLosesTyping
from salesbook.store import Host
from salesbook.writing.sameness import content_fingerprint


@collecting_nothing()
def undo_last(host: Host, before: Host, as_of: dt.date) -> Report:
    """Put back the tables that the last run or import wrote, and log it.

    An undo has nothing written to its name, so that it cannot be undone itself.

    Args:
        host: the workbook as it is.
        before: the workbook as it was before that run.
        as_of: the day to log.

    Raises:
        NothingToUndo: no run is logged, it was an undo, or `before` is another state of the book.
        UndoLosesTyping: a table no longer holds what the run wrote.
    """
    started = time.perf_counter()
    session, session_before = Session(host), Session(before)
    last_run = _last_run(session.frame("RunLog"))
    if not _is_predecessor(session_before.frame("RunLog"), session.frame("RunLog")):
        raise NothingToUndo("no-backup")

    fingerprints = _written_by(last_run)
    for table, content in fingerprints.items():
        if content_fingerprint(host.read(table), host.annotations(table)) != content:
            raise UndoLosesTyping(where=table, table=table, action=str(last_run["action"]))

    restored = session.restored_writes(session_before, list(fingerprints), as_of)
    report = Report(
        action="undo",
        as_of=as_of,
        rows={},
        written={prepared.write.table: len(prepared.write.sources) for prepared in restored},
        findings=(),
        seconds=round(time.perf_counter() - started, 3),
        language=session.language,
    )
    log = log_entry(session, report, [replace(prepared, content="") for prepared in restored])
    host.write([prepared.write for prepared in (*restored, *log)])
    return report


def _last_run(log: pd.DataFrame) -> pd.Series[object]:
    """The newest row of RunLog. Raises: NothingToUndo where there is none, or nothing was written."""
    if log.empty:
        raise NothingToUndo("nothing-to-undo")
    last_run = log.sort_values("at").iloc[-1]
    if pd.isna(last_run["written"]):
        raise NothingToUndo("nothing-to-undo")
    return last_run


def _written_by(run: pd.Series[object]) -> dict[str, str]:
    """The tables that a run wrote and the fingerprint of each: `Funnel=0a1b Alerts=2c3d`."""
    return dict(part.split("=", 1) for part in str(run["written"]).split())


def _is_predecessor(old_log: pd.DataFrame, log: pd.DataFrame) -> bool:
    """True where the backup's log is the book's without its last entry."""
    return sorted(old_log["at"]) == sorted(log["at"])[:-1]
