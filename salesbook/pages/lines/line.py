"""What is a list of a page before it becomes rows of PageLines?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook.frames import frame_from_rows
from salesbook.messages import Message
from salesbook.pages.lines.context import Scope

GOOD: Final = "✓"
AHEAD: Final = "▲"
ATTENTION: Final = "●"
MOVED: Final = "→"
BEHIND: Final = "▼"
LATE: Final = "⚠"

Line = Mapping[str, Any]
"""The cells of one line, by field of PageLines; what is not there is blank. Money is minor units."""

FEWEST_SNAPSHOTS: Final = 3
"""So many landings of a year make a line that says something."""
MONTH_FIELDS: Final = tuple(f"m{number:02}" for number in range(1, 13))


@dataclass(frozen=True)
class ListLines:
    """The lines of one list for one scope and period, in the order in which they are shown."""

    page: str
    list: str
    scope: Scope
    lines: Sequence[Line]
    period: str | None = None
    """None for a list that is today's whatever period is chosen."""


def block_of(list_name: str, scope: Scope, period: str | None = None) -> str:
    """By what a page finds the first line of a list."""
    return "|".join((list_name, scope.kind, scope.key, period or ""))


def lines_frame(lists: Iterable[ListLines]) -> pd.DataFrame:
    """Make the table PageLines: list by list, each in its own order."""
    rows: list[dict[str, Any]] = []
    for listed in lists:
        head = {
            "block": block_of(listed.list, listed.scope, listed.period),
            "page": listed.page,
            "list": listed.list,
            "scope_kind": listed.scope.kind,
            "scope": listed.scope.key,
            "period": listed.period or "",
        }
        rows += [
            {**head, "place": place, **line} for place, line in enumerate(listed.lines, start=1)
        ]
    return frame_from_rows("PageLines", rows)


def short_reason(because: object) -> Message | None:
    """Why an alert or a call stands there, in few words: the whole sentence stands in its table.

    None where somebody typed over the sentence, so that nobody can tell any more what it said.
    """
    if not isinstance(because, Message):
        return None
    return Message(f"page.{because.code}", because.params)


def as_said(sentence: object) -> Message | None:
    """A sentence of a result as its table has it; None where somebody typed over it."""
    return sentence if isinstance(sentence, Message) else None


def present(value: Any) -> Any:
    """A cell of a frame, None where it is missing."""
    return None if pd.isna(value) else value


def whole(value: Any) -> int | None:
    """A cell's whole number, such as an amount in minor units; None where it is missing."""
    return None if pd.isna(value) else int(value)
