"""Tables drawn in a test, what `score` makes of them, and the lists of pages over both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from salesbook.actions import ACTIONS
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.outcome import Task
from salesbook.domain.past.at import at
from salesbook.pages.lines.context import TO_COME, PageContext
from salesbook.pages.lines.line import ListLines, block_of
from salesbook.policy import Policy
from tests.drawn_tables import Rows, frames_of
from tests.spec.score_tables import policy_of

Lists = Mapping[str, list[Mapping[str, Any]]]
"""By the text by which a page finds a list, its lines."""


def context_of(
    as_of: str, policy: Policy | None = None, **tables: Rows | pd.DataFrame
) -> PageContext:
    """What pages look at after `score` has run on the tables given; all others are empty."""
    policy = policy or policy_of()
    day = dt.date.fromisoformat(as_of)
    frames = frames_of(tables)
    scored = ACTIONS["score"].run(Task(frames, policy, day))
    past = at(frames, policy, day, looks_back=False)
    tables = {**past.tables, **scored.tables}
    name_by_rep = dict(zip(frames["Reps"]["rep_id"], frames["Reps"]["name"], strict=True))

    def names(table: str, keys: Iterable[str]) -> Mapping[str, str]:
        """As the workbook calls its reps; no list asked for here names other rows."""
        known = name_by_rep if table == "Reps" else {}
        return {key: known[key] for key in keys if key in known}

    to_come = {name: frames[name] for name in TO_COME}
    return PageContext(tables, policy, day, WorkCalendar.of_policy(policy), names, to_come)


def lists_of(make: Callable[[PageContext], Iterator[ListLines]], context: PageContext) -> Lists:
    """The lists of one page."""
    return {
        block_of(listed.list, listed.scope, listed.period): list(listed.lines)
        for listed in make(context)
    }
