"""What happens when a button is pressed? Work, then exactly one message, whatever becomes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import xlwings as xw

from salesbook.errors import SalesbookError
from salesbook.labels import Language, language_of
from salesbook.macros import words
from salesbook.macros.desk import Cancelled, Desk
from salesbook.macros.words import Said
from salesbook.setup import bug_log


def pressed(button: str, work: Callable[[Desk], Said]) -> None:
    """Run a button's work on the calling workbook and tell the user what came of it.

    A refusal, a cancel and a bug each end in one message in the workbook's language; none leaves a
    table half written.
    """
    book = xw.Book.caller()
    language = _system_language()
    try:
        desk = Desk(book)
        language = desk.language
        said = work(desk)
    except SalesbookError as refused:
        said = words.refusal_said(refused, language)
    except (Cancelled, KeyboardInterrupt):
        said = Said(words.say("cancelled", language))
    except Exception as bug:
        said = words.bug_said(bug_log.keep(bug), language)
    title = words.say(f"button.{button}", language)
    with contextlib.suppress(KeyboardInterrupt):
        book.app.alert(said.text, title, said.buttons, said.mode)


def _system_language() -> Language:
    import locale

    return language_of(locale.getlocale()[0] or "en")
