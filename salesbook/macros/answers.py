"""What does a button say at the end: what was written, what needs attention, where to click?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from salesbook.actions import ACTIONS, Button
from salesbook.book.summary import (
    Line,
    backup_lines,
    findings_lines,
    import_counts,
    import_remarks,
)
from salesbook.errors import SalesbookError
from salesbook.labels import Language, sentence, sheet_name, words
from salesbook.labels.errors import error_advice, error_message, error_where
from salesbook.labels.messages import fill
from salesbook.macros.words import MessageBox, say, sentence_in_excel

if TYPE_CHECKING:
    from salesbook.book.importing import ImportResult
    from salesbook.book.report import Report
    from salesbook.book.reporting import Reports
    from salesbook.book.undo import PastRun
    from salesbook.macros.host import MacroHost
    from salesbook.setup.doctor import SetupCheck

_MOST_TABLES: Final = 6
"""Tables that a message names: more than that nobody reads."""


def report_box(host: MacroHost, button: Button, report: Report) -> MessageBox:
    """What a verb did, and where to look next."""
    language = host.language
    title = say(
        "done.title",
        language,
        button=say(f"button.{button.name}", language),
        seconds=f"{report.seconds:.1f}",
        as_of=report.as_of,
    )
    paragraphs = [title, say("done.written", language, tables=_tables(report.written, language))]

    paragraphs += told(report, language)

    skipped = sum(counts["skipped"] for counts in report.rows.values())
    if skipped:
        paragraphs.append(say("done.skipped", language, count=skipped))

    if report.findings or not ACTIONS[report.action].keeps_checks:
        findings = [line_words(host, "done", line) for line in findings_lines(report)]
        paragraphs.append(" ".join(findings))

    if button.look_at in report.written:
        sheet = host.sheet_of(button.look_at)
        rows = report.written[button.look_at]
        paragraphs.append(say(f"look.{button.name}", language, sheet=sheet, rows=rows))
    paragraphs += [sentence(note, language) for note in report.notes]
    paragraphs += _said_of_backup(host)
    return MessageBox("\n\n".join(paragraphs))


def told(report: Report, language: Language) -> list[str]:
    """What a run says of itself, a sentence each; of a preview also what it lists."""
    return [sentence(message, language) for message in (*report.answer, *report.details)]


def _tables(written: Mapping[str, int], language: Language) -> str:
    """The tables with the most rows, and how many more there are."""
    by_rows = sorted(written.items(), key=lambda counted: counted[1], reverse=True)
    parts = []
    for table, rows in by_rows[:_MOST_TABLES]:
        sheet = sheet_name(table, language)
        parts.append(say("done.table", language, table=sheet, rows=rows))

    more = len(by_rows) - _MOST_TABLES
    if more > 0:
        parts.append(say("done.more", language, count=more))
    return say("done.comma", language).join(parts)


def line_words(host: MacroHost, section: str, line: Line) -> str:
    """A line of a result in words; sheets are called as they are in the open workbook."""
    sheets = {fact: host.sheet_of(table) for fact, table in line.sheets.items()}
    return say(f"{section}.{line.code}", host.language, **line.facts, **sheets)


def import_box(host: MacroHost, file: Path, result: ImportResult) -> MessageBox:
    """What became of a file's rows."""
    language = host.language
    sheet = host.sheet_of(result.table)
    paragraphs = [
        say("import.title", language, file=file.name, sheet=sheet),
        say("import.counts", language, **import_counts(result)),
        *(line_words(host, "import", line) for line in import_remarks(result, sentence_in_excel)),
        *_said_of_backup(host),
        say("import.next", language),
        *(sentence_in_excel(note, language) for note in result.notes),
    ]
    return MessageBox("\n\n".join(paragraphs))


def undo_box(host: MacroHost, run: PastRun, report: Report) -> MessageBox:
    """Which run an undo took back, and which tables it put back."""
    language = host.language
    tables = tuple(sheet_name(table, language) for table in report.written)
    name = say("undo.run", language, action=run.action, at=run.at.isoformat(" "), user=run.user)
    restored = say("undo.restored", language, run=name, tables=tables)
    notes = [sentence(note, language) for note in report.notes]
    return MessageBox("\n\n".join([restored, *notes, *_said_of_backup(host)]))


def reports_box(host: MacroHost, reports: Reports, *, was_opened: bool) -> MessageBox:
    """Where a report lies."""
    word = "made" if was_opened else "not_opened"
    facts = {"period": reports.period_name, "path": reports.written[0].path}
    return MessageBox(say(f"report.{word}", host.language, **facts))


def _said_of_backup(host: MacroHost) -> list[str]:
    """What somebody must know of the state before a run: nothing most of the time."""
    return [line_words(host, "done", line) for line in backup_lines(host.kept)]


def checks_box(checks: Sequence[SetupCheck], language: Language) -> MessageBox:
    """What looking at the set-up found."""
    lines = [
        f"{'✓' if check.ok else '✗'} {check.message} {check.advice}".rstrip() for check in checks
    ]
    faults = sum(not check.ok for check in checks)
    verdict = say("check.faults" if faults else "check.fine", language, count=faults)
    return MessageBox("\n".join([*lines, "", verdict]), "critical" if faults else "info")


def refusal_box(refusal: SalesbookError, language: Language) -> MessageBox:
    """Why nothing was written, and what to do in Excel about it."""
    in_excel = words("macros", language)["refusal"].get(refusal.code)
    if in_excel:
        facts = _Facts({"where": refusal.where, **refusal.params})
        message = fill(in_excel["message"], facts, language)
        advice = fill(in_excel["advice"], facts, language)
    else:
        message = error_message(refusal, language)
        advice = error_advice(refusal, language)

    where = f"{error_where(refusal, language)}: " if refusal.where else ""
    return MessageBox(f"{where}{message}\n\n{advice}", "critical")


class _Facts(dict[str, Any]):
    """Facts of a refusal; one that is not there shows as a dash rather than hiding the refusal."""

    def __missing__(self, name: str) -> None:
        return None


def bug_box(log: Path, language: Language) -> MessageBox:
    """That something went wrong in salesbook itself."""
    return MessageBox(say("bug", language, path=log), "critical")
