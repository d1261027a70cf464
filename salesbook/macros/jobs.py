"""What work does each button do? Its verb; or a job of its own where it is no verb."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from salesbook.actions import ACTIONS, Button
from salesbook.macros import answers
from salesbook.macros.boxes import ask_for_text
from salesbook.macros.confirming import confirm_plan
from salesbook.macros.host import MacroHost, full_name
from salesbook.macros.importing import import_chosen
from salesbook.macros.selected import selected_for
from salesbook.macros.what_if_boxes import ask_what_if
from salesbook.macros.words import MessageBox, say

Job = Callable[[MacroHost, dt.date], MessageBox]
"""Work on the open workbook as of a day, and what to tell the user at its end."""


def job_of(button: Button) -> Job:
    """The work of a button."""
    if button.action:
        return partial(_run_verb, button)
    return OTHER_JOBS[button.name]


def _run_verb(button: Button, host: MacroHost, as_of: dt.date) -> MessageBox:
    from salesbook.book.report import Options
    from salesbook.book.run import run_action
    from salesbook.book.unlisted import with_unlisted_told

    action = ACTIONS[button.action]
    asked = dict(button.options)
    if button.selects:
        with host.working(action):
            asked[button.into] = selected_for(host, button)
    if button.asks:
        # Only somebody who selected something is asked anything.
        title, text = (say(f"{part}.{button.name}", host.language) for part in ("button", "ask"))
        asked[button.asks] = ask_for_text(host, title, text)
    if action.shows_first:
        with host.working(action):
            preview = run_action(host, button.action, Options(as_of, **asked))
        if not preview.would_do_something:
            return MessageBox("\n\n".join(answers.told(preview, host.language)))
        confirm_plan(host, button, preview)
        asked["yes"] = True
    with host.working(action):
        report = run_action(host, button.action, Options(as_of, **asked))
    place = Path(full_name(host.book))
    # A workbook that lives on a server has no folder to write into.
    if place.is_file():
        report = with_unlisted_told(report, place)
    return answers.report_box(host, button, report)


def _undo(host: MacroHost, as_of: dt.date) -> MessageBox:
    """Put back the tables that the last run or import wrote, whichever face it came from."""
    from salesbook.book.keeping import KeptStates
    from salesbook.book.undo import Undo

    with host.working():
        undo = Undo(host, KeptStates(host.backups), host.name)
        (run,) = undo.up_to(1)
        report = undo.take_back(run.number, as_of)
    return answers.undo_box(host, run, report)


def _check_setup(host: MacroHost, _: dt.date) -> MessageBox:
    """Look whether everything is in place for the buttons to work."""
    from salesbook.setup.doctor import examine

    checks = examine(None, host.language, open_book=full_name(host.book))
    return answers.checks_box(checks, host.language)


def _report(host: MacroHost, _: dt.date) -> MessageBox:
    """Write the report of the company and the running month, and open it."""
    from salesbook.book.reporting import ReportRequest, reports_of

    book = Path(full_name(host.book))
    if not book.is_file():
        # A workbook that lives on a server has no folder to write into.
        book = documents_folder() / book.name
    with host.working():
        reports = reports_of(host, book, ReportRequest())
    return answers.reports_box(host, reports, was_opened=opened(reports.written[0].path))


def documents_folder() -> Path:
    """Where the user looks for documents of his own."""
    from platformdirs import user_documents_path

    return user_documents_path()


def opened(path: Path | None) -> bool:
    """Show a file in the browser. Returns: whether one was started."""
    import webbrowser

    try:
        return path is not None and webbrowser.open(path.resolve().as_uri())
    except (OSError, webbrowser.Error):
        return False


OTHER_JOBS: Final[Mapping[str, Job]] = {
    "import": import_chosen,
    "what_if": ask_what_if,
    "make_report": _report,
    "undo": _undo,
    "check_setup": _check_setup,
}
"""The work of the buttons that are no verb."""
