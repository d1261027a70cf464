"""What does a month advance to a rep who earns less than the draw, or take back of what was
advanced?
"""

from __future__ import annotations

from typing import Final

from salesbook.domain.pay.lines import Line
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal

DRAW: Final = "draw"
"""The rule of a line that advances or takes back; a rep owes the sum of these lines."""


def draw_line(gross: int, draw: int, owed: int, *, plan: str, decimals: int) -> Line | None:
    """Pay at least the draw, and take it back from months that earn more.

    What the month earns less than the draw is advanced; what it earns above the draw goes back
    first.

    Args:
        gross: what the month's other lines add up to, minor units; negative where more was taken
            back.
        draw: what is paid at least, minor units; 0 where the plan has none.
        owed: what was advanced before and has not come back.

    Returns: a line of the advance (above 0) or of what goes back (below 0); None where it would be
    0.

    Source: draw 2,000; gross 2750, 3000, 1500, 2375, 3000, 2750 → paid 2750, 3000, 2000, 2000,
    2875, 2750.
    """
    advance = max(draw - gross, 0) if draw else 0
    back = min(owed, max(gross - draw, 0))
    amount = advance - back
    if amount == 0:
        return None
    money = {"gross": gross, "draw": draw, "owed": owed + amount}
    money |= {"advance": amount} if amount > 0 else {"back": -amount}
    facts: dict[str, Fact] = {name: to_decimal(value, decimals) for name, value in money.items()}
    code = "commission-draw" if amount > 0 else "commission-draw-back"
    return Line(None, 0, None, amount, plan, DRAW, Message(code, {"plan": plan, **facts}))
