"""What does a rep have in the pipeline, and what of it needs him?

Lists, each for every rep with open deals:

- `own-pipeline`: at most five deals, the most money first. `subject` the deal, `customer`, `stage`,
  `amount`, `on` when it is expected, `next_step` and `next_on`; `sign` ⚠ where a limit or a day is over,
  ● where no next step is known, else ✓; `because` which of these.
- `own-pipeline-total`: `count` and `amount` of all his open deals.
- `own-pipeline-rest`: `count` and `amount` of those that are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, GOOD, LATE, Line, ListLines, short_reason
from salesbook.pages.lines.scoped import Record, by_rep, records_of

_SHOWN: Final = 5
_OVER: Final = ("deal-stuck", "close-date-passed", "next-step-overdue")
"""Alerts that say of a deal that a limit or a day is over, the most telling first."""


@dataclass(frozen=True)
class OwnPipelines:
    """The open deals of every rep."""

    context: PageContext

    @cached_property
    def _by_rep(self) -> dict[Any, list[Record]]:
        deals = self.context.open_deals
        in_order = deals.sort_values(["amount", "deal_id"], ascending=[False, True])
        return by_rep(records_of(in_order))

    @cached_property
    def _over(self) -> dict[str, Record]:
        """By deal the alert that says most of what is over."""
        alerts = self.context.tables["Alerts"]
        of_deals = alerts[(alerts["table"] == "Deals") & alerts["kind"].isin(_OVER)]
        by_deal: dict[str, Record] = {}
        for alert in sorted(records_of(of_deals), key=lambda row: _OVER.index(row["kind"])):
            by_deal.setdefault(str(alert["row_key"]), alert)
        return by_deal

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a rep."""
        deals = self._by_rep.get(scope.key)
        if deals is None:
            return
        lines = [self._line(deal) for deal in deals[:_SHOWN]]
        yield ListLines(page, "own-pipeline", scope, lines)

        decimals = self.context.policy.decimals
        facts: dict[str, Fact] = {
            "count": len(deals),
            "amount": three_digits(_sum(deals), decimals),
        }
        total: Line = {
            "says": Message("page.own.total", facts),
            "count": len(deals),
            "amount": _sum(deals),
            "table": "Deals",
        }
        yield ListLines(page, "own-pipeline-total", scope, [total])

        rest = deals[_SHOWN:]
        if rest:
            about = three_digits(_sum(rest), decimals)
            says = Message("page.own.rest", {"count": len(rest), "amount": about})
            line: Line = {"says": says, "count": len(rest), "amount": _sum(rest), "table": "Deals"}
            yield ListLines(page, "own-pipeline-rest", scope, [line])

    def _line(self, deal: Record) -> Line:
        deal_id = str(deal["deal_id"])
        alert = self._over.get(deal_id)
        has_step = deal["next_step"] is not None
        because = None
        if alert is not None:
            kind = Message("page.own.kind", {"kind": f"alerts={alert['kind']}"})
            because = short_reason(alert["because"]) or kind
        elif not has_step:
            because = Message("page.own.no-step")
        return {
            "sign": LATE if alert is not None else GOOD if has_step else ATTENTION,
            "subject": self.context.name_of("Deals", deal_id),
            "customer": self.context.customer_name(deal["customer_id"]),
            "stage": deal["stage"],
            "amount": deal["amount"],
            "on": deal["expected_on"],
            "next_step": deal["next_step"],
            "next_on": deal["next_on"],
            "because": because,
            "table": "Deals",
            "row_key": deal_id,
        }


def _sum(deals: Sequence[Record]) -> int:
    return sum(deal["amount"] or 0 for deal in deals)
