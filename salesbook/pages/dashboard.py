"""The Dashboard: will we make the number, who needs help, what changed, and what is to be done today?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from salesbook.expressions import Expression, Number, Text, call
from salesbook.pages.common import (
    DASH,
    PERIOD,
    TEAM,
    amount_text,
    block,
    charted,
    fact,
    first_step,
    if_,
    is_number,
    meant,
    scope_text,
)
from salesbook.pages.lines.line import FEWEST_SNAPSHOTS, MONTH_FIELDS
from salesbook.pages.page import LineList, Page, Series

TILES: Final = 3
"""Month, quarter and year."""
MONTHS: Final = 12
SNAPSHOTS: Final = 13
HELP: Final = 4
CHANGES: Final = 5
STEPS: Final = 10
_CODE: Final = "dashboard"


def dashboard() -> Page:
    """Describe the page."""
    page = Page(_CODE, (PERIOD, TEAM), _facts(), _lists())
    return Page(page.code, page.selectors, page.facts, page.lists, tuple(_series(page)))


def _facts() -> Mapping[str, Expression]:
    this = Page(_CODE, (), {}, ())
    year_spans = this.cell("spans", TILES - 1, "word")
    return {
        "period": meant(_CODE, PERIOD),
        "team": meant(_CODE, TEAM),
        "scope": scope_text(this.fact("team")),
        "year": year_spans,
        "has_lines": (this.fact("answer.first") > 0) * 1,
        "first_step": first_step(),
        "top": _top(this),
    }


def _top(this: Page) -> Expression:
    """The right end of the tiles' bars: a little beyond the largest figure."""
    largest = [
        call("MAX", call("N", this.cell(f"tile{place}", 0, name)))
        for place in range(TILES)
        for name in ("high", "target", "sold")
    ]
    return call("MAX", *largest) * 1.15


def _lists() -> tuple[LineList, ...]:
    this = Page(_CODE, (), {}, ())
    period, scope = this.fact("period"), this.fact("scope")
    tiles = tuple(
        LineList(f"tile{place}", block("period", scope, this.cell("spans", place, "word")), size=1)
        for place in range(TILES)
    )
    months = tuple(
        LineList(
            f"month{place}", block("period", scope, this.cell("year_months", place, "word")), size=1
        )
        for place in range(MONTHS)
    )
    company = Text("company|company")
    return (
        LineList("spans", block("spans", company, period), TILES),
        LineList("year_months", block("months", company, this.fact("year")), MONTHS),
        LineList("answer", block("answer", scope, period), 2),
        *tiles,
        *months,
        LineList("help", block("help", scope), HELP),
        LineList("help_rest", block("help-rest", scope), 1),
        LineList("changed", block("changed", scope), CHANGES),
        LineList("changed_since", block("changed-since", scope), 1),
        LineList("today", block("today", scope), STEPS),
        LineList("today_count", block("today-count", scope), 1),
        LineList("landing", block("landing", scope), SNAPSHOTS),
    )


def _series(page: Page) -> Iterator[Series]:
    """What charts and sparklines draw; what is not there is #N/A, which charts leave out."""
    unit = fact("unit")

    def of_month(name: str) -> Callable[[int], Expression]:
        def scaled(row: int) -> Expression:
            value = page.cell(f"month{row}", 0, name)
            return charted(value, value / unit)

        return scaled

    def to_come(row: int) -> Expression:
        sold, landing = (page.cell(f"month{row}", 0, name) for name in ("sold", "middle"))
        more = if_(landing > call("N", sold), (landing - call("N", sold)) / unit, call("NA"))
        return charted(landing, more)

    def end_of_month(row: int) -> Expression:
        sold, landing = (page.cell(f"month{row}", 0, name) for name in ("sold", "middle"))
        either = if_(is_number(landing), landing, sold)
        return charted(either, either / unit)

    yield Series("months.label", MONTHS, lambda row: page.cell("year_months", row, "says"))
    yield Series("months.sold", MONTHS, of_month("sold"))
    yield Series("months.to_come", MONTHS, to_come)
    yield Series("months.end", MONTHS, end_of_month)
    yield Series("months.target", MONTHS, of_month("target"))

    yield from _landings(page)
    for place in range(HELP):
        yield Series(
            f"help{place}.months",
            MONTHS,
            lambda row, place=place: charted(page.cell("help", place, MONTH_FIELDS[row])),  # type: ignore[misc]
        )
    for place in range(TILES):
        yield from _bars(page, place)


def _landings(page: Page) -> Iterator[Series]:
    """The year's landing at the last snapshots, the oldest first."""
    unit = fact("unit")

    are_enough = page.has_line("landing", FEWEST_SNAPSHOTS - 1)

    def known(row: int, name: str) -> Expression:
        return if_(are_enough, charted(page.cell("landing", row, name)), call("NA"))

    def beyond(row: int, name: str) -> Expression:
        return call("ABS", known(row, name) - known(row, "middle")) / unit

    days = [page.cell("landing", row, "on") for row in range(SNAPSHOTS)]
    yield Series("landing.on", SNAPSHOTS, lambda row: if_(are_enough, days[row], ""))
    yield Series("landing.middle", SNAPSHOTS, lambda row: known(row, "middle") / unit)
    yield Series("landing.over", SNAPSHOTS, lambda row: beyond(row, "high"))
    yield Series("landing.under", SNAPSHOTS, lambda row: beyond(row, "low"))
    target = page.cell(f"tile{TILES - 1}", 0, "target")
    shown = charted(target, target / unit)
    yield Series(
        "landing.target",
        SNAPSHOTS,
        lambda row: charted(page.of_series("landing.middle", row), shown),
    )


def _bars(page: Page, place: int) -> Iterator[Series]:
    """A tile's two bars: what is sold and to come above, the target below."""

    def figure(name: str) -> Expression:
        return call("N", page.cell(f"tile{place}", 0, name))

    sold, landing, target = figure("sold"), figure("middle"), figure("target")
    to_come = if_(landing > sold, landing - sold, Number(0))
    yield Series(f"tile{place}.sold", 2, lambda row: sold if row == 0 else Number(0))
    yield Series(f"tile{place}.to_come", 2, lambda row: to_come if row == 0 else Number(0))
    yield Series(f"tile{place}.target", 2, lambda row: Number(0) if row == 0 else target)
    low, high = (page.cell(f"tile{place}", 0, name) for name in ("low", "high"))
    under = charted(low, landing - call("N", low))
    over = charted(high, call("N", high) - landing)
    yield Series(f"tile{place}.under", 2, lambda row: under if row == 0 else call("NA"))
    yield Series(f"tile{place}.over", 2, lambda row: over if row == 0 else call("NA"))


def to_go(page: Page, place: int) -> Expression:
    """What is missing to a tile's target, as text: 0 once it is reached, a dash without one."""
    sold, target = (page.cell(f"tile{place}", 0, name) for name in ("sold", "target"))
    missing = call("MAX", 0, target - call("N", sold))
    return if_(is_number(target), amount_text(missing), DASH)
