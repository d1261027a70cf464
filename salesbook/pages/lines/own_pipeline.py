"""What does a rep have in the pipeline, and what of it needs him?

Lists, each for every rep with open deals:

- `own-pipeline`: at most five deals, those first that bring the most in the running quarter. A line is
  that of the Pipeline board (see `pipeline_board.deal_line`), with ✓ where nothing asks for anything.
- `own-pipeline-total`: `count` and `amount` of all his open deals, `says` both.
- `own-pipeline-rest`: `count` and `amount` of those that are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import GOOD, Line, ListLines
from salesbook.pages.lines.open_pipeline import OpenPipeline, Sums, open_pipeline
from salesbook.pages.lines.pipeline_board import deal_line

_SHOWN: Final = 5


@dataclass(frozen=True)
class OwnPipelines:
    """The open deals of every rep."""

    context: PageContext

    @cached_property
    def _pipeline(self) -> OpenPipeline:
        return open_pipeline(self.context)

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a rep; none for one without open deals."""
        pipeline = self._pipeline
        places = pipeline.of(scope)
        if not len(places):
            return
        in_order = pipeline.in_order(places, pipeline.expected)
        shown = self.context.room_of_rep(_SHOWN)
        lines = [self._line(int(place)) for place in in_order[:shown]]
        yield ListLines(page, "own-pipeline", scope, lines)
        yield ListLines(
            page, "own-pipeline-total", scope, [self._sum("total", pipeline.sums(places))]
        )

        rest = in_order[shown:]
        if len(rest):
            sums = pipeline.sums(rest)
            yield ListLines(page, "own-pipeline-rest", scope, [self._sum("rest", sums)])

    def _line(self, place: int) -> Line:
        line = deal_line(self.context, self._pipeline, place)
        is_fine = line["sign"] is None and line["marks"] is None
        return {**line, "sign": GOOD if is_fine else line["sign"] or line["marks"]}

    def _sum(self, kind: str, sums: Sums) -> Line:
        amount = three_digits(sums.amount, self.context.policy.decimals)
        facts: dict[str, Fact] = {"count": sums.count, "amount": amount}
        return {
            "says": Message(f"page.own.{kind}", facts),
            "count": sums.count,
            "amount": sums.amount,
            "table": "Deals",
        }
