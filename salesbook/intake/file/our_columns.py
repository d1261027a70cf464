"""Which columns of a file did an import put before those of the file that somebody gave it?

Rejected rows and blank fields go into files beside their source, behind columns that say what is
wrong. Imported again, such a file is its source again: the same headers, known by the same mapping.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from salesbook.intake.foreign import ForeignTable

TITLES: Final = ("Row", "Problem in", "Problem")
"""Headers of the three columns before the file's own; no table has a field of that name."""
_NAME_OF_DROPPED: Final = re.compile(r"\.dropped(?:\.\d+)?$")
"""Dropped rows have no problem, only a row: `orders.dropped`, `orders.dropped.2`."""


def without_our_columns(source: ForeignTable, path: Path) -> ForeignTable:
    """The file without the columns that an import put before the others."""
    count = _count_of_ours(source.headers, path)
    return source.without_columns(range(count)) if count else source


def _count_of_ours(headers: tuple[str, ...], path: Path) -> int:
    if headers[: len(TITLES)] == TITLES:
        return len(TITLES)
    is_of_dropped = headers[:1] == TITLES[:1] and _NAME_OF_DROPPED.search(path.stem)
    return 1 if is_of_dropped else 0
