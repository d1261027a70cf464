"""How does a sentence say an amount of a plan, which is money or a count?"""

from __future__ import annotations

from decimal import Decimal

from salesbook.money import three_digits, to_decimal
from salesbook.pages.lines.target_board.plans import YearPlan
from salesbook.tables.base import is_of_money


def rounded(plan: YearPlan, amount: int) -> Decimal:
    """Money to three digits; a count as it is."""
    if not is_of_money(plan.metric):
        return Decimal(amount)
    return three_digits(amount, plan.context.policy.decimals)


def exactly(plan: YearPlan, amount: int) -> Decimal:
    """The amount itself: two that differ by a little shall not read the same."""
    if not is_of_money(plan.metric):
        return Decimal(amount)
    exact = to_decimal(amount, plan.context.policy.decimals)
    return exact.to_integral_value() if exact == exact.to_integral_value() else exact
