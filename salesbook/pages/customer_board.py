"""The Customer board: whom do we call, whom might we lose, and how content are customers?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from salesbook.expressions import Column, Expression, Number, Text, call
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
POOL: Final = 5
ASK: Final = 5
MATTERS: Final = 5
UPKEEP: Final = 6
TENTHS: Final = 10
SCORES: Final = 5
"""Of recency and of frequency: the grid has so many rows, and columns."""
TIER_MONTHS: Final = 12
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
        "alike": call("COUNTA", Column("Duplicates", "left_id")),
    }


def _lists() -> tuple[LineList, ...]:
    this = Page(_CODE, (), {}, ())
    period, scope = this.fact("period"), this.fact("scope")

    def of_today(name: str, listed: str, size: int = 1) -> LineList:
        return LineList(name, block(listed, scope), size)

    def of_company(name: str, listed: str, size: int) -> LineList:
        return LineList(name, block(listed, Text("company|company")), size)

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
        of_today("pool", "pool", POOL),
        of_today("pool_total", "pool-total"),
        of_today("pool_rest", "pool-rest"),
        of_today("ask", "ask", ASK),
        of_today("ask_rest", "ask-rest"),
        of_today("upkeep", "upkeep", UPKEEP),
        of_company("matters", "matters", MATTERS),
        of_company("pareto", "pareto", TENTHS),
        of_company("rfm", "rfm", SCORES * SCORES),
        of_company("tier_months", "tier-months", TIER_MONTHS),
    )


def _series(page: Page) -> Iterator[Series]:
    """What the charts draw; a quarter without enough answers is #N/A, which it leaves out."""
    yield Series("quarters.label", QUARTERS, lambda row: page.cell("nps", row, "says"))
    yield Series("quarters.nps", QUARTERS, lambda row: charted(page.cell("nps", row, "number")))
    yield Series("pareto.label", TENTHS, lambda row: page.cell("pareto", row, "word"))
    for name in ("share", "rate"):
        yield Series(
            f"pareto.{name}",
            TENTHS,
            lambda row, name=name: charted(page.cell("pareto", row, name)),  # type: ignore[misc]
        )
    yield Series("months.label", TIER_MONTHS, lambda row: page.cell("tier_months", row, "word"))
    for name, factor in (("count_up", 1), ("count_down", -1)):
        yield Series(f"months.{name}", TIER_MONTHS, _moved(page, name, factor))


def _moved(page: Page, name: str, factor: int) -> Callable[[int], Expression]:
    """Who rose, or fell, which is drawn below the axis."""

    def of_month(row: int) -> Expression:
        count = page.cell("tier_months", row, name)
        return charted(count, count * factor)

    return of_month
