"""Whose sales are in nobody's pay, and which are paid by guesses about pieces and costs?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pandas as pd

from salesbook.domain.pay.sold import Sales
from salesbook.domain.pay.terms import TermsBook
from salesbook.messages import Fact, Finding
from salesbook.money import to_decimal

RepMonths = Sequence[tuple[str, str]]
"""Rep and month."""


def sales_of_nobody(
    sales: Sales, sold: RepMonths, reps: Collection[str], decimals: int
) -> list[Finding]:
    """Name whoever is credited with something and is not, or no longer, in Team.

    His sales and refunds are in the company's total, under the id that was typed, and in nobody's
    pay: a refund of an order of his takes nothing back from anybody.

    Args:
        sold: rep and month of all sales of the fiscal year.
    """
    known = set(reps)
    amounts: dict[str, int] = {}
    first_order: dict[str, str] = {}
    for rep, month in sold:
        if rep in known:
            continue
        items = sales[rep, month]
        revenue = sum(counted.revenue for counted in items.values())
        amounts[rep] = amounts.get(rep, 0) + revenue
        first_order.setdefault(rep, min(order for order, _ in items))

    findings = []
    for rep, amount in amounts.items():
        facts: dict[str, Fact] = {
            "amount": to_decimal(amount, decimals),
            "order": first_order[rep],
        }
        finding = Finding(
            "sales-of-nobody", "warning", "Orders", field="rep_id", found=rep, params=facts
        )
        findings.append(finding)
    return findings


def unclear_bases(lines: pd.DataFrame, book: TermsBook, sold: RepMonths) -> list[Finding]:
    """Say what is missing where a plan counts pieces, or pays on what is left after cost.

    Args:
        lines: the credits.
        sold: rep and month of all sales of the fiscal year.
    """
    bases = {rep_month: _bases(book, *rep_month) for rep_month in sold}
    rep_months = zip(lines["rep_id"], lines["month"], strict=True)
    by_line = [bases.get(rep_month, frozenset()) for rep_month in rep_months]
    needs_pieces = np.array([bool(of_line) for of_line in by_line], dtype=bool)
    needs_cost = np.array(["net" in of_line for of_line in by_line], dtype=bool)

    is_sale = ~lines["refund"]
    without_quantity = lines[needs_pieces & is_sale & lines["quantity"].isna()]
    return [
        *_about_lines("quantity-missing", "quantity", without_quantity),
        *_without_cost(lines[needs_cost & is_sale], book),
    ]


def _bases(book: TermsBook, rep: str, month: str) -> frozenset[str]:
    """What else than revenue the rep's plan goes by in the month."""
    rates = book.rates(rep, month)
    if rates is None:
        return frozenset()
    return frozenset(table.basis for table in rates.tables.values()) - {"revenue"}


def _without_cost(lines: pd.DataFrame, book: TermsBook) -> Iterator[Finding]:
    """Products without a cost, each once, and sales that name no product."""
    costs = {row.product: row.cost for row in book.policy.products}
    yield from _about_lines("product-missing", "product", lines[lines["product"].isna()])
    for product in sorted(lines["product"].dropna().unique()):
        if costs.get(product) is None:
            yield Finding(
                "cost-missing",
                "warning",
                "Products",
                field="cost",
                row_key=str(product),
                found=str(product),
            )


def _about_lines(code: str, field: str, lines: pd.DataFrame) -> Iterator[Finding]:
    """One finding about all lines that lack something."""
    count = len(lines.drop_duplicates(["order_id", "line_no"]))
    if count:
        yield Finding(code, "warning", "Orders", field=field, params={"count": count})
