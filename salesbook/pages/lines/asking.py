"""Whom should somebody ask how content he is? From FeedbackDue.

Lists, each for the company, every team and every rep:

- `ask`: the most telling occasion first, in the order of the table. `subject` the customer, `rep` who
  asks, `says` the occasion, `on` from which day.
- `ask-rest`: how many more, `count`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.messages import Message
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, Line, ListLines
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope, records_of

_SHOWN: Final = 5
_SHOWN_OF_REP: Final = 2
_OCCASIONS: Final = ("after-complaint", "delivered", "rhythm")
"""The most telling first."""


@dataclass(frozen=True)
class Asking:
    """Customers to be asked, told apart by who asks them."""

    context: PageContext

    @cached_property
    def _by_scope(self) -> RecordsByScope:
        due = self.context.tables["FeedbackDue"]
        # Whatever somebody has sorted the sheet by: the occasion, there the largest customer.
        place = pd.Categorical(due["occasion"], _OCCASIONS, ordered=True).codes
        in_order = due.assign(place=place).sort_values(
            ["place", "value", "customer_id"], ascending=[True, False, True]
        )
        return by_scope(self.context, records_of(in_order), "rep_id")

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a scope; none where nobody is to be asked."""
        to_ask = self._by_scope.get(scope)
        if not to_ask:
            return
        limit = _SHOWN_OF_REP if scope.kind == "rep" else _SHOWN
        yield ListLines(page, "ask", scope, [self._line(row) for row in to_ask[:limit]])
        if to_ask[limit:]:
            yield ListLines(page, "ask-rest", scope, [_rest(to_ask[limit:])])

    def _line(self, row: Record) -> Line:
        customer_id = str(row["customer_id"])
        return {
            "sign": ATTENTION if row["occasion"] == "after-complaint" else None,
            "subject": self.context.customer_name(customer_id),
            "rep": self.context.rep_name(row["rep_id"]),
            "says": Message(f"page.ask.{row['occasion']}"),
            "on": row["due_on"],
            "table": "FeedbackDue",
            "row_key": customer_id,
        }


def _rest(rest: Sequence[Record]) -> Line:
    count = len(rest)
    says = Message("page.ask.rest", {"count": count})
    return {"says": says, "count": count, "table": "FeedbackDue"}
