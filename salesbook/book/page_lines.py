"""How do the pages' lists follow a run? Made of what it has written and of what stands already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Final

import pandas as pd

from salesbook import labels
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.bug_log import keep
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.outcome import Outcome
from salesbook.domain.past.at import at
from salesbook.errors import SalesbookError
from salesbook.frames import Tables, empty_frame
from salesbook.messages import Message
from salesbook.pages.lines import PAGE_TABLES, SAID, page_lines
from salesbook.pages.lines.context import TO_COME, PageContext

PAGE_LINES: Final = "PageLines"


def changes_pages(writes: Collection[str]) -> bool:
    """Whether a run that writes these tables changes what a page shows."""
    return not set(PAGE_TABLES).isdisjoint(writes)


def with_page_lines(
    session: Session, outcome: Outcome, options: Options, *, looks_back: bool
) -> Outcome:
    """The outcome with PageLines; as it is where the workbook has no place for it, or no need.

    A list is a view: no fault of ours with it keeps anybody from a run. The lists then stay as they
    were, and the answer names the log.
    """
    if not session.has(PAGE_LINES) or not changes_pages(outcome.tables):
        return outcome
    try:
        lines = _page_lines(session, outcome.tables, options, looks_back=looks_back)
    except SalesbookError:
        raise
    except Exception as bug:
        fault = Message("book.page-not-calculated", {"log": str(keep(bug))})
        return replace(outcome, answer=(*outcome.answer, fault))
    return replace(outcome, tables={**outcome.tables, PAGE_LINES: lines})


def lines_now(session: Session, as_of: dt.date) -> pd.DataFrame:
    """The pages' lines as the workbook's tables stand, for a workbook in which none are written."""
    return _page_lines(session, {}, Options(as_of), looks_back=False)


def _page_lines(
    session: Session, made: Tables, options: Options, *, looks_back: bool
) -> pd.DataFrame:
    """Make PageLines: of what the verb has calculated, and of other results as they stand."""
    others = [table for table in PAGE_TABLES if table not in made]
    task, _ = session.task(others, options, looks_back=looks_back)
    past = at(task.tables, task.policy, task.as_of, looks_back=looks_back)
    as_said = {name: _with_messages(name, frame) for name, frame in past.tables.items()}
    tables = {**{name: empty_frame(name) for name in PAGE_TABLES}, **as_said}
    tables |= {name: frame for name, frame in made.items() if name in PAGE_TABLES}
    context = PageContext(
        tables,
        session.policy,
        options.as_of,
        WorkCalendar.of_policy(session.policy),
        session.row_names.shown,
        {name: task.tables.get(name, empty_frame(name)) for name in TO_COME},
    )
    return page_lines(context)


def _with_messages(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A result of an earlier run, its sentences as the messages that they said.

    What somebody typed over one is no message of ours: the cell counts as blank.
    """
    columns = {
        field: frame[field].map(_message, na_action="ignore").astype(object)
        for field in SAID.get(name, ())
        if field in frame
    }
    return frame.assign(**columns) if columns else frame


def _message(text: object) -> Message | None:
    return text if isinstance(text, Message) else labels.message_of(str(text))
