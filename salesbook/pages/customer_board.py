"""The Customer board: whom do we call, whom might we lose, and how content are customers?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from salesbook.expressions import Column, Expression, Number, call
from salesbook.pages.common import (
    PERIOD,
    REP,
    TEAM,
    block,
    charted,
    if_,
    meant,
    scope_text,
)
from salesbook.pages.page import LineList, Page, Series

CALLS: Final = 12
TIERS: Final = 5
LEAVING: Final = 5
MOVES: Final = 5
QUARTERS: Final = 4
_CODE: Final = "customer_board"


def customer_board() -> Page:
    """Describe the page."""
    page = Page(_CODE, (PERIOD, TEAM, REP), _facts(), _lists())
    return Page(page.code, page.selectors, page.facts, page.lists, tuple(_series(page)))


def _facts() -> Mapping[str, Expression]:
    this = Page(_CODE, (), {}, ())
    has_customers = call("COUNTA", Column("Customers", "customer_id")) > 0
    return {
        "period": meant(_CODE, PERIOD),
        "team": meant(_CODE, TEAM),
        "rep": meant(_CODE, REP),
        "scope": scope_text(this.fact("team"), this.fact("rep")),
        "first_step": if_(has_customers, 2, Number(1)),
    }


def _lists() -> tuple[LineList, ...]:
    this = Page(_CODE, (), {}, ())
    period, scope = this.fact("period"), this.fact("scope")

    def of_today(name: str, listed: str, size: int = 1) -> LineList:
        return LineList(name, block(listed, scope), size)

    def of_period(name: str, listed: str, size: int = 1) -> LineList:
        return LineList(name, block(listed, scope, period), size)

    return (
        of_today("answer", "customers-answer", 2),
        of_today("tile_calls", "tile-calls"),
        of_today("tile_late", "tile-late"),
        of_today("calls", "calls", CALLS),
        of_today("calls_rest", "calls-rest"),
        of_today("owed", "owed"),
        of_today("tiers", "tiers", TIERS),
        of_today("tiers_total", "tiers-total"),
        of_period("tier_moves", "tier-moves", TIERS),
        of_period("tier_moves_total", "tier-moves-total"),
        of_today("leaving", "leaving", LEAVING),
        of_today("leaving_total", "leaving-total"),
        of_today("leaving_rest", "leaving-rest"),
        of_period("moves", "moves", MOVES),
        of_period("moves_rest", "moves-rest"),
        of_period("feedback", "feedback", TIERS),
        of_period("feedback_total", "feedback-total"),
        of_today("feedback_waiting", "feedback-waiting"),
        of_today("nps", "nps", QUARTERS),
        of_today("nps_change", "nps-change"),
    )


def _series(page: Page) -> Iterator[Series]:
    """What the chart draws; a quarter without enough answers is #N/A, which it leaves out."""
    yield Series("quarters.label", QUARTERS, lambda row: page.cell("nps", row, "says"))
    yield Series("quarters.nps", QUARTERS, lambda row: charted(page.cell("nps", row, "number")))
