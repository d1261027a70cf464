"""How is salesbook called in this shell, and on which workbook? Commands that we name must work as
somebody types them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Final

NAME: Final = "salesbook"
_BOOK: Final = "BOOK"
"""Stands for the workbook in commands that sentences name."""


def as_started(text: str) -> str:
    """A text whose commands begin as the running one did: `.venv/bin/salesbook undo Sales.xlsm`.

    The name stays where the shell finds salesbook by it, as after an installation, and `BOOK` where
    the running command named no workbook.
    """
    if NAME not in text:
        return text
    program, book = _program(sys.argv[0]), _book()

    def typed(command: re.Match[str]) -> str:
        return f"{program} {command['verb']}{f' {book}' if command['book'] else ''}"

    return _commands().sub(typed, text)


@cache
def _commands() -> re.Pattern[str]:
    """Matches a command, with the word for its workbook: `salesbook undo BOOK`, not `salesbook is`."""
    from salesbook.cli.app import app

    names = "|".join(map(re.escape, sorted(app.commands)))
    return re.compile(
        rf"(?<![\w./\\-]){NAME} (?P<verb>{names})(?![\w-])(?P<book> {_BOOK}(?![\w.]))?"
    )


def _book() -> str:
    """The workbook of the running command as it was typed."""
    for word in sys.argv[2:]:
        if not word.startswith("-") and os.path.isfile(word):  # noqa: PTH113 - names of any length
            return _quoted(word)
    return _BOOK


@cache
def _program(started: str) -> str:
    """What to type for the program that was started as `started`; the name where that will do."""
    file = Path(started)
    if _on_path(NAME):
        return NAME
    if file.stem == NAME and file.is_file():
        return _typed(file.with_suffix("") if file.suffix.casefold() == ".exe" else file)
    if file.name == "__main__.py" and file.parent.name == NAME:
        python = Path(sys.executable)
        typed = python.name if _on_path(python.name) else _typed(python)
        return f"{typed} -m {NAME}"
    return NAME


def _on_path(name: str) -> bool:
    """Whether the shell finds a program of this environment, not another one, by its name."""
    found = shutil.which(name)
    # What the name leads to may be a link; what matters is in whose folder of programs it lies.
    return (
        found is not None and Path(found).parent.resolve() == Path(sys.executable).parent.resolve()
    )


def _typed(file: Path) -> str:
    """A file as one types it here: from this folder on where it lies in it, quoted if it must be."""
    whole = Path(os.path.abspath(file))  # noqa: PTH100 - a link stays the program that it names
    here = Path.cwd()
    if whole.is_relative_to(here):
        nearer = str(whole.relative_to(here))
        shown = nearer if os.sep in nearer else f".{os.sep}{nearer}"
    else:
        shown = str(whole)
    quoted = _quoted(shown)
    return f"& {quoted}" if os.name == "nt" and quoted != shown else quoted


def _quoted(word: str) -> str:
    """A word as a shell takes it for one."""
    if os.name == "nt":
        return f'"{word}"' if " " in word else word
    return shlex.quote(word)
