"""The command line: the verbs on a workbook file, for people and for programs."""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import locale
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from salesbook import __version__
from salesbook.cli.outputs import lost_output, prepare_outputs, printing, say
from salesbook.errors import Interrupted, SalesbookError, UsageError
from salesbook.labels.words import LANGUAGES, Language, language_of, word

if TYPE_CHECKING:
    from salesbook.book.importing import ImportRequest
    from salesbook.setup.doctor import Check


def _asked_language(words: list[str]) -> Language | None:
    """The language that `--lang` names among the words."""
    for place, text in enumerate(words):
        if text.startswith("--lang="):
            return language_of(text.removeprefix("--lang="))
        if text == "--lang" and place + 1 < len(words):
            return language_of(words[place + 1])
    return None


def _system_language() -> Language:
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return language_of(next((name for name in names if name), locale.getlocale()[0] or "en"))


LANGUAGE = _asked_language(sys.argv[1:]) or _system_language()
"""The language of help: `--lang` if given, else the system's."""
Command = Callable[..., None]


def _help(name: str) -> str:
    return word("cli", f"help.{name}", LANGUAGE)


def _option(*names: str, say: str, **more: Any) -> Callable[[Command], Command]:
    return click.option(*names, help=_help(say), **more)


def _with(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


_PATH = click.Path(path_type=Path, readable=False)
"""What cannot be read is said by whoever reads it, with its own exit code."""
_BOOK = click.argument("book", metavar="BOOK.xlsm", type=_PATH)
_COMMON = _with(
    _option("--json", "as_json", say="json", is_flag=True),
    _option("--lang", say="lang", type=click.Choice(LANGUAGES)),
    _option("-q", "--quiet", say="quiet", is_flag=True),
    _option("--wait", say="wait", type=click.FloatRange(min=0), default=10.0, metavar="SECONDS"),
)
_AS_OF = _option(
    "--as-of", say="as_of", metavar="YYYY-MM-DD", callback=lambda _c, _p, text: _day(text)
)
_RESULT = _with(
    _AS_OF,
    _option("--out", say="out", type=_PATH, metavar="OTHER.xlsm"),
    _option("--strict", say="strict", is_flag=True),
)


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError("bad-date", where="--as-of", found=text) from None


def _month(text: str | None) -> str | None:
    if text is not None:
        try:
            dt.date.fromisoformat(f"{text}-01")
        except ValueError:
            raise UsageError("bad-month", where="--from", found=text) from None
    return text


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Tell of work that is done: neither Ctrl-C nor an output that takes
    no more words undoes it.
    """
    from salesbook.hosts.package.disk import uninterrupted

    with uninterrupted(), printing(done=True):
        yield


@click.group(help=_help("app"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="salesbook")
def app() -> None:
    """Gather the commands."""


def _run(name: str, book: Path, asked: dict[str, Any]) -> None:
    """Run a verb on a file and say what it did."""
    from salesbook.book.files import run_on_file
    from salesbook.book.report import Options
    from salesbook.cli.documents import report_document
    from salesbook.cli.terminal import Terminal

    options = Options(asked["as_of"], asked.get("publish", False), asked.get("resplit_from"))
    report = run_on_file(book, name, options, wait=asked["wait"], out=asked.get("out"))
    terminal = Terminal(asked["lang"] or report.language, quiet=asked["quiet"])
    with _telling():
        if asked["as_json"]:
            terminal.document(report_document(report))
        else:
            terminal.report(asked.get("out") or book, report)
    if report.errors and (asked.get("strict") or name == "validate"):
        raise click.exceptions.Exit(1)


def _add_verb(name: str) -> None:
    """Add the command of a verb that takes a date, a place for the result and strictness."""

    @app.command(name, help=_help(name))
    @_BOOK
    @_RESULT
    @_COMMON
    def command(book: Path, **asked: Any) -> None:
        _run(name, book, asked)


@app.command("new", help=_help("new"))
@_BOOK
@_option("--sample", say="sample", is_flag=True)
@_COMMON
def _new(book: Path, sample: bool, **asked: Any) -> None:
    from salesbook.book.files import new_file
    from salesbook.cli.terminal import Terminal

    language = asked["lang"] or LANGUAGE
    rows = new_file(book, language, sample_as_of=dt.date.today() if sample else None)
    terminal = Terminal(language, quiet=asked["quiet"])
    with _telling():
        if asked["as_json"]:
            terminal.document({"book": str(book), "language": language, "rows": rows})
        else:
            terminal.made(book, rows)


@app.command("import", help=_help("import"))
@_BOOK
@click.argument("file", metavar="FILE", type=_PATH)
@_option("--into", say="into", metavar="TABLE", required=True)
@_option("--column", "columns", say="column", metavar='FIELD="Header"', multiple=True)
@_option("--date-order", say="date_order", type=click.Choice(["dmy", "mdy", "ymd"]))
@_option("--decimal", say="decimal", type=click.Choice(["point", "comma"]))
@_option("--encoding", say="encoding", metavar="E")
@_option("--sheet", say="sheet", metavar="S")
@_option("--stages", say="stages", metavar='"A>B>Won|Lost"')
@_option("--add-missing", say="add_missing", is_flag=True)
@_option("--dry-run", say="dry_run", is_flag=True)
@_option("--replace", say="replace", is_flag=True)
@_option("--yes", say="yes", is_flag=True)
@_AS_OF
@_COMMON
def _import(book: Path, file: Path, **asked: Any) -> None:
    from salesbook.book.importing import import_file
    from salesbook.cli.documents import import_document
    from salesbook.cli.terminal import Terminal

    if asked["replace"] and not asked["yes"]:
        raise UsageError("replace-needs-yes", where="--replace")
    result = import_file(book, _import_request(file, asked), wait=asked["wait"])
    terminal = Terminal(asked["lang"] or result.language, quiet=asked["quiet"])
    with _telling():
        if asked["as_json"]:
            terminal.document(import_document(result))
        else:
            terminal.imported(file, result)


def _import_request(file: Path, asked: Mapping[str, Any]) -> ImportRequest:
    from salesbook.book.importing import ImportRequest
    from salesbook.intake.draft import ImportOptions, parse_columns

    options = ImportOptions(
        into=asked["into"],
        columns=parse_columns(tuple(asked["columns"])),
        date_order=asked["date_order"],
        decimal=asked["decimal"],
        encoding=asked["encoding"],
        sheet=asked["sheet"],
        stages=asked["stages"],
        add_missing=asked["add_missing"],
        replace=asked["replace"],
    )
    return ImportRequest(file, options, asked["as_of"], asked["dry_run"], asked["lang"])


_add_verb("validate")


@app.command("split", help=_help("split"))
@_BOOK
@_AS_OF
@_option("--publish", say="publish", is_flag=True)
@_option("--resplit", say="resplit", is_flag=True)
@_option(
    "--from",
    "resplit_from",
    say="from",
    metavar="YYYY-MM",
    callback=lambda _c, _p, text: _month(text),
)
@_COMMON
def _split(book: Path, resplit: bool, **asked: Any) -> None:
    if resplit is not (asked["resplit_from"] is not None):
        raise UsageError("resplit-from", where="--resplit")
    _run("split", book, asked)


for _name in ("score", "tier", "funnel", "refresh"):
    _add_verb(_name)


@app.command("show", help=_help("show"))
@_BOOK
@click.argument("table", metavar="TABLE")
@_COMMON
def _show(book: Path, table: str, **asked: Any) -> None:
    from salesbook.book.files import table_of_book
    from salesbook.cli.documents import table_document
    from salesbook.cli.terminal import Terminal

    session, name = table_of_book(book, table)
    terminal = Terminal(asked["lang"] or session.language, quiet=asked["quiet"])
    with printing(done=False):
        if asked["as_json"]:
            terminal.document(table_document(session, name))
        else:
            terminal.table(name, session)


@app.command("undo", help=_help("undo"))
@_BOOK
@_COMMON
def _undo(book: Path, **asked: Any) -> None:
    from salesbook.book.files import undo_file
    from salesbook.cli.documents import report_document
    from salesbook.cli.terminal import Terminal

    report = undo_file(book, dt.date.today(), wait=asked["wait"])
    terminal = Terminal(asked["lang"] or report.language, quiet=asked["quiet"])
    with _telling():
        if asked["as_json"]:
            terminal.document(report_document(report))
        else:
            terminal.restored(book, report)


@app.command("doctor", help=_help("doctor"))
@click.argument("book", metavar="[BOOK.xlsm]", required=False, type=_PATH)
@_COMMON
def _doctor(book: Path | None, **asked: Any) -> None:
    from salesbook.setup.doctor import examine

    checks = examine(book, asked["lang"] or LANGUAGE)
    with printing(done=False):
        _show_checks(checks, asked)
    _refuse_failed(checks)


@app.command("install", help=_help("install"))
@click.argument("where", metavar="[FOLDER|BOOK.xlsm]", required=False, type=_PATH)
@_COMMON
def _install(where: Path | None, **asked: Any) -> None:
    from salesbook.setup.install import install

    checks = install(where, asked["lang"] or LANGUAGE)
    with _telling():
        _show_checks(checks, asked)
    _refuse_failed(checks)


def _show_checks(checks: Sequence[Check], asked: dict[str, Any]) -> None:
    """Show what is right and wrong with the set-up."""
    from salesbook.cli.terminal import Terminal

    terminal = Terminal(asked["lang"] or LANGUAGE, quiet=asked["quiet"])
    if asked["as_json"]:
        terminal.document({"checks": [check.document() for check in checks]})
    else:
        terminal.checks(checks)


def _refuse_failed(checks: Sequence[Check]) -> None:
    if not all(check.ok for check in checks):
        raise click.exceptions.Exit(1)


def main() -> None:
    """Run one command and exit with its code; a user's mistake never shows a traceback."""
    prepare_outputs()
    _leave(run(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """End the process without taking millions of cells apart one by one.

    What waits for the end runs, and what was printed is flushed, first; where it is lost, that is
    no success.
    """
    atexit._run_exitfuncs()
    lost = lost_output()
    if lost:
        say(f"stdout: {lost.params['found']}")
    os._exit(code or (lost.exit_code if lost else 0))


def run(words: list[str]) -> int:
    """Run the command that the words say. Returns: its exit code."""
    try:
        result = app.main(args=words, prog_name="salesbook", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as asked:
        say(asked.format_message())
        return UsageError.exit_code
    except click.ClickException as wrong:
        return _refused(UsageError("usage", where="salesbook", found=wrong.format_message()), words)
    except SalesbookError as refused:
        return _refused(refused, words)
    except (KeyboardInterrupt, click.Abort):
        return _refused(Interrupted(), words)
    except SystemExit:
        return 0  # how click ends help whose reader has had enough
    except Exception as bug:
        return _refused(lost_output() or _logged(bug), words)


def _refused(error: SalesbookError, words: list[str]) -> int:
    from salesbook.labels.errors import error_document, error_text

    language = _asked_language(words) or _book_language(error, words) or LANGUAGE
    if "--json" in words:
        from salesbook.cli.terminal import json_line

        with printing(done=True):
            sys.stdout.write(json_line(error_document(error, language)))
    say(error_text(error, language))
    return error.exit_code


def _book_language(error: SalesbookError, words: list[str]) -> Language | None:
    """The language of the workbook that the words name; wrong words are answered without opening
    it.
    """
    if error.code in (UsageError.default_code, SalesbookError.default_code):
        return None
    files = filter(os.path.isfile, words[1:])  # unlike Path.is_file it stands names of any length
    book = next((name for name in files if not name.startswith("-")), None)
    if book is None:
        return None
    from salesbook.book.language import language_of_book

    return language_of_book(Path(book))


def _logged(bug: Exception) -> SalesbookError:
    from salesbook.setup.bug_log import keep

    return SalesbookError("internal", where=str(keep(bug)), found=type(bug).__name__)


if __name__ == "__main__":
    main()
