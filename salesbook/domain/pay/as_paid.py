"""What goes back of what an order was paid, where no brackets or quota say it any more?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from salesbook.domain.pay.closed_periods import Booked
from salesbook.domain.pay.lines import ADJUSTMENT, Line
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away, to_decimal

_NOTHING_SOLD: Final = Fraction(0)


def as_paid_lines(
    booked: Sequence[Booked], revenue_now: int, month: str, *, decimals: int
) -> list[Line]:
    """Settle a closed month's order in proportion to what its own lines have paid.

    An order that is cancelled gives back all of it, one at half its price the half. One that was
    cancelled, settled, and counts again is paid as it was at first.

    Source: by hand, an order of 10,000 that was paid 500, corrected to 7,500: 125 go back.

    Args:
        booked: the order's lines of the month, corrections included, oldest first.
        revenue_now: what the order counts for today, minor units.
        month: the closed one.
        decimals: of the currency.

    Returns: a line for each product family that the order was paid by.
    """
    model = list(booked)
    revenue = sum(line.revenue for line in model)
    if revenue == 0:
        model = [line for line in booked if line.revenue > 0][:1]
        revenue = sum(line.revenue for line in model)
    part = Fraction(revenue_now, revenue) if revenue else _NOTHING_SOLD

    lines = []
    for family in sorted({line.family or "" for line in booked}):
        so_far = [line for line in booked if (line.family or "") == family]
        of_model = [line for line in model if (line.family or "") == family]
        amount = round_half_away(part * sum(line.amount for line in of_model))
        amount -= sum(line.amount for line in so_far)
        base = round_half_away(part * sum(line.base for line in of_model))
        base -= sum(line.base for line in so_far)
        sold = round_half_away(part * sum(line.revenue for line in of_model))
        sold -= sum(line.revenue for line in so_far)
        if not (amount or base or sold):
            continue

        newest = so_far[-1]
        facts: dict[str, Fact] = {
            "month": month,
            "base": to_decimal(base, decimals),
            "plan": newest.scheme,
        }
        message = Message("commission-as-paid", facts)
        pieces = None
        if newest.pieces_known:
            kept = part * sum(_pieces(line) for line in of_model)
            pieces = round_half_away(kept) - sum(_pieces(line) for line in so_far)
        lines.append(
            Line(
                newest.order,
                base,
                None,
                amount,
                newest.scheme,
                f"{ADJUSTMENT}{month}",
                message,
                family=newest.family,
                sold=sold if any(line.is_net for line in so_far) else None,
                pieces=pieces,
            )
        )
    return lines


def _pieces(line: Booked) -> int:
    return sum(counted.pieces for counted in line.counted.values())
