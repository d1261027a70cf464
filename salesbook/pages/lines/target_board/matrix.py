"""Who must sell what by when? People and months, with sums both ways: a list of plans, one of sales.

Both lists have the same lines in the same order, so that a page lays the second below the first.
A line is the company, a team, a rep, or what else a team's sum holds: whoever came from another
team or went to one, sales that no rep is named for, people for whom there is no room. `word` says
which. So every column adds up, of reps to teams and of teams to the company, whatever the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.domain.team.staff import NO_TEAM
from salesbook.messages import Fact, Message
from salesbook.pages.lines import helping
from salesbook.pages.lines.context import Scope
from salesbook.pages.lines.line import AHEAD, ATTENTION, BEHIND, MONTH_FIELDS, Line
from salesbook.pages.lines.target_board.cells import plan_marks, sold_marks
from salesbook.pages.lines.target_board.plans import Figures, YearPlan, less, together

MOST_REPS: Final = 24
"""Reps that a page has room for; where a company has more, it shows teams until one is chosen."""
MOST_ROWS: Final = 34
"""Rows that a page has room for."""


@dataclass(frozen=True)
class MatrixRow:
    """One row of the matrix: a line of the plan and one of what was sold."""

    kind: str
    """company, team, rep, more or moved."""
    figures: Figures
    plan_marks: str
    sold_marks: str
    head: Mapping[str, object]
    """Who it is, and how he stands."""

    def plan_line(self, metric: str) -> Line:
        """The plan: by month, of the year without what months carry, and what they carry."""
        figures = self.figures
        sold, due = figures.sold_sum, figures.due
        # Who came or went was in the team for a part of the year: that is no pace.
        has_pace = self.kind != "moved" and sold is not None and due is not None and due > 0
        return {
            **self.head,
            "word": self.kind,
            "metric": metric,
            "target": figures.target,
            "amount": figures.carried or None,
            "sold": sold,
            "due": due,
            "rate": (sold or 0) / (due or 1) if has_pace else None,
            "marks": self.plan_marks,
            **dict(zip(MONTH_FIELDS, figures.plan, strict=True)),
        }

    def sold_line(self, metric: str) -> Line:
        """What was sold, by month and in all."""
        return {
            "word": self.kind,
            "metric": metric,
            "sold": self.figures.sold_sum,
            "marks": self.sold_marks,
            **dict(zip(MONTH_FIELDS, self.figures.sold, strict=True)),
        }


def matrix(plan: YearPlan, scope: Scope) -> list[MatrixRow]:
    """The rows of a scope: the company with all teams, or one team."""
    if scope.kind == "team":
        return list(_team_rows(plan, scope.key, with_reps=True))
    company = _row(plan, "company", plan.of_company, {"says": Message("page.target.company")})
    if not plan.has_plan:
        return [company]
    rows = [company]
    for team in plan.teams:
        rows += _team_rows(plan, team, with_reps=True)
    if len(plan.reps) <= MOST_REPS and len(rows) <= MOST_ROWS:
        return rows
    return [company, *_teams_alone(plan)]


def shows_people(rows: Sequence[MatrixRow]) -> bool:
    """Whether a matrix shows reps, and not teams alone."""
    return any(row.kind != "company" and row.kind != "team" for row in rows)


def _teams_alone(plan: YearPlan) -> Iterator[MatrixRow]:
    """The teams without their reps; the smallest as one row where there are too many."""
    teams = plan.teams
    has_room = len(teams) + 1 <= MOST_ROWS
    shown = teams if has_room else teams[: MOST_ROWS - 2]
    for team in shown:
        yield from _team_rows(plan, team, with_reps=False)
    rest = teams[len(shown) :]
    if rest:
        count: dict[str, Fact] = {"count": len(rest)}
        more = {"says": Message("page.target.more-teams", count), "count": len(rest)}
        yield _row(plan, "team", together([plan.of_team(team) for team in rest]), more)


def _row(
    plan: YearPlan, kind: str, figures: Figures, head: Mapping[str, object], rep: str | None = None
) -> MatrixRow:
    return MatrixRow(
        kind,
        figures,
        plan_marks=plan_marks(plan, rep) if rep is not None else "",
        sold_marks=sold_marks(plan, rep) if rep is not None else "",
        head=head,
    )


def _team_rows(plan: YearPlan, team: str, *, with_reps: bool) -> Iterator[MatrixRow]:
    """A team, its reps, and what else its sum holds."""
    of_team = plan.of_team(team)
    reps = sorted(
        (rep for rep in plan.reps if plan.team_of(rep) == team), key=lambda rep: _by_pace(plan, rep)
    )
    head: dict[str, object] = {"subject": team, "team": team}
    if team == NO_TEAM:
        head = {"says": Message("page.target.no-team")}
    with_plan = sum(rep in plan.planned_reps for rep in reps)
    yield _row(plan, "team", of_team, {**head, "count": with_plan})
    if not with_reps:
        return

    for rep in reps[:MOST_REPS]:
        yield _row(plan, "rep", plan.of_rep[rep], _rep_head(plan, rep), rep)

    rest = reps[MOST_REPS:]
    if rest:
        more = {"says": Message("page.target.more", {"count": len(rest)}), "count": len(rest)}
        yield _row(plan, "more", together([plan.of_rep[rep] for rep in rest]), more)

    # A rep stands whole in the team of today; what he planned and sold in another stands here.
    beyond = less(of_team, together([plan.of_rep[rep] for rep in reps]))
    if not beyond.is_nothing:
        kind = "nobodys" if team == NO_TEAM else "moved"
        yield _row(plan, "moved", beyond, {"says": Message(f"page.target.{kind}")})


def _by_pace(plan: YearPlan, rep: str) -> tuple[bool, float, str, str]:
    """The fastest first; who has no pace comes last, by name."""
    figures = plan.of_rep[rep]
    name = plan.context.rep_name(rep) or ""
    if not figures.due or figures.due < 0:
        return (True, 0.0, name, rep)
    return (False, -(figures.sold_sum or 0) / figures.due, name, rep)


def _rep_head(plan: YearPlan, rep: str) -> dict[str, object]:
    head: dict[str, object] = {
        "subject": plan.context.rep_name(rep),
        "team": plan.team_of(rep),
        "table": "Reps",
        "row_key": rep,
    }
    if rep not in plan.planned_reps:
        return {**head, "sign": ATTENTION, "says": Message("page.target.no-plan")}
    pace = _paces(plan).get(rep)
    if pace is None:
        return head
    is_beyond_luck = pace.sign in (AHEAD, BEHIND)
    sign = pace.sign if is_beyond_luck else None
    return {**head, "sign": sign, "rate_low": pace.low, "rate_high": pace.high}


def _paces(plan: YearPlan) -> Mapping[str, helping.RepPace]:
    """The pace of each rep as all pages have it: of revenue in the running year."""
    if plan.metric != "revenue" or plan.year != plan.context.year:
        return {}
    return helping.paces(plan.context)
