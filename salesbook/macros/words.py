"""What does a button say at the end: what was written, what needs attention, where to click?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from salesbook.errors import SalesbookError
from salesbook.labels import Language, sheet_name, word, words
from salesbook.labels.errors import error_advice, error_message, error_where
from salesbook.labels.messages import fill

if TYPE_CHECKING:
    from salesbook.book.importing import ImportResult
    from salesbook.book.report import Report
    from salesbook.macros.desk import Desk
    from salesbook.setup.doctor import Check

_LOOK_AT: Final = {
    "validate": "Checks",
    "split": "TargetPlan",
    "score": "Scorecard",
    "tier": "CallList",
    "funnel": "Alerts",
    "refresh": "Alerts",
}
_MOST_TABLES: Final = 6


@dataclass(frozen=True, slots=True)
class Said:
    """A message box."""

    text: str
    mode: str = "info"
    buttons: str = "ok"


def say(name: str, language: Language, /, **facts: Any) -> str:
    """One text of the macros with its facts."""
    return fill(word("macros", name, language), facts, language)


def report_said(desk: Desk, report: Report, *, publish: bool) -> Said:
    """A verb's result."""
    language = desk.language
    button = say(f"button.{'publish' if publish else report.action}", language)
    lines = [
        say(
            "done.title",
            language,
            button=button,
            seconds=f"{report.seconds:.1f}",
            as_of=report.as_of,
        ),
        say("done.written", language, tables=_tables(report.written, language)),
    ]
    skipped = sum(counts["skipped"] for counts in report.rows.values())
    if skipped:
        lines.append(say("done.skipped", language, count=skipped))
    lines.append(_findings(desk, report))
    table = _LOOK_AT[report.action]
    if table in report.written and table != "Checks":
        look = "publish" if publish else report.action
        told = {"sheet": desk.sheet_of(table), "rows": report.written[table]}
        lines.append(say(f"look.{look}", language, **told))
    if not desk.can_be_undone:
        lines.append(say("done.no_undo", language))
    return Said("\n\n".join(lines))


def _tables(written: dict[str, int], language: Language) -> str:
    shown = sorted(written, key=lambda table: -written[table])
    parts = [
        say("done.table", language, table=sheet_name(table, language), rows=written[table])
        for table in shown[:_MOST_TABLES]
    ]
    if len(shown) > _MOST_TABLES:
        parts.append(say("done.more", language, count=len(shown) - _MOST_TABLES))
    return say("done.comma", language).join(parts)


def _findings(desk: Desk, report: Report) -> str:
    if not report.findings:
        return say("done.clean", desk.language)
    counts = say("done.findings", desk.language, errors=report.errors, warnings=report.warnings)
    if "Checks" not in report.written:
        return f"{counts} {say('done.run_validate', desk.language)}"
    return f"{counts} {say('done.see_checks', desk.language, sheet=desk.sheet_of('Checks'))}"


def import_said(desk: Desk, file: Path, result: ImportResult) -> Said:
    """An import's result."""
    language = desk.language
    facts = {
        name: getattr(result, name)
        for name in ("read", "new", "updated", "unchanged", "rejected", "duplicates")
    }
    lines = [
        say("import.title", language, file=file.name, sheet=desk.sheet_of(result.table)),
        say("import.counts", language, **facts),
    ]
    for table, count in result.added.items():
        lines.append(say("import.added", language, table=sheet_name(table, language), count=count))
    if result.look_alikes:
        lines.append(say("import.look_alikes", language, count=result.look_alikes))
    if result.not_taken:
        lines.append(say("import.not_taken", language, headers=", ".join(result.not_taken)))
    if result.rejects_file:
        lines.append(say("import.rejects_file", language, path=result.rejects_file))
    lines.append(say("import.next", language))
    return Said("\n\n".join(lines))


def checks_said(checks: Sequence[Check], language: Language) -> Said:
    """What looking at the set-up found."""
    lines = [
        f"{'✓' if check.ok else '✗'} {check.message} {check.advice}".rstrip() for check in checks
    ]
    faults = sum(not check.ok for check in checks)
    lines.append("\n" + say("check.faults" if faults else "check.fine", language, count=faults))
    return Said("\n".join(lines), "critical" if faults else "info")


def refusal_said(refused: SalesbookError, language: Language) -> Said:
    """Why nothing was written, and what to do in Excel about it."""
    own = words("macros", language)["refusal"].get(refused.code)
    facts = _Facts({"where": refused.where, **refused.params})
    if own is None:
        message, advice = error_message(refused, language), error_advice(refused, language)
    else:
        message, advice = (fill(str(own[part]), facts, language) for part in ("message", "advice"))
    where = f"{error_where(refused, language)}: " if refused.where else ""
    return Said(f"{where}{message}\n\n{advice}", "critical")


class _Facts(dict[str, Any]):
    """Facts of a refusal; one that is not there shows as a dash rather than hiding the refusal."""

    def __missing__(self, name: str) -> None:
        return None


def bug_said(log: Path, language: Language) -> Said:
    """That something went wrong in salesbook itself."""
    return Said(say("bug", language, path=log), "critical")
