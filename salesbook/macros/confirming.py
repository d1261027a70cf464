"""Is this what the user wants? He sees where each column goes and what becomes of the rows first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesbook.book.summary import import_counts, import_remarks
from salesbook.labels import header
from salesbook.macros.answers import line_words, told
from salesbook.macros.boxes import ask_in_box, fitted, shortened
from salesbook.macros.host import MacroHost
from salesbook.macros.words import say, sentence_in_excel

if TYPE_CHECKING:
    from pathlib import Path

    from salesbook.actions import Button
    from salesbook.book.importing import ImportResult
    from salesbook.book.report import Report
    from salesbook.intake.draft import ImportDraft

IMPORT_MAPS: Final = "ImportMaps"
_MOST_NOT_TAKEN: Final = 200
"""Characters of the headers that are not taken."""
_LONGEST_HEADER: Final = 60


def confirm_columns(host: MacroHost, file: Path, draft: ImportDraft) -> bool:
    """Show which column goes where, and have the user say whether that is right.

    Returns: False where he wants to change it first. Raises: Cancelled.
    """
    language = host.language
    title = say("walk.columns", language, file=file.name, sheet=host.sheet_of(draft.table))
    can_change = bool(draft.every_column)
    # Where all columns stand in Import maps already, that is the place to change them.
    stand_there = IMPORT_MAPS in host.table_codes()
    word = "go_on_or_edit" if stand_there else "go_on"
    question = say(
        "walk.columns_right" if can_change else f"walk.{word}",
        language,
        sheet=host.sheet_of(IMPORT_MAPS),
    )
    text = fitted(title, _column_lines(host, draft), question, more=_more(host))
    answer = ask_in_box(host, text, "yes_no_cancel" if can_change else "ok_cancel")
    return answer != "no"


def confirm_rows(host: MacroHost, preview: ImportResult) -> None:
    """Show what will become of the rows, and have the user say go. Raises: Cancelled."""
    language = host.language
    title = say("walk.rows", language, **import_counts(preview))
    lines = [
        line_words(host, "import", line)
        for line in import_remarks(preview, sentence_in_excel)
        # Which columns are not taken he has just seen, and that nothing is written he knows.
        if line.code not in ("not_taken", "dry_run")
    ]
    text = fitted(title, lines, say("walk.go", language), more=_more(host))
    ask_in_box(host, text, "ok_cancel")


def confirm_plan(host: MacroHost, button: Button, preview: Report) -> None:
    """Show what a verb would do, and have the user say go. Raises: Cancelled."""
    language = host.language
    question = say(f"shown_first.{button.name}", language)
    more = say("shown_first.more", language)
    text = fitted("", told(preview, language), question, more=more)
    ask_in_box(host, text, "ok_cancel", button=button.name)


def _column_lines(host: MacroHost, draft: ImportDraft) -> list[str]:
    """Where each column goes, a line each, then those that go nowhere."""
    language = host.language
    goes = [
        (taken.header, header(draft.table, taken.field, language))
        for taken in draft.header_map.columns
        if not taken.field.startswith("_")
    ]
    goes += [(kept.header, kept.own_header) for kept in draft.kept.columns]
    lines = [
        say("walk.column", language, header=_short(name), column=column) for name, column in goes
    ]
    if draft.not_taken:
        names = ", ".join(map(_short, draft.not_taken))
        if len(names) > _MOST_NOT_TAKEN:
            names = names[:_MOST_NOT_TAKEN].rpartition(", ")[0] + " …"
        lines.insert(0, say("walk.not_taken", language, headers=names))
    return lines


def _short(name: str) -> str:
    return shortened(name, _LONGEST_HEADER)


def _more(host: MacroHost) -> str:
    return say("walk.more", host.language)
