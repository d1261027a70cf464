"""What does each button of the ribbon do? One function per button,
on the workbook it belongs to.
"""

from __future__ import annotations

from salesbook.errors import NothingToUndo
from salesbook.labels import sheet_name
from salesbook.macros import words
from salesbook.macros.desk import Desk, full_name, today
from salesbook.macros.press import pressed
from salesbook.macros.words import Said

__all__ = [
    "check_setup",
    "funnel",
    "import_file",
    "publish",
    "refresh",
    "score",
    "split",
    "tier",
    "undo",
    "validate",
]


def validate() -> None:
    """Check every entry; write Checks and Duplicates."""
    pressed("validate", lambda desk: _run(desk, "validate"))


def split() -> None:
    """Split the targets by month and person into a draft plan."""
    pressed("split", lambda desk: _run(desk, "split"))


def publish() -> None:
    """Freeze the plan that the draft holds."""
    pressed("publish", lambda desk: _run(desk, "split", publish=True))


def score() -> None:
    """Score the team."""
    pressed("score", lambda desk: _run(desk, "score"))


def tier() -> None:
    """Tier the customers and write the call list."""
    pressed("tier", lambda desk: _run(desk, "tier"))


def funnel() -> None:
    """Refresh the funnel, the forecast and the alerts."""
    pressed("funnel", lambda desk: _run(desk, "funnel"))


def refresh() -> None:
    """Run validate, score, tier and funnel in one read and one write."""
    pressed("refresh", lambda desk: _run(desk, "refresh"))


def import_file() -> None:
    """Take the rows of a file that the user chooses into the table of the sheet that is shown."""
    from salesbook.macros.importing import import_chosen

    pressed("import", import_chosen)


def undo() -> None:
    """Put back the tables that the last run or import from a button wrote."""
    pressed("undo", _undo)


def check_setup() -> None:
    """Look whether everything is in place for the buttons to work."""
    pressed("check_setup", _check_setup)


def _run(desk: Desk, action: str, *, publish: bool = False) -> Said:
    from salesbook.book.report import Options
    from salesbook.book.run import run_action

    with desk.working(action):
        report = run_action(desk, action, Options(today(), publish=publish))
    return words.report_said(desk, report, publish=publish)


def _undo(desk: Desk) -> Said:
    from salesbook.book.undo import undo_last

    before = desk.kept.before()
    if before is None:
        raise NothingToUndo("nothing-to-undo", where=desk.name)
    with desk.working("undo", keeps=False):
        report = undo_last(desk, before, today())
    desk.kept.forget()
    tables = ", ".join(sheet_name(table, desk.language) for table in report.written)
    return Said(words.say("undo.restored", desk.language, tables=tables))


def _check_setup(desk: Desk) -> Said:
    from salesbook.setup.doctor import examine

    return words.checks_said(
        examine(None, desk.language, open_book=full_name(desk.book)), desk.language
    )
