"""Will we make the number? One or two sentences that rest on the chances of month, quarter and year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from salesbook.domain.arithmetic.calendar import last_day
from salesbook.messages import Fact, Message, joined
from salesbook.money import three_digits, three_digits_alike
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, BEHIND, GOOD, Line, ListLines
from salesbook.pages.lines.periods import PeriodFigures
from salesbook.pages.lines.selectors import three_spans
from salesbook.pages.lines.without_target import why_no_target

_MOST: Final = 2
_ALMOST_CERTAIN: Final = 0.95
"""From this chance on nobody says "more likely than not", nor "probably"."""
_SIGN_OF_KIND: Final = {
    "sure": GOOD,
    "likely": GOOD,
    "open": ATTENTION,
    "unlikely": BEHIND,
    "hopeless": BEHIND,
}
_KIND_OF_SIGN: Final = {GOOD: "likely", ATTENTION: "open", BEHIND: "unlikely"}
_IF_CERTAIN: Final = {"likely": "sure", "unlikely": "hopeless"}


def lists(
    context: PageContext, figures: PeriodFigures, scope: Scope, page: str
) -> Iterator[ListLines]:
    """The list `answer` for every month of which figures are known, and its quarter and year."""
    for period in figures.periods(scope):
        yield ListLines(page, "answer", scope, answer(context, figures, scope, period), period)


def answer(context: PageContext, figures: PeriodFigures, scope: Scope, period: str) -> list[Line]:
    """What became of a period that is over; of what still runs, a sentence per kind, the best first."""
    lines: list[Line] = []
    if _is_over(context, period):
        lines.append(_ended(context, figures.line(scope, period), period))

    reached: list[str] = []
    by_kind: dict[str, list[str]] = {kind: [] for kind in _SIGN_OF_KIND}
    for span in three_spans(context, period):
        line = figures.line(scope, span)
        if line["sign"] is None or _is_over(context, span):
            continue
        # What is sold already is no matter of chance.
        is_reached = line["target"] is not None and (line["sold"] or 0) >= line["target"]
        (reached if is_reached else by_kind[_kind(line)]).append(span)
    if reached:
        lines.append({"sign": GOOD, "says": _named("reached", reached)})
    for kind, periods in by_kind.items():
        if periods:
            says = _sentence(context, figures, scope, kind, periods)
            lines.append({"sign": _SIGN_OF_KIND[kind], "says": says})
    if not lines:
        lines.append({"says": _nothing_known(context, figures, scope, period)})
    return _in_two(lines)


def _kind(line: Line) -> str:
    """How sure it is that a period reaches its target."""
    kind = _KIND_OF_SIGN[str(line["sign"])]
    return _IF_CERTAIN.get(kind, kind) if is_almost_certain(line["chance_rate"]) else kind


def is_almost_certain(chance: float | None) -> bool:
    """Whether a chance leaves hardly a doubt that a target is reached, or that it is missed."""
    return chance is not None and max(chance, 1 - chance) >= _ALMOST_CERTAIN


def _in_two(lines: list[Line]) -> list[Line]:
    """As many sentences as a page has room for: the last, which is the worst, always has its own."""
    if len(lines) <= _MOST:
        return lines
    first, *others, last = lines
    says = joined(line["says"] for line in (first, *others))
    return [{**first, "says": says}, last]


def _is_over(context: PageContext, period: str) -> bool:
    return last_day(period, context.first_month) < context.as_of


def _ended(context: PageContext, line: Line, period: str) -> Line:
    """By how much a period that is over ended above or under its target."""
    sold, target = int(line["sold"] or 0), line["target"]
    if target is None:
        amount = three_digits(sold, context.policy.decimals)
        return {"says": Message("page.answer.was-sold", {"period": period, "amount": amount})}
    amount = three_digits(abs(int(target) - sold), context.policy.decimals)
    kind = "was-reached" if line["sign"] == GOOD else "was-missed"
    facts: dict[str, Fact] = {"period": period, "amount": amount}
    return {"sign": line["sign"], "says": Message(f"page.answer.{kind}", facts)}


def _sentence(
    context: PageContext, figures: PeriodFigures, scope: Scope, kind: str, periods: list[str]
) -> Message:
    """What to say of periods of one kind; of the longest that fails, by how much."""
    if kind not in ("unlikely", "hopeless"):
        return _named(kind, periods)

    longest = periods[-1]
    line = figures.line(scope, longest)
    decimals = context.policy.decimals
    sold, target, landing = (int(line[field] or 0) for field in ("sold", "target", "middle"))
    missed, to_go = three_digits_alike(decimals, max(target - landing, 0), max(target - sold, 0))
    # What is in sight is the rest also as it is said: the other two stand beside it in tiles.
    facts: dict[str, Fact] = {"amount": missed, "to_go": to_go, "in_sight": to_go - missed}
    return Message(f"page.answer.{kind}", {"period": longest, **facts})


def _named(kind: str, periods: list[str]) -> Message:
    """A sentence about one, two or three periods, each by name."""
    names: dict[str, Fact] = {
        f"period_{place}": name for place, name in enumerate(periods, start=1)
    }
    return Message(f"page.answer.{kind}-{len(periods)}", names)


def _nothing_known(
    context: PageContext, figures: PeriodFigures, scope: Scope, period: str
) -> Message:
    """Why there is no answer: no target, nothing sold and no deal, or no forecast."""
    line = figures.line(scope, period)
    if line["target"] is None:
        return why_no_target(context, scope, period, "page.answer.no-target")
    if not context.has_begun:
        return Message("page.answer.no-sales")
    if figures.is_forecast_old(scope, period):
        return Message("page.old-forecast")
    return Message("page.answer.no-forecast", {"period": period})
