"""Tables drawn in a test, and the lists that a page makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.pages.lines import PAGE_TABLES
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import Line, ListLines
from salesbook.policy import Policy
from salesbook.tables import TABLES
from salesbook.tables.settings import Grade, Rules, Stage, TierRule
from tests.drawn_tables import Rows, frames_of

AS_OF = dt.date(2026, 6, 30)
STAGES = (
    Stage(stage="Lead", rank=1, kind="open"),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
TIERS = (
    TierRule(tier="A", up_to_share=0.8, touch_days=30, channel="visit"),
    TierRule(tier="B", up_to_share=0.95, touch_days=60, channel="phone", offer="Newsletter"),
    TierRule(tier="C", up_to_share=1.0, touch_days=90),
)
GRADES = (Grade(grade="A", from_score=100), Grade(grade="B", from_score=0))

ListsOf = Callable[[PageContext], Iterator[ListLines]]
Lists = Mapping[tuple[str, Scope, str | None], Sequence[Line]]
COMPANY = Scope("company", "company")


def rep(rep_id: str) -> Scope:
    return Scope("rep", rep_id)


def team(name: str) -> Scope:
    return Scope("team", name)


def context_of(
    as_of: dt.date = AS_OF, rules: Rules | None = None, **tables: Rows | pd.DataFrame
) -> PageContext:
    """What lists look at, with the tables given and all others empty."""
    policy = Policy(rules=rules or Rules(), stages=STAGES, tier_rules=TIERS, grades=GRADES)
    frames = frames_of(tables, [*PAGE_TABLES])

    def names(table: str, keys: Iterable[str]) -> Mapping[str, str]:
        """As the workbook calls its rows: a customer by the company, all others by their own name."""
        frame = frames[table]
        name = frame["company"].fillna(frame["name"]) if table == "Customers" else frame["name"]
        known = dict(zip(frame[TABLES[table].key[0]], name, strict=True))
        return {key: known[key] for key in keys if key in known}

    return PageContext(frames, policy, as_of, WorkCalendar.of_policy(policy), names)


def lists_of(page: ListsOf, context: PageContext) -> Lists:
    """Every list that has lines, by its name, scope and period."""
    return {
        (listed.list, listed.scope, listed.period): listed.lines
        for listed in page(context)
        if listed.lines
    }


def attained(rep_id: str, period: str, actual: int, **more: Any) -> dict[str, Any]:
    """A row of Attainment that makes somebody a rep whom pages show."""
    whose = {"scope_kind": "rep", "scope": rep_id, "metric": "revenue"}
    return {"period": period, "actual": actual, **whose, **more}
