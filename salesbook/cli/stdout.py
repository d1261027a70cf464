"""What goes to stdout, and how wide may it be there?"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from salesbook.labels.words import inert

if TYPE_CHECKING:
    from salesbook.cli.layout import Column

_WIDTH_OF_NO_TERMINAL: Final = 200
"""Columns of a table that goes into a file or another program."""
_LEAST_WIDTH: Final = 20
"""A terminal that says it is narrower says nothing of use."""
_INDENT: Final = "  "
_DRAWN: Final = str.maketrans({"─": "-", "✓": "+", "✗": "x", "·": "-", "→": ">", "…": "..."})
"""Signs that an output which cannot write every letter gets others for."""


def is_terminal() -> bool:
    """Whether a person reads stdout, and no file or other program."""
    return sys.stdout.isatty()


def width() -> int:
    """How many cells a line of a table or a message on stdout may have."""
    if is_terminal():
        return page_width()
    wanted = os.environ.get("COLUMNS", "")
    columns = int(wanted) if wanted.isdecimal() else 0
    return max(columns, _WIDTH_OF_NO_TERMINAL)


def page_width() -> int:
    """How many cells a line of a page may have: what people read goes on as wide in a pipe."""
    columns, _ = shutil.get_terminal_size(fallback=(80, 24))
    # A console of Windows adds an empty line behind one that fills it.
    spare = 1 if os.name == "nt" else 0
    return max(columns - spare, _LEAST_WIDTH)


def print_table(columns: Sequence[Column], title: str = "") -> None:
    """Print a table so that it fits, with its title over it."""
    from salesbook.cli.layout import fitted, wrap

    inert_columns = [column.inert() for column in columns]
    lines = wrap(inert(title), width()) if title else []
    if columns and columns[0].cells:
        lines += fitted(inert_columns, width())
    write_lines([*lines, ""])


def print_lines(lines: Sequence[str]) -> None:
    """Print lines, each parted between words where the terminal is too narrow for it.

    Into a file or another program each goes as it is, so that a search finds it in one line.
    """
    if not is_terminal():
        write_lines([inert(line) for line in lines])
        return
    from salesbook.cli.layout import wrap

    write_lines([part for line in lines for part in wrap(inert(line), width(), indent=_INDENT)])


def write_lines(lines: Sequence[str]) -> None:
    """Print lines as they are; an output that cannot write every letter gets others for signs."""
    text = "".join(f"{line}\n" for line in lines)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "─✓✗→".encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_DRAWN)
    sys.stdout.write(text)
