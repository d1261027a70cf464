"""The Rep page: how is one rep doing, and what should the next talk be about?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from salesbook.expressions import Column, Expression, Number, Text, call
from salesbook.pages.common import MOST_REPS, block, charted, fact, if_, meant
from salesbook.pages.lines.line import MONTH_FIELDS
from salesbook.pages.page import LineList, Page, Selector, Series

ONE_REP: Final = Selector("one_rep", "rep_choices", MOST_REPS)
"""One rep: nobody means who needs help most."""
MONTHS: Final = 12
TALK: Final = 6
DEALS: Final = 5
CALLS: Final = 5
STEPS: Final = 5
PAY_MONTHS: Final = 3
COURSES: Final = 5
UPKEEP: Final = 3
POOL: Final = 3
_CODE: Final = "rep_page"


def rep_page() -> Page:
    """Describe the page."""
    page = Page(_CODE, (ONE_REP,), _facts(), _lists())
    return Page(page.code, page.selectors, page.facts, page.lists, tuple(_series(page)))


def _facts() -> Mapping[str, Expression]:
    this = Page(_CODE, (), {}, ())
    has_reps = call("COUNTA", Column("Reps", "rep_id")) > 0
    return {
        "rep": meant(_CODE, ONE_REP),
        "scope": Text("rep|").then(this.fact("rep")),
        "first_step": if_(has_reps, 2, Number(1)),
    }


def _lists() -> tuple[LineList, ...]:
    this = Page(_CODE, (), {}, ())
    scope = this.fact("scope")
    sizes = {
        "header": ("rep-header", 1),
        "answer": ("rep-answer", 2),
        "tile_pace": ("tile-pace", 1),
        "tile_landing": ("tile-landing", 1),
        "tile_coverage": ("tile-coverage", 1),
        "tile_pay": ("tile-pay", 1),
        "months": ("rep-months", 2),
        "talk": ("talk", TALK),
        "deals": ("own-pipeline", DEALS),
        "deals_total": ("own-pipeline-total", 1),
        "deals_rest": ("own-pipeline-rest", 1),
        "calls": ("calls", CALLS),
        "calls_rest": ("calls-rest", 1),
        "today": ("today", STEPS),
        "today_count": ("today-count", 1),
        "pay": ("pay", PAY_MONTHS),
        "pay_total": ("pay-total", 1),
        "training": ("training", COURSES),
        "upkeep": ("upkeep", UPKEEP),
        "pool": ("pool", POOL),
        "pool_total": ("pool-total", 1),
    }
    lists = [LineList(name, block(listed, scope), size) for name, (listed, size) in sizes.items()]
    year = this.cell("months", 0, "word")
    names = LineList("month_names", block("months", Text("company|company"), year), MONTHS)
    return (*lists, names)


def _series(page: Page) -> Iterator[Series]:
    """What the chart draws; a month in which he was not there is #N/A, which it leaves out."""

    def of_months(line: int, row: int) -> Expression:
        value = page.cell("months", line, MONTH_FIELDS[row])
        return charted(value, value / fact("unit"))

    yield Series("months.label", MONTHS, lambda row: page.cell("month_names", row, "says"))
    yield Series("months.sold", MONTHS, lambda row: of_months(0, row))
    yield Series("months.target", MONTHS, lambda row: of_months(1, row))
