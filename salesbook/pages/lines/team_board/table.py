"""What does the table of reps say: one line each, who is not shown, and the total of all?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesbook.messages import Message
from salesbook.pages.lines.grades import graded
from salesbook.pages.lines.helping import twelve_months
from salesbook.pages.lines.line import ATTENTION, Line, present, whole
from salesbook.pages.lines.measures import scale_of
from salesbook.pages.lines.team_board.standing import FAR_BELOW, Amounts, Standing

_UNMARKED: Final = "."


def rep_lines(standing: Standing) -> list[Line]:
    """The reps for whom there is room, by pace."""
    return [_rep_line(standing, rep) for rep in standing.shown]


def _rep_line(standing: Standing, rep: str) -> Line:
    context = standing.context
    pace, card = standing.paces.get(rep), standing.card(rep)
    late = standing.courses_late.get(rep, 0)
    return {
        "sign": None if pace is None else pace.sign,
        "subject": context.rep_name(rep),
        "team": context.team_of(rep),
        **_amounts(standing.amounts(rep)),
        "rate_low": None if pace is None else pace.low,
        "rate_high": None if pace is None else pace.high,
        "score": None if card is None else present(card.score),
        "rank": None if card is None else whole(card.rank),
        "says": None if card is None else graded(card.grade, card.grade_range, card.grade_score),
        "count": late or None,
        "table": "Reps",
        "row_key": rep,
        **_measures(standing, rep, late),
        **twelve_months(context, rep),
    }


def _amounts(amounts: Amounts) -> Line:
    return {
        "sold": amounts.sold,
        "due": amounts.due,
        "rate": amounts.rate,
        "amount": amounts.pay,
    }


def _measures(standing: Standing, rep: str, courses_late: int) -> Line:
    """Win rate, activity and survey; `marks` says which of them needs a look.

    A win rate needs one where even the upper end of its range is under the goal, and enough deals
    are closed for points on the score card. The three signs of `marks` stand for win rate, activity
    and courses.
    """
    won = standing.measure(rep, "win_rate")
    active = standing.measure(rep, "activity", "activities")
    asked = standing.measure(rep, "satisfaction")
    scale = scale_of(standing.context, "win_rate")
    is_marked = (
        _is_known(won, "score", "high", "goal") and won.high < won.goal,
        _is_known(active, "value", "goal") and active.value < FAR_BELOW * active.goal,
        courses_late > 0,
    )
    has_rate = _is_known(won, "value", "low", "high")
    return {
        "share": won.value / scale if has_rate else None,
        "share_low": won.low / scale if has_rate else None,
        "share_high": won.high / scale if has_rate else None,
        "number": active.value if _is_known(active, "value") else None,
        "survey": asked.value if _is_known(asked, "value") else None,
        "marks": "".join(ATTENTION if is_far else _UNMARKED for is_far in is_marked),
    }


def _is_known(line: Any, *fields: str) -> bool:
    return line is not None and all(present(getattr(line, name)) is not None for name in fields)


def rest_lines(standing: Standing) -> Iterator[Line]:
    """Who is not in the table though the total holds them: too many, gone, or of another team."""
    if standing.not_shown:
        count = len(standing.not_shown)
        late = sum(standing.courses_late.get(rep, 0) for rep in standing.not_shown)
        yield {
            "says": Message("page.team.more", {"count": count}),
            **_amounts(standing.more),
            "count": late or None,
        }
    others = standing.others
    listed = set(standing.people)
    late = sum(count for rep, count in standing.courses_late.items() if rep not in listed)
    if others.sold or others.due or others.pay or late:
        amounts = {**_amounts(others), "rate": None}
        yield {"says": Message("page.team.others"), **amounts, "count": late or None}


def total_line(standing: Standing) -> Line:
    """The total of the table: of everybody, shown or not."""
    late = sum(standing.courses_late.values())
    is_company = standing.scope.kind == "company"
    head: Line = {"subject": standing.scope.key}
    if is_company:
        head = {"says": Message("page.team.total-company")}
    return {
        **head,
        **_amounts(standing.total),
        "count": late or None,
    }
