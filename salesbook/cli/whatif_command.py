"""Which command asks what would come in? `whatif`: a stage's rate up, its days down, more leads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from salesbook.actions import AS_OF
from salesbook.cli.answers import answer
from salesbook.cli.options import (
    BOOK,
    Common,
    common_options,
    help_text,
    option,
    verb_option,
)
from salesbook.cli.outputs import printing
from salesbook.cli.progress_bar import progress_bar


def _read_number(_: click.Context, parameter: click.Parameter, text: str | None) -> float | None:
    if text is None:
        return None
    from salesbook.book.whatif import number_typed

    return number_typed(text, parameter.opts[0])


@click.command("whatif", help=help_text("whatif"))
@BOOK
@option("--stage", help_name="whatif_stage", metavar="STAGE")
@option("--rate", help_name="whatif_rate", metavar="POINTS", callback=_read_number)
@option("--days", help_name="whatif_days", metavar="DAYS", callback=_read_number)
@option("--leads", help_name="whatif_leads", metavar="PERCENT", callback=_read_number)
@verb_option(AS_OF)
@common_options
def whatif(book: Path, as_of: dt.date, common: Common, **asked: Any) -> None:
    """Show what would come in if things changed; nothing is written."""
    from salesbook.book.whatif import what_if_on_file
    from salesbook.cli.documents import what_if_document
    from salesbook.domain.whatif import Asked

    with progress_bar(common):
        result = what_if_on_file(book, Asked(**asked), as_of)

    with printing(done=False):
        answer(
            common,
            result.language,
            document=lambda: what_if_document(result),
            words=lambda terminal: terminal.sentences(result.sentences()),
        )
