"""Will we make the number, who needs help, what changed, and what is to be done today?

Lists of the Dashboard, each for the company and for every team:

- `answer`: by period; one or two sentences with their sign.
- `help`: at most four reps; `rate` is the pace, `m01` to `m12` what the last twelve months brought.
- `help-rest`: one line about the others.
- `changed`: at most five lines, what is different since the newest snapshot of an earlier day.
- `changed-since`: that day, in `on`.
- `today`: at most ten steps, of a rep at most five; `count` in the list `today-count` is that of all.
- `landing`: the year's landing at the last snapshots, `low`, `middle` and `high` by day `on`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from salesbook.pages.lines import answers, changes, helping, todo
from salesbook.pages.lines.context import PageContext, Scope, slice_of
from salesbook.pages.lines.line import Line, ListLines
from salesbook.pages.lines.periods import period_figures

PAGE: Final = "Dashboard"
_SNAPSHOTS: Final = 13
"""Weeks that the chart of the landing shows."""


def lists(context: PageContext) -> Iterator[ListLines]:
    """All lists of the page."""
    figures = period_figures(context)
    steps = todo.steps_by_scope(context)
    for scope in context.scopes:
        if scope.kind != "rep":
            yield from answers.lists(context, figures, scope, PAGE)
            yield from _people(context, scope)
            yield from changes.lists(context, figures, scope, PAGE)
            yield ListLines(PAGE, "landing", scope, landings(context, scope))
        yield from todo.lists(context, steps, scope, PAGE)


def _people(context: PageContext, scope: Scope) -> Iterator[ListLines]:
    reps = helping.reps_of(context, scope)
    yield ListLines(PAGE, "help", scope, [helping.line_of(context, rep) for rep in reps.shown])
    rest = reps.rest_line()
    if rest is not None:
        yield ListLines(PAGE, "help-rest", scope, [rest])


def landings(context: PageContext, scope: Scope) -> list[Line]:
    """The running year's landing as each week's last snapshot had it, oldest first."""
    history = context.tables["ForecastHistory"]
    kind, key = slice_of(scope)
    is_ours = (history["slice_kind"] == kind) & (history["slice"] == key)
    of_year = history[is_ours & (history["period"] == context.year)]
    known = of_year[(of_year["as_of"] <= context.today) & of_year["p50"].notna()]

    # One snapshot a week is enough, and the newest of all is today's.
    week = known["as_of"].dt.to_period("W")
    in_order = known.assign(week=week).sort_values("as_of")
    weekly = in_order.drop_duplicates("week", keep="last").tail(_SNAPSHOTS)
    return [
        {"on": row.as_of, "low": int(row.p10), "middle": int(row.p50), "high": int(row.p90)}
        for row in weekly.itertuples()
    ]
