"""Is this what the user wants? He sees where each column goes and what becomes of the rows first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from salesbook.labels import header
from salesbook.macros.host import Cancelled, MacroHost
from salesbook.macros.words import say

if TYPE_CHECKING:
    from pathlib import Path

    from salesbook.cells.base import Reason
    from salesbook.intake.draft import ImportDraft

IMPORT_MAPS: Final = "ImportMaps"
_MOST_SIGNS: Final = 1_024
"""Longer texts a message box of Excel cuts off, and the question stands at their end."""
_MOST_REASONS: Final = 3
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
    question = say(
        "walk.columns_right" if can_change else "walk.go_on",
        language,
        sheet=host.sheet_of(IMPORT_MAPS),
    )
    text = fitted(title, _column_lines(host, draft), question, more=_more(host))
    answer = _ask(host, text, "yes_no_cancel" if can_change else "ok_cancel")
    return answer != "no"


def confirm_rows(host: MacroHost, draft: ImportDraft) -> None:
    """Show what will become of the rows, and have the user say go. Raises: Cancelled."""
    language = host.language
    counts = {
        "read": draft.read,
        "new": draft.new,
        "updated": draft.updated,
        "unchanged": draft.unchanged,
        "rejected": len(draft.rejected),
        "duplicates": draft.duplicates,
    }
    lines = [
        say("walk.added", language, table=table, count=count)
        for table, count in draft.added.items()
    ]
    lines += _reason_lines(host, draft)
    title = say("walk.rows", language, **counts)
    text = fitted(title, lines, say("walk.go", language), more=_more(host))
    _ask(host, text, "ok_cancel")


def _ask(host: MacroHost, text: str, buttons: str) -> str:
    """One box. Raises: Cancelled."""
    title = say("button.import", host.language)
    answer = str(host.book.app.alert(text, title, buttons, "info"))
    if answer == "cancel":
        raise Cancelled
    return answer


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
    """A header on one line, of a length that can be read."""
    plain = " ".join(name.split())
    return plain if len(plain) <= _LONGEST_HEADER else plain[: _LONGEST_HEADER - 1] + "…"


def _reason_lines(host: MacroHost, draft: ImportDraft) -> list[str]:
    """The reasons that most rows are rejected for, each with how many and the first row."""
    from salesbook.book.importing import reason_text

    rows: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[int, Reason]] = {}
    for row in draft.rejected:
        for where, reason in row.faults:
            rows[where, reason.code] += 1
            first.setdefault((where, reason.code), (row.number, reason))

    language = host.language
    lines = []
    for (where, code), count in rows.most_common(_MOST_REASONS):
        number, reason = first[where, code]
        facts = {"count": count, "row": number, "reason": reason_text(reason, language)}
        is_named = "walk.reason_of" if where else "walk.reason"
        lines.append(say(is_named, language, column=_short(where), **facts))
    return lines


def _more(host: MacroHost) -> str:
    return say("walk.more", host.language)


def fitted(title: str, lines: Sequence[str], question: str, *, more: str) -> str:
    """A text that a box shows whole: of the lines as many as there is room for.

    Args:
        more: what stands for the lines that are left out.
    """
    room = _MOST_SIGNS - len(title) - len(question) - len(more) - len("\n\n\n\n\n")
    shown: list[str] = []
    for line in lines:
        if len(line) + 1 > room:
            shown.append(more)
            break
        shown.append(line)
        room -= len(line) + 1
    return "\n\n".join(filter(None, [title, "\n".join(shown), question]))
