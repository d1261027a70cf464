"""How much is paid when a rep may draw in advance, and how much is then owed?"""

from __future__ import annotations

from collections.abc import Sequence


def recover_draw(gross: Sequence[int], draw: int) -> list[tuple[int, int]]:
    """Pay at least the draw each month and take it back from later months that earn more.

    What a month earns less than the draw is owed; what it earns above the draw pays that off first.

    Args:
        gross: commission earned month by month, minor units.
        draw: what is paid at least, minor units.

    Returns: pay and what is owed afterwards, month by month.

    Source: rules.md, recoverable draw of 2,000 over six months.
    """
    months = []
    owed = 0
    for earned in gross:
        back = min(owed, max(earned - draw, 0))
        short = max(draw - earned, 0)
        owed += short - back
        months.append((earned - back + short, owed))
    return months
