"""Which commands are verbs? One per action of `ACTIONS`, on a workbook file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from salesbook.actions import Action
from salesbook.cli.answers import answer, work_is_done
from salesbook.cli.options import (
    BOOK,
    VERBOSE,
    Common,
    common_options,
    help_text,
    today,
    together,
    verb_option,
)
from salesbook.cli.progress_bar import progress_bar
from salesbook.errors import UsageError
from salesbook.messages import Message

if TYPE_CHECKING:
    from salesbook.book.report import Options, Report


def verb_command(action: Action) -> click.Command:
    """The command of a verb."""
    options = together(*(verb_option(option) for option in action.options))

    @click.command(action.name, help=help_text(action.name))
    @BOOK
    @options
    @VERBOSE
    @common_options
    def command(book: Path, common: Common, **asked: Any) -> None:
        _refuse_lone_option(action, asked)
        _run(action, book, common, asked)

    return command


def _refuse_lone_option(action: Action, asked: Mapping[str, Any]) -> None:
    """Refuse one of two options that mean nothing without each other."""
    for option in action.options:
        if not option.goes_with:
            continue
        if bool(asked[option.name]) is not bool(asked[option.goes_with]):
            if option.name.startswith("resplit"):
                raise UsageError("resplit-from", where=option.flag)
            flags = {other.name: other.flag for other in action.options}
            raise UsageError("belong-together", where=option.flag, other=flags[option.goes_with])


def _run(action: Action, book: Path, common: Common, asked: Mapping[str, Any]) -> None:
    """Run a verb on a file and say what it did."""
    from salesbook.book.elsewhere import Elsewhere
    from salesbook.book.files import run_on_file
    from salesbook.cli.documents import report_document

    out = asked.get("out")
    elsewhere = Elsewhere(out, may_replace=asked["yes"]) if out else None
    options = _run_options(asked)
    with progress_bar(common):
        report = run_on_file(book, action.name, options, wait=common.wait, out=elsewhere)
    report = with_day_ahead(report)

    with work_is_done():
        answer(
            common,
            report.language,
            document=lambda: report_document(report),
            words=lambda terminal: terminal.report(out or book, report, verbose=asked["verbose"]),
        )
    if report.errors and (asked.get("strict") or action.is_strict):
        raise click.exceptions.Exit(1)


def with_day_ahead(report: Report) -> Report:
    """Say of a run as of a day to come what it means for the next ones.

    Such a run may be meant, as a plan of next month is; a mistyped year is taken back before others
    rest on it.
    """
    if report.as_of <= today():
        return report
    note = Message("book.day-ahead", {"day": report.as_of})
    return dataclasses.replace(report, notes=(note, *report.notes))


def _run_options(asked: Mapping[str, Any]) -> Options:
    """What the run itself goes by; `--out` and `--strict` matter to the command alone."""
    from salesbook.book.report import Options

    names = [field.name for field in dataclasses.fields(Options) if field.name in asked]
    return Options(**{name: asked[name] for name in names})
