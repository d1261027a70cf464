"""Which commands look after the installation? One looks at it, one tells Excel where Python is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from salesbook.cli.answers import answer, work_is_done
from salesbook.cli.language import LANGUAGE
from salesbook.cli.options import PATH, Common, common_options, help_text
from salesbook.cli.outputs import printing
from salesbook.labels.words import Language

if TYPE_CHECKING:
    from salesbook.setup.doctor import SetupCheck


@click.command("doctor", help=help_text("doctor"))
@click.argument("book", metavar="[BOOK.xlsm]", required=False, type=PATH)
@common_options
def doctor(book: Path | None, common: Common) -> None:
    """Look at the installation and, if given, at a workbook."""
    from salesbook.setup.doctor import examine
    from salesbook.setup.machine import ThisMachine
    from salesbook.setup.sendable import sendable_document

    machine = ThisMachine()
    language = common.lang or (_language_of(book) if book else None) or LANGUAGE
    checks = examine(book, language, machine=machine)

    with printing(done=False):
        answer(
            common,
            language,
            # Made to be sent to whoever helps: so it names nobody and nothing of the company.
            document=lambda: sendable_document(checks, machine, language),
            words=lambda terminal: terminal.checks(checks),
        )
    _refuse_faults(checks)


@click.command("install", help=help_text("install"))
@click.argument("where", metavar="[FOLDER|BOOK.xlsm]", required=False, type=PATH)
@common_options
def install(where: Path | None, common: Common) -> None:
    """Tell Excel where Python is and, if asked, put a fresh workbook into a folder."""
    from salesbook.setup.install import install

    language = common.lang or LANGUAGE
    checks = install(where, language)

    with work_is_done():
        answer(
            common,
            language,
            document=lambda: _document(checks),
            words=lambda terminal: terminal.checks(checks),
        )
    _refuse_faults(checks)


def _language_of(book: Path) -> Language | None:
    """The language that the workbook speaks, as other commands answer in it."""
    from salesbook.book.language import language_of_book

    return language_of_book(book)


def _document(checks: Sequence[SetupCheck]) -> dict[str, Any]:
    # Documents of tables need pandas, which takes longer to load than looking at the set-up.
    from salesbook.cli.documents import checks_document

    return checks_document(checks)


def _refuse_faults(checks: Sequence[SetupCheck]) -> None:
    """End with 1 where something is not in place."""
    if not all(check.ok for check in checks):
        raise click.exceptions.Exit(1)


SETUP_COMMANDS: Final = (doctor, install)
