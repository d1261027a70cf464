"""Do the rhythms of touch fit a rep's hours in the long run, and which tier should be called less first?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.messages import Fact, Message

_DAYS_A_WEEK: Final = 7
_MINUTES_AN_HOUR: Final = 60
_MOST: Final = 2.0
"""A rhythm is at most doubled: who is called more seldom than that is given up rather than relaxed."""
_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class RhythmAdvice:
    """Whether a rep's touches fit, and what to do where they do not."""

    because: Message
    relax_tier: str | None = None
    relax_days: float | None = None


def weekly_touch_hours(touches: pd.DataFrame) -> pd.Series[float]:
    """Hours a week that each customer takes in the long run, by the rhythm and the channel.

    Args: `touch_days` and `minutes` per customer.
    """
    every = np.maximum(np.ceil(touches["touch_days"].to_numpy(dtype=np.float64)), 1)
    hours = touches["minutes"].to_numpy(dtype=np.float64) / _MINUTES_AN_HOUR
    return pd.Series(hours * _DAYS_A_WEEK / every, index=touches.index)


def rhythm_advice(
    touches: pd.DataFrame, available: Mapping[str, float], waiting_hours: Mapping[str, float]
) -> dict[str, RhythmAdvice]:
    """Advise each rep who has customers, from what his rhythms ask for in a usual week.

    A single week says little: after a holiday many touches fall together. So what is compared is the
    long run, where every customer takes his minutes once in each rhythm. Where that is more than there
    is, the tier is relaxed first whose calls stand for the least value an hour, the lower tier where
    that ties. Only touches that go by the tier's own rhythm count there: it is the one to be changed.

    Args:
        touches: per customer of a rep `rep_id`, `tier`, `place` of the tier (0 best), `value`,
            `touch_days`, `minutes` and `rhythm`, the rule that gave the days.
        available: hours that each rep has in a usual week.
        waiting_hours: of each rep what the calls take that are due and have no time this week.
    """
    asked = touches.assign(hours=weekly_touch_hours(touches))
    advice = {}
    for rep_id, of_rep in asked.groupby("rep_id"):
        rep = str(rep_id)
        waiting = waiting_hours.get(rep, 0.0)
        advice[rep] = _of_rep(of_rep, available.get(rep, 0.0), waiting)
    return advice


def _of_rep(of_rep: pd.DataFrame, available: float, waiting: float) -> RhythmAdvice:
    promised = float(of_rep["hours"].sum())
    facts: dict[str, Fact] = {"promised": round(promised, 1), "available": round(available, 1)}
    if available <= 0:
        return RhythmAdvice(Message("rhythm.no-hours", {"promised": facts["promised"]}))
    missing = promised - available
    if missing <= _ROUNDING:
        if not waiting:
            return RhythmAdvice(Message("rhythm.fits", facts))
        if -missing <= _ROUNDING:
            return RhythmAdvice(Message("rhythm.full", facts))
        weeks = math.ceil(waiting / -missing)
        late = {**facts, "late": round(waiting, 1), "weeks": weeks}
        return RhythmAdvice(Message("rhythm.catches-up", late))
    return _relaxed(of_rep, missing, facts)


def _relaxed(of_rep: pd.DataFrame, missing: float, facts: dict[str, Fact]) -> RhythmAdvice:
    """Which tier to relax, how far, and whether that is enough."""
    by_tier = _tiers_by_worth(of_rep[of_rep["rhythm"] == "tier"])
    facts = {**facts, "missing": round(missing, 1)}
    if by_tier.empty:
        return RhythmAdvice(Message("rhythm.other", facts))
    tier = by_tier.iloc[0]
    hours, days = float(tier["hours"]), float(tier["touch_days"])
    left = hours - missing
    needed = hours / left if left > 0 else math.inf
    relaxed = float(math.ceil(days * min(needed, _MOST) - _ROUNDING))
    about: dict[str, Fact] = {**facts, "tier": str(tier["tier"]), "days": days, "now": relaxed}
    if needed <= _MOST + _ROUNDING:
        return RhythmAdvice(Message("rhythm.relax", about), str(tier["tier"]), relaxed)
    freed = round(hours * (1 - days / relaxed), 1)
    part = Message("rhythm.relax-part", {**about, "freed": freed})
    return RhythmAdvice(part, str(tier["tier"]), relaxed)


def _tiers_by_worth(of_rep: pd.DataFrame) -> pd.DataFrame:
    """A rep's tiers with `hours` and `touch_days`, the one with the least value an hour first."""
    sums: Any = of_rep.groupby("tier").agg(
        hours=("hours", "sum"),
        value=("value", "sum"),
        place=("place", "first"),
        touch_days=("touch_days", "first"),
    )
    sums = sums[sums["hours"] > 0].reset_index()
    worth = sums["value"].astype("float64") / sums["hours"]
    return sums.assign(worth=worth).sort_values(["worth", "place"], ascending=[True, False])
