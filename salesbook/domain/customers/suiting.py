"""Which products would suit a customer: of a brand that he likes, within his budget?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from salesbook.messages import Fact, Message, some_of
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables.lists import list_items, list_text
from salesbook.tables.settings import Product

_MOST: Final = 3


@dataclass(frozen=True)
class Suiting:
    """What would suit customers, in their order."""

    names: list[str | None]
    """Products, joined as a list."""
    because: list[Message | None]


def suiting_products(customers: pd.DataFrame, policy: Policy) -> Suiting:
    """Name up to three products on sale for each customer who has said what he prefers.

    A product suits if a word of the preference is part of its name or of its family's, or they of it,
    and its list price is no more than the budget; a product without a price is not held against the
    budget. The dearest first, for whoever minds the price the cheapest.

    Args: customers has `preference`, `budget` (minor units) and `price_sensitive`.
    """
    on_sale = [row for row in policy.products if row.active is not False]
    names: list[str | None] = []
    reasons: list[Message | None] = []
    # Many customers like the same: each wish is looked up once.
    known: dict[tuple[str, int | None, bool], tuple[str, ...]] = {}
    typed = customers[["preference", "budget", "price_sensitive"]].astype("object")
    for preference, budget, minds in typed.itertuples(index=False, name=None):
        if pd.isna(preference):
            names.append(None)
            reasons.append(None)
            continue
        most = None if pd.isna(budget) else int(budget)
        wish = (str(preference), most, bool(minds) if not pd.isna(minds) else False)
        if wish not in known:
            known[wish] = _suiting(on_sale, *wish)
        found = known[wish]
        names.append(list_text(found) if found else None)
        reasons.append(_reason(found, str(preference), has_budget=most is not None))
    return Suiting(names, reasons)


def _suiting(
    on_sale: list[Product], preference: str, budget: int | None, minds_price: bool
) -> tuple[str, ...]:
    """The products that suit a wish, the best few."""
    words = [fold_name(word) for word in list_items(preference)]
    suiting = [
        row for row in on_sale if _is_liked(row, words) and _is_within(row.list_price, budget)
    ]
    dearest_first = sorted(suiting, key=lambda row: (-(row.list_price or 0), row.product))
    if minds_price:
        dearest_first = sorted(suiting, key=lambda row: (row.list_price or 0, row.product))
    return tuple(row.product for row in dearest_first[:_MOST])


def _is_liked(row: Product, words: list[str]) -> bool:
    names = [fold_name(name) for name in (row.product, row.family) if name]
    return any(word and (word in name or name in word) for word in words for name in names)


def _is_within(price: int | None, budget: int | None) -> bool:
    return price is None or budget is None or price <= budget


def _reason(found: tuple[str, ...], preference: str, *, has_budget: bool) -> Message:
    """What suits, or that nothing does; within a budget only where there is one."""
    within = "-the-budget" if has_budget else ""
    if not found:
        return Message(f"potential.nothing-suits{within}", {"preference": preference})
    facts: dict[str, Fact] = {"products": some_of(found, _MOST), "preference": preference}
    return Message(f"potential.suits{within}", facts)
