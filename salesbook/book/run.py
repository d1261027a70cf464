"""What does one run of a verb do to a workbook, whatever holds it? Read all, calculate all, write all."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from typing import Final

from salesbook.actions import ACTIONS
from salesbook.book.report import Options, Report
from salesbook.book.run_log import log_entry
from salesbook.book.session import Session, collecting_nothing
from salesbook.cells.base import shown
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.checks.waivers import without_waived
from salesbook.domain.outcome import Outcome, Task
from salesbook.errors import NoSuchTable, SettingsError, UsageError
from salesbook.messages import Finding
from salesbook.store import Host
from salesbook.writing.body import PreparedWrite
from salesbook.writing.checks import Places, checks_frame, with_addresses

_FIRST_DAY: Final = dt.date(1900, 1, 1)
_LAST_DAY: Final = dt.date(2200, 12, 31)
"""Runs are as of days that a sheet and a fiscal year know."""


@collecting_nothing()
def run_action(host: Host, name: str, options: Options) -> Report:
    """Run one verb: read everything, calculate everything, then hand all writes to the host at
    once.

    Raises: SalesbookError of any kind; then the host was asked for no write.
    """
    if not _FIRST_DAY <= options.as_of <= _LAST_DAY:
        raise UsageError("bad-date", where="--as-of", found=options.as_of.isoformat())
    started = time.perf_counter()
    action = ACTIONS[name]
    session = Session(host)
    for table in action.writes:
        if not session.has(table):
            raise NoSuchTable(where=table, table=table)
    try:
        task, found = session.task(action.reads, options, writes=action.writes)
        outcome = action.run(task)
    except SettingsError as refused:
        raise _placed(refused, session) from None
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
) -> tuple[list[PreparedWrite], tuple[Finding, ...]]:
    """All writes of a verb. Checks come last: they also hold what the other writes would lose."""
    planned: list[PreparedWrite] = []
    places = Places(session.find, outcome.tables)
    findings = [*found, *outcome.findings]
    for table in writes:
        if table == "Checks":
            continue
        frame = with_addresses(outcome.tables[table], table, places)
        planned.append(session.prepared_write(table, frame))
        findings.extend(planned[-1].findings)
    unique = _to_show(session, [places.placed(finding) for finding in findings])
    if "Checks" in writes:
        planned.append(session.prepared_write("Checks", checks_frame(unique, places)))
    return planned, unique


def _to_show(session: Session, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding per cell, though several verbs of a run may have come upon it; accepted ones left
    out.
    """
    return tuple(without_waived(one_per_cell(findings), session.frame("Waivers")))


def _counts(session: Session, task: Task, table: str) -> dict[str, int]:
    """Rows that were there, those the verb was given, and those left out."""
    rows_in, used = session.table(table).rows_in, len(task.tables[table])
    return {"in": rows_in, "used": used, "skipped": rows_in - used}


def _placed(refused: SettingsError, session: Session) -> SettingsError:
    """Name the sheet, cell and column of the setting that a refusal is about; of a Policy value its
    key.
    """
    about = refused.params.get("about")
    if not isinstance(about, Finding) or not session.has(about.table):
        return refused
    table, about = session.table(about.table), Places(session.find, {}).placed(about)
    cell = table.address(about.row, about.field)
    refused.where = f"{table.cells.sheet}!{cell}" if cell else table.cells.sheet
    column = table.headers.get(about.field or "")
    if about.row is not None and about.table == "Policy" and about.field == "value":
        column = shown(table.column(table.headers["key"])[about.row])
    refused.params["column"] = column if cell else None
    return refused
