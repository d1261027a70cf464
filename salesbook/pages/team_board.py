"""The Team board: who is clearly ahead, who needs help, what did it cost?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from salesbook.expressions import Expression, Number, Text, call
from salesbook.pages.common import (
    BOARD_PERIOD,
    TEAM,
    charted,
    first_step,
    if_,
    is_number,
    meant,
    scope_text,
)
from salesbook.pages.lines.line import AHEAD, BEHIND, MONTH_FIELDS
from salesbook.pages.lines.team_board import MOST_TEAMS
from salesbook.pages.lines.team_board.hiring import MOST_SEATS
from salesbook.pages.lines.team_board.people import MOST_PEOPLE
from salesbook.pages.lines.team_board.standing import MOST_REPS
from salesbook.pages.lines.team_board.training import MOST_COURSES
from salesbook.pages.page import LineList, Page, Series

MONTHS: Final = 12
ROWS: Final = MOST_REPS + 2
"""Reps, and a line each for who has no room and for who left or moved."""
TALKS: Final = 5
TEAMS: Final = MOST_TEAMS
SEATS: Final = MOST_SEATS
COURSES: Final = MOST_COURSES
PEOPLE: Final = MOST_PEOPLE
RANGE_END: Final = 2.0
"""Paces are drawn up to twice the plan; a larger one at the edge, and the number says the truth."""
MARK_WIDTH: Final = 0.04
_CODE: Final = "team_board"
_OF_PERIOD: Final = {
    "answer": 2,
    "tiles": 4,
    "talks": TALKS,
    "reps": ROWS,
    "total": 1,
    "teams": TEAMS,
}
_OF_TODAY: Final = {
    "seats": SEATS,
    "seats-count": 1,
    "courses": COURSES,
    "courses-count": 1,
    "people": PEOPLE,
}


def team_board() -> Page:
    """Describe the page."""
    page = Page(_CODE, (BOARD_PERIOD, TEAM), _facts(), _lists())
    return Page(page.code, page.selectors, page.facts, page.lists, tuple(_series(page)))


def _facts() -> Mapping[str, Expression]:
    this = Page(_CODE, (), {}, ())
    return {
        "period": meant(_CODE, BOARD_PERIOD),
        "team": meant(_CODE, TEAM),
        "scope": scope_text(this.fact("team")),
        "first_step": first_step(),
    }


def _lists() -> tuple[LineList, ...]:
    this = Page(_CODE, (), {}, ())
    scope, period = this.fact("scope"), this.fact("period")
    of_period = (
        LineList(name, Text(f"team-{name}|").then(scope, "|", period), size)
        for name, size in _OF_PERIOD.items()
    )
    of_today = (
        LineList(name, Text(f"team-{name}|").then(scope, "|"), size)
        for name, size in _OF_TODAY.items()
    )
    return (*of_period, *of_today)


def _series(page: Page) -> Iterator[Series]:
    """Sparklines of each rep, and the bars that show a pace within the range that luck leaves."""
    for place in range(ROWS):
        yield Series(
            f"reps{place}.months",
            MONTHS,
            lambda row, place=place: _month(page, place, row),  # type: ignore[misc]
        )
    yield Series("range.before", ROWS, lambda row: _low(page, row))
    yield Series("range.under", ROWS, lambda row: _pace(page, row) - _low(page, row))
    for name in ("alike", "ahead", "behind"):
        yield Series(
            f"range.{name}",
            ROWS,
            lambda row, name=name: _mark(page, row, name),  # type: ignore[misc]
        )
    yield Series("range.over", ROWS, lambda row: _above(page, row))


def _month(page: Page, place: int, row: int) -> Expression:
    return charted(page.cell("reps", place, MONTH_FIELDS[row]))


def _if_paced(page: Page, row: int, said: Expression) -> Expression:
    """A figure of a rep with a pace; #N/A, which charts leave out, for who is only counted."""
    is_nameless = page.cell("reps", row, "subject").equals("")
    rate = page.cell("reps", row, "rate")
    return if_(is_nameless, call("NA"), charted(rate, said))


def _within(value: Expression, end: float) -> Expression:
    return call("MIN", call("MAX", call("N", value), 0), end)


def _pace(page: Page, row: int) -> Expression:
    """Where the mark of the pace begins."""
    start = _within(page.cell("reps", row, "rate"), RANGE_END - MARK_WIDTH)
    return _if_paced(page, row, start)


def _low(page: Page, row: int) -> Expression:
    """Where the range begins; at the pace where nobody knows how much is luck."""
    low = page.cell("reps", row, "rate_low")
    return if_(
        is_number(low),
        call("MIN", _within(low, RANGE_END), _pace(page, row)),
        _pace(page, row),
    )


def _above(page: Page, row: int) -> Expression:
    """How far the range reaches beyond the mark."""
    high = page.cell("reps", row, "rate_high")
    reach = call("MAX", _within(high, RANGE_END) - _pace(page, row) - MARK_WIDTH, 0)
    return _if_paced(page, row, if_(is_number(high), reach, Number(0)))


def _mark(page: Page, row: int, name: str) -> Expression:
    """The mark of the pace, in one of three series, each of its own colour."""
    sign = page.cell("reps", row, "sign")
    is_ahead, is_behind = sign.equals(AHEAD), sign.equals(BEHIND)
    if name == "alike":
        shown = if_(call("OR", is_ahead, is_behind), call("NA"), Number(MARK_WIDTH))
    else:
        is_of_series = is_ahead if name == "ahead" else is_behind
        shown = if_(is_of_series, Number(MARK_WIDTH), call("NA"))
    return _if_paced(page, row, shown)
