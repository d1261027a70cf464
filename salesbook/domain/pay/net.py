"""What is left of each sale after what its products cost?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.sales.credit import PIECE
from salesbook.domain.sales.standing import billed_orders
from salesbook.money import round_half_away
from salesbook.policy import Policy


def net_of_cost(lines: pd.DataFrame, policy: Policy) -> pd.Series[Any]:
    """What is left of each credited amount after what the products cost, minor units.

    A line's price less its cost, never below 0: a product sold at a loss takes nothing from what
    others bring. What a refund takes back is its price less the cost of the pieces that came back,
    and never more than what is left of its order. The reps of a line share it by their credit.

    Plans that pay on revenue alone never ask for it: then it is the amount.
    """
    costs = {row.product: row.cost for row in policy.products if row.cost}
    nobody_asks = all(row.basis != "net" for row in policy.brackets)
    if nobody_asks or lines.empty:
        return lines["amount"]

    facts = pd.DataFrame(
        {
            "order": billed_orders(lines),
            "line": lines["order_id"] + "|" + lines["line_no"].astype("str"),
            "month": lines["month"],
            "refund": lines["refund"],
            "amount": lines["amount"],
            "pieces": lines["pieces"],
            "cost": lines["product"].map(costs).astype("float64").fillna(0).astype("int64"),
        }
    )
    net = pd.Series(0, index=lines.index, dtype="int64")
    for _, of_order in facts.groupby("order", sort=False):
        for row_index, amount in _net_of_order(of_order):
            net[row_index] = amount
    return net


def _net_of_order(facts: pd.DataFrame) -> Iterator[tuple[Any, int]]:
    """What is left of each row of an order and its refunds, month after month."""
    left = 0
    # A refund whose order does not count, as it was paid by its deal, has nothing to stay within.
    has_sales = not facts["refund"].all()
    for _, of_month in facts.groupby("month"):
        for _, line in of_month[~of_month["refund"]].groupby("line"):
            margin = _margin(line)
            left += margin
            yield from _shared(margin, line)

        refunds = of_month[of_month["refund"]]
        for _, line in refunds.groupby("line"):
            taken_back = _margin(line)
            if has_sales:
                taken_back = min(taken_back, left)
            left -= taken_back
            yield from _shared(-taken_back, line)


def _margin(line: pd.DataFrame) -> int:
    """The size of an order line less the cost of its pieces, at least 0, minor units."""
    price = abs(int(line["amount"].sum()))
    pieces = Fraction(abs(int(line["pieces"].sum())), PIECE)
    cost = int(line["cost"].iloc[0])
    return max(round_half_away(price - cost * pieces), 0)


def _shared(amount: int, line: pd.DataFrame) -> Iterator[tuple[Any, int]]:
    """An amount shared by a line's reps in proportion to their credit."""
    weights = [abs(int(credit)) for credit in line["amount"]]
    parts = allocate(amount, weights) if any(weights) else [0] * len(weights)
    return zip(line.index, parts, strict=True)
