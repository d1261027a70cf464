"""Which runs were there, when, by whom, and over which inputs?"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import pandas as pd

from salesbook import __version__
from salesbook.actions import ACTIONS
from salesbook.book.keeping import changes_something
from salesbook.book.report import Report
from salesbook.book.session import Session
from salesbook.book.user import user_name
from salesbook.domain.outcome import Task
from salesbook.domain.sales.sold import cut_over_day
from salesbook.frames import frame_from_rows
from salesbook.tables import TABLES
from salesbook.writing.body import PreparedWrite, RowChanges


def log_entry(
    session: Session,
    report: Report,
    writes: Sequence[PreparedWrite],
    task: Task | None = None,
    *,
    standing: Mapping[str, dt.date] | None = None,
) -> list[PreparedWrite]:
    """Add one row to the RunLog; a workbook without that table keeps no log.

    Args:
        writes: what the run is about to write. An undo compares with the fingerprints of those
            that change something; what stays as it was is no run's work.
        task: what a verb looked at; missing for an import or an undo.
        standing: of an undo the days of what stands after it, by field of the log.
    """
    if not session.has("RunLog"):
        return []
    log = session.table("RunLog")

    fingerprints = [
        fingerprint
        for prepared in writes
        if changes_something(session.host.read(prepared.write.table), prepared.write)
        for fingerprint in _fingerprints(prepared)
    ]
    row = {
        "at": next_moment(log.frame),
        "action": report.action,
        "as_of": report.as_of if standing is None else standing.get("as_of"),
        "seconds": report.seconds,
        "rows_in": sum(counts["in"] for counts in report.rows.values()),
        "rows_out": sum(report.written.values()),
        "findings": len(report.findings),
        "user": user_name(),
        "version": __version__,
        "input_hash": input_hash(task) if task else None,
        "written": " ".join(fingerprints) or None,
        "orders_from": _cut_over(task) if task else (standing or {}).get("orders_from"),
    }
    return [session.prepared_changes("RunLog", RowChanges(frame_from_rows("RunLog", [row])))]


def _fingerprints(prepared: PreparedWrite) -> list[str]:
    """What a write leaves in a table, and in columns of the user's own: `Deals/Deal%20size=0a1b`."""
    table = prepared.write.table
    own = [f"{table}/{quote(header, safe='')}={left}" for header, left in prepared.own.items()]
    return [f"{table}={prepared.content}", *own]


def newest_day(log: pd.DataFrame) -> dt.date | None:
    """The latest day as of which a verb has run and not been taken back; None without any.

    An undo tells which tables it put back, not which runs it took back: those are the newest ones
    that together changed these tables.
    """
    standing: list[tuple[frozenset[str], dt.date | None]] = []
    for row in log.sort_values("at").to_dict("records"):
        if pd.isna(row["written"]):
            continue
        written = str(row["written"]).split()
        tables = frozenset(part.partition("=")[0] for part in written if "/" not in part)
        day = None if pd.isna(row["as_of"]) else row["as_of"].date()
        if row["action"] == "undo":
            put_back: set[str] = set()
            while standing and not tables <= put_back:
                put_back |= standing.pop()[0]
            # It can be taken back in its turn, and its day is that of what stands since.
            standing.append((tables, day))
        else:
            standing.append((tables, day if row["action"] in ACTIONS else None))
    return max((day for _, day in standing if day is not None), default=None)


def _cut_over(task: Task) -> dt.date | None:
    """The day from which orders count; a verb that looks at none says nothing of it."""
    if "Orders" not in task.tables:
        return None
    return cut_over_day(task.tables["Orders"], task.policy.rules, as_of=task.as_of)


def now() -> dt.datetime:
    """When a run is noted, to the second."""
    return dt.datetime.now().replace(microsecond=0)


def next_moment(log: pd.DataFrame) -> dt.datetime:
    """Now, to the second, but later than the last entry: `at` is the log's key."""
    moment = now()
    last = log["at"].max()
    if pd.isna(last) or moment > last:
        return moment
    a_second_later: dt.datetime = last.to_pydatetime() + dt.timedelta(seconds=1)
    return a_second_later


def input_hash(task: Task) -> str:
    """A hash of everything a verb looked at, the same whatever the order of rows."""
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(task.tables):
        digest.update(name.encode())
        digest.update(_hash_of_rows(_looked_at(name, task.tables[name])))

    options = [task.policy, task.as_of, task.publish, task.resplit_from, task.year]
    options += [asked for asked in _asked_besides(task) if asked]
    digest.update(repr(options).encode())
    return digest.hexdigest()


def _asked_besides(task: Task) -> tuple[object, ...]:
    """What a verb was asked for that not every verb knows."""
    of_close_and_convert = (task.period, task.reopen, task.reason, task.leads)
    of_handover = (task.leaver, task.successors, task.with_plan)
    of_merge = (task.keep, task.merged, task.duplicates)
    of_waive = (task.rows, task.code)
    return (*of_close_and_convert, *of_handover, *of_merge, *of_waive)


def _looked_at(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """What a verb goes by in a table: of results that it makes anew what people typed there."""
    spec = TABLES[name]
    if not spec.is_made_anew:
        return frame
    yours = frame[[*spec.key, *spec.yours]]
    return yours[yours[list(spec.yours)].notna().any(axis=1)]


def _hash_of_rows(frame: pd.DataFrame) -> bytes:
    """The rows' hashes in ascending order: where a row stands says nothing."""
    if not len(frame):
        return b""
    hashes = pd.util.hash_pandas_object(frame, index=False)
    in_any_order: bytes = hashes.sort_values().to_numpy().tobytes()
    return in_any_order
