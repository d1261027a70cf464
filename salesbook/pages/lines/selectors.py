"""What can be chosen on a page: which periods, teams and reps, each as people call it?

Lists `periods`, `years`, `teams` and `reps`; `subject` or `says` is what the selector shows, `word`
what is meant: a period, a team or a rep's id.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.messages import Message
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext
from salesbook.pages.lines.line import Line, ListLines
from salesbook.pages.lines.periods import PeriodFigures

_EVERY = "Every"


def lists(context: PageContext) -> Iterator[ListLines]:
    """The choices of all selectors."""
    running = {
        "month": context.month,
        "quarter": context.quarter,
        "year": context.year,
    }
    # What runs stays chosen when the next month begins: it is a choice of its own, on top.
    first = [
        {"says": Message(f"page.this-{name}"), "word": period} for name, period in running.items()
    ]
    known = [_named(period) for period in reversed(PeriodFigures(context).periods(WHOLE_COMPANY))]
    yield ListLines(_EVERY, "periods", WHOLE_COMPANY, [*first, *known])

    teams = [{"says": Message("page.all-teams"), "word": ""}]
    teams += [{"subject": team, "word": team} for team in context.teams]
    yield ListLines(_EVERY, "teams", WHOLE_COMPANY, teams)

    reps = [{"says": Message("page.all-reps"), "word": ""}]
    reps += [
        {"subject": context.rep_name(rep), "word": rep, "team": context.team_of(rep)}
        for rep in sorted(context.shown_reps, key=lambda rep: (context.rep_name(rep) or "", rep))
    ]
    yield ListLines(_EVERY, "reps", WHOLE_COMPANY, reps)


def _named(period: str) -> Line:
    return {"says": Message("page.period", {"period": period}), "word": period}
