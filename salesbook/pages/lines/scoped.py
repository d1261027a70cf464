"""Which rows of a table are whose: the company's, each team's and each rep's?

There may be hundreds of reps with a handful of rows each. A frame takes as long to be asked about a
handful as about thousands, so that here rows are plain dicts, told apart once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from salesbook.pages.lines.context import PageContext, Scope

Record = Mapping[str, Any]
"""A row by field; None is missing."""
RecordsByScope = Mapping[Scope, Sequence[Record]]


def records_of(frame: pd.DataFrame) -> list[Record]:
    """The rows of a frame in their order."""
    as_objects = frame.astype(object).where(frame.notna(), None)
    rows: list[Record] = as_objects.to_dict("records")
    return rows


def by_scope(context: PageContext, rows: Iterable[Record], rep_field: str) -> RecordsByScope:
    """Tell rows apart by the rep of each, in their order.

    Rows of nobody, and of reps whom Team lacks, are the company's alone.
    """
    scopes_of_rep: dict[Any, tuple[Scope, ...]] = {}
    parts: dict[Scope, list[Record]] = {}
    for row in rows:
        rep = row[rep_field]
        if rep not in scopes_of_rep:
            scopes_of_rep[rep] = context.scopes_of(rep)
        for scope in scopes_of_rep[rep]:
            parts.setdefault(scope, []).append(row)
    return parts


def by_rep(rows: Iterable[Record], rep_field: str = "rep_id") -> dict[Any, list[Record]]:
    """Tell rows apart by the rep of each, in their order."""
    parts: dict[Any, list[Record]] = {}
    for row in rows:
        parts.setdefault(row[rep_field], []).append(row)
    return parts
