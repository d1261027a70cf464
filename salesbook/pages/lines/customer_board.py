"""Whom do we call, whom might we lose, and how content are customers?

Lists of the Customer board, each for the company, every team and every rep:

- `customers-answer`: what to do first; one or two sentences with their sign.
- `tile-calls`: `count` calls of this week, `says` how many of them are late, or how many more are due
  than its hours allow.
- `tile-late`: of the best tier, `tier`; `count` who wait longer than its rhythm, `share` their part,
  `says` of how many and for how long.

The other lists stand where they are made: `calls`, `tiers`, `leaving`, `feedback`, `owed`, `pool`,
`ask`, `upkeep`, `who_matters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines import who_matters
from salesbook.pages.lines.asking import Asking
from salesbook.pages.lines.calls import Calls, Week
from salesbook.pages.lines.context import PageContext
from salesbook.pages.lines.feedback import Feedback
from salesbook.pages.lines.leaving import Leaving, value_of
from salesbook.pages.lines.line import ATTENTION, GOOD, LATE, Line, ListLines
from salesbook.pages.lines.owed import owed_lists
from salesbook.pages.lines.pool import Pool
from salesbook.pages.lines.scoped import Record
from salesbook.pages.lines.tiers import TierMoves, Tiers
from salesbook.pages.lines.upkeep import Upkeep

PAGE: Final = "CustomerBoard"


def lists(context: PageContext) -> Iterator[ListLines]:
    """All lists of the page."""
    if context.tables["Customers"].empty:
        return

    calls, tiers, moves, feedback = (
        Calls(context),
        Tiers(context),
        TierMoves(context),
        Feedback(context),
    )
    leaving, pool, upkeep = Leaving(context, tiers), Pool(context), Upkeep(context)
    asking = Asking(context)
    yield from owed_lists(context, PAGE)
    yield from who_matters.lists(context, PAGE)
    for scope in context.scopes:
        due, customers, lost = calls.of(scope), tiers.of(scope), leaving.of(scope)
        yield ListLines(PAGE, "customers-answer", scope, _answer(context, due, customers, lost))
        if customers:
            yield ListLines(PAGE, "tile-calls", scope, [_calls(context, due, calls.week(scope))])
            yield ListLines(PAGE, "tile-late", scope, [_late(context, customers)])
        yield from calls.lists(scope, PAGE)
        yield from tiers.lists(scope, PAGE)
        yield from leaving.lists(scope, PAGE)
        yield from moves.lists(scope, PAGE)
        yield from feedback.lists(scope, PAGE)
        yield from asking.lists(scope, PAGE)
        yield from pool.lists(scope, PAGE)
        yield from upkeep.lists(scope, PAGE)


def _answer(
    context: PageContext,
    calls: Sequence[Record],
    customers: Sequence[Record],
    leaving: Sequence[Record],
) -> list[Line]:
    """Whom to call first, then who may be leaving; that all is well where neither asks for anything."""
    if not customers:
        return [{"says": Message("page.customers.no-tiers")}]
    lines: list[Line] = []
    if calls:
        best = context.policy.tier_rules[0].tier
        late = len(_late_of(customers, best))
        facts: dict[str, Fact] = {"count": len(calls), "tier": best, "late": late}
        kind = "calls-late" if late else "calls" if context.has_contacts else "calls-untold"
        sign = LATE if late else ATTENTION
        lines.append({"sign": sign, "says": Message(f"page.customers.{kind}", facts)})
    else:
        lines.append({"sign": GOOD, "says": Message("page.customers.no-call")})

    if leaving:
        amount = three_digits(value_of(leaving), context.policy.decimals)
        months = context.policy.rules.tier_months
        facts = {"count": len(leaving), "amount": amount, "months": months}
        lines.append({"sign": ATTENTION, "says": Message("page.customers.leaving", facts)})
    return lines


def _calls(context: PageContext, calls: Sequence[Record], week: Week) -> Line:
    """The calls of the week; how many of them are late, or how many more its hours do not allow."""
    late = sum(call["days_late"] > 0 for call in calls)
    is_told = bool(calls) and context.has_contacts
    says = Message("page.customers.tile-calls", {"late": late}) if is_told else None
    if week.waiting:
        facts: dict[str, Fact] = {"due": len(calls) + week.waiting, "hours": round(week.hours)}
        says = Message("page.customers.tile-hours", facts)
    return {"count": len(calls), "says": says}


def _late(context: PageContext, customers: Sequence[Record]) -> Line:
    """Who of the best tier waits longer than its rhythm."""
    best = context.policy.tier_rules[0].tier
    size = sum(customer["tier"] == best for customer in customers)
    late = _late_of(customers, best)
    line: dict[str, Any] = {
        "tier": best,
        "count": len(late),
        "share": len(late) / size if size else None,
    }
    if not size:
        return {**line, "says": Message("page.customers.tile-none", {"tier": best})}
    if not context.has_contacts:
        return {"tier": best, "says": Message("page.customers.tile-no-contacts")}
    if not late:
        return {**line, "says": Message("page.customers.tile-none-late", {"count": size})}
    first = min(customer["next_touch_on"] for customer in late)
    facts: dict[str, Fact] = {"count": size, "days": (context.today - first).days}
    return {**line, "sign": LATE, "says": Message("page.customers.tile-late", facts)}


def _late_of(customers: Iterable[Record], tier: str) -> list[Record]:
    return [row for row in customers if row["is_late"] and row["tier"] == tier]
