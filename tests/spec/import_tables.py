"""A small workbook to import into, and files drawn as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.options import ImportOptions
from salesbook.policy import Policy
from salesbook.tables.settings import Rules, Stage

AS_OF = dt.date(2026, 7, 31)
STAGES = tuple(
    Stage(pipeline="main", stage=name, rank=rank, kind=kind)
    for rank, (name, kind) in enumerate(
        [("Lead", "open"), ("Offer", "open"), ("Won", "won"), ("Lost", "lost")], start=1
    )
)
REPS = [{"rep_id": "R1", "name": "Ann"}, {"rep_id": "R2", "name": "Bo"}]
CUSTOMERS = [
    {"customer_id": "C1", "name": "Acme", "email": "a@acme.com"},
    {"customer_id": "C2", "name": "Hill", "company": "Hill Ltd", "phone": "+1 555 010 2030"},
]


def book(
    rows: Mapping[str, list[dict[str, Any]]] | None = None, *, currency: str = "USD"
) -> BookNow:
    """A workbook with two reps, two customers and four stages, and what is given."""
    drawn = {
        "Reps": REPS,
        "Customers": CUSTOMERS,
        "Stages": [stage.filled_fields() for stage in STAGES],
        **(rows or {}),
    }
    tables = {
        name: TableNow(name, frame_from_rows(name, list(values))) for name, values in drawn.items()
    }
    return BookNow(tables, Policy(rules=Rules(currency=currency), stages=STAGES), AS_OF)


def draft(
    folder: Path, text: str, into: str, now: BookNow | None = None, **options: Any
) -> ImportDraft:
    """The draft of importing a text file."""
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return draft_import(path, ImportOptions(into, **options), now or book())


def imported(now: BookNow, done: ImportDraft) -> BookNow:
    """The workbook after an import."""
    tables = dict(now.tables)
    for change in done.changes:
        rows = (
            {}
            if change.replaces
            else {at: dict(row) for at, row in now.table(change.table).rows.items()}
        )
        for at, values in change.changes.items():
            rows[at].update(values)
        for at in change.leaving:
            del rows[at]
        added = TableNow(change.table, change.new_rows).rows.values()
        tables[change.table] = TableNow(
            change.table, frame_from_rows(change.table, [*rows.values(), *added])
        )
    stages = [Stage(**values) for values in tables["Stages"].rows.values()]
    return BookNow(tables, Policy(rules=now.policy.rules, stages=tuple(stages)), now.as_of)


def new_rows(done: ImportDraft, table: str | None = None) -> list[dict[str, Any]]:
    """Rows that an import adds to a table, what is missing left out."""
    frames = [change.new_rows for change in done.changes if change.table == (table or done.table)]
    return [row for frame in frames for row in TableNow(table or done.table, frame).rows.values()]


def problems(done: ImportDraft) -> list[tuple[int, str, str]]:
    """Line, field and code of every reason for a rejection."""
    return [
        (row.number, where, reason.code) for row in done.rejected for where, reason in row.faults
    ]


def gaps(done: ImportDraft) -> list[tuple[int, str, str]]:
    """Line, field and code of every optional field of an accepted row that stays blank."""
    return [
        (row.number, field, reason.code) for row in done.with_gaps for field, _, reason in row.gaps
    ]


def counts(done: ImportDraft) -> dict[str, int]:
    """The counts of an import that are not 0."""
    found = {
        "read": done.read,
        "new": done.new,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "rejected": len(done.rejected),
        "duplicates": done.duplicates,
    }
    return {name: count for name, count in found.items() if count}
