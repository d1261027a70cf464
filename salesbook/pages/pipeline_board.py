"""The Pipeline board: which deals decide the period, which are stuck, and what moved the forecast?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from salesbook.expressions import Expression, Text
from salesbook.pages.common import (
    PERIOD,
    REP,
    TEAM,
    block,
    charted,
    fact,
    meant,
    scope_text,
)
from salesbook.pages.lines.pipeline_board import STUCK, TRACK
from salesbook.pages.lines.stage_lines import MOST_STAGES
from salesbook.pages.page import LineList, Page, Series

STAGES: Final = MOST_STAGES + 1
"""The last one is all of them."""
MOVES: Final = 9
AHEAD: Final = 6
TRUSTED: Final = 2
_CODE: Final = "pipeline_board"


def pipeline_board() -> Page:
    """Describe the page."""
    page = Page(_CODE, (PERIOD, TEAM, REP), _facts(), _lists())
    return Page(page.code, page.selectors, page.facts, page.lists, tuple(_series(page)))


def _facts() -> Mapping[str, Expression]:
    this = Page(_CODE, (), {}, ())
    return {
        "period": meant(_CODE, PERIOD),
        "team": meant(_CODE, TEAM),
        "rep": meant(_CODE, REP),
        "scope": scope_text(this.fact("team"), this.fact("rep")),
    }


def _lists() -> tuple[LineList, ...]:
    this = Page(_CODE, (), {}, ())
    period, scope = this.fact("period"), this.fact("scope")
    months = tuple(
        LineList(f"month{place}", block("period", scope, this.cell("ahead", place, "word")), size=1)
        for place in range(AHEAD)
    )
    return (
        LineList("ahead", block("ahead", Text("company|company")), AHEAD),
        LineList("answer", block("pipeline-answer", scope, period), 1),
        LineList("attention", block("pipeline-late", scope), 1),
        LineList("tile", block("period", scope, period), 1),
        LineList("open", block("pipeline-open", scope), 1),
        LineList("stuck", block("stuck", scope), STUCK),
        LineList("stuck_sum", block("stuck-sum", scope), 1),
        LineList("track", block("track", scope), TRACK),
        LineList("track_sum", block("track-sum", scope), 1),
        LineList("stages", block("stages", scope), STAGES),
        LineList("leak", block("leak", scope), 2),
        LineList("commit", block("commit", scope), 1),
        LineList("trust", block("trust", Text("company|company")), TRUSTED),
        LineList("moved", block("moved", scope, period), MOVES),
        LineList("moved_head", block("moved-head", scope, period), 1),
        *months,
    )


def _series(page: Page) -> Iterator[Series]:
    """What the chart of the months ahead draws; what is not there is #N/A, which it leaves out."""
    unit = fact("unit")

    def scaled(row: int, name: str) -> Expression:
        value = page.cell(f"month{row}", 0, name)
        return charted(value, value / unit)

    yield Series("ahead.label", AHEAD, lambda row: page.cell("ahead", row, "says"))
    for name, field in (
        ("sold", "sold"),
        ("open", "expected"),
        ("new", "amount"),
        ("landing", "middle"),
        ("target", "target"),
    ):
        yield Series(f"ahead.{name}", AHEAD, lambda row, field=field: scaled(row, field))  # type: ignore[misc]
