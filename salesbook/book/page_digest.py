"""What does the Dashboard say after a run, in a few lines? As the text of a report says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import pandas as pd

from salesbook import __version__
from salesbook.book.page_lines import PAGE_LINES
from salesbook.book.report_words import LabelWords
from salesbook.book.session import Session
from salesbook.bug_log import keep
from salesbook.domain.arithmetic.calendar import month_of
from salesbook.labels import sentence
from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import WHOLE_COMPANY
from salesbook.reports.compose import Asked, Made, report_of
from salesbook.reports.lines import Lines
from salesbook.reports.numbers import Numbers

_TOLD_BY: Final = ("score", "tier", "funnel", "refresh")
"""Verbs that end with it; who splits or closes wants to know of the plan or the pay."""


_STEPS: Final = "today"
"""The list of the Dashboard that is made of alerts."""


def digest_of(
    session: Session, action: str, tables: Mapping[str, pd.DataFrame], as_of: dt.date
) -> tuple[str, ...]:
    """Say what the Dashboard says of the company in the running month, line by line.

    Args:
        tables: what the run writes; without PageLines there is nothing to say.
    """
    if action not in _TOLD_BY or PAGE_LINES not in tables:
        return ()
    try:
        return _digest(session, {**tables, PAGE_LINES: _of_this_run(tables)}, as_of)
    except Exception as bug:
        # These lines are a view as the page is: no fault of ours with them stops a run.
        keep(bug)
        return ()


def _of_this_run(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The lines of the pages, without the steps of the day where this run looked for no alerts.

    Alerts of an earlier run would be said as if they were found now, also of what has been done since.
    """
    lines = tables[PAGE_LINES]
    if "Alerts" in tables:
        return lines
    return lines[lines["list"] != _STEPS]


def _digest(
    session: Session, tables: Mapping[str, pd.DataFrame], as_of: dt.date
) -> tuple[str, ...]:
    frame = tables[PAGE_LINES]
    words = LabelWords(session.language, session.language)
    numbers = Numbers(words.language, session.currency)
    made = Made(as_of, None, "", __version__, session.policy.rules.fiscal_year_start)
    report = report_of(
        Lines(frame), Asked(WHOLE_COMPANY, "", month_of(as_of)), made, words, numbers
    )
    if not report.tiles and "CustomerTiers" in tables:
        return _of_tiers(tables, session) or tuple(report.digest[1:-1])
    # Without the title above, and below of what it was made: whoever ran the verb knows both.
    return tuple(report.digest[1:-1])


def _of_tiers(tables: Mapping[str, pd.DataFrame], session: Session) -> tuple[str, ...]:
    """What customers alone come to, where no target is set and no deal is there to report."""
    customers = tables["CustomerTiers"]
    if customers.empty:
        return ()
    counts = customers["tier"].value_counts()
    names = [rule.tier for rule in session.policy.tier_rules]
    moves = customers["moved"].value_counts()
    facts: dict[str, Fact] = {
        "customers": len(customers),
        "tiers": tuple(f"{name} {counts.get(name, 0)}" for name in names),
        "calls": len(tables.get("CallList", ())),
    }
    messages = [Message("tier.in-all", facts)]
    if customers["moved"].notna().any():
        moved = {"up": int(moves.get("up", 0)), "down": int(moves.get("down", 0))}
        messages.append(Message("tier.moved", dict(moved)))
    return tuple(sentence(message, session.language) for message in messages)
