"""What does a program that reads salesbook get? JSON documents with stable codes, whatever the
language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesbook import labels
from salesbook.book.importing import ImportResult
from salesbook.book.report import Report
from salesbook.book.session import Session
from salesbook.messages import Message
from salesbook.policy import setting_code
from salesbook.reading.table import ReadTable
from salesbook.tables import FieldSpec, Kind
from salesbook.writing.values import amounts_of


def report_document(report: Report) -> dict[str, Any]:
    """A verb's result."""
    return {
        "action": report.action,
        "as_of": report.as_of.isoformat(),
        "rows": report.rows,
        "written": report.written,
        "findings": {"error": report.errors, "warning": report.warnings},
        "seconds": report.seconds,
    }


def table_document(session: Session, table: str) -> dict[str, Any]:
    """A table's usable rows, and how many are not: English codes, ISO dates, decimals, null for
    missing.
    """
    read = session.table(table)
    return {"table": table, "rows": rows_of(read, session.currency), "skipped": read.rows_skipped}


def rows_of(read: ReadTable, currency: str) -> list[dict[str, Any]]:
    """A table's rows in sheet order as plain values."""
    columns = {one.name: json_column(one, read.frame, currency) for one in read.spec.fields}
    if read.spec.name == "Policy":
        pairs = zip(columns["key"], columns["value"], strict=True)
        columns["value"] = [
            None if typed is None else setting_code(key, typed) for key, typed in pairs
        ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def json_column(one: FieldSpec, frame: pd.DataFrame, currency: str) -> list[Any]:
    """One field's values as JSON knows them."""
    column = frame[one.name]
    gone = column.isna().to_numpy()
    values = column.tolist()
    if one.kind in (Kind.MONEY, Kind.MEASURE):
        values = amounts_of(one, frame, currency)
    elif one.kind is Kind.DATE:
        values = [None if pd.isna(value) else value.date().isoformat() for value in values]
    elif one.kind is Kind.DATETIME:
        values = [None if pd.isna(value) else value.isoformat() for value in values]
    elif one.kind is Kind.MESSAGE:
        values = [_message(value) for value in values]
    return [None if missing else value for value, missing in zip(values, gone, strict=True)]


def _message(value: object) -> Mapping[str, Any] | None:
    """A sentence as code and params; one that somebody typed over has no code."""
    if value is None or value != value:
        return None
    said = value if isinstance(value, Message) else labels.message_of(str(value))
    if said is None:
        return {"code": None, "params": {}, "text": str(value)}
    return {"code": said.code, "params": {name: _plain(fact) for name, fact in said.params.items()}}


def _plain(fact: object) -> Any:
    return fact if isinstance(fact, str | int | float | bool) or fact is None else str(fact)


def import_document(result: ImportResult) -> dict[str, Any]:
    """An import's result for programs."""
    return {
        "table": result.table,
        "read": result.read,
        "accepted": result.accepted,
        "new": result.new,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "rejected": result.rejected,
        "duplicates": result.duplicates,
        "total": None if result.total is None else float(result.total),
        "rejects_file": str(result.rejects_file) if result.rejects_file else None,
        "not_taken": list(result.not_taken),
        "added": dict(result.added),
        "look_alikes": result.look_alikes,
    }
