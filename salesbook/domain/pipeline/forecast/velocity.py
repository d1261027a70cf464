"""How fast does the pipeline earn, and is there enough of it?"""

from __future__ import annotations

import math


def velocity(open_deals: float, win_rate: float, average: float, cycle_days: float) -> float:
    """Money per day: open deals x win rate x average amount / days from creation to closing.

    40 x 25 % x 25,000 / 90 → 2,777.78; nan where the cycle is 0 or anything is missing.
    """
    return open_deals * win_rate * average / cycle_days if cycle_days > 0 else math.nan


def coverage(open_amount: float, closed: float, target: float) -> float | None:
    """How many times the open pipeline of a period covers what is missing to its target.

    Returns: None where the target is met: none is needed. Money in any one unit; nan target → nan.
    """
    if math.isnan(target):
        return math.nan
    return open_amount / (target - closed) if target > closed else None


def required_coverage(created_and_closed_share: float, win_rate: float) -> float:
    """The coverage that a period needs at its start: (1 - share created and closed in it) / win
    rate.

    30 % and 20 % → 3.5; nan where the win rate is 0 or unknown.
    """
    return (1 - created_and_closed_share) / win_rate if win_rate > 0 else math.nan
