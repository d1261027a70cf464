"""The command line: the verbs on a workbook file, for people and for programs."""

from __future__ import annotations

import atexit
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from salesbook import __version__
from salesbook.actions import ACTIONS
from salesbook.cli.book_commands import BOOK_COMMANDS
from salesbook.cli.language import LANGUAGE, asked_language
from salesbook.cli.mistakes import Commands, usage_error
from salesbook.cli.options import help_text
from salesbook.cli.outputs import lost_output, prepare_outputs, printing, say
from salesbook.cli.setup_commands import SETUP_COMMANDS
from salesbook.cli.started import as_started
from salesbook.cli.verbs import verb_command
from salesbook.errors import Interrupted, SalesbookError, UsageError
from salesbook.interrupts import ends_with_its_save
from salesbook.labels.words import Language


@click.group(
    cls=Commands,
    help=help_text("app"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="salesbook")
def app() -> None:
    """Gather the commands."""


for _action in ACTIONS.values():
    app.add_command(verb_command(_action))
for _command in (*BOOK_COMMANDS, *SETUP_COMMANDS):
    app.add_command(_command)


def main() -> None:
    """Run one command and exit with its code; a user's mistake never shows a traceback."""
    prepare_outputs()
    ends_with_its_save()
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


def run(arguments: list[str]) -> int:
    """Run the command that the arguments say. Returns: its exit code."""
    try:
        result = app.main(args=arguments, prog_name="salesbook", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as no_arguments:
        say(no_arguments.format_message())
        return UsageError.exit_code
    except click.ClickException as mistake:
        return _refused(usage_error(mistake), arguments)
    except SalesbookError as refusal:
        return _refused(refusal, arguments)
    except (KeyboardInterrupt, click.Abort):
        return _refused(Interrupted(), arguments)
    except SystemExit:
        return 0  # how click ends help whose reader has had enough
    except Exception as bug:
        # A full or closed output raises anywhere, and is no bug of ours.
        return _refused(lost_output() or _logged(bug), arguments)


def _refused(error: SalesbookError, arguments: list[str]) -> int:
    """Say why nothing was done. Returns: the refusal's exit code."""
    from salesbook.labels.errors import error_document, error_text

    language = asked_language(arguments) or _book_language(error, arguments) or LANGUAGE
    if "--json" in arguments:
        from salesbook.cli.terminal import json_line

        with printing(done=True):
            sys.stdout.write(json_line(error_document(error, language)))
    say(as_started(error_text(error, language)))
    return error.exit_code


def _book_language(error: SalesbookError, arguments: list[str]) -> Language | None:
    """The language of the workbook among the arguments.

    Mistakes in the arguments themselves are answered without opening it.
    """
    if error.code in (UsageError.default_code, SalesbookError.default_code):
        return None

    for argument in arguments[1:]:
        if argument.startswith("-"):
            continue
        if os.path.isfile(argument):  # noqa: PTH113 - unlike Path.is_file it takes names of any length
            from salesbook.book.language import language_of_book

            return language_of_book(Path(argument))
    return None


def _logged(bug: Exception) -> SalesbookError:
    from salesbook.bug_log import keep

    return SalesbookError("internal", where=str(keep(bug)), found=type(bug).__name__)


if __name__ == "__main__":
    main()
