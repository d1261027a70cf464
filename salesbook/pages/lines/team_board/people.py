"""Who was awarded last, and who is ready for the next career level?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeVar

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day, next_month
from salesbook.domain.pay.winners import FEWEST_NEWCOMERS
from salesbook.messages import Fact, Message, joined
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, GOOD, Line
from salesbook.pages.lines.scoped import Record, records_of

_Told = TypeVar("_Told")
MOST_PEOPLE: Final = 2
_NEWCOMER: Final = "best-newcomer"
_NAMED: Final = 4
"""More awards, winners of one award, or people who are ready, are a number."""


def people_lines(context: PageContext, scope: Scope) -> list[Line]:
    """A line of awards and one of readiness, each only where there is something to say."""
    return [*_awards(context, scope), *_ready(context, scope)]


def _awards(context: PageContext, scope: Scope) -> Iterator[Line]:
    """The awards of the periods that ended last: a month's, and its quarter's where both end."""
    rows = context.once("awards given last", lambda: _given_last(context))
    ours = [row for row in rows if _is_in(context, scope, row)]
    nobody = _newcomer_to_nobody(context) if scope.kind == COMPANY else None
    if not ours:
        if nobody is not None:
            yield {"says": nobody, "count": 0, "table": "Awards"}
        return
    # Who did equally well shares an award: that is one award, and one sentence.
    awards = [list(winners) for _, winners in groupby(ours, itemgetter("period", "award"))]
    said = _named(awards, lambda winners: _award(context, winners), "page.team.awards-more")
    if nobody is not None:
        said.append(nobody)
    yield {
        "sign": GOOD,
        "says": joined(said),
        "count": len(ours),
        "table": "Awards",
        "row_key": "|".join(str(ours[0][name]) for name in ("period", "award", "rep_id")),
    }


def _newcomer_to_nobody(context: PageContext) -> Message | None:
    """That nobody won last month's award for newcomers, and what it takes; None where it was won.

    Without newcomers, or without the award, nothing is said.
    """
    month = next_month(context.month, -1)
    if context.today.date() == last_day(context.month, context.first_month):
        month = context.month
    first, last = first_day(month, 1), last_day(month, 1)
    is_offered = any(
        rule.award == _NEWCOMER
        and rule.period_kind == "month"
        and rule.valid_from <= first
        and (rule.valid_to is None or rule.valid_to >= last)
        for rule in context.policy.award_rules
    )
    hired = context.reps["hired_on"]
    a_year_before = pd.Timestamp(last) - pd.DateOffset(years=1)
    has_newcomer = bool(((hired > a_year_before) & (hired <= pd.Timestamp(last))).any())
    awards = context.tables["Awards"]
    is_given = bool(((awards["period"] == month) & (awards["award"] == _NEWCOMER)).any())
    if not is_offered or not has_newcomer or is_given:
        return None
    facts: dict[str, Fact] = {
        "award": f"Awards.award={_NEWCOMER}",
        "period": month,
        "few": FEWEST_NEWCOMERS,
    }
    return Message("page.team.award-nobody", facts)


def _award(context: PageContext, winners: Sequence[Record]) -> Message:
    """Say who won one award: one person, or several who share it."""
    reps = [str(row["rep_id"]) for row in winners]
    names = tuple(context.rep_name(rep) or rep for rep in reps)
    facts: dict[str, Fact] = {
        "award": f"Awards.award={winners[0]['award']}",
        "period": str(winners[0]["period"]),
    }
    if len(names) == 1:
        return Message("page.team.award", {**facts, "name": names[0]})
    if len(names) <= _NAMED:
        return Message("page.team.award-shared", {**facts, "names": names[:-1], "last": names[-1]})
    more = len(names) - _NAMED
    return Message("page.team.award-shared-many", {**facts, "names": names[:_NAMED], "more": more})


def _given_last(context: PageContext) -> list[Record]:
    awards = context.tables["Awards"]
    if awards.empty:
        return []
    ends = awards["period"].map(lambda period: pd.Timestamp(last_day(period, context.first_month)))
    # A run that looks back keeps what later months, closed since, have given.
    is_over = ends <= context.today
    newest = awards[(is_over & (ends == ends[is_over].max())).to_numpy(dtype=bool)]
    return records_of(newest.sort_values(["period", "award", "rep_id"]))


def _ready(context: PageContext, scope: Scope) -> Iterator[Line]:
    rows = context.once("readiness", lambda: _in_order(context))
    ours = [row for row in rows if _is_in(context, scope, row)]
    ready = [row for row in ours if row["ready"] == "yes"]
    not_sure = [row for row in ours if row["ready"] == "not-sure"]
    if not ready and not not_sure:
        return

    said = _named(ready, lambda row: _is_ready(context, row), "page.team.ready-more")
    if not_sure:
        # Nobody is announced by name whom luck alone may have lifted.
        said.append(Message("page.team.ready-not-sure", {"count": len(not_sure)}))
    yield {
        "sign": GOOD if ready else ATTENTION,
        "says": joined(said),
        "count": len(ready),
        "table": "Readiness",
        "row_key": str((ready or not_sure)[0]["rep_id"]),
    }


def _is_ready(context: PageContext, row: Record) -> Message:
    facts: dict[str, Fact] = {
        "name": context.rep_name(row["rep_id"]),
        "level": row["next_level"],
    }
    return Message("page.team.ready", facts)


def _named(told: Sequence[_Told], say: Callable[[_Told], Message], more: str) -> list[Message]:
    """The first ones in a sentence each, and how many more there are."""
    said = [say(each) for each in told[:_NAMED]]
    if len(told) > _NAMED:
        said.append(Message(more, {"count": len(told) - _NAMED}))
    return said


def _in_order(context: PageContext) -> list[Record]:
    return records_of(context.tables["Readiness"].sort_values("rep_id"))


def _is_in(context: PageContext, scope: Scope, row: Record) -> bool:
    return scope.kind == COMPANY or context.team_of(row["rep_id"]) == scope.key
