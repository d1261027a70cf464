"""What does one run of a verb do to a workbook: read all, calculate all, write all or nothing?"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from salesbook import labels
from salesbook.actions import ACTIONS, Action
from salesbook.book.attention import attention_of
from salesbook.book.page_digest import digest_of
from salesbook.book.page_lines import PAGE_LINES, changes_pages, with_page_lines
from salesbook.book.report import Options, Report
from salesbook.book.row_order import in_reading_order
from salesbook.book.run_log import log_entry, newest_day
from salesbook.book.session import Session, collecting_nothing
from salesbook.cells.base import shown
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.checks.waivers import without_waived
from salesbook.domain.outcome import Outcome, Task
from salesbook.errors import ColumnMissing, SalesbookError, UsageError
from salesbook.messages import Fact, Finding, Message
from salesbook.progress import counted
from salesbook.store import Host
from salesbook.tables import TABLES
from salesbook.writing.body import PreparedWrite, RowChanges
from salesbook.writing.check_limits import Limited, all_listed, limited
from salesbook.writing.check_marks import CHECK_MARKS, marks_frame
from salesbook.writing.checks import Places, checks_frame, with_addresses
from salesbook.writing.limits import within_limit
from salesbook.writing.parking import ParkedLine
from salesbook.writing.parking_findings import over_findings, waiting_findings

_FIRST_DAY: Final = dt.date(1900, 1, 1)
_LAST_DAY: Final = dt.date(2200, 12, 31)
"""Runs are as of days that a sheet and a fiscal year know."""
_MOST_TABLES: Final = 3
"""Tables of which a run says each how many rows come later: a typing error, or a new colleague. Where
it is more, somebody looks back.
"""


@collecting_nothing()
def run_action(host: Host, name: str, options: Options) -> Report:
    """Run one verb and hand all its writes to the host at once.

    A verb that shows first what it would do asks the host for no write unless `yes` is said.

    Raises: SalesbookError of any kind; then the host was asked for no write.
    """
    refuse_day(options.as_of)
    started = time.perf_counter()
    action = ACTIONS[name]
    session = Session(host)
    newest = newest_day(session.frame("RunLog"))
    looks_back = newest is not None and options.as_of < newest
    if newest is not None and looks_back:
        if action.shows_first or not any(option.name == "yes" for option in action.options):
            # A closing says what one month pays. What stands of later months is not older for it.
            # A handover or a merge is of today, whatever day is typed: nobody hands over what he had.
            options, looks_back = replace(options, as_of=newest), False
        elif not options.yes:
            raise UsageError("run-before-newest", found=options.as_of, newest=newest, action=name)
    # Results that an older workbook has no table for are left out; a verb without any place for what
    # it finds would seem to have done its work.
    tables = [table for table in action.writes if session.has(table)]
    if session.has(PAGE_LINES) and changes_pages(action.writes):
        tables.append(PAGE_LINES)
    if not tables:
        session.refuse_without(action.writes[0])
    for table in action.must_have:
        session.refuse_without(table)

    try:
        task, found_reading = session.task(
            action.reads,
            options,
            writes=tables,
            looks_back=looks_back,
            own_columns_of=action.own_columns_of,
        )
        if action.keeps_checks:
            # Checks names these already, and is not made anew.
            found_reading = []
        outcome = _without_lost_patches(session, action.run(task))
        outcome = with_page_lines(session, outcome, options, looks_back=looks_back)
    except SalesbookError as refusal:
        raise with_cell(refusal, session) from None

    _refuse_without_columns(session, outcome)
    outcome = _in_reading_order(session, outcome, options.as_of)
    writes, findings = prepare_writes(session, tables, outcome, found_reading, as_of=options.as_of)
    makes_checks = "Checks" in tables and not action.keeps_checks
    unlisted = _unlisted(session, findings, outcome) if makes_checks else None
    parked_notes = session.prepared_parked_notes(writes, options.as_of)
    # What stood beside lines of ParkedNotes that go is known only now.
    lost_there = [finding for prepared in parked_notes for finding in prepared.findings]
    is_preview = action.shows_first and not options.yes
    report = Report(
        action=name,
        as_of=options.as_of,
        rows={table: _counts(session, task, table) for table in action.reads if session.has(table)},
        written={}
        if is_preview
        else {prepared.write.table: len(prepared.write.sources) for prepared in writes},
        findings=(*findings, *lost_there),
        seconds=round(time.perf_counter() - started, 3),
        language=session.language,
        answer=tuple(outcome.answer),
        details=tuple(outcome.details) if is_preview else (),
        notes=(
            *session.notes(action.writes),
            *_about_the_day(task, outcome),
            *(_listed_no_more(session, action, findings) if makes_checks else ()),
        ),
        has_checks=session.has("Checks"),
        closed=outcome.closed,
        converted=tuple(outcome.converted),
        left_leads=tuple(outcome.left_leads),
        handed_over=tuple(outcome.handed_over),
        merged=tuple(outcome.merged),
        is_preview=is_preview,
        waived=tuple(outcome.waived),
        digest=digest_of(session, name, outcome.tables, options.as_of),
        attention=attention_of(
            outcome,
            findings,
            session.row_names,
            Places(session.find, outcome.tables),
            decimals=session.policy.decimals,
        ),
        unlisted=unlisted,
    )
    if is_preview:
        return report
    log = log_entry(session, report, [*writes, *parked_notes], task)
    host.write([prepared.write for prepared in (*writes, *parked_notes, *log)])
    return report


def _in_reading_order(session: Session, outcome: Outcome, as_of: dt.date) -> Outcome:
    """The outcome, the rows of its tables as they will stand: links lead to where that is."""
    start_month = session.policy.rules.fiscal_year_start
    in_order = {
        name: in_reading_order(TABLES[name], frame, as_of, start_month)
        for name, frame in outcome.tables.items()
    }
    return replace(outcome, tables=in_order)


def refuse_day(as_of: dt.date) -> None:
    """Refuse a day on which nobody can have meant to run. Raises: UsageError."""
    if not _FIRST_DAY <= as_of <= _LAST_DAY:
        facts = {"first": _FIRST_DAY, "last": _LAST_DAY}
        raise UsageError("day-out-of-range", where="--as-of", found=as_of, **facts)


def prepare_writes(
    session: Session,
    tables: Sequence[str],
    outcome: Outcome,
    found_reading: Sequence[Finding],
    *,
    as_of: dt.date,
) -> tuple[list[PreparedWrite], tuple[Finding, ...]]:
    """Prepare all writes of a verb, and gather what the run found.

    Checks comes last: it also holds what becomes of things that people put on rows.

    Args:
        tables: those that the verb writes and the workbook has.
        found_reading: findings from before the verb ran.
        as_of: the day of the run.

    Returns: the writes; findings, one per cell though several verbs of a run may have come upon it,
        without the warnings that somebody has accepted.
    """
    writes: list[PreparedWrite] = []
    places = Places(session.find, outcome.tables)
    findings = [*found_reading, *outcome.findings, *over_findings(session.lines_over(as_of))]
    names_then = session.row_names_without(
        {table: patch.leaving.keys() for table, patch in outcome.patches.items()}
    )
    for table, patch in outcome.patches.items():
        words = {
            name: labels.sentence(message, session.language)
            for name, message in patch.words.items()
        }
        taken_over = {row: into for row, into in patch.leaving.items() if into is not None}
        changes = RowChanges(
            names_then.filled(table, patch.new_rows.assign(**words)),
            patch.cells,
            leaving=patch.leaving.keys(),
            taken_over=taken_over,
        )
        prepared = session.prepared_changes(table, changes, as_of if patch.leaving else None)
        writes.append(prepared)
        findings.extend(prepared.findings)
    for table in counted("writing", tables):
        if table in outcome.tables:
            frame = with_addresses(outcome.tables[table], table, places)
            frame, found_full = within_limit(table, frame)
            findings.extend(found_full)
            taken_up = outcome.taken_up.get(table, frozenset())
            prepared = session.prepared_write(table, frame, as_of=as_of, taken_up=taken_up)
            writes.append(prepared)
            findings.extend(prepared.findings)

    def shown_of(found: Sequence[Finding]) -> list[Finding]:
        with_rows = [places.placed(finding) for finding in found]
        return without_waived(one_per_cell(with_rows), session.frame("Waivers"))

    def prepared_checks() -> PreparedWrite:
        room = _room(session, shown_of(findings))
        frame = checks_frame(room.listed, places)
        return session.prepared_write("Checks", frame, as_of=as_of)

    if "Checks" in tables and "Checks" not in outcome.patches:
        findings.extend(waiting_findings(_still_waiting(session, writes, as_of)))
        checks = prepared_checks()
        if checks.findings:
            # What people put beside Checks has its findings there as well.
            findings.extend(checks.findings)
            checks = prepared_checks()
        writes.append(checks)
    if CHECK_MARKS in tables and "Checks" in tables:
        marked = _still_in_checks(session, outcome) or shown_of(findings)
        frame = marks_frame(
            (places.placed(finding) for finding in marked),
            session.find,
            language=session.language,
            currency=session.currency,
        )
        writes.append(session.prepared_write(CHECK_MARKS, frame, as_of=as_of))
    return writes, tuple(shown_of(findings))


def _still_in_checks(session: Session, outcome: Outcome) -> list[Finding]:
    """What Checks names after a verb that only takes rows out of it; nothing after any other."""
    patch = outcome.patches.get("Checks")
    if patch is None:
        return []
    checks = session.frame("Checks").drop(index=list(patch.leaving))
    names = ("code", "severity", "table", "field", "row_key")
    return [
        Finding(code, severity, table, field=field or None, row_key=row_key)
        for code, severity, table, field, row_key in zip(
            *(checks[name].fillna("") for name in names), strict=True
        )
    ]


def _room(session: Session, findings: Sequence[Finding]) -> Limited:
    """Findings as Checks has room for them; all, where it lacks the column that counts the rest."""
    has_counts = "cell_count" in session.table("Checks").headers
    return limited(findings) if has_counts else all_listed(findings)


def _unlisted(
    session: Session, findings: Sequence[Finding], outcome: Outcome
) -> pd.DataFrame | None:
    """Rows like those of Checks for all errors of which it lists only some; None where there are none."""
    errors = _room(session, findings).unlisted_errors
    if not errors:
        return None
    return checks_frame(all_listed(errors).listed, Places(session.find, outcome.tables))


def _still_waiting(
    session: Session, writes: Sequence[PreparedWrite], as_of: dt.date
) -> list[ParkedLine]:
    """What was parked by earlier runs and waits on after these writes.

    Without what was put beside Checks: its rows come and go with what is found, this included. And
    without what can never come back, since its row had no key.
    """
    returned = {line.row for prepared in writes for line in prepared.returned}
    return [
        line
        for line in session.parked_lines
        if line.row not in returned
        and line.has_key
        and line.table != "Checks"
        and not line.is_over(as_of)
    ]


def _listed_no_more(
    session: Session, action: Action, findings: Sequence[Finding]
) -> Iterator[Message]:
    """Say how much of Checks a verb takes out that it may just not have looked for.

    Only what consists of other verbs judges all that any of them does; each other one writes what it
    finds itself in place of that, and nobody may take the rest for mended.
    """
    if action.steps:
        return
    names = ("code", "table", "field", "row_key")
    before = session.frame("Checks")
    listed = set(zip(*(before[name].fillna("") for name in names), strict=True))
    now = {(one.code, one.table, one.field or "", one.row_key) for one in findings}
    if count := len(listed - now):
        yield Message("book.listed-no-more", {"count": count, "table": "Checks"})


def _about_the_day(task: Task, outcome: Outcome) -> tuple[Message, ...]:
    """Say of a run what it left out for its day, and what is today's whatever the day.

    Where it is little, the first rows are named: a year that was mistyped is found by its key.
    """
    day, later = task.as_of, outcome.later
    if task.looks_back:
        return (Message("book.looks-back", {"day": day}),)
    if len(later) > _MOST_TABLES:
        rows = sum(later.values())
        facts: dict[str, Fact] = {"rows": rows, "tables": len(later), "day": day}
        return (Message("book.much-comes-later", facts),)
    return tuple(
        Message(
            "book.comes-later",
            {
                "rows": rows,
                "table": table,
                "day": day,
                "first": outcome.first_later.get(table, ()),
            },
        )
        for table, rows in later.items()
    )


def _counts(session: Session, task: Task, table: str) -> dict[str, int]:
    """Rows that were there, those the verb was given, and those left out."""
    rows_in = session.table(table).rows_in
    used = len(task.tables[table])
    return {"in": rows_in, "used": used, "skipped": rows_in - used}


def _without_lost_patches(session: Session, outcome: Outcome) -> Outcome:
    """Leave out changes of tables that the workbook lacks, where it may go without them."""
    patches = {
        table: patch
        for table, patch in outcome.patches.items()
        if session.has(table) or not patch.can_wait
    }
    return replace(outcome, patches=patches)


def _refuse_without_columns(session: Session, outcome: Outcome) -> None:
    """Refuse where a patch of a table would say nothing, for the workbook lacks its columns.

    Raises: NoSuchTable, ColumnMissing.
    """
    for table, patch in outcome.patches.items():
        read = session.table(table)
        for name in patch.needs:
            place, facts = read.cells.sheet, {"field": f"{table}.{name}"}
            if name not in read.known_fields:
                raise ColumnMissing("column-not-yet", where=place, **facts)
            if name not in read.headers:
                raise ColumnMissing("column-missing", where=place, **facts)


def with_cell(refusal: SalesbookError, session: Session) -> SalesbookError:
    """Name the sheet, cell and column of what a refusal is about; of a setting's value its key."""
    about = refusal.params.get("about")
    if not isinstance(about, Finding) or not session.has(about.table):
        return refusal
    about = Places(session.find, {}).placed(about)
    table = session.table(about.table)
    cell = table.address(about.row, about.field)
    refusal.where = f"{table.cells.sheet}!{cell}" if cell else table.cells.sheet

    rows = refusal.params.pop("rows", None)
    if rows is not None:
        # All rows that it is about, the one that `where` names among them.
        refusal.params["cells"] = tuple(table.address(row, about.field) for row in sorted(rows))

    column = table.headers.get(about.field or "")
    is_policy_value = about.table == "Policy" and about.field == "value"
    if is_policy_value and about.row is not None:
        # All values stand in one column; what a reader knows is the key beside it.
        column = shown(table.column(table.headers["key"])[about.row])
    refusal.params["column"] = column if cell else None
    return refusal
