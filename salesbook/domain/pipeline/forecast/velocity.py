"""How fast does the pipeline earn, and is there enough of it?"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.pipeline.chances.win_rates import win_rate_by_count
from salesbook.domain.pipeline.stages.codes import KnownDeals

_LEAST_NEEDED: Final = 1.0
"""Nobody needs less pipeline than what is missing."""


def velocity(
    open_deals: npt.ArrayLike,
    win_rate: npt.ArrayLike,
    average: npt.ArrayLike,
    cycle_days: npt.ArrayLike,
) -> Floats:
    """Money per day: open deals x win rate x average amount / days from creation to closing.

    40 x 25 % x 25,000 / 90 → 2,777.78; nan where the cycle is 0 or anything is missing.
    """
    days = np.asarray(cycle_days, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        money = np.asarray(open_deals) * np.asarray(win_rate) * np.asarray(average)
        return np.where(days > 0, money / days, np.nan)


def coverage(open_amount: npt.ArrayLike, closed: npt.ArrayLike, target: npt.ArrayLike) -> Floats:
    """How many times the open pipeline of a period covers what is missing to its target.

    Args: money in any one unit.

    Returns: nan where the target is met, for then none is needed, or unknown.
    """
    missing = np.asarray(target, dtype=np.float64) - np.asarray(closed, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(missing > 0, np.asarray(open_amount) / missing, np.nan)


def required_coverage(created_and_closed_share: float, win_rate: float) -> float:
    """The coverage that a period needs at its start: (1 - share made in it) / win rate.

    Deals created and closed within the period are not in the pipeline at its start; the rest of the
    target has to come out of it, and of what is in it only the win rate's share does.

    30 % and 20 % → 3.5; nan where the win rate is 0 or unknown.
    """
    return (1 - created_and_closed_share) / win_rate if win_rate > 0 else math.nan


def needed_coverage(deals: KnownDeals, start_month: int) -> float:
    """The coverage that a fiscal quarter needs by all deals closed so far, see `required_coverage`.

    The share is that of won deals created and closed in one quarter, the win rate that by count.
    It is at least 1: where most is made and won within a quarter the rule gives less, as if what is
    missing could come out of a pipeline smaller than itself, and deals that nobody has entered yet
    are no promise.
    """
    won = deals.frame[deals.is_won]
    win_rate = win_rate_by_count(len(won), int(deals.is_lost.sum()))
    needed = required_coverage(same_quarter_share(won, start_month), win_rate)
    return needed if math.isnan(needed) else max(needed, _LEAST_NEEDED)


def same_quarter_share(won: pd.DataFrame, start_month: int) -> float:
    """Share of won deals created in the fiscal quarter they closed in; 0 where no day is known."""
    dated = won[won["created_on"].notna() & won["closed_on"].notna()]
    if dated.empty:
        return 0.0

    created = _quarter_number(dated["created_on"], start_month)
    closed = _quarter_number(dated["closed_on"], start_month)
    return float((created == closed).mean())


def _quarter_number(days: pd.Series[Any], start_month: int) -> pd.Series[Any]:
    """Fiscal quarters counted through, so that equal numbers are one quarter of one year."""
    return (days.dt.year * 12 + days.dt.month - start_month) // 3
