"""Can the last run be taken back? Its tables return to what the backup holds, unless somebody typed
since.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

import pandas as pd

from salesbook.book.report import Report
from salesbook.book.run_log import log_entry
from salesbook.book.session import Session, collecting_nothing
from salesbook.errors import NothingToUndo, UndoLosesTyping
from salesbook.store import KEEP, Cell, Host, NewCell, TableCells, TableWrite
from salesbook.writing.body import PreparedWrite
from salesbook.writing.sameness import fingerprint, same_cell


@collecting_nothing()
def undo_last(host: Host, before: Host, as_of: dt.date) -> Report:
    """Put back the tables that the last run or import wrote, and log it.

    Args:
        host: the workbook as it is.
        before: the workbook as it was before that run.
        as_of: the day to log.

    An undo has nothing written to its name, so that it cannot be undone itself.

    Raises:
        NothingToUndo: no run is logged, it was an undo, or `before` is another state of the book.
        UndoLosesTyping: a table no longer holds what the run wrote.
    """
    started = time.perf_counter()
    session, old = Session(host), Session(before)
    last = _last_run(session.frame("RunLog"))
    if not _is_predecessor(old.frame("RunLog"), session.frame("RunLog")):
        raise NothingToUndo("no-backup")
    written = dict(part.split("=", 1) for part in str(last["written"]).split())
    now = {table: host.read(table) for table in written}
    for table, content in written.items():
        if fingerprint(_typed_columns(now[table])) != content:
            raise UndoLosesTyping(where=table, table=table, action=str(last["action"]))
    restored = [_restore(now[table], before.read(table)) for table in written]
    done = Report(
        action="undo",
        as_of=as_of,
        rows={},
        written={one.write.table: len(one.write.sources) for one in restored},
        findings=(),
        seconds=round(time.perf_counter() - started, 3),
        language=session.language,
    )
    host.write([one.write for one in (*restored, *log_entry(session, done, restored))])
    return done


def _last_run(log: pd.DataFrame) -> pd.Series[object]:
    if log.empty:
        raise NothingToUndo("nothing-to-undo")
    last = log.sort_values("at").iloc[-1]
    if pd.isna(last["written"]):
        raise NothingToUndo("nothing-to-undo")
    return last


def _is_predecessor(old_log: pd.DataFrame, log: pd.DataFrame) -> bool:
    """True where the backup's log is the book's without its last entry."""
    return sorted(old_log["at"]) == sorted(log["at"])[:-1]


def _typed_columns(cells: TableCells) -> list[Sequence[Cell]]:
    pairs = zip(cells.headers, cells.columns, strict=True)
    return [column for header, column in pairs if header not in cells.calculated]


def _restore(now: TableCells, old: TableCells) -> PreparedWrite:
    """The write that makes a table what it was, cells that are the same left alone."""
    rows = old.row_count
    sources = [row if row < now.row_count else None for row in range(rows)]
    columns: dict[str, Sequence[NewCell]] = {}
    for header in now.headers:
        if header in now.calculated or header not in old.headers:
            continue
        was = old.columns[old.headers.index(header)]
        column = now.columns[now.headers.index(header)]
        columns[header] = [
            KEEP if source is not None and same_cell(value, column[source]) else value
            for value, source in zip(was, sources, strict=True)
        ]
    return PreparedWrite(TableWrite(now.table, columns, sources), (), "")
