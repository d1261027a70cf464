"""What does a month advance to a rep who earns less than the draw, or take back of it?"""

from __future__ import annotations

from typing import Final

from salesbook.domain.pay.lines import Line
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal

DRAW: Final = "draw"
"""The rule of a line that advances or takes back; a rep owes the sum of these lines."""


def draw_line(gross: int, draw: int, owed: int, *, scheme: str, decimals: int) -> Line | None:
    """Pay at least the draw, and take it back from months that earn more.

    What the month earns less than the draw is advanced; what it earns above the draw goes back
    first.

    Args:
        gross: what the month's other lines add up to, minor units; negative where more was taken
            back.
        draw: what is paid at least, minor units; 0 where the pay scheme has none.
        owed: what was advanced before and has not come back.
        scheme: the name of the pay scheme.
        decimals: of the currency.

    Returns: a line of the advance (above 0) or of what goes back (below 0); None where it would be
    0.

    Source: draw 2,000; gross 2750, 3000, 1500, 2375, 3000, 2750 → paid 2750, 3000, 2000, 2000,
    2875, 2750.
    """
    # Without a draw nothing is advanced, not even to a month that is below zero.
    advance = max(draw - gross, 0) if draw else 0
    earned_above_draw = max(gross - draw, 0)
    back = min(owed, earned_above_draw)
    amount = advance - back
    if amount == 0:
        return None

    money = {"gross": gross, "draw": draw, "owed": owed + amount}
    if amount > 0:
        code = "commission-draw"
        money["advance"] = amount
    else:
        code = "commission-draw-back"
        money["back"] = -amount

    facts: dict[str, Fact] = {"plan": scheme}
    for name, minor in money.items():
        facts[name] = to_decimal(minor, decimals)
    return Line(None, 0, None, amount, scheme, DRAW, Message(code, facts))
