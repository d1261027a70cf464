"""How is a file brought into a workbook from the command line? Its options and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from salesbook.actions import AS_OF
from salesbook.cli.answers import answer, work_is_done
from salesbook.cli.mistakes import OneOf
from salesbook.cli.options import (
    BOOK,
    PATH,
    Common,
    common_options,
    help_text,
    option,
    together,
    verb_option,
)
from salesbook.cli.progress_bar import progress_bar
from salesbook.errors import UsageError

if TYPE_CHECKING:
    from salesbook.book.importing import ImportRequest, ImportResult

_WHICH_COLUMNS: Final = together(
    option("--into", help_name="into", metavar="TABLE", default=""),
    option("--column", "columns", help_name="column", metavar='FIELD="Header"', multiple=True),
    option("--ignore", "ignored", help_name="ignore", metavar="FIELD", multiple=True),
    option("--keep", "kept", help_name="keep", metavar='"Header"', multiple=True),
    option("--keep-all", help_name="keep_all", is_flag=True),
)
_HOW_TO_READ: Final = together(
    option("--sheet", help_name="sheet", metavar="S"),
    option("--hidden", help_name="hidden", type=OneOf(["take", "leave"])),
    option("--encoding", help_name="encoding", metavar="E"),
    option("--delimiter", help_name="delimiter", metavar="D"),
    option("--no-header", help_name="no_header", is_flag=True),
)
_WHAT_CELLS_MEAN: Final = together(
    option("--date-order", help_name="date_order", type=OneOf(["dmy", "mdy", "ymd"])),
    option("--decimal", help_name="decimal", type=OneOf(["point", "comma"])),
    option("--value", "words", help_name="value", metavar='FIELD:"Word"=code', multiple=True),
    option("--currency", help_name="file_currency", metavar="C"),
    option("--amount-from", help_name="amount_from", metavar='"A*B*(1-C)"'),
    option("--fixed", help_name="fixed", is_flag=True),
)
_WHAT_BECOMES_OF_ROWS: Final = together(
    option("--stages", help_name="stages", metavar='"A>B>Won|Lost"'),
    option("--add-missing", help_name="add_missing", is_flag=True),
    option("--make-keys", help_name="make_keys", is_flag=True),
    option("--drop-equal", help_name="drop_equal", is_flag=True),
    option("--new", "always_new", help_name="always_new", is_flag=True),
    option("--dry-run", help_name="dry_run", is_flag=True),
    option("--replace", help_name="replace", is_flag=True),
    option("--yes", help_name="import_yes", is_flag=True),
)


@click.command("import", help=help_text("import"))
@BOOK
@click.argument("file", metavar="FILE", type=PATH)
@_WHICH_COLUMNS
@_HOW_TO_READ
@_WHAT_CELLS_MEAN
@_WHAT_BECOMES_OF_ROWS
@verb_option(AS_OF)
@common_options
def import_(book: Path, file: Path, common: Common, **asked: Any) -> None:
    """Take rows of a CSV or Excel file into a table."""
    from salesbook.cli.documents import import_document

    if asked["replace"] and not asked["yes"]:
        raise UsageError("replace-needs-yes", where="--replace")
    request = _import_request(file, common, asked)
    result, typed = _imported(book, request, common, may_ask=not asked["yes"])

    with work_is_done():
        answer(
            common,
            result.language,
            document=lambda: import_document(result),
            words=lambda terminal: terminal.imported(book, file, result, typed),
        )


def _imported(
    book: Path, request: ImportRequest, common: Common, *, may_ask: bool
) -> tuple[ImportResult, tuple[str, ...]]:
    """Import, asking what the file leaves open where somebody sits there to answer.

    A dry run asks only what it cannot do without: it shows the rest.

    Returns: the result, and the answers as options to type the next time.
    """
    from salesbook.book.importing import import_file
    from salesbook.cli.asking import Asking, somebody_is_there
    from salesbook.intake.telling.questions import Answers, answer_all

    if not may_ask or common.as_json or not somebody_is_there():
        with progress_bar(common):
            return import_file(book, request, wait=common.wait), ()

    def attempt(answers: Answers) -> ImportResult:
        answered = None if request.dry_run else answers.answered
        now = replace(request, options=answers.options, answered=answered)
        # Between two attempts somebody is asked something.
        with progress_bar(common):
            return import_file(book, now, wait=common.wait)

    result, answers = answer_all(attempt, request.options, Asking(book, common.lang))
    return result, answers.typed


def _import_request(file: Path, common: Common, asked: Mapping[str, Any]) -> ImportRequest:
    from salesbook.book.importing import ImportRequest
    from salesbook.intake.options import ImportOptions, parse_columns, parse_delimiter, parse_words

    options = ImportOptions(
        into=asked["into"],
        columns=parse_columns(asked["columns"]),
        ignored=frozenset(asked["ignored"]),
        kept=tuple(asked["kept"]),
        keep_all=asked["keep_all"],
        encoding=asked["encoding"],
        delimiter=parse_delimiter(asked["delimiter"]),
        has_headers=not asked["no_header"],
        sheet=asked["sheet"],
        hidden=asked["hidden"],
        date_order=asked["date_order"],
        decimal=asked["decimal"],
        words=parse_words(asked["words"]),
        currency=asked["currency"],
        amount_from=asked["amount_from"],
        fixed=asked["fixed"],
        stages=asked["stages"],
        add_missing=asked["add_missing"],
        make_keys=asked["make_keys"],
        drop_equal=asked["drop_equal"],
        always_new=asked["always_new"],
        replace=asked["replace"],
    )
    return ImportRequest(file, options, asked["as_of"], asked["dry_run"], common.lang)
