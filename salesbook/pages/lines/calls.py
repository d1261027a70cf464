"""Whom does a rep call this week, and what should the caller know?

Lists, each for the company, every team and every rep:

- `calls`: the most important calls first. `subject` is the contact, `customer` the company, `channel`
  how, `since_on` and `days` since when and for how long the call is due, `because` the last word of
  the customer and `on` its day, `amount` what is open with him, `says` the next step.
- `calls-rest`: one line; `count` is how many calls of the scope are not shown; `says` also how many wait
  for free hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.lateness import sign_of_days
from salesbook.pages.lines.line import LATE, Line, ListLines, whole
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope, records_of

_SHOWN: Final = 12
_SHOWN_OF_REP: Final = 5
_SOON: Final = 90
"""Days ahead in which a buying date says what to talk about."""


class Week(NamedTuple):
    """The hours of a week, and the calls that wait for more of them."""

    hours: float
    waiting: int


@dataclass(frozen=True)
class Calls:
    """The calls of the week in the order of their importance, told apart by rep."""

    context: PageContext

    @cached_property
    def _by_scope(self) -> RecordsByScope:
        calls = records_of(_with_facts(self.context))
        return by_scope(self.context, calls, "rep_id")

    def of(self, scope: Scope) -> Sequence[Record]:
        """All calls of a scope."""
        return self._by_scope.get(scope, ())

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a scope."""
        calls = self.of(scope)
        if not calls:
            return
        limit = _SHOWN_OF_REP if scope.kind == "rep" else _SHOWN
        shown = _at_most_five_a_rep(calls)[:limit]
        lines = [_line(self.context, call) for call in shown]
        yield ListLines(page, "calls", scope, lines)

        rest, waiting = len(calls) - len(shown), self.week(scope).waiting
        if rest or waiting:
            facts: dict[str, Fact] = {"count": rest, "waiting": waiting}
            kind = "rest-and-waiting" if waiting else "rest"
            says = Message(f"page.calls.{kind}", facts)
            line: Line = {"says": says, "count": rest, "table": "CallList"}
            yield ListLines(page, "calls-rest", scope, [line])

    def week(self, scope: Scope) -> Week:
        """What the reps of a scope have for touches this week, and what does not fit into it."""
        of_reps = self._weeks.get(scope, ())
        return Week(
            hours=sum(row["available_hours"] for row in of_reps),
            waiting=sum(row["waiting"] or 0 for row in of_reps),
        )

    @cached_property
    def _weeks(self) -> RecordsByScope:
        """TouchLoad of this week."""
        load = self.context.tables["TouchLoad"]
        return by_scope(self.context, records_of(load[load["waiting"].notna()]), "rep_id")


def _with_facts(context: PageContext) -> pd.DataFrame:
    """CallList with what a caller should know of the customer, the most important first.

    Who complained and waits for an answer, then the best tier, there the largest value, then who waits
    longest, is least likely to buy again and means to buy soonest: the order of the table, whatever
    somebody has sorted its sheet by.
    """
    calls = context.tables["CallList"]
    tiers = context.tables["CustomerTiers"].set_index("customer_id")
    customers = context.tables["Customers"].set_index("customer_id")
    place_of_tier = {rule.tier: place for place, rule in enumerate(context.policy.tier_rules)}

    keys = calls["customer_id"]
    feedback = context.tables["Feedback"].drop_duplicates("feedback_id")
    received = feedback.set_index("feedback_id")["received_at"]
    facts = calls.assign(
        is_waiting=calls["complaint_id"].notna(),
        place=calls["tier"].map(place_of_tier),
        offer=keys.map(tiers["offer"]),
        company=keys.map(customers["company"]),
        complained_on=received.reindex(calls["complaint_id"]).to_numpy(),
    )
    order = ["is_waiting", "place", "value", "days_late", "p_alive", "buying_on", "customer_id"]
    return facts.sort_values(order, ascending=[False, True, False, False, True, True, True])


def _at_most_five_a_rep(calls: Iterable[Record]) -> list[Record]:
    """No rep works through more at once; what is nobody's counts as one rep's."""
    shown_of_rep: Counter[Any] = Counter()
    shown = []
    for call in calls:
        shown_of_rep[call["rep_id"]] += 1
        if shown_of_rep[call["rep_id"]] <= _SHOWN_OF_REP:
            shown.append(call)
    return shown


def _line(context: PageContext, call: Record) -> Line:
    customer_id, days = str(call["customer_id"]), whole(call["days_late"]) or 0
    if not context.has_contacts:
        days = 0
    # However few days it is late: nobody has answered the customer.
    sign = sign_of_days(days) if call["complaint_id"] is None else LATE
    step, step_on = _next_step(context, call)
    return {
        "sign": sign,
        "subject": call["contact"] or context.customer_name(customer_id),
        "customer": call["company"],
        "tier": call["tier"],
        "rep": context.rep_name(call["rep_id"]),
        "phone": call["phone"],
        "channel": call["channel"],
        "since_on": call["due_on"] if context.has_contacts else None,
        "days": days if context.has_contacts else None,
        "because": call["last_word"],
        "on": call["last_word_on"],
        "amount": call["open_amount"],
        "says": step,
        "next_on": step_on,
        "table": "CallList",
        "row_key": customer_id,
    }


def _next_step(context: PageContext, call: Record) -> tuple[Any, pd.Timestamp | None]:
    """What to do and when: answer the complaint that put the call first; what was agreed for the
    deal, the purchase planned, what was agreed last.

    Where nothing of it is known, what the customer's tier is offered.
    """
    if call["complained_on"] is not None:
        return Message("page.calls.complaint", {"day": call["complained_on"].date()}), None
    step, step_on, buying_on = call["next_step"], call["next_on"], call["buying_on"]
    is_of_deal = call["deal_id"] is not None
    if step is not None and is_of_deal:
        return step, step_on

    if buying_on is not None:
        days_to_go = (buying_on - context.today).days
        if 0 <= days_to_go <= _SOON:
            return Message("page.calls.buys", {"day": buying_on.date()}), buying_on
    if step is not None:
        return step, step_on
    return call["offer"], None
