"""Do the rhythms of touch fit a rep's hours in the long run, and which tier should be called less first?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

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
    promised_of = asked.groupby("rep_id")["hours"].sum()
    relaxed_first = _first_to_relax(asked)
    return {
        str(rep): _of_rep(
            float(promised),
            available.get(str(rep), 0.0),
            waiting_hours.get(str(rep), 0.0),
            relaxed_first.get(str(rep)),
        )
        for rep, promised in promised_of.items()
    }


class _Tier(NamedTuple):
    """A rep's customers of one tier who are called in its own rhythm."""

    tier: str
    hours: float
    """A week."""
    days: float


def _first_to_relax(asked: pd.DataFrame) -> dict[str, _Tier]:
    """By rep the tier whose calls stand for the least value an hour, the lower one where that ties."""
    by_own_rhythm = asked[asked["rhythm"] == "tier"]
    sums: Any = by_own_rhythm.groupby(["rep_id", "tier"], as_index=False).agg(
        hours=("hours", "sum"),
        value=("value", "sum"),
        place=("place", "first"),
        days=("touch_days", "first"),
    )
    sums = sums[sums["hours"] > 0]
    sums = sums.assign(worth=sums["value"].astype("float64") / sums["hours"])
    sums = sums.sort_values(["rep_id", "worth", "place"], ascending=[True, True, False])
    first = sums.drop_duplicates("rep_id")
    return {
        str(row.rep_id): _Tier(str(row.tier), float(row.hours), float(row.days))
        for row in first.itertuples(index=False)
    }


def _of_rep(promised: float, available: float, waiting: float, tier: _Tier | None) -> RhythmAdvice:
    facts: dict[str, Fact] = {"promised": round(promised, 1), "available": round(available, 1)}
    if available <= 0:
        return RhythmAdvice(Message("rhythm.no-hours", {"promised": facts["promised"]}))
    missing = promised - available
    if missing > _ROUNDING:
        return _relaxed(tier, missing, facts)
    if not waiting:
        return RhythmAdvice(Message("rhythm.fits", facts))
    if -missing <= _ROUNDING:
        return RhythmAdvice(Message("rhythm.full", facts))
    weeks = math.ceil(waiting / -missing)
    late = {**facts, "late": round(waiting, 1), "weeks": weeks}
    return RhythmAdvice(Message("rhythm.catches-up", late))


def _relaxed(tier: _Tier | None, missing: float, facts: dict[str, Fact]) -> RhythmAdvice:
    """How far to relax a tier, and whether that is enough."""
    facts = {**facts, "missing": round(missing, 1)}
    if tier is None:
        return RhythmAdvice(Message("rhythm.other", facts))
    left = tier.hours - missing
    needed = tier.hours / left if left > 0 else math.inf
    relaxed = float(math.ceil(tier.days * min(needed, _MOST) - _ROUNDING))
    about: dict[str, Fact] = {**facts, "tier": tier.tier, "days": tier.days, "now": relaxed}
    if needed <= _MOST + _ROUNDING:
        return RhythmAdvice(Message("rhythm.relax", about), tier.tier, relaxed)
    freed = round(tier.hours * (1 - tier.days / relaxed), 1)
    part = Message("rhythm.relax-part", {**about, "freed": freed})
    return RhythmAdvice(part, tier.tier, relaxed)
