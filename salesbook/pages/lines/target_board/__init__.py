"""Who must sell what by when, does it add up, and how far is each? The lists of the Target board.

Each is there for every fiscal year with a plan, every metric of a plan and the company as well as
each team; the metric stands at the end of the list's name, as in `target-plan-revenue`:

- `target-answer-…`: one or two sentences with their sign: whether the plan adds up, how it goes.
- `target-year-…`: one line for the tiles: target, sold, due, pace, what is to go in `expected`, the
  landing and its chance; by how much a plan is off in `amount`; reps in `count`, teams in
  `count_up`; version in `number`, the day published in `on`, the place of the running month in
  `days`.
- `target-plan-…` and `target-sold-…`: the rows of the matrix, see `matrix`.
- `target-hint-…`: one line that tells how to see people, where only teams are shown.
- `target-faults-…`: what is wrong with the plan; `count` in `target-faults-count-…` is that of all.
- `target-locks-…`: locked cells, five at most; `target-locks-count-…` counts all.
- `target-proposal-…`: what may be asked for beside what is, the gap, who is overloaded; see `proposal`.
- `target-draft-…`: one line where a draft differs from what is published.

Of the company alone: `target_years` and `target_measures`, what can be chosen; and for each year
`target-months`, its months by their short names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from salesbook.messages import Message
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope
from salesbook.pages.lines.line import Line, ListLines
from salesbook.pages.lines.target_board.answers import answer, draft_line, year_line
from salesbook.pages.lines.target_board.faults import MOST_FAULTS, faults
from salesbook.pages.lines.target_board.locks import MOST_LOCKS, lock_lines
from salesbook.pages.lines.target_board.matrix import matrix, shows_people
from salesbook.pages.lines.target_board.plans import YearPlan, year_plans
from salesbook.pages.lines.target_board.proposal import proposal_lines
from salesbook.pages.lines.without_target import typed_target

PAGE: Final = "TargetBoard"


def lists(context: PageContext) -> Iterator[ListLines]:
    """All lists of the page."""
    plans = year_plans(context)
    yield from _choices(context, plans)
    for plan in plans:
        for scope in (WHOLE_COMPANY, *(Scope("team", team) for team in context.teams)):
            for name, lines in _of_scope(plan, scope):
                yield ListLines(PAGE, f"target-{name}-{plan.metric}", scope, lines, plan.year)


def _choices(context: PageContext, plans: list[YearPlan]) -> Iterator[ListLines]:
    """What can be chosen: the running year as such, each year with a plan, each metric of a plan."""
    years = list(dict.fromkeys(plan.year for plan in plans))
    metrics = list(dict.fromkeys(plan.metric for plan in plans))
    named: list[Line] = [{"says": Message("page.this-year"), "word": context.year}]
    named += [{"says": Message("page.period", {"period": year}), "word": year} for year in years]
    yield ListLines(PAGE, "target_years", WHOLE_COMPANY, named)

    measures = [
        {"says": Message(f"page.target.measure-{metric}"), "word": metric} for metric in metrics
    ]
    yield ListLines(PAGE, "target_measures", WHOLE_COMPANY, measures)

    for plan in plans:
        if plan.metric == metrics[0]:
            months = [
                {"says": Message(f"page.month-{int(month[5:7])}"), "word": month}
                for month in plan.months
            ]
            yield ListLines(PAGE, "target-months", WHOLE_COMPANY, months, plan.year)


def _of_scope(plan: YearPlan, scope: Scope) -> Iterator[tuple[str, list[Line]]]:
    """The lists of one year, metric and scope, by the middle of their names."""
    yield "answer", answer(plan, scope)
    if proposed := proposal_lines(plan, scope):
        yield "proposal", proposed
    is_planned = plan.has_plan or typed_target(plan.targets, scope) is not None
    if not is_planned:
        # The page says what to do instead of showing empty frames.
        return

    yield "year", [year_line(plan, scope)]
    rows = matrix(plan, scope)
    yield "plan", [row.plan_line(plan.metric) for row in rows]
    yield "sold", [row.sold_line(plan.metric) for row in rows]
    if scope.kind == "company" and plan.has_plan and not shows_people(rows):
        yield "hint", [{"says": Message("page.target.choose-team", {"count": len(plan.reps)})}]

    wrong = faults(plan, scope)
    yield "faults", wrong[:MOST_FAULTS]
    yield "faults-count", [{"count": len(wrong)}]
    locked = lock_lines(plan, scope)
    yield "locks", locked[:MOST_LOCKS]
    yield "locks-count", [{"count": len(locked)}]
    draft = draft_line(plan, scope)
    yield "draft", [] if draft is None else [draft]
