"""Which alerts fall away, since they would have somebody contact a customer who is forgotten?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from salesbook.domain.alerts.rows import AlertRow
from salesbook.frames import Tables
from salesbook.names.forgotten import is_forgotten

CONTACTING: Final = frozenset(
    {
        "complaint-unanswered",
        "complaint-unresolved",
        "customer-untouched",
        "lead-waiting",
        "needs-missing",
        "no-next-step",
        "next-step-overdue",
        "deal-quiet",
        "big-deal-quiet",
        "deal-single-contact",
    }
)
"""Kinds of alerts that are done with by talking to the customer. A deal whose close date has passed
is closed without him, and what he owes is owed."""
_KEYS: Final = {
    "Customers": "customer_id",
    "Feedback": "feedback_id",
    "Leads": "lead_id",
    "Deals": "deal_id",
}


class ToContact:
    """Leaves out the alerts that would have a forgotten customer contacted."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def of_kind(self, kind: str, rows: Iterable[AlertRow]) -> Iterator[AlertRow]:
        """The alerts of a kind that stay."""
        for row in rows:
            if kind not in CONTACTING or (row.table, row.row_key) not in self._forgotten:
                yield row

    @cached_property
    def _forgotten(self) -> frozenset[tuple[str, str]]:
        """Tables and keys of rows that are about somebody forgotten."""
        return frozenset(
            (table, row_key)
            for table, key_field in _KEYS.items()
            if table in self.tables
            for row_key, customer_id in zip(
                self.tables[table][key_field], self.tables[table]["customer_id"], strict=True
            )
            if is_forgotten(customer_id)
        )
