"""Which file should be imported, into which table, and how is it to be read? The user says."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from salesbook.errors import UsageError
from salesbook.macros import words
from salesbook.macros.desk import Cancelled, Desk, today
from salesbook.macros.words import Said
from salesbook.tables import TABLES, Role

_QUESTIONS: Final = (
    ("date-ambiguous", {"date-ambiguous"}, "date_order", ("dmy", "mdy")),
    ("number-ambiguous", {"number-ambiguous"}, "decimal", ("point", "comma")),
    ("unknown-key", {"unknown-rep", "unknown-customer"}, "add_missing", (True, False)),
)
"""A question, the reasons for rejecting rows that raise it, the option it decides, what yes and no
mean.
"""
_PATTERNS: Final = "*.csv;*.tsv;*.txt;*.xlsx;*.xlsm;*.xls;*.xlsb;*.ods"


def import_chosen(desk: Desk) -> Said:
    """Import a file into the table of the sheet that is shown, asking only what the file leaves
    open.

    Raises: UsageError, Cancelled, SalesbookError of any kind.
    """
    from salesbook.book import importing
    from salesbook.intake.draft import ImportOptions

    table = _table_of_sheet(desk)
    file = choose_file(desk)
    if file is None:
        raise Cancelled
    request = importing.ImportRequest(file, ImportOptions(into=table), today(), dry_run=True)
    with desk.working("import"):
        draft, _ = importing.import_into(desk, request)
    reasons = {reason.code for row in draft.rejected for _, reason in row.faults}
    answers: dict[str, Any] = {}
    for question, raised_by, option, (yes, no) in _QUESTIONS:
        if reasons & raised_by:
            answers[option] = yes if _ask(desk, question) else no

    request = replace(request, options=replace(request.options, **answers), dry_run=False)
    with desk.working("import"):
        draft, session = importing.import_into(desk, request)
    result = importing.result_of(request, draft, session.language)
    return words.import_said(desk, file, result)


def _table_of_sheet(desk: Desk) -> str:
    """The input table on the sheet that is shown."""
    shown = desk.book.sheets.active.name
    for table in desk.table_codes():
        spec = TABLES.get(table)
        if spec and spec.role is not Role.OUTPUT and desk.host.sheet_of(table) == shown:
            return table
    raise UsageError("choose-a-sheet", where=shown)


def _ask(desk: Desk, question: str) -> bool:
    """One question with yes and no. Raises: Cancelled."""
    text = words.say(f"question.{question}", desk.language)
    title = words.say("button.import", desk.language)
    answer = desk.book.app.alert(text, title, "yes_no_cancel", "info")
    if answer == "cancel":
        raise Cancelled
    return answer == "yes"


def choose_file(desk: Desk) -> Path | None:
    """Have the user choose a file; None where there was no choice."""
    title = words.say("import.choose", desk.language, sheet=desk.book.sheets.active.name)
    if sys.platform == "darwin":
        script = f'POSIX path of (choose file with prompt "{title}")'
        chosen = subprocess.run(
            ["osascript", "-e", script], capture_output=True, text=True, check=False
        )
        return Path(chosen.stdout.strip()) if chosen.stdout.strip() else None
    kinds = words.say("import.kinds", desk.language)
    path = desk.book.app.api.GetOpenFilename(f"{kinds} ({_PATTERNS}),{_PATTERNS}", 1, title)
    return Path(path) if isinstance(path, str) else None
