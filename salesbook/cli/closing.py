"""What does a verb say at its end? At most ten lines that a manager wants, and one of counts.

This is the only place where they are put together: what a page says of the result goes in here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from salesbook import labels
from salesbook.actions import ACTIONS
from salesbook.book.page_lines import PAGE_LINES
from salesbook.book.summary import findings_lines
from salesbook.labels import Language, sheet_name, word
from salesbook.labels.messages import BETWEEN_SENTENCES, fill
from salesbook.messages import Message
from salesbook.tables import TABLES

if TYPE_CHECKING:
    from salesbook.book.attention import FindingKind, UrgentAlert
    from salesbook.book.report import Report
    from salesbook.book.summary import Line

MOST_LINES: Final = 10
_MOST_KINDS: Final = 6
"""Kinds of finding that the verb tells which is asked for them; and one whose findings stand on no
sheet."""
_MOST_KINDS_BESIDE: Final = 2
"""Of errors, that a verb tells beside its own result; the sheet Checks has the rest."""
_DRAFTS: Final = ("plan.draft-first", "plan.draft-changes")
"""Answers that name a draft, which counts once it is published."""


class Closing:
    """The closing lines of one verb, in words."""

    def __init__(
        self, report: Report, book: Path, language: Language, *, verbose: bool = False
    ) -> None:
        """Take what the lines are made of.

        Args:
            verbose: whether every line and every kind of finding is said, however many.
        """
        self._report = report
        self._verbose = verbose
        self._book = book
        self._language = language

    def lines(self) -> list[str]:
        """What a manager wants: the answer, what is urgent, what is wrong, where to look."""
        look = self._where_to_look()
        # What the Dashboard says tells the urgent things with all others; without pages alerts do.
        urgent = self._report.digest or tuple(self._urgent())
        wrong = self._wrong()
        if self._report.digest and not self._verbose:
            wrong = wrong[:1]
        result = [*self._answer(), *urgent, *wrong]
        room = MOST_LINES - len(look)
        if len(result) > room and not self._verbose:
            more = self._say("more", count=len(result) - room + 1)
            result = [*result[: room - 1], more]
        # Whoever is asked to agree sees all that it is about, however long.
        details = [labels.sentence(line, self._language) for line in self._report.details]
        return [*result, *details, *look]

    def counts(self) -> str:
        """One line: what was read, left out, written and found, and how long it took."""
        report = self._report
        read = [counts for counts in report.rows.values() if counts["in"]]
        written = [rows for rows in report.written.values() if rows]
        # What a verb did not look for it has not counted.
        name = "counts_looked_for_nothing" if self._looked_for_nothing() else "counts"
        return self._say(
            name,
            action=report.action,
            as_of=report.as_of,
            rows=f"{sum(counts['in'] for counts in read):,}",
            tables=len(read),
            skipped=f"{sum(counts['skipped'] for counts in read):,}",
            written=f"{sum(written):,}",
            into=len(written),
            errors=report.errors,
            warnings=report.warnings,
            seconds=f"{report.seconds:.1f}",
        )

    def _answer(self) -> list[str]:
        return [labels.sentence(message, self._language) for message in self._report.answer]

    def _urgent(self) -> Iterator[str]:
        """The first alerts, and how many there are in all."""
        attention = self._report.attention
        for alert in attention.alerts:
            yield self._alert(alert)
        more = attention.alert_count - len(attention.alerts)
        if more > 0:
            sheet = self._sheet("Alerts")
            yield self._say("more_alerts", count=more, sheet=sheet, book=self._book)

    def _alert(self, alert: UrgentAlert) -> str:
        amount = None if alert.amount is None else _amount(alert.amount)
        who = [part for part in (alert.about, alert.rep, amount) if part]
        kind = labels.choice("Alerts.kind", alert.kind, self._language)
        because = labels.sentence(alert.because, self._language)
        what = word("cli", "closing.between", self._language).join([kind, *who])
        return self._say("alert", what=what, because=because)

    def _looked_for_nothing(self) -> bool:
        action = ACTIONS.get(self._report.action)
        return action is not None and action.keeps_checks and not self._report.findings

    def _wrong(self) -> list[str]:
        """How many findings there are and where they stand; the first kinds, one line each."""
        report = self._report
        if self._shows_first or self._looked_for_nothing():
            # Whoever weighs a plan is asked about nothing else; `validate` tells what is wrong.
            return []
        in_all, *where = findings_lines(report)
        if not report.findings:
            return [self._line(in_all)]

        stands_on_a_sheet = report.has_checks and "Checks" in report.written
        is_asked_for = ACTIONS[report.action].is_strict or not stands_on_a_sheet
        if is_asked_for:
            kinds = report.attention.kinds[: None if self._verbose else _MOST_KINDS]
        else:
            errors = [kind for kind in report.attention.kinds if kind.first.severity == "error"]
            kinds = tuple(errors[:_MOST_KINDS_BESIDE])
        findings_said = sum(kind.count for kind in kinds)
        if findings_said == len(report.findings) and not stands_on_a_sheet:
            where = []  # all of it stands in these lines
        said = [self._line(in_all), *map(self._line, where)]
        return [self._joined(*said), *map(self._kind, kinds)]

    def _kind(self, kind: FindingKind) -> str:
        """How many of a kind, the first of them, what was expected there and what to do."""
        first = kind.first
        facts = {**first.params, "found": first.found}
        expected, advice = (
            labels.sentence(Message(f"{first.code}.{part}", facts), self._language)
            for part in ("expected", "advice")
        )
        nothing = word("cli", "error.nothing", self._language)
        found = kind.found or (kind.about if first.found else nothing)
        template = word("cli", "error.found", self._language)
        what = fill(template, {"found": found, "expected": expected}, self._language)
        header = labels.field_label(first.table, first.field or "", self._language)
        column = [sheet_name(first.table, self._language), header]
        cell = [part for part in (kind.cell, kind.about) if part]
        name = "kind" if kind.count > 1 else "kind_once"
        if not cell:
            name = "kind_of_table"
        return self._say(
            name,
            severity=labels.choice("Checks.severity", first.severity, self._language),
            count=kind.count,
            column=word("cli", "closing.between", self._language).join(filter(None, column)),
            cell=word("cli", "closing.between", self._language).join(cell),
            what=self._joined(what, advice),
        )

    def _where_to_look(self) -> list[str]:
        """What is to be done next, and the sheet that shows the result."""
        report = self._report
        if report.is_preview:
            return [self._say("only_shown")] if report.would_do_something else []
        sheet = self._sheet_of_result()
        where = "look" if sheet else "open"
        look = self._say(where, sheets=sheet, book=self._book)
        can_be_undone = report.kept is not None and report.kept.path is not None
        undo = self._say("undo", book=self._book) if can_be_undone else ""
        return [*self._next_step(), self._joined(look, undo)]

    @property
    def _shows_first(self) -> bool:
        """Whether the verb shows what it would do before it does it."""
        action = ACTIONS.get(self._report.action)
        return action is not None and action.shows_first

    def _sheet_of_result(self) -> str:
        """The sheet on which the result is shown; blank in a book that lacks it, being older."""
        action = ACTIONS.get(self._report.action)
        if action is None:
            return ""
        written = self._report.written
        is_page = action.shown_on not in TABLES
        if is_page and PAGE_LINES in written:
            return str(word("book", f"sheets.{action.shown_on}", self._report.language))
        if action.shown_on in written:
            return self._sheet(action.shown_on)
        tables = [button.look_at for button in action.buttons if button.look_at in written]
        return self._sheet(tables[0]) if tables else ""

    def _next_step(self) -> list[str]:
        """How a draft of the plan comes into force, or what rests on changed rows follows them."""
        if self._report.handed_over or self._report.merged:
            return [self._say("refresh", book=self._book)]
        is_draft = any(message.code in _DRAFTS for message in self._report.answer)
        return [self._say("publish", book=self._book)] if is_draft else []

    def _joined(self, *sentences: str) -> str:
        return BETWEEN_SENTENCES[self._language].join(filter(None, sentences))

    def _sheet(self, table: str) -> str:
        """A sheet as the workbook calls it, whatever language the messages are in."""
        return sheet_name(table, self._report.language)

    def _line(self, line: Line) -> str:
        sheets = {fact: self._sheet(table) for fact, table in line.sheets.items()}
        template = word("cli", f"report.{line.code}", self._language)
        return fill(template, {**line.facts, **sheets}, self._language)

    def _say(self, name: str, **facts: Any) -> str:
        return fill(word("cli", f"closing.{name}", self._language), facts, self._language)


def _amount(amount: Decimal) -> str:
    """An amount as `show` prints it: without decimals where they are all 0."""
    is_whole = amount == amount.to_integral_value()
    return f"{amount.to_integral_value() if is_whole else amount:,}"
