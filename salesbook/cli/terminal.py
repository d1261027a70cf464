"""What people see in a terminal: short tables on stdout, messages on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesbook import labels
from salesbook.cli.outputs import say
from salesbook.labels import Language, sheet_name, word
from salesbook.labels.messages import fill
from salesbook.labels.words import inert
from salesbook.messages import Message

if TYPE_CHECKING:
    from rich.table import Table

    from salesbook.book.importing import ImportResult
    from salesbook.book.report import Report
    from salesbook.book.session import Session
    from salesbook.messages import Finding
    from salesbook.setup.doctor import Check
    from salesbook.store import Cell

_TOLD = 20
"""Findings that a run tells itself; Checks has room for all."""


def json_line(document: dict[str, Any]) -> str:
    """One JSON document, in escapes where the output could not write every letter."""
    is_utf8 = (getattr(sys.stdout, "encoding", None) or "").lower().replace("_", "-") in (
        "utf-8",
        "utf8",
    )
    return json.dumps(document, ensure_ascii=not is_utf8, allow_nan=False) + "\n"


class Terminal:
    """Writes in one language; `quiet` leaves out messages, never results."""

    def __init__(self, language: Language, *, quiet: bool) -> None:
        self.language = language
        self.quiet = quiet

    def document(self, document: dict[str, Any]) -> None:
        """Print one JSON document."""
        sys.stdout.write(json_line(document))

    def report(self, book: Path, report: Report) -> None:
        """Show what a verb read, wrote and found."""
        if self.quiet:
            return
        title = self._say("report.title", action=report.action, as_of=report.as_of)
        table = self._table(
            title,
            *(
                self._say(f"report.{name}")
                for name in ("table", "in", "used", "skipped", "written")
            ),
        )
        for name in dict.fromkeys([*report.rows, *report.written]):
            counts = report.rows.get(name, {})
            if not any(counts.values()) and name not in report.written:
                continue
            shown = [
                counts.get("in"),
                counts.get("used"),
                counts.get("skipped") or None,
                report.written.get(name),
            ]
            table.add_row(
                sheet_name(name, self.language), *("" if n is None else str(n) for n in shown)
            )
        self._print(table)
        self._message(self._findings(report))
        self._message(
            self._say(
                "report.done", book=book, action=report.action, seconds=f"{report.seconds:.2f}"
            )
        )

    def _findings(self, report: Report) -> str:
        if not report.findings:
            return self._say("report.clean")
        counts = self._say("report.findings", errors=report.errors, warnings=report.warnings)
        if "Checks" not in report.written:
            told = [self._finding(finding) for finding in report.findings[:_TOLD]]
            more = [self._say("report.run_validate")] if len(report.findings) > _TOLD else []
            return "\n".join([counts, *told, *more])
        where = self._say("report.see_checks", sheet=sheet_name("Checks", report.language))
        return f"{counts} {where}"

    def _finding(self, finding: Finding) -> str:
        """Where, what was found, what was expected, what to do: of a run that writes no Checks."""
        facts = {**finding.params, "found": finding.found}
        header = labels.field_label(finding.table, finding.field or "", self.language)
        where = " ".join(
            part
            for part in (sheet_name(finding.table, self.language), finding.row_key, header)
            if part
        )
        said = [
            labels.sentence(Message(f"{finding.code}.{part}", facts), self.language)
            for part in ("expected", "advice")
        ]
        return f"  {where}: " + " · ".join(part for part in (finding.found, *said) if part)

    def restored(self, book: Path, report: Report) -> None:
        """Say which tables an undo put back."""
        names = ", ".join(sheet_name(name, self.language) for name in report.written)
        self._message(self._say("report.restored", book=book, tables=names))

    def made(self, book: Path, rows: dict[str, int]) -> None:
        """Say that a workbook was made."""
        if rows:
            self._message(self._say("report.sample", rows=sum(rows.values()), tables=len(rows)))
        self._message(self._say("report.made", book=book))

    def imported(self, file: Path, result: ImportResult) -> None:
        """Show what became of a file's rows."""
        if self.quiet:
            return
        title = self._say(
            "import.title", file=file.name, table=sheet_name(result.table, self.language)
        )
        table = self._table(title, "", "")
        for name in ("read", "accepted", "new", "updated", "unchanged", "rejected", "duplicates"):
            table.add_row(self._say(f"import.{name}"), str(getattr(result, name)))
        if result.total is not None:
            field = labels.header(result.table, result.total_field, self.language)
            table.add_row(self._say("import.total", field=field), f"{result.total:,}")
        self._print(table)
        for name, count in result.added.items():
            self._message(
                self._say("import.added", table=sheet_name(name, self.language), count=count)
            )
        if result.look_alikes:
            self._message(self._say("import.look_alikes", count=result.look_alikes))
        if result.not_taken:
            self._message(self._say("import.not_taken", headers=", ".join(result.not_taken)))
        if result.rejects_file:
            self._message(self._say("import.rejects_file", path=result.rejects_file))
        if result.dry_run:
            self._message(self._say("import.dry_run"))

    def table(self, name: str, session: Session) -> None:
        """Show a table's rows under the headers of the language."""
        from salesbook.writing.values import cells_of

        read = session.table(name)
        fields = [one for one in read.spec.fields if one.name in read.headers]
        if read.rows_skipped:
            self._message(
                self._say(
                    "report.left_out",
                    table=sheet_name(name, self.language),
                    count=read.rows_skipped,
                )
            )
        if not len(read.frame):
            if not read.rows_skipped:
                self._message(self._say("report.no_rows", table=sheet_name(name, self.language)))
            return
        table = self._table(
            sheet_name(name, self.language),
            *(labels.header(name, one.name, self.language) for one in fields),
        )
        columns = [
            cells_of(name, one, read.frame, language=self.language, currency=session.currency)
            for one in fields
        ]
        for row in zip(*columns, strict=True):
            table.add_row(
                *(_shown(value, one.kind) for value, one in zip(row, fields, strict=True))
            )
        self._print(table)

    def checks(self, checks: Sequence[Check]) -> None:
        """Show what a doctor found."""
        table = self._table("", "", "", self._say("doctor.advice"))
        for check in checks:
            table.add_row("✓" if check.ok else "✗", inert(check.message), inert(check.advice))
        self._print(table)

    def _say(self, name: str, **facts: Any) -> str:
        return fill(word("cli", name, self.language), facts, self.language)

    def _message(self, text: str) -> None:
        if not self.quiet:
            say(inert(text))

    def _table(self, title: str, *headers: str) -> Table:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(
            title=inert(title) or None,
            box=SIMPLE_HEAD,
            title_justify="left",
            show_header=any(headers),
        )
        for place, header in enumerate(headers):
            table.add_column(header, overflow="fold", no_wrap=place == 0)
        return table

    def _print(self, table: Table) -> None:
        from rich.console import Console

        wide = None if sys.stdout.isatty() else max(int(os.environ.get("COLUMNS", "0") or 0), 200)
        console = Console(width=wide, highlight=False, markup=False, emoji=False)
        with (
            console.capture() as drawn
        ):  # printing itself, it ends the process where a reader has had enough
            console.print(table)
        sys.stdout.write(drawn.get())


def _shown(value: Cell, kind: str) -> str:
    """A cell as a person reads it; `kind` is its field's."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if kind == "rate":
            return f"{value:.1%}"
        if kind in ("money", "measure"):
            return f"{value:,}"
        return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return inert(str(value))
