"""What happens when a button is pressed? Work, then exactly one message, whatever becomes of it."""

from __future__ import annotations

import contextlib
import datetime as dt

import xlwings as xw

from salesbook import bug_log
from salesbook.actions import Button
from salesbook.errors import SalesbookError
from salesbook.labels import Language, language_of
from salesbook.macros import answers
from salesbook.macros.host import Cancelled, MacroHost
from salesbook.macros.jobs import job_of
from salesbook.macros.words import MessageBox, say


def today() -> dt.date:
    """The day a button calculates for."""
    return dt.date.today()


def press_button(button: Button) -> None:
    """Do a button's work on the calling workbook and tell the user what came of it.

    A refusal, a cancel and a bug each end in one message in the workbook's language; none leaves a
    table half written.
    """
    book = xw.Book.caller()
    # Until the workbook could be read, its language is not known.
    language = _system_language()
    try:
        host = MacroHost(book)
        language = host.language
        box = job_of(button)(host, today())
    except SalesbookError as refusal:
        box = answers.refusal_box(refusal, language)
    except (Cancelled, KeyboardInterrupt):
        box = MessageBox(say("cancelled", language))
    except Exception as bug:
        box = answers.bug_box(bug_log.keep(bug), language)

    title = say(f"button.{button.name}", language)
    with contextlib.suppress(KeyboardInterrupt):
        book.app.alert(box.text, title, box.buttons, box.mode)


def _system_language() -> Language:
    import locale

    return language_of(locale.getlocale()[0] or "en")
