"""What does a program that reads salesbook get? JSON documents with stable codes in any language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from salesbook import __version__, labels
from salesbook.book.importing import ImportResult
from salesbook.book.report import Report
from salesbook.book.session import Session
from salesbook.cli.explanation_document import (
    explanation_document,
    plain_fact,
    question_document,
)
from salesbook.domain.outcome import PAY_AMOUNTS, ClosedMonth
from salesbook.intake.money.totals import Totals
from salesbook.intake.telling.reasons import ReasonCount, advice_text
from salesbook.labels import Language
from salesbook.messages import Message
from salesbook.policy import setting_code
from salesbook.reading.table import ReadTable
from salesbook.tables import MONEY_KINDS, FieldSpec, Kind
from salesbook.writing.values import amounts_of

if TYPE_CHECKING:
    from salesbook.book.backups import Kept
    from salesbook.book.files import Standing
    from salesbook.book.forgetting.forget import Forgotten
    from salesbook.book.reporting import Reports
    from salesbook.book.selecting.selection import Selection
    from salesbook.book.upgrade import Upgrade
    from salesbook.book.whatif import WhatIfAnswer
    from salesbook.domain.whatif import Landing
    from salesbook.setup.doctor import SetupCheck


def report_document(report: Report) -> dict[str, Any]:
    """A verb's result."""
    document: dict[str, Any] = {
        "action": report.action,
        "as_of": report.as_of.isoformat(),
        "rows": report.rows,
        "written": report.written,
        "findings": {"error": report.errors, "warning": report.warnings},
        "seconds": report.seconds,
        "answer": _notes(report.answer),
        "notes": _notes(report.notes),
        "backup": _backup_path(report.kept),
    }
    if report.closed is not None:
        document |= _closed_document(report.closed)
    if report.action == "convert":
        document |= _converted_document(report)
    if report.action == "reassign":
        document |= _reassigned_document(report)
    if report.action == "merge":
        document |= _merged_document(report)
    if report.action == "waive":
        document["waived"] = [asdict(warning) for warning in report.waived]
    return document


def _reassigned_document(report: Report) -> dict[str, Any]:
    """What each successor gets, row by row, and whether it is written."""
    shares = [_amounts_as_numbers(asdict(share)) for share in report.handed_over]
    for share in shares:
        share["rows"] = [
            {"table": table, "row_key": key, "field": name} for table, key, name in share["rows"]
        ]
    return {"handed_over": shares, "applied": not report.is_preview}


def _converted_document(report: Report) -> dict[str, Any]:
    """Which leads became deals of which customers, and which stay leads, with the reason's code."""
    return {
        "converted": [asdict(lead) for lead in report.converted],
        "left": [{"lead_id": lead, "code": code} for lead, code in report.left_leads],
    }


def _merged_document(report: Report) -> dict[str, Any]:
    """Which rows became one, or would: what the row that stays takes, what goes, what names it then."""
    merges = [_amounts_as_numbers(asdict(merge)) for merge in report.merged]
    for merge in merges:
        merge["lost"] = [{"id": key, "field": field} for key, field in merge["lost"]]
    return {"merged": merges, "applied": not report.is_preview}


def _closed_document(month: ClosedMonth) -> dict[str, Any]:
    """What a month pays that was closed or opened again."""
    statements = [_amounts_as_numbers(asdict(rep)) for rep in month.reps]
    totals = {name: sum(getattr(rep, name) for rep in month.reps) for name in PAY_AMOUNTS}
    return {
        "period": month.period,
        "reopened": month.is_reopened,
        "totals": _amounts_as_numbers(totals),
        "statements": statements,
    }


def _amounts_as_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
    }


def _backup_path(kept: Kept | None) -> str | None:
    """Where the state before lies; null where nothing was changed, or no disk took it."""
    return str(kept.path) if kept and kept.path else None


def undo_list_document(standings: Sequence[Standing]) -> dict[str, Any]:
    """The runs that changed something, newest first, and which of them can be taken back."""
    return {"runs": [_standing_document(standing) for standing in standings]}


def _standing_document(standing: Standing) -> dict[str, Any]:
    run, obstacle = standing.run, standing.obstacle
    return {
        "number": run.number,
        "at": run.at.isoformat(),
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "action": run.action,
        "user": run.user,
        "tables": list(run.tables),
        "can_be_undone": obstacle is None,
        "obstacle": obstacle.code if obstacle else None,
        "changed_since": list(obstacle.tables) if obstacle else [],
    }


def _notes(notes: Sequence[Message]) -> list[Mapping[str, Any]]:
    """What else to know of the workbook, as codes and params."""
    return [_code_and_params(note) for note in notes]


def reports_document(reports: Reports) -> dict[str, Any]:
    """Reports that were made: whose, and where they lie; a text that has no file as it is."""
    return {
        "format": reports.form,
        "period": reports.period,
        "as_of": reports.as_of.isoformat(),
        "reports": [
            {
                "scope_kind": written.whose.scope.kind,
                "scope": written.whose.scope.key,
                "name": written.whose.name or None,
                "path": None if written.path is None else str(written.path),
                "text": written.content.decode() if written.path is None else None,
            }
            for written in reports.written
        ],
        "notes": _notes(reports.notes),
    }


def what_if_document(answer: WhatIfAnswer) -> dict[str, Any]:
    """What would come in: each running period as it is and as it would be."""
    result = answer.result
    return {
        "as_of": answer.as_of.isoformat(),
        "asked": asdict(answer.asked) | {"stage": result.stage, "pipeline": result.pipeline},
        "stage_rate": result.rate,
        "stage_rate_then": result.rate_then,
        "periods": [
            {
                "period": period.period,
                "closed": float(answer.amount(period.closed)),
                "target": None if period.target is None else float(answer.amount(period.target)),
                "today": _landing_document(answer, period.today),
                "then": _landing_document(answer, period.then),
            }
            for period in result.periods
        ],
        "because": None if result.because is None else _code_and_params(result.because),
        "assumes": _notes(result.assumes),
    }


def _landing_document(answer: WhatIfAnswer, landing: Landing) -> dict[str, float | None]:
    amounts = {name: getattr(landing, name) for name in ("p10", "p50", "p90")}
    return {
        **{name: float(answer.amount(minor)) for name, minor in amounts.items()},
        "chance_rate": landing.chance_rate,
    }


def new_document(book: Path, language: Language, rows: Mapping[str, int]) -> dict[str, Any]:
    """A fresh workbook, and its sample rows by table."""
    return {"book": str(book), "language": language, "rows": dict(rows)}


def checks_document(checks: Sequence[SetupCheck]) -> dict[str, Any]:
    """What is right and wrong with the set-up."""
    return {
        "checks": [
            {"code": check.code, "ok": check.ok, "message": check.message, "advice": check.advice}
            for check in checks
        ]
    }


def table_document(
    session: Session, selection: Selection, page: str | None = None
) -> dict[str, Any]:
    """The usable rows that were asked for of a table, and how many of it are not usable.

    English codes, ISO dates, amounts in currency units, null for missing.

    Args:
        page: the page of which the rows are the lines.
    """
    rows = rows_of(selection.read, session.currency, selection.fields)
    return {
        "table": page or selection.read.spec.name,
        "rows": rows,
        "skipped": selection.rows_left_out,
    }


def rows_of(read: ReadTable, currency: str, fields: Sequence[FieldSpec]) -> list[dict[str, Any]]:
    """A table's rows in sheet order as plain values, with the fields in the order given."""
    names = [field.name for field in fields]
    columns = {field.name: json_column(field, read.frame, currency) for field in fields}
    if read.spec.name == "Policy" and "value" in columns:
        # Which codes a setting may take its key says, not its column.
        columns["value"] = _setting_codes(read.frame["key"].tolist(), columns["value"])

    rows = zip(*columns.values(), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _setting_codes(keys: Sequence[str], values: Sequence[Any]) -> list[Any]:
    codes = []
    for key, value in zip(keys, values, strict=True):
        codes.append(None if value is None else setting_code(key, value))
    return codes


def json_column(field: FieldSpec, frame: pd.DataFrame, currency: str) -> list[Any]:
    """One field's values as JSON knows them."""
    column = frame[field.name]
    is_missing = column.isna().to_numpy()

    values = column.tolist()
    if field.kind in MONEY_KINDS:
        values = amounts_of(field, frame, currency)
    elif field.kind is Kind.DATE:
        values = [_iso_day(value) for value in values]
    elif field.kind is Kind.DATETIME:
        values = [_iso_moment(value) for value in values]
    elif field.kind is Kind.MESSAGE:
        values = [_message(value) for value in values]

    return [None if missing else value for value, missing in zip(values, is_missing, strict=True)]


def _iso_day(moment: Any) -> str | None:
    return None if pd.isna(moment) else str(moment.date().isoformat())


def _iso_moment(moment: Any) -> str | None:
    return None if pd.isna(moment) else str(moment.isoformat())


def _message(value: object) -> Mapping[str, Any] | None:
    """A sentence as code and params; a sentence that somebody typed over has no code."""
    is_missing = value is None or value != value  # NaN is not itself
    if is_missing:
        return None
    message = value if isinstance(value, Message) else labels.message_of(str(value))
    if message is None:
        return {"code": None, "params": {}, "text": str(value)}

    return _code_and_params(message)


def _code_and_params(message: Message) -> dict[str, Any]:
    params = {name: plain_fact(fact) for name, fact in message.params.items()}
    document: dict[str, Any] = {"code": message.code, "params": params}
    if message.more:
        document["more"] = [_message(part) for part in message.more]
    return document


def forget_document(result: Forgotten) -> dict[str, Any]:
    """Where a customer stands, by table and place; `written` is false where nothing was."""
    return {
        "book": str(result.book),
        "customer": result.customer_id,
        "key": result.key,
        "written": not result.is_preview,
        "rows": dict(result.rows),
        "gone": dict(result.gone),
        "remarks": result.remarks,
        "open_deals": result.open_deals,
        "open_amount": float(result.open_amount),
        "open_complaints": result.open_complaints,
        "may_be_him": [
            {"table": row.table, "key": row.key or None, "cell": row.cell} for row in result.alike
        ],
        "shared_words": [{"word": word, "also_of": key} for word, key in result.shared.items()],
        "also_in": [
            {
                "word": place.word or None,
                "sheet": place.trace.sheet or None,
                "cell": place.trace.cell or None,
                "part": place.trace.part,
            }
            for place in result.also_in
        ],
        "backups": [str(path) for path in result.backups],
        "changed_backups": [str(path) for path in result.changed_backups],
        "files": [str(path) for path in result.files],
        "seconds": result.seconds,
    }


def upgrade_document(upgrade: Upgrade) -> dict[str, Any]:
    """What an upgrade added and changed; `changed` is false for a book that was up to date."""
    renewal = upgrade.renewal
    return {
        "book": str(upgrade.book),
        "changed": not upgrade.is_current,
        "made_with": upgrade.made_with or None,
        "version": __version__,
        "tables": list(renewal.tables),
        "columns": [{"table": table, "header": header} for table, header in renewal.columns],
        "settings": list(upgrade.settings),
        "renamed_columns": [
            {"table": table, "from": old, "to": new} for table, old, new in renewal.renamed
        ],
        "new_headers": [
            {"table": table, "from": old, "to": new} for table, old, new in renewal.new_headers
        ],
        "sheets": list(renewal.sheets),
        "kept_sheets": [{"from": old, "to": new} for old, new in renewal.kept_sheets],
        "macros": renewal.macros,
        "ribbon": renewal.ribbon,
        "code_names": renewal.code_names,
        "rules": renewal.rules,
        "notes": renewal.notes,
        "table_styles": renewal.styles,
        "views": renewal.views,
        "buttons": renewal.buttons,
        "column_formulas": renewal.formulas,
        "names": renewal.names,
        "own_macros": str(upgrade.macros_folder) if upgrade.macros_folder else None,
        "seconds": upgrade.seconds,
    }


def import_document(result: ImportResult) -> dict[str, Any]:
    """An import's result."""
    document: dict[str, Any] = {
        "table": result.table,
        "read": result.read,
        "accepted": result.accepted,
        "new": result.new,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "rejected": result.rejected,
        "duplicates": result.duplicates,
        "gaps": result.gaps,
        "equal_lines": result.equal_lines,
        "repeated": result.repeated,
        "reasons": [_reason_document(entry, result) for entry in result.reasons],
        "total": None if result.total is None else float(result.total),
        "rejects_file": _path(result.rejects_file),
        "gaps_file": _path(result.gaps_file),
        "rejects_command": result.rejects_command or None,
        "gaps_command": result.gaps_command or None,
        "dropped_file": _path(result.dropped_file),
        "not_taken": list(result.not_taken),
        "came_along": dict(result.came_along),
        "added": dict(result.added),
        "look_alikes": len(result.alike_rows),
        "alike_rows": [
            {
                "row": alike.row.number,
                "row_key": "|".join(map(str, alike.key)),
                "shared": alike.words,
            }
            for alike in result.alike_rows
        ],
        "alike_added": [
            {
                "table": alike.table,
                "row_key": alike.key,
                "name": alike.name,
                "known_key": alike.known_key,
                "known_name": alike.known_name,
            }
            for alike in result.alike_additions
        ],
        "nobodys_contacts": dict(result.nobodys_contacts),
        "notes": _notes(result.notes),
        "backup": _backup_path(result.kept),
        "beside": [
            {"code": finding.code, "row_key": finding.row_key, "found": finding.found}
            for finding in result.beside
        ],
    }
    if result.explanation is not None:
        document["explanation"] = explanation_document(result.explanation, result.table)
        document["totals"] = _totals(result.totals)
        document["questions"] = [question_document(question) for question in result.questions]
    return document


def _path(path: Path | None) -> str | None:
    return str(path) if path else None


def _totals(totals: Totals | None) -> dict[str, Any] | None:
    """What a dry run's amounts come to, in currency units."""
    if totals is None:
        return None
    return {
        "field": totals.field,
        "read": float(totals.read),
        "accepted": float(totals.accepted),
        "rejected": float(totals.rejected),
        "duplicates": float(totals.duplicates),
    }


def _reason_document(entry: ReasonCount, result: ImportResult) -> dict[str, Any]:
    """One reason of an import; `of` is what it cost: a `row`, a `field` or a whole `column`."""
    return {
        "field": entry.field or None,
        "code": entry.code,
        "of": entry.loss.value,
        "count": entry.count,
        "first_row": entry.first_row,
        "advice": advice_text(entry, result.table, result.language),
        "words": dict(entry.words.most_common()),
    }
