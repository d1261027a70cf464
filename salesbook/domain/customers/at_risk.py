"""Whom could we lose: who has a reason to be unhappy, who buys less than he used to, and who both?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.customers.falling_orders import falling, rhythms
from salesbook.domain.customers.feedback import DETRACTORS_TO
from salesbook.domain.customers.feedback_entries import entries_of_run
from salesbook.domain.customers.feedback_stats import DAYS_OF_A_MONTH
from salesbook.domain.customers.purchases import months_before
from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import staff_of_run
from salesbook.frames import frame_of
from salesbook.messages import Message, joined

_SIGNS: Final = ("both", "feedback", "orders")
"""In the order of the list: two signs are more than one."""

_SAID: Final = (
    "signs",
    "score",
    "score_on",
    "is_recent",
    "open",
    "late",
    "repeated",
    "open_on",
    "is_answered",
    "recent",
    "expected",
    "months",
    "may_tell",
    "is_falling",
)
"""What reasons and advice go by."""


def customers_at_risk(
    task: Task, tiers: pd.DataFrame, potential: pd.DataFrame, lines: pd.DataFrame
) -> pd.DataFrame:
    """List customers with a sign that they may leave, those with two signs first.

    One sign is what the customer says: the latest answer of the last `tier_months` is a detractor's,
    a complaint is not settled, or one of the last 90 days was answered or settled late or came again.
    The other is what he does: he buys less often than he used to, by more than luck and season.

    Args:
        tiers: CustomerTiers, whose value is at stake.
        potential: CustomerPotential, which says what is open with him.
        lines: as `purchase_lines` gives them.

    Returns: CustomersAtRisk: both signs first, then what customers say, then what they do; of each the
        most value first.
    """
    facts = tiers[["customer_id", "tier", "value"]].set_index("customer_id", drop=False)
    facts["open_amount"] = potential.set_index("customer_id")["open_amount"].reindex(facts.index)
    owners = task.tables["Customers"].set_index("customer_id")["owner_id"].reindex(facts.index)
    callers = staff_of_run(task).who_calls(owners.dropna().unique(), task.as_of)
    facts["rep_id"] = owners.map(callers).astype("str")
    facts = facts.join(_last_answers(task)).join(_troubles(task)).reset_index(drop=True)
    troubles = facts[["open", "late", "repeated"]].fillna(0)
    facts[troubles.columns] = troubles.astype("int64")

    is_unhappy = (facts["score"] <= DETRACTORS_TO).fillna(False) | (troubles.sum(axis=1) > 0)
    says_so = is_unhappy.to_numpy(dtype=bool)
    index = pd.Index(facts["customer_id"])
    rhythm = rhythms(lines, index, task.as_of, task.policy.rules.tier_months)
    is_falling = falling(rhythm)
    facts["recent"], facts["expected"] = rhythm.recent, rhythm.expected.round(1)
    facts["months"], facts["may_tell"] = rhythm.months, rhythm.may_tell
    facts["is_falling"] = is_falling
    signs = [says_so & is_falling, says_so & ~is_falling, is_falling & ~says_so]
    facts["signs"] = np.select(signs, list(_SIGNS), default="")

    facts = facts[facts["signs"] != ""]
    place = facts["signs"].map({sign: place for place, sign in enumerate(_SIGNS)})
    order = ["_place", "value", "customer_id"]
    facts = facts.assign(_place=place).sort_values(order, ascending=[True, False, True])
    return _at_risk(task, facts)


def _last_answers(task: Task) -> pd.DataFrame:
    """By customer `score` and `score_on` of the latest answer of the last `tier_months`."""
    since = pd.Timestamp(months_before(task.as_of, task.policy.rules.tier_months))
    entries = entries_of_run(task)
    answers = entries[entries["is_answer"] & (entries["day"] > since)]
    in_time = answers.sort_values(["received_at", "feedback_id"])
    latest = in_time.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    return latest[["score", "day"]].rename(columns={"day": "score_on"})


def _troubles(task: Task) -> pd.DataFrame:
    """By customer his complaints: `open` ones, `late` and `repeated` ones of the last 90 days, the
    day of the oldest open one (`open_on`) and whether that was answered at least (`is_answered`).
    """
    rules = task.policy.rules
    entries = entries_of_run(task)
    complaints = entries[entries["is_complaint"]].sort_values(["received_at", "feedback_id"])
    lately = complaints["day"] > pd.Timestamp(task.as_of) - pd.Timedelta(days=DAYS_OF_A_MONTH)
    is_late = (complaints["answer_hours"] > rules.answer_limit_hours) | (
        complaints["resolve_hours"] > rules.resolve_limit_hours
    )
    by_customer = complaints.assign(
        open=complaints["is_open"],
        late=is_late & lately,
        repeated=complaints["is_repeated"] & lately,
    ).groupby("customer_id")
    counts = by_customer[["open", "late", "repeated"]].sum()

    # What nobody has answered is more pressing than what somebody works on.
    pressing = complaints[complaints["is_open"]].sort_values(
        ["is_unanswered", "received_at", "feedback_id"], ascending=[False, True, True]
    )
    oldest = pressing.drop_duplicates("customer_id").set_index("customer_id")
    return counts.join(
        pd.DataFrame({"open_on": oldest["day"], "is_answered": ~oldest["is_unanswered"]})
    )


def _at_risk(task: Task, facts: pd.DataFrame) -> pd.DataFrame:
    """The columns of CustomersAtRisk."""
    age = pd.Timestamp(task.as_of) - facts["score_on"]
    facts = facts.assign(is_recent=age < pd.Timedelta(days=DAYS_OF_A_MONTH))
    rows = list(facts[list(_SAID)].itertuples(index=False))
    because = [joined(_because(row)) for row in rows]
    what_to_do = [joined(_what_to_do(row)) for row in rows]
    same = ["customer_id", "rep_id", "tier", "signs", "value", "open_amount", "score", "score_on"]
    return frame_of(
        "CustomersAtRisk",
        {
            **{name: facts[name] for name in same},
            "complaints_open": facts["open"],
            "complaints_late": facts["late"],
            "complaints_repeated": facts["repeated"],
            "orders_recent": facts["recent"].where(facts["may_tell"]),
            "orders_expected": facts["expected"].where(facts["may_tell"]),
            "because": pd.Series(because, facts.index, dtype="object"),
            "do": pd.Series(what_to_do, facts.index, dtype="object"),
        },
    )


def _because(row: Any) -> Iterator[Message]:
    """What the customer says, then what he does, or why that cannot be told."""
    if pd.notna(row.score) and row.score <= DETRACTORS_TO:
        facts = {"score": float(row.score), "on": row.score_on.date()}
        yield Message("risk.score", facts)
    if row.open:
        code = "risk.open" if row.is_answered else "risk.unanswered"
        yield Message(code, {"count": int(row.open), "on": row.open_on.date()})
    if row.late:
        yield Message("risk.late", {"count": int(row.late), "days": DAYS_OF_A_MONTH})
    if row.repeated:
        yield Message("risk.repeated", {"count": int(row.repeated), "days": DAYS_OF_A_MONTH})
    months = int(row.months)
    bought = {"recent": int(row.recent), "expected": float(row.expected), "months": months}
    if row.is_falling:
        yield Message("risk.falling", bought)
    elif row.may_tell:
        yield Message("risk.steady", bought)
    else:
        yield Message("risk.few-orders")


def _what_to_do(row: Any) -> Iterator[Message]:
    """First what is owed to the customer, then what to ask."""
    if row.open and not row.is_answered:
        yield Message("risk.do-answer", {"on": row.open_on.date()})
    elif row.open:
        yield Message("risk.do-settle", {"on": row.open_on.date()})
    elif row.repeated:
        yield Message("risk.do-root")
    if row.is_falling:
        yield Message("risk.do-ask-both" if row.signs == "both" else "risk.do-ask-orders")
    elif pd.notna(row.score) and row.score <= DETRACTORS_TO:
        # What was wrong ten months ago is no talk of this week.
        yield Message("risk.do-ask-score" if row.is_recent else "risk.do-ask-again")
    elif not row.open and not row.repeated:
        yield Message("risk.do-follow-up")
