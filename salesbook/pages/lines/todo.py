"""What is to be done today? The steps that alerts, people and calls ask for, the most useful first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from salesbook.domain.alerts.first import MANY
from salesbook.domain.alerts.rows import Rank, rank_of
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines import helping
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope
from salesbook.pages.lines.lateness import sign_of_days
from salesbook.pages.lines.line import (
    ATTENTION,
    BEHIND,
    LATE,
    Line,
    ListLines,
    present,
    short_reason,
    whole,
)
from salesbook.pages.lines.open_pipeline import open_pipeline

_SHOWN: Final = 10
_SHOWN_OF_REP: Final = 5
_TALK: Final = "talk"
_CALL: Final = "call"
"""Kinds of step that no alert asks for."""
_WITH_AMOUNT: Final = ("Deals", "Orders")
"""Tables of whose rows the amount can still come, or be paid."""
_SEVERE: Final = "high"


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    rank: Rank
    """Where it stands: by what money hangs on it; then the rest, by severity; then calls."""
    kind: str
    subject: tuple[str, str]
    """Table and key of what it is about: no subject is named twice."""
    scopes: tuple[Scope, ...]
    amount: int | None
    line: Line
    count: int = 1
    """How many steps it stands for."""


def lists(
    context: PageContext, steps: Mapping[Scope, list[Step]], scope: Scope, page: str
) -> Iterator[ListLines]:
    """The list `today` of a scope, and how many steps there are in all."""
    of_scope = steps.get(scope, [])
    shown = context.room_of_rep(_SHOWN_OF_REP) if scope.kind == "rep" else _SHOWN
    yield ListLines(page, "today", scope, [step.line for step in of_scope[:shown]])
    yield ListLines(page, "today-count", scope, [_counted(context, of_scope)])


def _counted(context: PageContext, steps: list[Step]) -> Line:
    """How many steps there are in all, and of what: Alerts alone has fewer rows than these.

    Of calls these are not all of the week, but late ones of the best tier that no alert names.
    """
    in_all = sum(step.count for step in steps)
    of_kind = {
        kind: sum(step.count for step in steps if step.kind == kind) for kind in (_CALL, _TALK)
    }
    facts: dict[str, Fact] = {
        "count": in_all,
        "alerts": in_all - sum(of_kind.values()),
        "calls": of_kind[_CALL],
        "talks": of_kind[_TALK],
        "tier": _best_tier(context),
    }
    if not in_all:
        return {"count": 0, "says": Message("page.todo.counted-none")}
    kind = "counted" if of_kind[_CALL] else "counted-alerts"
    if of_kind[_TALK]:
        kind = "counted-talks" if of_kind[_CALL] else "counted-talks-alone"
    return {"count": in_all, "says": Message(f"page.todo.{kind}", facts)}


def steps_by_scope(context: PageContext) -> dict[Scope, list[Step]]:
    """All steps of everybody, in the order in which they are shown."""
    steps = [*_of_alerts(context), *_of_people(context), *_of_calls(context)]
    steps.sort(key=lambda step: (step.rank, step.kind, step.subject))

    by_scope: dict[Scope, list[Step]] = {}
    named: dict[Scope, set[tuple[str, str]]] = {}
    for step in steps:
        for scope in step.scopes:
            known = named.setdefault(scope, set())
            # The most useful step of a deal is enough: it is seen with all others on its row.
            if step.subject not in known:
                known.add(step.subject)
                by_scope.setdefault(scope, []).append(step)
    return {scope: _summed_up(context, of_scope) for scope, of_scope in by_scope.items()}


def _summed_up(context: PageContext, steps: list[Step]) -> list[Step]:
    """Make one line of a kind that has too many: nobody works through a list of hundreds."""
    sizes = Counter(step.kind for step in steps)
    many = {kind for kind, size in sizes.items() if size > MANY}
    shown: list[Step] = []
    for step in steps:
        if step.kind not in many:
            shown.append(step)
        elif all(known.kind != step.kind for known in shown):
            of_kind = [other for other in steps if other.kind == step.kind]
            shown.append(_sum_of(context, step, of_kind))
    return shown


def _sum_of(context: PageContext, first: Step, of_kind: list[Step]) -> Step:
    amounts = [step.amount for step in of_kind if step.amount is not None]
    facts: dict[str, Fact] = {
        "count": len(of_kind),
        "kind": f"{_words_of(first.kind)}={first.kind}",
    }
    line: Line = {
        "sign": first.line["sign"],
        "says": first.line["says"],
        "because": _with_the_largest(context, of_kind, facts),
        "amount": sum(amounts) if amounts else None,
        "table": "Alerts",
    }
    subject = ("Alerts", first.kind)
    return Step(first.rank, first.kind, subject, first.scopes, None, line, count=len(of_kind))


def _with_the_largest(context: PageContext, of_kind: list[Step], facts: dict[str, Fact]) -> Message:
    """How many steps a line stands for, and the largest of them: with that one somebody begins.

    Where none has an amount it is the first. Named are whom or what it is about, and who acts.
    """
    with_amount = [step for step in of_kind if step.amount is not None]
    largest = max(with_amount, key=lambda step: step.amount or 0, default=of_kind[0])
    name, who = largest.line.get("subject"), largest.line.get("rep")
    if name is None:
        return Message("page.todo.many", facts)

    facts = {**facts, "name": name}
    kind = "first" if largest.amount is None else "largest"
    if largest.amount is not None:
        facts["amount"] = three_digits(largest.amount, context.policy.decimals)
    if who is None:
        return Message(f"page.todo.many-{kind}-nobodys", facts)
    return Message(f"page.todo.many-{kind}", {**facts, "who": who})


def _words_of(kind: str) -> str:
    """Where a kind of step has its words: alerts have theirs, calls and talks are none."""
    return "steps" if kind in (_CALL, _TALK) else "alerts"


def _of_alerts(context: PageContext) -> Iterator[Step]:
    """One step per alert about a deal, an order, a lead, a customer or a rep.

    What is said of the company's numbers as a whole, a leak or too little pipeline, is no step of a
    day: the answer and the Pipeline board say it.
    """
    for alert in context.tables["Alerts"].to_dict("records"):
        table = str(alert["table"])
        name = context.name_of(table, str(alert["row_key"]))
        if name is None:
            continue
        who, amount = present(alert["who"]), whole(alert["amount"])
        kind = str(alert["kind"])
        line: Line = {
            # As red as on Alerts: the same alert is not severe on one sheet and mild on another.
            "sign": LATE if alert["severity"] == _SEVERE else ATTENTION,
            "says": Message(f"page.todo.{_to_do(context, alert)}"),
            "subject": name,
            "customer": _customer_of(context, table, str(alert["row_key"])),
            "rep": context.rep_name(who),
            "amount": amount if table in _WITH_AMOUNT else None,
            "because": short_reason(alert["because"]),
            "since_on": present(alert["since_on"]),
            "table": table,
            "row_key": str(alert["row_key"]),
        }
        scopes = context.scopes_of(who) if who is not None else (WHOLE_COMPANY,)
        stake = whole(alert["at_stake"])
        rank = rank_of(str(alert["severity"]), stake, amount)
        yield Step(rank, kind, (table, str(alert["row_key"])), scopes, amount, line)


_ASKS_OTHERWISE: Final = {
    "alert.lead-waiting.do-give": "lead-waiting-give",
    "alert.initiative-late.do-nobody": "initiative-late-nobody",
}
"""What is asked for where the alert's advice is not the usual one of its kind."""


def _to_do(context: PageContext, alert: Mapping[str, Any]) -> str:
    """What an alert asks for; of a stuck deal whose next step is agreed no further one."""
    kind, row_key = str(alert["kind"]), str(alert["row_key"])
    if kind != "deal-stuck":
        return _ASKS_OTHERWISE.get(getattr(alert["do"], "code", ""), kind)

    def gather() -> set[str]:
        deals = open_pipeline(context).deals
        is_agreed = deals["next_step"].notna() & (deals["next_on"] >= context.today)
        return set(deals.loc[is_agreed, "deal_id"])

    has_step = row_key in context.once("deals whose next step is agreed", gather)
    return "deal-stuck-agreed" if has_step else kind


def _customer_of(context: PageContext, table: str, row_key: str) -> str | None:
    """Whose deal or order it is; None where the row is the customer's own or nobody's."""
    if table not in ("Deals", "Orders", "Feedback"):
        return None

    def gather() -> dict[Any, Any]:
        frame = context.tables[table]
        key = {"Deals": "deal_id", "Orders": "order_id", "Feedback": "feedback_id"}[table]
        return dict(zip(frame[key], frame["customer_id"], strict=True))

    customers = context.once(f"customers of {table}", gather)
    return context.customer_name(customers.get(row_key.split("|")[0]))


def _of_people(context: PageContext) -> Iterator[Step]:
    """A talk with each rep who is behind by more than luck explains."""
    for place, pace in enumerate(helping.paces(context).values()):
        if pace.sign != BEHIND:
            continue
        manager = present(context.reps.at[pace.rep_id, "manager_id"])
        line: Line = {
            "sign": LATE,
            "says": Message("page.todo.talk"),
            "subject": context.rep_name(pace.rep_id),
            "rep": context.rep_name(manager),
            "because": Message("page.todo.pace", {"rate": pace.rate}),
            "table": "Reps",
            "row_key": pace.rep_id,
        }
        scopes = context.scopes_of(pace.rep_id)[:2]
        yield Step((1, 0, place, 0), _TALK, ("Reps", pace.rep_id), scopes, None, line)


def _best_tier(context: PageContext) -> str | None:
    """The tier of those customers who buy most; None without tiers."""
    rules = context.policy.tier_rules
    return min(rules, key=lambda rule: rule.up_to_share).tier if rules else None


def _of_calls(context: PageContext) -> Iterator[Step]:
    """A call to each customer of the best tier who waits for one, the longest first."""
    if not context.has_contacts:
        return
    calls = context.tables["CallList"]
    late = calls[(calls["tier"] == _best_tier(context)) & (calls["days_late"] > 0)]
    for call in late.to_dict("records"):
        customer_id, rep_id = str(call["customer_id"]), present(call["rep_id"])
        days = whole(call["days_late"]) or 0
        line: Line = {
            "sign": sign_of_days(days) or ATTENTION,
            "says": Message("page.todo.call"),
            "subject": context.customer_name(customer_id),
            "rep": context.rep_name(rep_id),
            "tier": call["tier"],
            "because": short_reason(call["because"]),
            "since_on": call["due_on"],
            "table": "CallList",
            "row_key": customer_id,
        }
        scopes = context.scopes_of(rep_id) if rep_id is not None else (WHOLE_COMPANY,)
        yield Step((2, -days, 0, 0), _CALL, ("Customers", customer_id), scopes, None, line)
