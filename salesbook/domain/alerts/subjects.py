"""What do people call the deal, order, customer or lead that an alert is about?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from salesbook.frames import Tables
from salesbook.money import to_decimal


class Subjects:
    """Names of rows that alerts are about, each looked up by its table and key.

    A deal without a name is called by customer and amount, an order by customer and number. Slices
    of Funnel and Forecast and reps have none here: who is meant is said elsewhere.
    """

    def __init__(self, tables: Tables, decimals: int) -> None:
        """Remember the tables, whose rows are read once somebody asks.

        Args:
            tables: those that the run reads.
            decimals: of the currency.
        """
        self._tables = tables
        self._decimals = decimals
        self._naming: Mapping[str, Callable[[], dict[str, str]]] = {
            "Deals": self._deals,
            "Orders": self._orders,
            "Customers": self._customers,
            "Leads": self._leads,
            "Feedback": self._feedback,
        }
        self._names: dict[str, dict[str, str]] = {}

    def name(self, table: str, row_key: str) -> str | None:
        """What people call a row; None where nobody needs to be told."""
        if table not in self._naming:
            return None
        if table not in self._names:
            self._names[table] = self._naming[table]()
        return self._names[table].get(row_key)

    def _customers(self) -> dict[str, str]:
        customers = self._tables["Customers"]
        return dict(zip(customers["customer_id"], customers["name"], strict=True))

    def _leads(self) -> dict[str, str]:
        leads = self._tables["Leads"]
        return dict(zip(leads["lead_id"], leads["name"], strict=True))

    def _customer(self, customer_id: Any) -> str | None:
        """A customer by name; one that Customers lacks as typed."""
        if pd.isna(customer_id):
            return None
        return self.name("Customers", customer_id) or str(customer_id)

    def _deals(self) -> dict[str, str]:
        fields = ["deal_id", "name", "customer_id", "amount"]
        names = {}
        for deal in self._tables["Deals"][fields].itertuples(index=False):
            amount = None if pd.isna(deal.amount) else self._money(int(deal.amount))
            parts = [part for part in (self._customer(deal.customer_id), amount) if part]
            described = ", ".join(parts) or deal.deal_id
            names[deal.deal_id] = described if pd.isna(deal.name) else deal.name
        return names

    def _money(self, minor: int) -> str:
        """An amount as people write it, without decimals that say nothing."""
        amount = to_decimal(minor, self._decimals)
        whole = amount.to_integral_value()
        return f"{whole if whole == amount else amount:,}"

    def _orders(self) -> dict[str, str]:
        fields = ["order_id", "line_no", "customer_id"]
        names = {}
        for line in self._tables["Orders"][fields].itertuples(index=False):
            parts = [part for part in (self._customer(line.customer_id), line.order_id) if part]
            names[f"{line.order_id}|{line.line_no}"] = ", ".join(parts)
        return names

    def _feedback(self) -> dict[str, str]:
        feedback = self._tables["Feedback"]
        names = {}
        for feedback_id, customer_id in zip(
            feedback["feedback_id"], feedback["customer_id"], strict=True
        ):
            names[feedback_id] = self._customer(customer_id) or feedback_id
        return names
