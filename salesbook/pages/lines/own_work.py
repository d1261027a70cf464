"""What is worth talking about of a rep's days, and of what he makes of them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesbook.domain.pipeline.review.efficiency import numbers_said
from salesbook.messages import Fact, Message
from salesbook.money import to_minor
from salesbook.pages.lines.context import PageContext
from salesbook.pages.lines.line import BEHIND, GOOD, Line
from salesbook.pages.lines.scoped import Record, by_rep, records_of

_SILENT_FOR: Final = 5
"""Work days without a word, a week, after which it is asked for."""
_ON_SCORE_CARDS: Final = "win_rate"
"""What score cards say of a rep, as pages do: a second number of it would contradict the first."""


def silence(context: PageContext, rep: str) -> Iterator[Line]:
    """The work days up to now on which nothing at all was logged, where that is a week or more."""

    def gather() -> dict[Any, list[Record]]:
        days = context.tables["RepDays"]
        # What is not logged today may be logged tonight.
        over = days[days["day"] < context.today]
        return by_rep(records_of(over.sort_values(["rep_id", "day"], ascending=[True, False])))

    silent: list[Record] = []
    for day in context.once("days of reps, the newest first", gather).get(rep, ()):
        if not day["no_log"]:
            break
        silent.append(day)
    if len(silent) < _SILENT_FOR:
        return
    yield {
        "sign": BEHIND,
        "says": Message("page.talk.silent", {"days": len(silent)}),
        "because": Message("page.talk.silent-ask", {"day": silent[-1]["day"].date()}),
        "count": len(silent),
        "on": silent[-1]["day"],
        "table": "RepDays",
    }


def beside_others(context: PageContext, rep: str, *, is_good: bool) -> Iterator[Line]:
    """What came of his visits and deals, where it is better, or worse, than luck explains."""

    def gather() -> dict[Any, list[Record]]:
        measures = context.tables["RepEfficiency"]
        is_told = measures["verdict"].isin(["better", "worse"])
        return by_rep(records_of(measures[is_told & (measures["measure"] != _ON_SCORE_CARDS)]))

    verdict = "better" if is_good else "worse"
    for row in context.once("what reps make of their days", gather).get(rep, ()):
        if row["verdict"] != verdict:
            continue
        said = _said(row, context.policy.decimals)
        measure = f"RepEfficiency.measure={row['measure']}"
        well = "well" if is_good else "behind"
        yield {
            "sign": GOOD if is_good else BEHIND,
            "says": Message(
                f"page.talk.beside-{row['unit']}", {"measure": measure, "value": said["value"]}
            ),
            "because": Message(f"page.talk.beside-{row['unit']}-{well}", {"peers": said["peers"]}),
            "number": float(row["value"]),
            "table": "RepEfficiency",
            "row_key": f"{rep}|{row['measure']}",
        }


def _said(row: Record, decimals: int) -> dict[str, Fact]:
    """A rep's value and that of all reps, as the table's own sentence says them."""
    numbers = {name: float(row[name]) for name in ("value", "peers")}
    if row["unit"] == "money":
        numbers = {name: to_minor(number, decimals) for name, number in numbers.items()}
    return numbers_said(numbers, str(row["unit"]), decimals)
