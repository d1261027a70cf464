"""Which customers may be leaving, and what do they buy in a year?

Lists, each for the company, every team and every rep:

- `leaving`: by value × chance of loss. `amount` is the value of `tier_months`, `days` since the last
  order, `limit_days` the usual days between orders, `chance_rate` the chance to buy again, blank where
  the purchases tell none.
- `leaving-rest`: how many more, `count` and `amount`.
- `leaving-total`: `count`, `amount`, and `share` of all value, `says` of which months; `count_up` of how
  many customers a chance to buy again is known: where it is 0, `chance_rate` is blank on every line;
  where nobody may be leaving, `because` of how many that can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.domain.customers.purchases import buying_histories, purchase_lines
from salesbook.messages import Fact, Message
from salesbook.money import three_digits, whole_percent
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, BEHIND, Line, ListLines, present
from salesbook.pages.lines.periods import LIKELY
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope
from salesbook.pages.lines.tiers import Tiers

_SHOWN: Final = 5
_SHOWN_OF_REP: Final = 3
_EVEN: Final = 0.5
"""Under this chance a customer will more likely not buy again; also what is taken of whom nobody can
say: as likely as not."""


@dataclass(frozen=True)
class Leaving:
    """Customers who bought in the last months and may not do so again.

    The chance to buy again is the tiers' P(alive), and a customer is named while it is not clearly
    above even. Where the purchases tell no chance, who is dormant is named, silent for longer than
    Settings allow in his tier, if he is also quieter than usual: longer without an order than the
    days that usually lie between two of his. Who bought on one day alone has no usual gap, and is
    none of those.
    """

    context: PageContext
    tiers: Tiers

    @cached_property
    def _by_scope(self) -> RecordsByScope:
        leaving = [row for row in self.tiers.of(WHOLE_COMPANY) if self._may_be_leaving(row)]
        leaving.sort(key=lambda row: (-_expected_loss(row), row["customer_id"]))
        return by_scope(self.context, leaving, "owner_id")

    def of(self, scope: Scope) -> Sequence[Record]:
        """Rows of CustomerTiers of who may be leaving, the largest expected loss first."""
        return self._by_scope.get(scope, ())

    @cached_property
    def _usual_gaps(self) -> pd.Series[Any]:
        """Mean days between the days on which a customer bought; missing for who bought on one."""
        context = self.context
        lines = purchase_lines(context.tables, context.policy, context.as_of)
        histories = buying_histories(lines)
        span = (histories["last_on"] - histories["first_on"]).dt.days
        return span / (histories["buying_days"] - 1).where(histories["buying_days"] > 1)

    def _may_be_leaving(self, customer: Record) -> bool:
        if customer["value"] <= 0:
            return False
        chance = customer["p_alive"]
        if chance is not None:
            return bool(chance < LIKELY)
        usual_gap = self._usual_gap(customer)
        is_quieter = usual_gap is not None and customer["recency_days"] > usual_gap
        return is_quieter and customer["buying_stage"] == "dormant"

    def _usual_gap(self, customer: Record) -> float | None:
        """Whole days, as the board shows them; None for who bought on one day."""
        usual_gap = present(self._usual_gaps.get(customer["customer_id"]))
        return None if usual_gap is None else float(round(usual_gap))

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a scope; none for one without customers."""
        customers = self.tiers.of(scope)
        if not customers:
            return
        leaving = self.of(scope)
        limit = _SHOWN_OF_REP if scope.kind == "rep" else _SHOWN
        yield ListLines(page, "leaving", scope, [self._line(row) for row in leaving[:limit]])

        amount, value = value_of(leaving), value_of(customers)
        total: dict[str, Any] = {
            "count": len(leaving),
            "count_up": sum(row["p_alive"] is not None for row in customers),
            "amount": amount,
            "sign": ATTENTION if leaving else None,
            "because": None if leaving else self._nobody(customers),
        }
        if value > 0:
            months = self.context.policy.rules.tier_months
            facts: dict[str, Fact] = {"share": whole_percent(amount / value), "months": months}
            total |= {"share": amount / value, "says": Message("page.leaving.share", facts)}
        yield ListLines(page, "leaving-total", scope, [total])
        if leaving[limit:]:
            yield ListLines(page, "leaving-rest", scope, [self._rest(leaving[limit:])])

    def _nobody(self, customers: Sequence[Record]) -> Message:
        """That nobody may be leaving, of those whose purchases are enough to tell."""
        judged = sum(map(self._can_be_judged, customers))
        others = len(customers) - judged
        facts: dict[str, Fact] = {"judged": judged, "others": others}
        if not judged:
            return Message("page.leaving.nobody-known")
        if judged < others:
            return Message("page.leaving.few-known", facts)
        return Message("page.leaving.none-known" if facts["others"] else "page.leaving.none", facts)

    def _can_be_judged(self, customer: Record) -> bool:
        """Whether he bought lately, and often enough for a chance or a usual gap."""
        is_known = customer["p_alive"] is not None or self._usual_gap(customer) is not None
        return customer["value"] > 0 and is_known

    def _line(self, row: Record) -> Line:
        customer_id, chance = str(row["customer_id"]), row["p_alive"]
        is_lost_rather = chance is not None and chance < _EVEN
        return {
            "sign": BEHIND if is_lost_rather else ATTENTION,
            "subject": self.context.customer_name(customer_id),
            "rep": self.context.rep_name(row["owner_id"]),
            "tier": row["tier"],
            "amount": row["value"],
            "days": row["recency_days"],
            "limit_days": self._usual_gap(row),
            "chance_rate": chance,
            "table": "CustomerTiers",
            "row_key": customer_id,
        }

    def _rest(self, rest: Sequence[Record]) -> Line:
        count, amount = len(rest), value_of(rest)
        about = three_digits(amount, self.context.policy.decimals)
        return {
            "says": Message("page.leaving.rest", {"count": count, "amount": about}),
            "count": count,
            "amount": amount,
            "table": "CustomerTiers",
        }


def value_of(customers: Iterable[Record]) -> int:
    """What customers are worth together."""
    return sum(customer["value"] for customer in customers)


def _expected_loss(customer: Record) -> float:
    chance = customer["p_alive"]
    return float(customer["value"] * (1 - (_EVEN if chance is None else chance)))
