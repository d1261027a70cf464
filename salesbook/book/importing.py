"""What becomes of each row of a foreign file? All are drafted, then written or refused."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from salesbook import labels
from salesbook.book.backups import Kept
from salesbook.book.keeping import open_book
from salesbook.book.report import Report
from salesbook.book.run_log import log_entry
from salesbook.book.saved_elsewhere import save_notes
from salesbook.book.session import Session, collecting_nothing, unknown_table
from salesbook.cells.base import CellOptions, Reason
from salesbook.errors import (
    AmbiguousFile,
    ChangedMeanwhile,
    ColumnMissing,
    EveryRowRejected,
)
from salesbook.intake.book_now import BookNow, TableNow, table_now, tables_for
from salesbook.intake.changes import TableChange
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.foreign import ForeignTable, is_blank
from salesbook.intake.matching.merge import AlikeRow
from salesbook.intake.money.totals import Totals
from salesbook.intake.options import ImportOptions
from salesbook.intake.people.resolve import Alike
from salesbook.intake.telling.explain.explain import tables_explained
from salesbook.intake.telling.explain.explanation import Explanation
from salesbook.intake.telling.open_rows import questions_of_draft, refuse_unanswered
from salesbook.intake.telling.questions import Question
from salesbook.intake.telling.reasons import Loss, ReasonCount, Say, reason_facts
from salesbook.intake.telling.rejects import dropped_text, gaps_text, rejects_text, write_beside
from salesbook.intake.telling.typed_options import command_for_gaps, command_for_rejects
from salesbook.intake.told_table import table_of_file
from salesbook.labels import Language, table_of_name
from salesbook.labels.messages import fill
from salesbook.messages import Finding, Message
from salesbook.reading.table import ReadTable
from salesbook.store import Host, Mark
from salesbook.tables import MONEY_KINDS, TABLES, Role
from salesbook.writing.body import PreparedWrite, RowChanges


@dataclass(frozen=True)
class ImportResult:
    """What became of a file's rows: read = accepted + rejected + duplicates."""

    table: str
    read: int
    accepted: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    duplicates: int
    """Rows equal to an earlier one that were dropped, as asked."""
    gaps: int
    """Optional fields of accepted rows that stay blank because their cell cannot be read."""
    equal_lines: int
    """Accepted lines that equal an earlier line of the file and are lines of their own."""
    equal_total: Decimal | None
    """Sum of their main amount; None for a table without one."""
    repeated: int
    """Accepted rows that are an earlier row of the file once more, key and all."""
    reasons: tuple[ReasonCount, ...]
    """Why rows were rejected, fields left blank and columns not taken, the most frequent first."""
    total: Decimal | None
    """Sum of the accepted rows' main amount, in currency units; None for a table without one."""
    total_field: str
    rejects_file: Path | None
    gaps_file: Path | None
    dropped_file: Path | None
    not_taken: tuple[str, ...]
    added: Mapping[str, int]
    alike_rows: tuple[AlikeRow, ...]
    """New rows that have the name, e-mail or phone of a row with another key."""
    alike_additions: tuple[Alike, ...]
    """Added reps and customers that may be ones that the workbook had."""
    nobodys_contacts: Mapping[str, int]
    """Rows by field whose e-mail or phone reaches nobody."""
    dry_run: bool
    language: Language
    gaps_command: str = ""
    """How to import the mended gaps; blank where no file or none of a workbook's is there."""
    rejects_command: str = ""
    came_along: tuple[tuple[str, str], ...] = ()
    """Columns that came along: the header in the file, and that of the user's own column."""
    notes: tuple[Message, ...] = ()
    """What else to know of the workbook."""
    kept: Kept | None = None
    """What became of the workbook's state before; None where nothing was written."""
    beside: tuple[Finding, ...] = ()
    """What became of things that people had put on rows which the import took away, or brought."""
    explanation: Explanation | None = None
    """Of a dry run."""
    totals: Totals | None = None
    """What a dry run's amounts come to; None for a table without them."""
    questions: tuple[Question, ...] = ()
    """What a dry run leaves open."""


@dataclass(frozen=True)
class ImportRequest:
    """What somebody asks of an import, whichever face he asks."""

    file: Path
    options: ImportOptions
    """How to read the file; `into` is a table's code, or its sheet's name in any language."""
    as_of: dt.date
    dry_run: bool = False
    language: Language | None = None
    """Of the rejects file; missing: the workbook's."""
    answered: frozenset[str] | None = None
    """Questions about rows that the user has answered; missing: he is not asked, and rows that an
    answer would save are rejected.
    """


def import_file(book: Path, request: ImportRequest, *, wait: float) -> ImportResult:
    """Import into a workbook file; a dry run and a refusal leave it as it was.

    Raises: SalesbookError of any kind, EveryRowRejected where no row could be used.
    """
    request = with_table(request, str(book))
    with open_book(book, wait=wait, for_writing=not request.dry_run) as host:
        state_before = _state(request.file)
        draft, session = import_into(host, request)
        if _state(request.file) != state_before:
            raise ChangedMeanwhile("changed-meanwhile", where=str(request.file))
        # The rejects first: where they cannot be written, the workbook must not change either.
        result = result_of(request, draft, session)
        result = replace(result, notes=(*result.notes, *save_notes(host.package)))
        result = _with_commands(result, book, request.options)
        if not request.dry_run and draft.accepted:
            host.save()
    return replace(result, kept=host.kept, notes=(*result.notes, *host.page_notes))


def _with_commands(result: ImportResult, book: Path, options: ImportOptions) -> ImportResult:
    """The result with what to type once the cells beside the file are mended."""
    gaps, rejects = result.gaps_file, result.rejects_file
    return replace(
        result,
        gaps_command=command_for_gaps(book, gaps, options) if gaps else "",
        rejects_command=command_for_rejects(book, rejects, options) if rejects else "",
    )


def with_table(request: ImportRequest, book: str) -> ImportRequest:
    """The request with the code of the table that the user names, else that the headers tell.

    Args:
        book: what a refusal calls the workbook.

    Raises: NoSuchTable; AmbiguousFile and what reading a file raises where nobody names a table.
    """
    named = request.options.into
    table = table_of_name(named, TABLES) if named else table_of_file(request.file, request.options)
    if table is None:
        raise unknown_table(named, where=book)
    return replace(request, options=replace(request.options, into=table))


def _state(file: Path) -> tuple[int, int] | None:
    """What tells that a program is still writing a file; None where there is none."""
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


@collecting_nothing()
def import_into(host: Host, request: ImportRequest) -> tuple[ImportDraft, Session]:
    """Draft an import and hand its writes to the host.

    Nothing is written in a dry run, nor where no row could be used.

    Returns: the draft, where it was written without its rows; the session, whose `beside` says
        what became of things that people had put on rows.

    Raises: SalesbookError of any kind, `questions.Unanswered` where the user is to be asked; then
        the host was asked for no write.
    """
    draft, session = draft_into(host, request)
    if not request.dry_run and draft.accepted:
        # A large file's rows, the new ones of the table and its sheet take much memory each: one
        # goes before the next is made.
        changes = list(draft.changes)
        draft = draft.without_rows()
        _write(host, request, draft, session, changes)
    return draft, session


@collecting_nothing()
def draft_into(host: Host, request: ImportRequest) -> tuple[ImportDraft, Session]:
    """Draft an import; nothing is written.

    Raises: as `import_into`.
    """
    into, as_of = request.options.into, request.as_of
    session = Session(host)
    # A missing table is refused before anything else is read.
    session.refuse_without(into)
    names = tables_for(into)
    if request.dry_run:
        names = tuple(dict.fromkeys((*names, *tables_explained(into))))
    wanted = [name for name in names if session.has(name)]
    reads = {name: session.table(name) for name in wanted}

    book = BookNow(
        _now(session, reads),
        session.policy,
        as_of,
        lambda: _has_amounts(session),
        session.former_rows,
    )
    draft = draft_import(request.file, request.options, book, explains=request.dry_run)
    if request.answered is not None:
        refuse_unanswered(draft, request.options, request.answered)
    if not request.dry_run:
        _refuse_unsaid_amounts(request.file, draft)
    return draft, session


@collecting_nothing()
def write_draft(host: Host, request: ImportRequest, draft: ImportDraft, session: Session) -> None:
    """Hand the writes of a draft to the host.

    Args:
        session: that in which it was drafted; its `beside` then says what became of things that
            people had put on rows.

    Raises: SalesbookError of any kind; then the host was asked for no write.
    """
    _write(host, request, draft, session, list(draft.changes))


def write_columns(host: Host, request: ImportRequest, draft: ImportDraft, session: Session) -> None:
    """Put all columns of a file into ImportMaps, for somebody to say there where each goes.

    Nothing else is written. Raises: as `write_draft`.
    """
    _write(host, request, draft, session, list(draft.every_column))


def _write(
    host: Host,
    request: ImportRequest,
    draft: ImportDraft,
    session: Session,
    changes: list[TableChange],
) -> None:
    """Write changes; each is taken from the list once it is prepared."""
    started = time.perf_counter()
    as_of = request.as_of
    # Amounts are written in the currency that the workbook has now.
    session.policy = draft.policy
    written = {change.table: len(change.changes) + len(change.new_rows) for change in changes}
    writes: list[PreparedWrite] = []
    while changes:
        writes.append(_prepared(session, changes.pop(0), as_of))
    writes += session.prepared_parked_notes(writes, as_of)
    seconds = round(time.perf_counter() - started, 3)
    report = _report(draft, written, as_of, seconds, session.language)
    log = log_entry(session, report, writes)
    host.write([prepared.write for prepared in (*writes, *log)])
    session.beside = tuple(finding for prepared in writes for finding in prepared.findings)


def _refuse_unsaid_amounts(file: Path, draft: ImportDraft) -> None:
    """Raises: AmbiguousFile where amounts were made of other columns and nobody has said so."""
    if draft.amount_proposal:
        raise AmbiguousFile(
            "amount-unsaid",
            where=file.name,
            option="--amount-from",
            choices=(draft.amount_proposal,),
            expression=draft.amount_proposal,
        )


def _has_amounts(session: Session) -> bool:
    """Whether anybody has typed money into the workbook, readable or not."""
    for spec in TABLES.values():
        if spec.role is Role.OUTPUT or not session.has(spec.name):
            continue
        read = session.table(spec.name)
        for field in spec.fields:
            if field.kind in MONEY_KINDS and field.name in read.headers:
                column = read.cells.headers.index(read.headers[field.name])
                if not all(map(is_blank, read.cells.columns[column])):
                    return True
    return False


def _report(
    draft: ImportDraft,
    written: dict[str, int],
    as_of: dt.date,
    seconds: float,
    language: Language,
) -> Report:
    """An import as the run log counts it; `written` are rows by table."""
    rows = {"in": draft.read, "used": draft.accepted, "skipped": len(draft.rejected)}
    return Report(
        action="import",
        as_of=as_of,
        rows={draft.table: rows},
        written=written,
        findings=(),
        seconds=seconds,
        language=language,
    )


def _now(session: Session, reads: Mapping[str, ReadTable]) -> dict[str, TableNow]:
    """The tables as they stand, each read with its own calendar's first day."""
    rules = session.policy.rules
    options = CellOptions(currency=rules.currency, fiscal_year_start=rules.fiscal_year_start)
    tables = {}
    for name, read in reads.items():
        table_options = replace(options, epoch_1904=read.cells.epoch_1904)
        tables[name] = table_now(
            read.cells,
            read.headers,
            read.frame,
            table_options,
            _formula_headers(session, read),
        )
    return tables


def _formula_headers(session: Session, read: ReadTable) -> frozenset[str]:
    """Columns of the user's own in which a formula stands: an import never writes there."""
    # Most tables have none of his; asking for what stands on rows takes a look at all of them.
    if not read.own_headers:
        return frozenset()
    marks = session.annotations(read.spec.name)
    return frozenset(mark.header for mark in marks if mark.mark is Mark.FORMULA)


def _prepared(session: Session, change: TableChange, as_of: dt.date) -> PreparedWrite:
    if change.replaces:
        return session.prepared_write(change.table, change.new_rows, as_of=as_of, own=change.own)
    changes = RowChanges(change.new_rows, change.changes, change.leaving, change.own)
    return session.prepared_changes(change.table, changes)


def result_of(
    request: ImportRequest,
    draft: ImportDraft,
    session: Session,
    say: Say = labels.sentence,
) -> ImportResult:
    """What to say of an import, its rejects written beside the file.

    Args:
        session: that in which it was written.
        say: puts into the words of a face what is to be done where no row could be used.

    Raises: EveryRowRejected, or AmbiguousFile where one option would decide every row.
    """
    language = request.language or session.language
    files = _Files()
    if not request.dry_run:
        _refuse_without_columns(request.file, draft)
        files = _written_beside(request.file, draft, language)
        _refuse_where_nothing_is_taken(request.file, draft, str(files.rejects), language, say)
    return ImportResult(
        table=draft.table,
        read=draft.read,
        accepted=draft.accepted,
        new=draft.new,
        updated=draft.updated,
        unchanged=draft.unchanged,
        rejected=len(draft.rejected),
        duplicates=draft.duplicates,
        gaps=draft.gaps,
        equal_lines=draft.equal_lines,
        equal_total=draft.totals.equal_lines if draft.totals else None,
        repeated=draft.repeated,
        reasons=draft.reasons,
        total=draft.totals.accepted if draft.totals else None,
        total_field=draft.totals.field if draft.totals else "",
        rejects_file=files.rejects,
        gaps_file=files.gaps,
        dropped_file=files.dropped,
        not_taken=draft.not_taken,
        came_along=tuple((column.header, column.own_header) for column in draft.kept.columns),
        added=draft.added,
        alike_rows=draft.alike_rows,
        alike_additions=draft.alike_additions,
        nobodys_contacts=draft.nobodys_contacts,
        dry_run=request.dry_run,
        language=language,
        notes=(
            *draft.source.notes,
            *_hidden_notes(draft.source),
            *draft.notes,
            *session.notes(()),
        ),
        beside=session.beside,
        explanation=draft.explanation,
        totals=draft.totals if request.dry_run else None,
        questions=tuple(questions_of_draft(draft, request.options)) if request.dry_run else (),
    )


def _hidden_notes(source: ForeignTable) -> tuple[Message, ...]:
    """Say how many rows nobody sees who opens the file, and what became of them."""
    count = source.hidden_taken or source.hidden_left
    if not count:
        return ()
    code = "import.hidden-taken" if source.hidden_taken else "import.hidden-left"
    return (Message(code, {"rows": count, "option": "--hidden leave"}),)


@dataclass(frozen=True)
class _Files:
    """What was written beside a file; None where there was nothing to tell."""

    rejects: Path | None = None
    gaps: Path | None = None
    dropped: Path | None = None


def _written_beside(file: Path, draft: ImportDraft, language: Language) -> _Files:
    """Write the rows that were not taken whole beside the file that they came from."""

    def say(reason: Reason) -> str:
        return reason_text(reason, language)

    rejects = (
        write_beside(file, "rejects", rejects_text(draft, say, language))
        if draft.rejected
        else None
    )
    if not draft.accepted:
        return _Files(rejects)
    gaps = dropped = None
    if draft.with_gaps:
        gaps = write_beside(file, "gaps", gaps_text(draft, say, language))
    if draft.dropped:
        dropped = write_beside(file, "dropped", dropped_text(draft, language))
    return _Files(rejects, gaps, dropped)


def _refuse_without_columns(file: Path, draft: ImportDraft) -> None:
    """Say once for the file which column it lacks. Raises: ColumnMissing."""
    if not draft.no_column:
        return
    first, *_ = draft.no_column
    raise ColumnMissing(
        "no-column-in-file",
        where=str(file),
        fields=[f"{draft.table}.{name}" for name in draft.no_column],
        field=first,
        free=tuple(draft.not_taken) or None,
    )


def _refuse_where_nothing_is_taken(
    file: Path, draft: ImportDraft, rejects_file: str, language: Language, say: Say
) -> None:
    """Say why nothing of a file was taken.

    Where every row has a cell that can be read in two ways, an option decides them all; else each
    row's own faults are to be mended, of which the most frequent one is told.

    Raises: EveryRowRejected, AmbiguousFile.
    """
    if not draft.is_all_rejected:
        return
    facts: dict[str, Any] = {"rejected": len(draft.rejected), "rejects_file": rejects_file}
    if not draft.deciding_options:
        entry = next(entry for entry in draft.reasons if entry.loss is Loss.ROW)
        template = labels.word("cli", "import.reason_row", language)
        why = fill(template, reason_facts(entry, draft.table, language, say), language)
        raise EveryRowRejected(where=str(file), why=why, **facts)
    option = " ".join(draft.deciding_options)
    raise AmbiguousFile("every-row-unclear", where=str(file), option=option, **facts)


def reason_text(reason: Reason, language: Language) -> str:
    """Why a row was rejected: what was expected there, and what to do."""
    parts = (Message(f"{reason.code}.{part}", reason.params) for part in ("expected", "advice"))
    return " · ".join(labels.sentence(part, language) for part in parts)
