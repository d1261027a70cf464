"""How much do customers owe, and how much of it is overdue? From Receivables.

`owed`, for the company and every team: one line. `amount` is what is owed, `says` how much
of it is overdue. A team's are the customers whom its reps ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, ListLines, present

_OVERDUE: Final = ("to_30", "to_60", "to_90", "over_90")
_LIST: Final = "owed"


def owed_lists(context: PageContext, page: str) -> Iterator[ListLines]:
    """The lists of every scope that is owed something; none of single reps, who have their orders."""
    sums: dict[Scope, dict[str, int]] = {}
    for row in context.tables["Receivables"].to_dict("records"):
        owed = int(row["not_due"]) + sum(int(row[part]) for part in _OVERDUE)
        for scope in context.scopes_of(present(row["rep_id"])):
            of_scope = sums.setdefault(scope, {"owed": 0, "late": 0, "old": 0})
            of_scope["owed"] += owed
            of_scope["late"] += sum(int(row[part]) for part in _OVERDUE)
            of_scope["old"] += int(row["over_90"])

    for scope in context.scopes:
        if scope.kind != "rep" and sums.get(scope, {}).get("owed"):
            yield ListLines(page, _LIST, scope, [_line(context, sums[scope])])


def _line(context: PageContext, sums: dict[str, int]) -> dict[str, Any]:
    decimals = context.policy.decimals
    facts: dict[str, Fact] = {name: three_digits(sum_, decimals) for name, sum_ in sums.items()}
    said = "owed-old" if sums["old"] else "owed-late" if sums["late"] else "owed"
    return {
        "sign": ATTENTION if sums["late"] else None,
        "says": Message(f"page.customers.{said}", facts),
        "amount": sums["owed"],
        "table": "Receivables",
    }
