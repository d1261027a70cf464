"""Which file should be imported, into which table, and how is it to be read? The user says."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from salesbook.errors import ColumnMissing
from salesbook.macros.answers import import_box
from salesbook.macros.asking import answer_in_boxes
from salesbook.macros.confirming import IMPORT_MAPS, confirm_columns, confirm_rows
from salesbook.macros.host import Cancelled, MacroHost
from salesbook.macros.words import MessageBox, say, sentence_in_excel
from salesbook.tables import TABLES

if TYPE_CHECKING:
    from salesbook.book.importing import ImportRequest
    from salesbook.book.session import Session
    from salesbook.intake.draft import ImportDraft

_Done = TypeVar("_Done")

_CHOOSING: Final = (
    "on run arguments",
    "POSIX path of (choose file with prompt (item 1 of arguments))",
    "end run",
)
_CHOOSING_LINES: Final = tuple(word for line in _CHOOSING for word in ("-e", line))
"""An AppleScript, word by word as osascript takes it; what follows it are the script's arguments."""
_PATTERNS: Final = "*.csv;*.tsv;*.txt;*.xlsx;*.xlsm;*.xls;*.xlsb;*.ods"


def import_chosen(host: MacroHost, as_of: dt.date) -> MessageBox:
    """Import a file into the table of the sheet that is shown, else into the one that it tells.

    What the file leaves open is asked, one question at a time. Then the user sees where each column
    goes and what becomes of the rows, and says go; nothing is written before.

    Raises: Cancelled, SalesbookError of any kind.
    """
    from salesbook.book import importing
    from salesbook.intake.options import ImportOptions
    from salesbook.intake.telling.questions import Answers, answer_all

    table = table_of_sheet(host)
    file = choose_file(host, table)
    if file is None:
        raise Cancelled

    request = importing.ImportRequest(file, ImportOptions(into=table), as_of)
    if not table:
        request = _with_table_told(host, request)

    def attempt(answers: Answers) -> tuple[ImportDraft, Session]:
        now = replace(request, options=answers.options, answered=answers.answered)
        with host.working():
            return _with_headers_shown(now, partial(importing.draft_into, host))

    (draft, session), answers = answer_all(
        attempt, request.options, lambda question: answer_in_boxes(host, question)
    )
    request = replace(request, options=answers.options)
    if not confirm_columns(host, file, draft):
        return _columns_to_change(host, request, draft, session)

    if draft.accepted:
        preview = importing.result_of(replace(request, dry_run=True), draft, session)
        confirm_rows(host, preview)
        with host.working():
            importing.write_draft(host, request, draft, session)
    result = importing.result_of(request, draft, session, sentence_in_excel)
    return import_box(host, file, result)


def _with_headers_shown(request: ImportRequest, work: Callable[[ImportRequest], _Done]) -> _Done:
    """Work on a file; where no header of it is known, on those that it seems to have.

    Then nothing of it is taken. But the user sees its columns, and can say where they go.

    Raises: SalesbookError of any kind.
    """
    try:
        return work(request)
    except ColumnMissing as refusal:
        seen = refusal.params.get("headers", ())
        if refusal.code != "no-known-header" or not any(seen):
            raise
        options = replace(request.options, known_headers=tuple(filter(None, seen)))
        return work(replace(request, options=options))


def _columns_to_change(
    host: MacroHost, request: ImportRequest, draft: ImportDraft, session: Session
) -> MessageBox:
    """Put the file's columns where the user can say of each where it goes, and lead him there."""
    from salesbook.book import importing

    with host.working():
        importing.write_columns(host, request, draft, session)
    host.lead_to(IMPORT_MAPS)
    facts = {
        "file": request.file.name,
        "sheet": host.sheet_of(IMPORT_MAPS),
        "table": host.sheet_of(draft.table),
    }
    return MessageBox(say("walk.change", host.language, **facts))


def table_of_sheet(host: MacroHost) -> str:
    """The table on the sheet that is shown; blank where it takes no rows, as Start and Checks.

    Import maps takes none either: who is there has just said where the columns of a file go.
    """
    from salesbook.intake.book_now import takes_imports

    active_sheet = host.book.sheets.active.name
    for table in host.table_codes():
        takes_rows = table in TABLES and takes_imports(table) and table != IMPORT_MAPS
        if takes_rows and host.excel.sheet_of(table) == active_sheet:
            return table
    return ""


def _with_table_told(host: MacroHost, request: ImportRequest) -> ImportRequest:
    """The request with the table that the file's headers tell; where they tell none, it is asked.

    Raises: Cancelled, SalesbookError of any kind.
    """
    from salesbook.book import importing
    from salesbook.intake.telling.questions import Answers, answer_all

    def attempt(answers: Answers) -> ImportRequest:
        now = replace(request, options=answers.options)
        with host.working():
            return _with_headers_shown(now, partial(importing.with_table, book=host.name))

    told, _ = answer_all(attempt, request.options, lambda question: answer_in_boxes(host, question))
    return told


def choose_file(host: MacroHost, table: str) -> Path | None:
    """Have the user choose a file; None where there was no choice.

    Args:
        table: of the sheet that is shown; blank where the file is to tell it.
    """
    sheet = host.book.sheets.active.name
    title = say("import.choose" if table else "import.choose_any", host.language, sheet=sheet)
    if sys.platform == "darwin":
        return _choose_on_mac(title)

    kinds = say("import.kinds", host.language)
    file_filter = f"{kinds} ({_PATTERNS}),{_PATTERNS}"
    path = host.book.app.api.GetOpenFilename(file_filter, 1, title)
    # Excel answers False where the user closed the box.
    return Path(path) if isinstance(path, str) else None


def _choose_on_mac(title: str) -> Path | None:
    """Have the user choose through the system's own box: Excel's filters mean something else on a Mac.

    The title holds a sheet's name, which anybody may have given, such as `" & (do shell script "…")`.
    So it is handed to the script as an argument: as a part of the script it would be run.
    """
    command = ["osascript", *_CHOOSING_LINES, title]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # Only the line end that osascript adds: a file's name may end with a blank.
    path = done.stdout.removesuffix("\n")
    return Path(path) if path else None
