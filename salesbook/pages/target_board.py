"""The Target board: who must sell what by when, does it add up, and how far is each?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from salesbook.expressions import Expression, Text, call
from salesbook.pages.common import (
    MEASURE,
    TEAM,
    YEAR,
    amount_text,
    charted,
    first_step,
    if_,
    is_number,
    meant,
    scope_text,
)
from salesbook.pages.lines.line import MONTH_FIELDS
from salesbook.pages.lines.target_board.matrix import MOST_ROWS
from salesbook.pages.lines.target_board.proposal import MOST_LINES
from salesbook.pages.page import LineList, Page, Series

MONTHS: Final = 12
ROWS: Final = MOST_ROWS
FAULTS: Final = 5
LOCKS: Final = 5
PROPOSALS: Final = MOST_LINES
_CODE: Final = "target_board"
_SIZES: Final = {
    "answer": 2,
    "year": 1,
    "plan": ROWS,
    "sold": ROWS,
    "hint": 1,
    "proposal": PROPOSALS,
    "faults": FAULTS,
    "faults-count": 1,
    "locks": LOCKS,
    "locks-count": 1,
    "draft": 1,
}
"""Lists of the chosen year, measure and scope, and the lines that the page has room for."""


def target_board() -> Page:
    """Describe the page."""
    page = Page(_CODE, (YEAR, TEAM, MEASURE), _facts(), _lists())
    return Page(page.code, page.selectors, page.facts, page.lists, tuple(_series(page)))


def _facts() -> Mapping[str, Expression]:
    this = Page(_CODE, (), {}, ())
    return {
        "year": meant(_CODE, YEAR),
        "team": meant(_CODE, TEAM),
        "measure": meant(_CODE, MEASURE),
        "scope": scope_text(this.fact("team")),
        "first_step": first_step(),
        "is_money": this.fact("measure").equals("revenue") * 1,
    }


def _lists() -> tuple[LineList, ...]:
    this = Page(_CODE, (), {}, ())
    year, measure, scope = (this.fact(name) for name in ("year", "measure", "scope"))
    chosen = tuple(
        LineList(name, Text(f"target-{name}-").then(measure, "|", scope, "|", year), size)
        for name, size in _SIZES.items()
    )
    months = Text("target-months|company|company|").then(year)
    return (*chosen, LineList("months", months, MONTHS))


def _series(page: Page) -> Iterator[Series]:
    """What the chart draws; what is not there is #N/A, which charts leave out."""

    def of_first_row(listed: str, row: int) -> Expression:
        return charted(page.cell(listed, 0, MONTH_FIELDS[row]))

    yield Series("chart.label", MONTHS, lambda row: page.cell("months", row, "says"))
    yield Series("chart.plan", MONTHS, lambda row: of_first_row("plan", row))
    yield Series("chart.sold", MONTHS, lambda row: of_first_row("sold", row))


def share_of_plan(page: Page, month: int) -> Expression:
    """What the first row sold in a month, of its plan; blank for months to come."""
    plan = page.cell("plan", 0, MONTH_FIELDS[month])
    sold = page.cell("sold", 0, MONTH_FIELDS[month])
    has_plan = call("N", plan) > 0
    return if_(call("AND", has_plan, is_number(sold)), call("IFERROR", sold / plan, ""), "")


def measured(page: Page, amount: Expression) -> Expression:
    """An amount as text: money in the unit of the settings, a count as it is."""
    as_count = call("FIXED", amount, 0)
    text = if_(page.fact("is_money").equals(1), amount_text(amount), as_count)
    return if_(is_number(amount), text, "–")
