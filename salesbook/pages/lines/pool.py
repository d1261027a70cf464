"""Which customers will fall into the public pool, and which are in it already? From PoolPreview.

Lists, each for the company, every team and every rep, whose customers are those they own:

- `pool`: who is not free yet, the soonest first. `subject` the customer, `rep` who would lose him,
  `days` until then, `amount` the value of `tier_months`.
- `pool-rest`: how many more, `count`, and `amount`.
- `pool-total`: `count` who is not free yet, `count_down` who is free already and `amount` their value;
  `says` these in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, Line, ListLines
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope, records_of

_SHOWN: Final = 5
_SHOWN_OF_REP: Final = 3
_WEEK: Final = 7
"""Days before somebody is free from which on he is marked."""


@dataclass(frozen=True)
class Pool:
    """Customers who are free for others, or will be soon, told apart by who owns them."""

    context: PageContext

    @cached_property
    def _by_scope(self) -> RecordsByScope:
        pool = self.context.tables["PoolPreview"]
        in_order = pool.sort_values(
            ["free_on", "value", "customer_id"], ascending=[True, False, True]
        )
        return by_scope(self.context, records_of(in_order), "rep_id")

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a scope; none where nobody is or will be free."""
        of_scope = self._by_scope.get(scope)
        if not of_scope:
            return
        to_come = [row for row in of_scope if row["days_left"] > 0]
        is_free = [row for row in of_scope if row["days_left"] == 0]

        limit = _SHOWN_OF_REP if scope.kind == "rep" else _SHOWN
        yield ListLines(page, "pool", scope, [self._line(row) for row in to_come[:limit]])
        yield ListLines(page, "pool-total", scope, [self._total(to_come, is_free)])
        if to_come[limit:]:
            yield ListLines(page, "pool-rest", scope, [self._rest(to_come[limit:])])

    def _line(self, row: Record) -> Line:
        customer_id = str(row["customer_id"])
        return {
            "sign": ATTENTION if row["days_left"] <= _WEEK else None,
            "subject": self.context.customer_name(customer_id),
            "rep": self.context.rep_name(row["rep_id"]),
            "amount": row["value"],
            "days": row["days_left"],
            "table": "PoolPreview",
            "row_key": customer_id,
        }

    def _total(self, to_come: Sequence[Record], is_free: Sequence[Record]) -> Line:
        amount = _value_of(is_free)
        line: Line = {"count": len(to_come), "count_down": len(is_free), "amount": amount}
        if not is_free:
            return line
        about = three_digits(amount, self.context.policy.decimals)
        facts: dict[str, Fact] = {"count": len(is_free), "amount": about}
        return {**line, "says": Message("page.pool.free", facts)}

    def _rest(self, rest: Sequence[Record]) -> Line:
        amount = _value_of(rest)
        about = three_digits(amount, self.context.policy.decimals)
        return {
            "says": Message("page.pool.rest", {"count": len(rest), "amount": about}),
            "count": len(rest),
            "amount": amount,
            "table": "PoolPreview",
        }


def _value_of(rows: Sequence[Record]) -> int:
    return sum(row["value"] for row in rows)
