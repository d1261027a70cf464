"""Who is clearly ahead, who needs help, what did it cost? The lists of the Team board.

For the company and each team, and for what runs, last month and earlier years with a plan:

- `team-answer`: one or two sentences with their sign.
- `team-tiles`: four lines: pace (`sold`, `due`, `rate`), clearly behind and clearly ahead (`count`,
  names in `says`, of how many in `because`), and pay (`amount`, `share` of what was sold).
- `team-talks`: at most five reps who are behind by more than luck explains: `because` why, `says`
  what to do.
- `team-reps`: twenty reps by pace; `rate_low` and `rate_high` are what luck leaves of the pace, `m01`
  to `m12` the last twelve months, `share`, `share_low` and `share_high` the win rate and its range,
  `number` visits and calls a working day, `survey`, `score`, `rank`, the grade in `word` or its range
  in `says`, `amount` the pay, `count` the courses late; `marks` what needs a look of win rate, activity
  and courses. Last, in `says` and without a subject, a line for those without room and one for who
  left or moved.
- `team-total`: the total, to which the lines of `team-reps` add up.
- `team-teams`: each team, with how many are clearly ahead in `count_up` and behind in `count_down`.

Of today, whatever period is chosen:

- `team-seats`: three open seats: `number` applied, `count_up` screened, `count_down` met, `count` with
  an offer; `team-seats-count` counts all, and says from when on the plan lacks people.
- `team-people`: at most two lines: who won the awards of the last period that is over, and who is ready
  for the next career level.
- `team-courses`: three courses that are late; `team-courses-count` says how many are on time, and in
  `because` how far new reps are.

Of the company alone: `team_periods`, what can be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from salesbook.domain.team.staff import NO_TEAM
from salesbook.messages import Message
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope
from salesbook.pages.lines.line import Line, ListLines
from salesbook.pages.lines.periods import period_figures
from salesbook.pages.lines.team_board.answers import answer, talks, tiles
from salesbook.pages.lines.team_board.hiring import MOST_SEATS, seat_lines, seats_count
from salesbook.pages.lines.team_board.people import people_lines
from salesbook.pages.lines.team_board.standing import Standing, board_periods
from salesbook.pages.lines.team_board.table import rep_lines, rest_lines, total_line
from salesbook.pages.lines.team_board.training import MOST_COURSES, late_courses, training_count

PAGE: Final = "TeamBoard"
MOST_TEAMS: Final = 6


def lists(context: PageContext) -> Iterator[ListLines]:
    """All lists of the page."""
    figures = period_figures(context)
    periods = board_periods(context, figures)
    yield ListLines(PAGE, "team_periods", WHOLE_COMPANY, _choices(context, periods))

    scopes = (WHOLE_COMPANY, *(Scope("team", team) for team in context.teams))
    for period in periods:
        for scope in scopes:
            standing = Standing(context, figures, scope, period)
            for name, lines in _of_period(standing):
                yield ListLines(PAGE, f"team-{name}", scope, lines, period)
    for scope in scopes:
        for name, lines in _of_today(context, scope):
            yield ListLines(PAGE, f"team-{name}", scope, lines)


def _choices(context: PageContext, periods: list[str]) -> list[Line]:
    """The running year first: that is what people are judged by."""
    running: list[Line] = [
        {"says": Message("page.this-year"), "word": context.year},
        {"says": Message("page.this-quarter"), "word": context.quarter},
        {"says": Message("page.this-month"), "word": context.month},
    ]
    named: list[Line] = [
        {"says": Message("page.period", {"period": period}), "word": period} for period in periods
    ]
    return [*running, *named]


def _of_period(standing: Standing) -> Iterator[tuple[str, list[Line]]]:
    yield "answer", answer(standing)
    if not standing.people:
        # The answer says what to do; there is nobody to list.
        return
    yield "tiles", tiles(standing)
    yield "talks", talks(standing)
    yield "reps", [*rep_lines(standing), *rest_lines(standing)]
    yield "total", [total_line(standing)]
    yield "teams", _team_lines(standing)


def _team_lines(standing: Standing) -> list[Line]:
    """The scope's teams; they add up to the total.

    By name, no team last; of too many the slowest, and the rest as one line.
    """
    is_team = standing.scope.kind == "team"
    names = [standing.scope.key] if is_team else _teams_with_figures(standing)
    lines = _lines_of_teams(standing, names)
    if len(lines) <= MOST_TEAMS:
        return lines

    by_pace = sorted(lines, key=lambda line: (line["rate"] is None, line["rate"] or 0))
    shown, rest = by_pace[: MOST_TEAMS - 1], by_pace[MOST_TEAMS - 1 :]
    sold = sum(line["sold"] for line in rest)
    due = sum(line["due"] or 0 for line in rest)
    more: Line = {
        "says": Message("page.target.more-teams", {"count": len(rest)}),
        "sold": sold,
        "due": due or None,
        "rate": sold / due if due > 0 else None,
        "count_up": sum(line["count_up"] for line in rest),
        "count_down": sum(line["count_down"] for line in rest),
    }
    return [*shown, more]


def _lines_of_teams(standing: Standing, names: list[str]) -> list[Line]:
    lines: list[Line] = []
    for name in names:
        team = Standing(standing.context, standing.figures, Scope("team", name), standing.period)
        head: Line = {"subject": name, "team": name}
        if name == NO_TEAM:
            head = {"says": Message("page.target.no-team")}
        total = team.total
        lines.append(
            {
                **head,
                "sold": total.sold,
                "due": total.due,
                "rate": total.rate,
                "count_up": len(team.ahead),
                "count_down": len(team.behind),
            }
        )
    return lines


def _teams_with_figures(standing: Standing) -> list[str]:
    """Teams of people at work, and those of which Attainment knows something in the period."""
    attained = standing.context.tables["Attainment"]
    is_ours = (attained["period"] == standing.period) & (attained["metric"] == "revenue")
    known = set(attained.loc[is_ours & (attained["scope_kind"] == "team"), "scope"])
    teams = known | set(standing.context.teams)
    return sorted((str(team) for team in teams), key=lambda team: (team == NO_TEAM, team))


def _of_today(context: PageContext, scope: Scope) -> Iterator[tuple[str, list[Line]]]:
    seats = seat_lines(context, scope)
    yield "seats", seats[:MOST_SEATS]
    yield "seats-count", [seats_count(context, scope, seats)]
    late = late_courses(context, scope)
    yield "courses", late[:MOST_COURSES]
    yield "courses-count", [training_count(context, scope, late)]
    yield "people", people_lines(context, scope)
