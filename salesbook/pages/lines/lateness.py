"""How is it shown how late a call is? With the same sign on every page and on the call list."""

from __future__ import annotations

from typing import Final

from salesbook.pages.lines.line import ATTENTION, LATE

LATE_FROM: Final = 30
"""A call is marked once it is more days late than this: a few days are no alarm."""
VERY_LATE_FROM: Final = 60


def sign_of_days(days: int) -> str | None:
    """⚠ for very late, ● for late; None for a few days."""
    if days > VERY_LATE_FROM:
        return LATE
    return ATTENTION if days > LATE_FROM else None
