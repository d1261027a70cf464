"""What can be chosen on a page: which periods, teams and reps, each as people call it?

Lists `periods`, `teams` and `reps`; `subject` or `says` is what the selector shows, `word`
what is meant: a period, a team or a rep's id. `spans` has for each period its month, quarter and
year, `months` for each year its twelve months.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.arithmetic.calendar import months_in, quarter_of_month, year_of_month
from salesbook.messages import Message
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext
from salesbook.pages.lines.line import Line, ListLines
from salesbook.pages.lines.periods import period_figures

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
    periods = period_figures(context).periods(WHOLE_COMPANY)
    known = [_named(period) for period in reversed(periods)]
    yield ListLines(_EVERY, "periods", WHOLE_COMPANY, [*first, *known])

    for period in periods:
        spans = [{"word": span} for span in three_spans(context, period)]
        yield ListLines(_EVERY, "spans", WHOLE_COMPANY, spans, period)
        if len(period) == len(context.year):
            yield ListLines(_EVERY, "months", WHOLE_COMPANY, _months(context, period), period)

    teams: list[Line] = [{"says": Message("page.all-teams"), "word": ""}]
    teams += [{"subject": team, "word": team} for team in context.teams]
    yield ListLines(_EVERY, "teams", WHOLE_COMPANY, teams)

    reps: list[Line] = [{"says": Message("page.all-reps"), "word": ""}]
    reps += [
        {"subject": context.rep_name(rep), "word": rep, "team": context.team_of(rep)}
        for rep in sorted(context.shown_reps, key=lambda rep: (context.rep_name(rep) or "", rep))
    ]
    yield ListLines(_EVERY, "reps", WHOLE_COMPANY, reps)


def three_spans(context: PageContext, period: str) -> tuple[str, str, str]:
    """The month, quarter and year that a chosen period stands for.

    A quarter or year that is chosen stands for the month that runs in it, or for its last one.
    """
    months = months_in(period, context.first_month)
    month = context.month if context.month in months else months[-1]
    quarter = quarter_of_month(month, context.first_month)
    return month, quarter, year_of_month(month, context.first_month)


def _months(context: PageContext, year: str) -> list[Line]:
    """The months of a fiscal year, each with the short name that a chart shows."""
    return [
        {"says": Message(f"page.month-{int(month[5:])}"), "word": month}
        for month in months_in(year, context.first_month)
    ]


def _named(period: str) -> Line:
    return {"says": Message("page.period", {"period": period}), "word": period}
