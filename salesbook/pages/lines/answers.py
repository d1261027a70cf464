"""Will we make the number? One or two sentences that rest on the chances of month, quarter and year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day
from salesbook.messages import Fact, Message, joined
from salesbook.money import three_digits, three_digits_alike
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, BEHIND, GOOD, Line, ListLines
from salesbook.pages.lines.periods import WORDINGS, PeriodFigures, wording_of
from salesbook.pages.lines.selectors import three_spans
from salesbook.pages.lines.without_target import why_no_target

_MOST: Final = 2
_WORST_LAST: Final = (GOOD, ATTENTION, BEHIND)
_FAILING: Final = ("unlikely", "hopeless")
_FEW: Final = 0.1
"""Under this part of what is missing, what is in sight is nearly nothing."""
_WIDE: Final = 0.25
"""From this part of what is missing on, what 1 in 10 outcomes brings is something."""


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
    by_kind: dict[str, list[str]] = {wording.kind: [] for wording in WORDINGS}
    for span in three_spans(context, period):
        line = figures.line(scope, span)
        if line["chance_rate"] is None or _is_over(context, span):
            continue
        # What is sold already is no matter of chance.
        is_reached = line["target"] is not None and (line["sold"] or 0) >= line["target"]
        kind = wording_of(line["chance_rate"]).kind
        (reached if is_reached else by_kind[kind]).append(span)
    if reached:
        lines.append({"sign": GOOD, "says": _named("reached", reached)})
    for wording in WORDINGS:
        periods = by_kind[wording.kind]
        for says in _sentences(context, figures, scope, wording.kind, periods):
            lines.append({"sign": wording.sign, "says": says})
    if not lines:
        lines.append({"says": _nothing_known(context, figures, scope, period)})
    return _in_two(lines)


def _in_two(lines: list[Line]) -> list[Line]:
    """As many sentences as a page has room for: the last, which is the worst, always has its own.

    A line that holds several has the sign of the worst: a tick before "will miss" is a lie.
    """
    if len(lines) <= _MOST:
        return lines
    *others, last = lines
    signs = [line["sign"] for line in others if line.get("sign") in _WORST_LAST]
    sign = max(signs, key=_WORST_LAST.index, default=None)
    return [{**others[0], "sign": sign, "says": joined(line["says"] for line in others)}, last]


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


def _sentences(
    context: PageContext, figures: PeriodFigures, scope: Scope, kind: str, periods: list[str]
) -> Iterator[Message]:
    """What to say of periods of one kind; of the longest that fails, by how much, and last."""
    if kind not in _FAILING:
        if periods:
            yield _named(kind, periods)
        return

    if periods:
        *shorter, longest = periods
        if shorter:
            yield _named(kind, shorter)
        yield _missed(context, figures, scope, kind, longest)


def _missed(
    context: PageContext, figures: PeriodFigures, scope: Scope, kind: str, longest: str
) -> Message:
    """By how much a period will miss, what is to sell and what is in sight."""
    line = figures.line(scope, longest)
    decimals = context.policy.decimals
    sold, target, landing = (int(line[field] or 0) for field in ("sold", "target", "middle"))
    missed, to_go = three_digits_alike(decimals, max(target - landing, 0), max(target - sold, 0))
    facts: dict[str, Fact] = {"period": longest, "amount": missed, "to_go": to_go}
    if _hangs_on_few(line):
        return _on_few_deals(context, scope, f"page.answer.{kind}-few", facts, line)
    # What is in sight is the rest also as it is said: the other two stand beside it in tiles.
    return Message(f"page.answer.{kind}", {**facts, "in_sight": to_go - missed})


def _hangs_on_few(line: Line) -> bool:
    """Whether the middle outcome brings nearly nothing, and a good one a part that counts.

    "About 0 in sight" beside a chance of 11 % reads as a contradiction: it is one large deal that
    comes, or does not.
    """
    sold, target, landing = (int(line[field] or 0) for field in ("sold", "target", "middle"))
    missing = target - sold
    best = line["high"]
    if missing <= 0 or best is None:
        return False
    return landing - sold < _FEW * missing and best - sold >= _WIDE * missing


def _on_few_deals(
    context: PageContext, scope: Scope, code: str, facts: dict[str, Fact], line: Line
) -> Message:
    """On which deal the rest hangs most of all; where none is due, what a good outcome brings."""
    decimals = context.policy.decimals
    largest = largest_deal_due(context, scope, line["on"])
    if largest is None:
        best = three_digits(int(line["high"]) - int(line["sold"] or 0), decimals)
        return Message(f"{code}-none", {**facts, "best": best})
    name = context.name_of("Deals", str(largest.deal_id))
    amount = three_digits(int(largest.amount), decimals)
    return Message(code, {**facts, "name": name, "deal": amount})


def largest_deal_due(context: PageContext, scope: Scope, until: pd.Timestamp) -> Any:
    """The largest open deal of a scope that counts and is expected by a day; None without one."""
    deals = context.counted_deals
    due = deals[deals["amount"].notna() & (deals["expected_on"] <= until)]
    if scope.kind == "rep":
        due = due[due["rep_id"] == scope.key]
    elif scope.kind == "team":
        due = due[due["rep_id"].map(context.team_of, na_action="ignore") == scope.key]
    if due.empty:
        return None
    return next(due.sort_values(["amount", "deal_id"], ascending=[False, True]).itertuples())


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
