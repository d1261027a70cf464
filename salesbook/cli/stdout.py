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
    """How many cells a line on stdout may have."""
    columns, _ = shutil.get_terminal_size(fallback=(80, 24))
    if not is_terminal():
        wanted = os.environ.get("COLUMNS", "")
        columns = max(int(wanted) if wanted.isdecimal() else 0, _WIDTH_OF_NO_TERMINAL)
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
    _write([*lines, ""])


def print_lines(lines: Sequence[str]) -> None:
    """Print lines, each parted between words where the terminal is too narrow for it.

    Into a file or another program each goes as it is, so that a search finds it in one line.
    """
    if not is_terminal():
        _write([inert(line) for line in lines])
        return
    from salesbook.cli.layout import wrap

    _write([part for line in lines for part in wrap(inert(line), width(), indent=_INDENT)])


def _write(lines: Sequence[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "─✓✗→".encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_DRAWN)
    sys.stdout.write(text)
