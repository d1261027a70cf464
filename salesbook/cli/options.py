"""What may stand on a command line, and what does each option become?"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from salesbook.actions import Option
from salesbook.cli.language import LANGUAGE
from salesbook.cli.mistakes import OneOf
from salesbook.errors import UsageError
from salesbook.labels.words import LANGUAGES, Language, word

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
        raise UsageError("bad-date", where=parameter.opts[0], found=text) from None


def _read_month(_: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise UsageError("bad-month", where=parameter.opts[0], found=text) from None
    return text


def _read_year(_: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    is_year = len(text) == len("2026") and text.isascii() and text.isdigit()
    if not is_year:
        raise UsageError("bad-year", where=parameter.opts[0], found=text)
    return int(text)


PATH: Final = click.Path(path_type=Path, readable=False)
"""What cannot be read is said by whoever reads it, with its own exit code."""
BOOK: Final = click.argument("book", metavar="BOOK.xlsm", type=PATH)

_TAKES: Final[dict[str, dict[str, Any]]] = {
    "nothing": {"is_flag": True},
    "day": {"metavar": "YYYY-MM-DD", "callback": _read_day},
    "month": {"metavar": "YYYY-MM", "callback": _read_month},
    "text": {"metavar": "TEXT"},
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
