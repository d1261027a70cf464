"""What people see in a terminal: short tables on stdout, messages on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from salesbook import labels
from salesbook.book.summary import (
    IDENTITY_CODES,
    REASON_CODES,
    Line,
    backup_lines,
    forget_lines,
    import_counts,
    import_remarks,
    upgrade_lines,
)
from salesbook.cli.outputs import say
from salesbook.cli.started import as_started
from salesbook.cli.stdout import print_lines, print_table
from salesbook.labels import Language, sheet_name, word
from salesbook.labels.messages import BETWEEN_SENTENCES, fill
from salesbook.labels.words import inert
from salesbook.messages import Message

if TYPE_CHECKING:
    from salesbook.book.backups import Kept
    from salesbook.book.explained import Explainer
    from salesbook.book.files import Standing
    from salesbook.book.forgetting.forget import Forgotten
    from salesbook.book.importing import ImportResult
    from salesbook.book.report import Report
    from salesbook.book.reporting import Reports
    from salesbook.book.undo import Obstacle, PastRun
    from salesbook.book.upgrade import Upgrade
    from salesbook.domain.outcome import ClosedMonth
    from salesbook.intake.telling.explain.explanation import Explanation
    from salesbook.setup.doctor import SetupCheck

_MOST_SHEETS: Final = 3
"""How many sheets a line names; of more it names one less and counts the others."""


def json_line(document: dict[str, Any]) -> str:
    """One JSON document, in escapes where the output could not write every letter."""
    encoding = getattr(sys.stdout, "encoding", None) or ""
    is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return json.dumps(document, ensure_ascii=not is_utf8, allow_nan=False) + "\n"


class Terminal:
    """Writes in one language; `quiet` leaves out messages, never results."""

    def __init__(self, language: Language, *, quiet: bool) -> None:
        self.language = language
        self.quiet = quiet

    def document(self, document: dict[str, Any]) -> None:
        """Print one JSON document."""
        sys.stdout.write(json_line(document))

    def report(self, book: Path, report: Report, *, verbose: bool = False) -> None:
        """Show what a verb did: at most ten lines for a manager, and one of counts.

        Args:
            verbose: whether rows read, used and written are shown table by table as well, and every
                line is said.
        """
        if self.quiet:
            return
        from salesbook.cli.closing import Closing

        self._notes(report.notes)
        self._say_kept(report.kept)
        if report.closed is not None:
            self._pay_table(report.closed)
        if verbose:
            self._counts_table(report)
        closing = Closing(report, book, self.language, verbose=verbose)
        print_lines([*map(as_started, closing.lines()), closing.counts()])

    def _counts_table(self, report: Report) -> None:
        """Rows read, used, left out and written, of each table that has any."""
        columns = ("table", "in", "used", "skipped", "written")
        title = self._say("report.title", action=report.action, as_of=report.as_of)
        rows = []
        for name in dict.fromkeys([*report.rows, *report.written]):
            counts = report.rows.get(name, {})
            if not any(counts.values()) and name not in report.written:
                continue
            shown_counts = (
                counts.get("in"),
                counts.get("used"),
                counts.get("skipped") or None,  # a column of zeros would hide the few that matter
                report.written.get(name),
            )
            cells = ["" if count is None else str(count) for count in shown_counts]
            rows.append((sheet_name(name, self.language), *cells))
        self._table(title, [self._say(f"report.{column}") for column in columns], rows, numbers=4)

    def _pay_table(self, month: ClosedMonth) -> None:
        """What a month pays, rep by rep and in all."""
        from salesbook.domain.outcome import PAY_AMOUNTS

        code = "reopened" if month.is_reopened else "closed"
        headers = [
            labels.header("Statements", name, self.language) for name in ("rep_id", *PAY_AMOUNTS)
        ]
        rows = [
            (rep.name, *(f"{getattr(rep, name):,}" for name in PAY_AMOUNTS)) for rep in month.reps
        ]
        totals = [sum(getattr(rep, name) for rep in month.reps) for name in PAY_AMOUNTS]
        rows.append((self._say("close.total"), *(f"{total:,}" for total in totals)))
        title = self._say(f"close.{code}", period=month.period)
        self._table(title, headers, rows, numbers=len(PAY_AMOUNTS))

    def _notes(self, notes: Sequence[Message]) -> None:
        """What a run says of its result or of the workbook, a sentence each."""
        for note in notes:
            self._message(labels.sentence(note, self.language))

    def restored(self, book: Path, report: Report) -> None:
        """Say which tables an undo put back."""
        names = tuple(sheet_name(name, self.language) for name in report.written)
        self._message(self._say("report.restored", book=book, tables=names))
        self._notes(report.notes)
        self._say_kept(report.kept)

    def _say_kept(self, kept: Kept | None) -> None:
        for line in backup_lines(kept):
            self._message(self._line("report", line, self.language))

    def past_runs(self, book: Path, standings: Sequence[Standing]) -> None:
        """List runs, newest first, and say which can be taken back with all later ones."""
        if not standings:
            self._message(self._say("undo.none", book=book))
            return
        columns = ("number", "at", "action", "as_of", "user", "can", "tables")
        rows = []
        for standing in standings:
            run = standing.run
            cells = (
                str(run.number),
                run.at.isoformat(" "),
                run.action,
                run.as_of.isoformat() if run.as_of else "",
                run.user,
                self._standing(standing.obstacle),
                self._few_sheets(run.tables),
            )
            rows.append(cells)
        self._table("", [self._say(f"undo.{column}") for column in columns], rows)

    def _standing(self, obstacle: Obstacle | None) -> str:
        if obstacle is None:
            return self._say("undo.yes")
        if obstacle.tables:
            return self._say("undo.typed", tables=self._sheets(obstacle.tables))
        if obstacle.code == "damaged-backup":
            return self._say("undo.damaged_backup", path=obstacle.where)
        if obstacle.code == "undo-forgotten":
            return self._say("undo.forgotten")
        return self._say("undo.no_backup")

    def taking_back(self, runs: Sequence[PastRun]) -> None:
        """Name what is about to be taken back."""
        names = self._say("undo.comma").join(map(self.run_name, runs))
        tables = dict.fromkeys(table for run in runs for table in run.tables)
        self._message(self._say("undo.taking", runs=names, tables=self._sheets(tables)))

    def run_name(self, run: PastRun) -> str:
        """A past run in a few words."""
        return self._say("undo.run", action=run.action, at=run.at.isoformat(" "), user=run.user)

    def undo_question(self, run: PastRun) -> str:
        """Ask whether a run that came in between shall be taken back too."""
        return inert(self._say("undo.question", run=self.run_name(run)))

    def _few_sheets(self, tables: Sequence[str]) -> str:
        """The first sheets and how many more: a refresh changes twenty."""
        if len(tables) <= _MOST_SHEETS:
            return self._sheets(tables)
        named = self._sheets(tables[: _MOST_SHEETS - 1])
        return self._say("undo.more", tables=named, count=len(tables) - _MOST_SHEETS + 1)

    def _sheets(self, tables: Iterable[str]) -> str:
        return self._say("undo.comma").join(sheet_name(table, self.language) for table in tables)

    def made(self, book: Path, rows: dict[str, int]) -> None:
        """Say that a workbook was made."""
        if rows:
            count = f"{sum(rows.values()):,}"
            sample = self._say("report.sample", rows=count, tables=len(rows))
            self._message(sample)
        self._message(self._say("report.made", book=book))

    def reports(self, reports: Reports) -> None:
        """Print a text; of files say where they lie."""
        files = [written.path for written in reports.written if written.path is not None]
        for written in reports.written:
            if written.path is None:
                # Asked for as a result, so it goes where results go, quiet or not.
                sys.stdout.write(inert(written.content.decode()))
        if len(files) == 1:
            self._message(self._say("reports.made", path=files[0]))
        elif files:
            facts = {"count": len(files), "folder": files[0].parent}
            self._message(self._say("reports.made_many", **facts))
        elif not reports.written:
            self._message(self._say("reports.nobody"))
        self._notes(reports.notes)

    def sentences(self, messages: Iterable[Message]) -> None:
        """Print sentences that were asked for as a result, quiet or not."""
        print_lines([labels.sentence(message, self.language) for message in messages])

    def upgraded(self, upgrade: Upgrade) -> None:
        """Say what an upgrade added and changed, in at most ten lines."""
        for line in upgrade_lines(upgrade):
            self._message(self._line("upgrade", line, upgrade.language))

    def forgotten(self, result: Forgotten) -> None:
        """Say where a customer stands, what goes, and what nobody but people can take out."""
        lines = [self._line("forget", line, result.language) for line in forget_lines(result)]
        print_lines([as_started(line) for line in lines])
        self._notes(result.notes)

    def imported(
        self, book: Path, file: Path, result: ImportResult, typed: Sequence[str] = ()
    ) -> None:
        """Show what became of a file's rows, where they are, and how to take them back.

        Args:
            typed: what was answered to questions, as options to type the next time.
        """
        if self.quiet:
            return
        if result.explanation is not None:
            self._explained(file, result, result.explanation)
        sheet = sheet_name(result.table, self.language)
        counts = [
            (self._say(f"import.{name}"), str(count))
            for name, count in import_counts(result).items()
        ]
        if result.total is not None:
            field = labels.header(result.table, result.total_field, self.language)
            counts.append((self._say("import.total", field=field), f"{result.total:,}"))
        self._table(
            self._say("import.title", file=file.name, table=sheet), ("", ""), counts, numbers=1
        )

        remarks = import_remarks(result)
        if result.explanation is not None:
            remarks = self._explained_rows(result, result.explanation, remarks)
        for line in remarks:
            self._message(self._line("import", line, result.language))
        if typed:
            self._message(self._say("import.next_time", options=" ".join(typed)))
        self._notes(result.notes)
        self._say_kept(result.kept)
        # A dry run wrote nothing, and an import that changes nothing keeps nothing to go back to.
        if result.kept is not None and result.kept.path is not None:
            sheets = sheet_name(result.table, result.language)
            look = self._say("closing.look", sheets=sheets, book=book)
            undo = self._say("closing.undo", book=book)
            self._message(BETWEEN_SENTENCES[self.language].join((look, undo)))

    def _explainer(self, result: ImportResult, explanation: Explanation) -> Explainer:
        from salesbook.book.explained import Explainer

        return Explainer(explanation, result.table, self.language)

    def _explained(self, file: Path, result: ImportResult, explanation: Explanation) -> None:
        """Show what a dry run makes of the file: columns, cells, names and dates."""
        explainer = self._explainer(result, explanation)
        self._lines(explainer.source_lines(file.name))
        self._table("", [*explainer.column_headers()], [*explainer.column_rows()])
        for lines in (
            explainer.left_lines(),
            explainer.decision_lines(),
            explainer.name_lines(),
            explainer.date_lines(),
            explainer.change_lines(),
        ):
            self._lines(lines)

    def _explained_rows(
        self, result: ImportResult, explanation: Explanation, remarks: Sequence[Line]
    ) -> list[Line]:
        """Show why a dry run leaves rows out, and what is open. Returns: what is left to say."""
        explainer = self._explainer(result, explanation)
        identities = [line for line in remarks if line.code in IDENTITY_CODES]
        reasons = [line for line in remarks if line.code in REASON_CODES]
        self._lines([self._line("import", line, result.language) for line in identities])
        self._lines(explainer.total_lines(result.totals))
        for reason in reasons:
            self._lines([self._line("import", reason, result.language)])
        self._lines(explainer.open_lines(result.questions))
        # The explanation names the columns already, each with an example.
        said = (*identities, *reasons)
        return [line for line in remarks if line not in said and line.code != "not_taken"]

    def _lines(self, lines: Sequence[str]) -> None:
        """Print a paragraph on stdout, wrapped between words, with a blank line behind it."""
        if lines:
            print_lines([*lines, ""])

    def checks(self, checks: Sequence[SetupCheck]) -> None:
        """Show what a doctor found."""
        rows = [
            ("✓" if check.ok else "✗", as_started(check.message), as_started(check.advice))
            for check in checks
        ]
        self._table("", ("", "", self._say("doctor.advice")), rows)

    def _say(self, name: str, **facts: Any) -> str:
        return fill(word("cli", name, self.language), facts, self.language)

    def _line(self, section: str, line: Line, book_language: Language) -> str:
        """A line of a result in words; sheets are called as in the workbook."""
        sheets = {fact: sheet_name(table, book_language) for fact, table in line.sheets.items()}
        return self._say(f"{section}.{line.code}", **line.facts, **sheets)

    def _message(self, text: str) -> None:
        if not self.quiet:
            say(inert(as_started(text)))

    def _table(
        self,
        title: str,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        numbers: int = 0,
    ) -> None:
        """Print a table that fits the terminal.

        Args:
            numbers: how many columns at the end hold numbers.
        """
        from salesbook.cli.layout import Column

        cells = [[row[position] for row in rows] for position in range(len(headers))]
        first_number = len(headers) - numbers
        columns = [
            Column(header, cells[position], is_number=position >= first_number)
            for position, header in enumerate(headers)
        ]
        print_table(columns, title)
