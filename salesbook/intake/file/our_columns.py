"""Which columns of a file did an import put before those of the file that somebody gave it?

Rejected rows and blank fields go into files beside their source, behind columns that say what is
wrong. Imported again, such a file is its source again: the same headers, known by the same mapping.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from salesbook.intake.foreign import ForeignTable
from salesbook.labels import LANGUAGES, Language, word

Ours = Literal["row", "problem_in", "problem", "read_as", "own_key"]
"""Columns of ours, by their words in cli.toml; no table has a field of that name."""
_FIRST: Final[tuple[Ours, ...]] = ("row", "problem_in", "problem")
"""Those that stand before the others in every file with problems."""
_NAME_OF_DROPPED: Final = re.compile(r"\.dropped(?:\.\d+)?$")
"""Dropped rows have no problem, only a row: `orders.dropped`, `orders.dropped.2`."""


def without_our_columns(source: ForeignTable, path: Path) -> ForeignTable:
    """The file without the columns that an import put before the others."""
    count = _count_of_ours(source.headers, path)
    return source.without_columns(range(count)) if count else source


def title(name: Ours, language: Language) -> str:
    """What one of our columns is called."""
    return word("cli", f"rejects.{name}", language)


def _count_of_ours(headers: tuple[str, ...], path: Path) -> int:
    # A file may be imported into a workbook of the other language.
    for language in LANGUAGES:
        titles = tuple(title(name, language) for name in _FIRST)
        if headers[: len(titles)] == titles:
            return len(titles)
        if headers[:1] == titles[:1] and _NAME_OF_DROPPED.search(path.stem):
            return 1
    return 0
