"""What may stand on a command line, and what does each option become?"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from salesbook.actions import Option
from salesbook.cli.language import LANGUAGE
from salesbook.cli.mistakes import OneOf
from salesbook.errors import NoSuchTable, UsageError
from salesbook.labels.words import LANGUAGES, Language, word

_MONTHS: Final = 12
Command = Callable[..., None]
Decorator = Callable[[Command], Command]


@dataclass(frozen=True, slots=True)
class Common:
    """What may be asked of every command."""

    as_json: bool
    lang: Language | None
    """Missing: the workbook's language, else the system's."""
    quiet: bool
    wait: float
    """Seconds for another run of salesbook to end."""


def help_text(name: str) -> str:
    """What help says of a command or an option."""
    return word("cli", f"help.{name}", LANGUAGE)


def option(*names: str, help_name: str, **details: Any) -> Decorator:
    """An option of one command, with its help in the language of help."""
    return click.option(*names, help=help_text(help_name), **details)


def together(*decorators: Decorator) -> Decorator:
    """Several options as one decorator, which help lists in this order."""

    def decorate(command: Command) -> Command:
        # Help lists options from the outermost decorator inwards.
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def today() -> dt.date:
    """The day of a command that names none: no other place of the command line asks the clock."""
    return dt.date.today()


def _read_day(_: click.Context, parameter: click.Parameter, text: str | None) -> dt.date:
    if text is None:
        return today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _no_day(parameter.opts[0], text) from None


def _no_day(where: str, text: str) -> UsageError:
    """The refusal of a text that is no day: not written as one, or one that no calendar has."""
    parts = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII)
    if parts is None:
        return UsageError("bad-date", where=where, found=text)
    year, month = int(parts[1]), int(parts[2])
    if not (dt.MINYEAR <= year <= dt.MAXYEAR and 1 <= month <= _MONTHS):
        return UsageError("no-such-month", where=where, found=text)
    _, days = calendar.monthrange(year, month)
    facts = {"month": text[: len("2026-07")], "days": days}
    return UsageError("no-such-day", where=where, found=text, **facts)


def _read_month(_: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        where = parameter.opts[0]
        if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
            raise UsageError("no-such-month", where=where, found=text) from None
        raise UsageError("bad-month", where=where, found=text) from None
    return text


def _read_year(_: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    is_year = len(text) == len("2026") and text.isascii() and text.isdigit()
    if not is_year:
        raise UsageError("bad-year", where=parameter.opts[0], found=text)
    return int(text)


def _read_table(_: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    from salesbook.labels import table_of_name, tables_like
    from salesbook.tables import TABLES

    table = table_of_name(text, TABLES)
    if table is None:
        nearest = tables_like(text, TABLES)
        raise NoSuchTable("no-such-table", where=parameter.opts[0], table=text, nearest=nearest)
    return table


PATH: Final = click.Path(path_type=Path, readable=False)
"""What cannot be read is said by whoever reads it, with its own exit code."""
BOOK: Final = click.argument("book", metavar="BOOK.xlsm", type=PATH)

_TAKES: Final[dict[str, dict[str, Any]]] = {
    "nothing": {"is_flag": True},
    "day": {"metavar": "YYYY-MM-DD", "callback": _read_day},
    "month": {"metavar": "YYYY-MM", "callback": _read_month},
    "text": {"metavar": "TEXT"},
    "id": {"metavar": "ID"},
    "table": {"metavar": "TABLE", "callback": _read_table},
    "ids": {"metavar": "ID", "multiple": True},
    "year": {"metavar": "YYYY", "callback": _read_year},
    "file": {"metavar": "OTHER.xlsm", "type": PATH},
}
"""How click reads what an option of a verb takes."""


def _read_rows(_: click.Context, __: click.Parameter, typed: tuple[str, ...]) -> tuple[int, ...]:
    for text in typed:
        # A full-width digit is a digit, too.
        if not text.isdecimal():
            raise UsageError("bad-row", where="ROW", found=text)
    return tuple(int(text) for text in typed)


def verb_option(asked: Option) -> Decorator:
    """An option of a verb as the command line spells it."""
    if asked.takes == "rest":
        return click.argument(asked.name, metavar=f"[{asked.flag}]", nargs=-1)
    if asked.takes == "rows":
        metavar = f"[{asked.flag}]..."
        return click.argument(asked.name, nargs=-1, metavar=metavar, callback=_read_rows)
    return option(asked.flag, asked.name, help_name=asked.help_name, **_TAKES[asked.takes])


VERBOSE: Final = option("-v", "--verbose", help_name="verbose", is_flag=True)
"""Of verbs, whose closing lines are few."""

_COMMON: Final = together(
    option("--json", "as_json", help_name="json", is_flag=True),
    option("--lang", help_name="lang", type=OneOf(LANGUAGES)),
    option("-q", "--quiet", help_name="quiet", is_flag=True),
    option(
        "--wait",
        help_name="wait",
        type=click.FloatRange(min=0),
        default=10.0,
        metavar="SECONDS",
    ),
)


def common_options(command: Command) -> Command:
    """Give a command the options that every command has; it gets them as one `Common`."""

    @functools.wraps(command)
    def with_common(
        *, as_json: bool, lang: Language | None, quiet: bool, wait: float, **own: Any
    ) -> None:
        command(common=Common(as_json, lang, quiet, wait), **own)

    return _COMMON(with_common)
