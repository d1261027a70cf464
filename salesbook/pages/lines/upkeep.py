"""What about the customers has to be put in order, and which dates come near?

`upkeep`, for the company, every team and every rep: a line for each thing there is, the most urgent
first; `says` it, and a click leads to the first row that it is about.

1. Customers who are unhappy and buy less.
2. Customers who are unhappy and, as far as can be told, buy as ever.
3. Contracts that end within `contract_notice_days` and for whose customer no deal is open.
4. Customers who mean to buy within 30 days and have no open deal.
5. Reps whose rhythms of touches ask for more hours than they have (not of single reps).
6. Entries that are old or incomplete.

How many rows look alike the page counts itself: `validate` finds them, after which no list is made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, LATE, Line, ListLines
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope, records_of

_SOON: Final = pd.Timedelta(days=30)
"""A purchase that is planned within so many days should have a deal."""
_FIRST_OF_REP: Final = 5
"""So many entries a rep is asked to mend first."""


@dataclass(frozen=True)
class Upkeep:
    """Dates that come near and entries to mend, told apart by who takes care of the customer."""

    context: PageContext

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The list of a scope; none where there is nothing to do."""
        lines: list[Line] = []
        if scope in self._at_risk:
            line = self._at_risk_line("risks", self._at_risk[scope])
            lines.append({**line, "sign": LATE})
        if scope in self._unhappy:
            lines.append(self._at_risk_line("unhappy", self._unhappy[scope]))
        if scope in self._contracts:
            lines.append(self._contracts_line(self._contracts[scope]))
        if scope in self._purchases:
            lines.append(self._purchases_line(self._purchases[scope]))
        if scope in self._loads and scope.kind != "rep":
            lines.append(self._loads_line(self._loads[scope]))
        if scope in self._entries:
            lines.append(self._entries_line(self._entries[scope]))
        if lines:
            yield ListLines(page, "upkeep", scope, lines)

    # Customers at risk.

    @cached_property
    def _at_risk(self) -> RecordsByScope:
        """Those with both signs."""
        return self._with_signs("both")

    @cached_property
    def _unhappy(self) -> RecordsByScope:
        """Those of whom only what they say is a sign. Buying less alone is often nothing."""
        return self._with_signs("feedback")

    def _with_signs(self, signs: str) -> RecordsByScope:
        risks = self.context.tables["CustomersAtRisk"]
        with_these = risks[risks["signs"] == signs]
        in_order = with_these.sort_values(["value", "customer_id"], ascending=[False, True])
        return by_scope(self.context, records_of(in_order), "rep_id")

    def _at_risk_line(self, kind: str, risks: Sequence[Record]) -> Line:
        value = sum(row["value"] for row in risks)
        facts: dict[str, Fact] = {
            "count": len(risks),
            "customer": self._named(risks[0]),
            "amount": three_digits(value, self.context.policy.decimals),
        }
        return _line(kind, facts, "CustomersAtRisk", risks[0]["customer_id"])

    # Contracts that end.

    @cached_property
    def _contracts(self) -> RecordsByScope:
        care = self.context.tables["CustomerCare"]
        ends_soon = care["days_left"] <= self.context.policy.rules.contract_notice_days
        has_no_deal = care["open_amount"].isna()
        ending = care[ends_soon & has_no_deal].sort_values(["days_left", "customer_id"])
        return by_scope(self.context, records_of(ending), "rep_id")

    def _contracts_line(self, contracts: Sequence[Record]) -> Line:
        first = contracts[0]
        facts: dict[str, Fact] = {
            "count": len(contracts),
            "day": first["contract_end_on"].date(),
            "customer": self._named(first),
        }
        return _line("contracts", facts, "CustomerCare", first["customer_id"])

    # Purchases that are planned.

    @cached_property
    def _purchases(self) -> RecordsByScope:
        potential = self.context.tables["CustomerPotential"]
        day, today = potential["buying_on"], self.context.today
        is_soon = (day >= today) & (day <= today + _SOON)
        planned = potential[is_soon & potential["open_amount"].isna()]
        in_order = planned.sort_values(["buying_on", "customer_id"])
        return by_scope(self.context, records_of(in_order), "rep_id")

    def _purchases_line(self, purchases: Sequence[Record]) -> Line:
        first = purchases[0]
        facts: dict[str, Fact] = {
            "count": len(purchases),
            "days": _SOON.days,
            "day": first["buying_on"].date(),
            "customer": self._named(first),
        }
        return _line("purchases", facts, "CustomerPotential", first["customer_id"])

    # Touches that do not fit.

    @cached_property
    def _loads(self) -> RecordsByScope:
        load = self.context.tables["TouchLoad"]
        never_fits = load[load["relax_tier"].notna()].sort_values("rep_id")
        return by_scope(self.context, records_of(never_fits), "rep_id")

    def _loads_line(self, loads: Sequence[Record]) -> Line:
        first = loads[0]
        rep = self.context.rep_name(first["rep_id"])
        facts: dict[str, Fact] = {"count": len(loads), "rep": (str(rep),)}
        return _line("loads", facts, "TouchLoad", f"{first['rep_id']}|{first['week'].date()}")

    # Entries to mend.

    @cached_property
    def _entries(self) -> RecordsByScope:
        fresh = self.context.tables["Freshness"]
        first_ones = fresh[fresh["place"] <= _FIRST_OF_REP]
        in_order = first_ones.sort_values(["worth", "customer_id"], ascending=[False, True])
        return by_scope(self.context, records_of(in_order), "rep_id")

    def _entries_line(self, entries: Sequence[Record]) -> Line:
        first = entries[0]
        facts: dict[str, Fact] = {
            "count": len(entries),
            "customer": self._named(first),
            "amount": three_digits(first["worth"], self.context.policy.decimals),
        }
        return _line("entries", facts, "Freshness", first["customer_id"])

    def _named(self, row: Record) -> tuple[str, ...]:
        return (str(self.context.customer_name(row["customer_id"])),)


def _line(kind: str, facts: dict[str, Fact], table: str, row_key: str) -> Line:
    """A line that leads to the row that it names."""
    return {
        "sign": ATTENTION,
        "says": Message(f"page.upkeep.{kind}", facts),
        "table": table,
        "row_key": row_key,
    }
