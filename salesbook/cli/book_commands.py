"""Which commands make a workbook, fill it, show it and take back? Those around the verbs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from salesbook.cli import options
from salesbook.cli.answers import answer, work_is_done
from salesbook.cli.import_command import import_
from salesbook.cli.language import LANGUAGE
from salesbook.cli.options import (
    BOOK,
    PATH,
    Common,
    common_options,
    help_text,
    option,
)
from salesbook.cli.outputs import printing
from salesbook.cli.progress_bar import progress_bar
from salesbook.cli.report_command import report
from salesbook.cli.stdout import page_width, write_lines
from salesbook.cli.whatif_command import whatif
from salesbook.errors import ChangedMeanwhile, Interrupted, UsageError

if TYPE_CHECKING:
    from salesbook.book.selecting.selection import Wanted
    from salesbook.book.undo import PastRun
    from salesbook.cli.terminal import Terminal
    from salesbook.labels.words import Language


@click.command("new", help=help_text("new"))
@BOOK
@option("--sample", help_name="sample", is_flag=True)
@option("--currency", help_name="own_currency", metavar="C")
@option(
    "--fiscal-year-start",
    help_name="fiscal_year_start",
    type=click.IntRange(1, 12),
    metavar="MONTH",
)
@common_options
def new(
    book: Path,
    sample: bool,
    currency: str | None,
    fiscal_year_start: int | None,
    common: Common,
) -> None:
    """Make a workbook, empty or with sample rows."""
    from salesbook.book.files import new_file
    from salesbook.cli.documents import new_document

    # The sample's targets are those of calendar years.
    if sample and fiscal_year_start not in (None, 1):
        raise UsageError("sample-is-of-calendar-years", where="--fiscal-year-start")
    language = common.lang or LANGUAGE
    settings = _own_settings(currency, fiscal_year_start)
    sample_as_of = options.today() if sample else None
    with progress_bar(common):
        rows = new_file(book, language, sample_as_of=sample_as_of, settings=settings)

    with work_is_done():
        answer(
            common,
            language,
            document=lambda: new_document(book, language, rows),
            words=lambda terminal: terminal.made(book, rows),
        )


def _own_settings(currency: str | None, fiscal_year_start: int | None) -> dict[str, str]:
    """Values by key of what a new workbook is told of its company. Raises: UsageError."""
    from salesbook.exchange import currency_told

    settings = {}
    code = currency_told(currency)
    if code is not None:
        settings["currency"] = code
    if fiscal_year_start is not None:
        settings["fiscal_year_start"] = str(fiscal_year_start)
    return settings


@click.command("show", help=help_text("show"))
@BOOK
@click.argument("table", metavar="TABLE")
@option("--top", help_name="top", type=click.IntRange(min=1), metavar="N")
@option("--who", help_name="who", metavar="NAME")
@option("--where", help_name="where", metavar="FIELD=VALUE", multiple=True)
@option("--columns", help_name="columns", metavar="A,B", multiple=True)
@option("--csv", "as_csv", help_name="csv", is_flag=True)
@common_options
def show(book: Path, table: str, as_csv: bool, common: Common, **asked: Any) -> None:
    """Print any table, or what is asked for of it."""
    from salesbook.book.files import table_of_book
    from salesbook.book.page_shown import page_named
    from salesbook.book.selecting.selection import Wanted, select
    from salesbook.cli.documents import table_document
    from salesbook.cli.shown import Shown

    if as_csv and common.as_json:
        raise UsageError("csv-or-json", where="--csv")
    page = page_named(table)
    wanted = Wanted(**asked)
    if page is not None:
        _refuse_what_tables_have(page, wanted)
        if not (as_csv or common.as_json):
            _show_page(book, page, wanted, common)
            return
        # To a program a page is its lines.
        wanted = replace(wanted, where=(f"page={page}",), top_of="block")
    session, name = table_of_book(book, "PageLines" if page else table)
    selection = select(session, name, wanted)

    def print_words(terminal: Terminal) -> None:
        Shown(session, selection, terminal.language).print(as_csv=as_csv, quiet=common.quiet)

    with printing(done=False):
        answer(
            common,
            session.language,
            document=lambda: table_document(session, selection, page),
            words=print_words,
        )


def _refuse_what_tables_have(page: str, wanted: Wanted) -> None:
    """Refuse what a page of several lists cannot be asked for. Raises: UsageError."""
    asked = {"--where": wanted.where, "--columns": wanted.columns}
    for flag, typed in asked.items():
        if typed:
            raise UsageError("page-is-no-table", where=flag, page=page)


def _show_page(book: Path, page: str, wanted: Wanted, common: Common) -> None:
    """Print a page for people."""
    from salesbook.book.page_shown import show_page
    from salesbook.cli.page_text import page_lines_of

    shown = show_page(book, page, wanted.who, common.lang, wanted.top)
    with printing(done=False):
        write_lines(list(page_lines_of(shown, page_width())))


@click.command("undo", help=help_text("undo"))
@BOOK
@option("--list", "only_list", help_name="list", is_flag=True)
@option("--to", "number", help_name="to", type=click.IntRange(min=1), metavar="N")
@option("--yes", help_name="yes", is_flag=True)
@common_options
def undo(book: Path, only_list: bool, number: int | None, yes: bool, common: Common) -> None:
    """Put back the tables that the last runs and imports wrote."""
    if only_list and number is not None:
        raise UsageError("list-or-to", where="--list")
    if only_list:
        _list_runs(book, common)
        return

    from salesbook.book.files import newest_run, undo_file
    from salesbook.cli.documents import report_document

    newest = newest_run(book)

    today = options.today()
    with progress_bar(common) as bar:

        def announce(runs: Sequence[PastRun], language: Language) -> None:
            with bar.away():
                _announce(runs, common, language, may_take_any=yes or runs[0].at == newest)

        report = undo_file(book, today, wait=common.wait, number=number or 1, announce=announce)

    with work_is_done():
        answer(
            common,
            report.language,
            document=lambda: report_document(report),
            words=lambda terminal: terminal.restored(book, report),
        )


def _list_runs(book: Path, common: Common) -> None:
    from salesbook.book.files import undo_list
    from salesbook.cli.documents import undo_list_document

    standings, language = undo_list(book)
    with printing(done=False):
        answer(
            common,
            language,
            document=lambda: undo_list_document(standings),
            words=lambda terminal: terminal.past_runs(book, standings),
        )


def _announce(
    runs: Sequence[PastRun], common: Common, language: Language, *, may_take_any: bool
) -> None:
    """Name what will be taken back; ask, where somebody may not mean the newest of it.

    Raises: ChangedMeanwhile where nobody can be asked; Interrupted where the answer is no.
    """
    from salesbook.cli.terminal import Terminal

    terminal = Terminal(common.lang or language, quiet=common.quiet)
    terminal.taking_back(runs)
    if may_take_any:
        return

    newest = runs[0]
    if not sys.stdin.isatty():
        facts = {"action": newest.action, "at": newest.at.isoformat(" "), "user": newest.user}
        raise ChangedMeanwhile("another-run-came", **facts)
    if not click.confirm(terminal.undo_question(newest), err=True):
        raise Interrupted


@click.command("forget", help=help_text("forget"))
@BOOK
@option("--customer", help_name="forget_customer", metavar="ID", required=True)
@option("--yes", help_name="forget_yes", is_flag=True)
@common_options
def forget(book: Path, customer: str, yes: bool, common: Common) -> None:
    """Show where a customer stands; with --yes keep nothing of him but sums."""
    from salesbook.book.forgetting.forget import forget_file
    from salesbook.cli.documents import forget_document

    with progress_bar(common):
        result = forget_file(book, customer, yes=yes, wait=common.wait)

    with work_is_done() if yes else printing(done=False):
        answer(
            common,
            result.language,
            document=lambda: forget_document(result),
            words=lambda terminal: terminal.forgotten(result),
        )


@click.command("upgrade", help=help_text("upgrade"))
@BOOK
@option("--out", help_name="out", metavar="OTHER.xlsm", type=PATH)
@option("--yes", help_name="upgrade_yes", is_flag=True)
@common_options
def upgrade(book: Path, out: Path | None, yes: bool, common: Common) -> None:
    """Bring a workbook of any version to the current template."""
    from salesbook.book.upgrade import upgrade_file
    from salesbook.cli.documents import upgrade_document

    with progress_bar(common):
        result = upgrade_file(book, out=out, may_replace=yes, wait=common.wait)

    with work_is_done():
        answer(
            common,
            result.language,
            document=lambda: upgrade_document(result),
            words=lambda terminal: terminal.upgraded(result),
        )


BOOK_COMMANDS: Final = (new, import_, show, report, whatif, forget, undo, upgrade)
