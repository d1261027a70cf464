"""Books and files that tests of wide imports draw, and what they read of the outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.options import ImportOptions
from salesbook.policy import Policy, read_policy
from tests.drawn_tables import Rows

REPS: Rows = [
    {"rep_id": "R1", "name": "Ann Lee", "team": "North"},
    {"rep_id": "R2", "name": "Bob Ray", "team": "North"},
    {"rep_id": "R3", "name": "陈静", "team": "华东"},
]
MONTHS = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"


def policy(**rules: Any) -> Policy:
    rows: Rows = [{"key": key, "value": str(value)} for key, value in rules.items()]
    return read_policy({"Policy": tuple(enumerate(rows))})


def book(tables: Mapping[str, Rows] | None = None, **rules: Any) -> BookNow:
    drawn = {"Reps": REPS, "Targets": [], "TargetMonths": [], "Locks": [], **(tables or {})}
    now = {name: TableNow(name, frame_from_rows(name, list(rows))) for name, rows in drawn.items()}
    return BookNow(now, policy(**rules), dt.date(2026, 3, 1))


def draft(
    tmp_path: Path,
    text: str,
    into: str = "Targets",
    now: BookNow | None = None,
    **options: Any,
) -> ImportDraft:
    file = tmp_path / "plan.csv"
    file.write_text(text, encoding="utf-8")
    return draft_import(file, ImportOptions(into=into, **options), now or book())


def rows_of(drafted: ImportDraft, table: str) -> list[dict[str, Any]]:
    """The new rows of a table, without what is missing."""
    for change in drafted.changes:
        if change.table == table:
            records = change.new_rows.to_dict("records")
            return [
                {str(k): v for k, v in row.items() if v == v and v is not None} for row in records
            ]
    return []


def targets_of(drafted: ImportDraft) -> list[tuple[Any, ...]]:
    """Year, scope and target of each new row of Targets."""
    return [
        (row["year"], row["scope_kind"], row["scope"], row["target"])
        for row in rows_of(drafted, "Targets")
    ]


def months_of(drafted: ImportDraft, table: str = "TargetMonths") -> dict[tuple[Any, ...], int]:
    """Amounts by scope, year and calendar month."""
    who = "rep_id" if table == "Locks" else "scope"
    return {
        (row[who], row["year"], row["month"]): int(row["amount"]) for row in rows_of(drafted, table)
    }


def codes_of(drafted: ImportDraft) -> list[str]:
    """Codes of what the import says besides its counts."""
    return [note.code for note in drafted.notes]
