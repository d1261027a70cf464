"""Books of deals that pass three stages, whose chances differ by what columns say, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from honesty.deal_files import task_of
from honesty.pipelines import AS_OF, SIGMA, STAGES, dates
from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.additive import chance_of
from salesbook.frames import frame_of
from salesbook.policy import Policy

_BACK: Final = 720.0
"""Days before today over which deals were created."""
AHEAD: Final = 92.0
"""Days of the quarter ahead."""
_USUAL_STAYS: Final = np.array([12.0, 18.0, 20.0])
_LOST_AT: Final = (0.5, 0.3, 0.2)
_SOURCES: Final = np.array(["Referral", "Web", "Phone", "Fair"])
_BY_SOURCE: Final = np.array([1.2, 0.3, -0.4, -1.0])
_REGIONS: Final = np.array(["North", "South", "East", "West"])
_BY_REGION: Final = np.array([0.6, -0.6, 0.3, -0.3])
_BASE: Final = -0.9
_BIG_ARE_RARE: Final = -0.6
"""What one standard deviation of the logarithm of the amount says."""
_OPEN_STAGES: Final = np.array(["Lead", "Offer", "Talks"])


@dataclass(frozen=True)
class DealBook:
    """A book as it stands today, and what the quarter ahead will bring."""

    task: Task
    is_open: Flags
    """Of the deals in it, by key."""
    won: Flags
    """What becomes of each in the end."""
    came: float
    """Money of deals that are won in the quarter ahead, those among them that are not there yet."""


def draw_book(random: np.random.Generator, size: int, *, signal: float = 1.0) -> DealBook:
    """Draw deals by source, region, seats and amount, of which larger ones are won less often.

    Everything was noted on the day on which it happened. Expected days are right to three weeks.

    Args:
        size: deals created until today; as many more a day come in the quarter ahead.
        signal: how much the columns say; 0 makes them noise.
    """
    days = _BACK + AHEAD
    total = round(size * days / _BACK)
    source, region = random.integers(0, 4, total), random.integers(0, 4, total)
    seats = np.round(random.lognormal(3, 0.8, total))
    size_of_deal = random.normal(size=total)
    amount = np.round(1e6 * np.exp(SIGMA * size_of_deal))
    spoken = _BY_SOURCE[source] + _BY_REGION[region] + 0.6 * (np.log(np.maximum(seats, 1)) - 3)
    chance = chance_of(_BASE + signal * (spoken + _BIG_ARE_RARE * size_of_deal))
    won = random.random(total) < chance

    life = _Life.drawn(random, total, won)
    created = np.sort(random.uniform(-_BACK, AHEAD, total))
    closed = created + life.ends[np.arange(total), life.last]
    came = won & (closed > 0) & (closed <= AHEAD)

    there = created <= 0
    drawn = pd.DataFrame(
        {"closed": closed, "won": won, "amount": amount, "source": _SOURCES[source]}
    )
    frame = _deals(random, life, created, drawn)[there]
    own = pd.DataFrame({"Seats": seats, "Region": pd.Series(_REGIONS[region], dtype="str")})
    tables = {
        "Deals": frame.reset_index(drop=True),
        "StageHistory": _history(life, created, won, amount, there),
    }
    policy = Policy(stages=STAGES)
    task = task_of(tables, own[there].reset_index(drop=True), as_of=AS_OF, policy=policy)
    return DealBook(task, (closed > 0)[there], won[there], float(amount[came].sum()))


@dataclass(frozen=True)
class _Life:
    """When each deal leaves each stage, in days from its creation, and its last stage."""

    ends: Floats
    last: Ints

    @classmethod
    def drawn(cls, random: np.random.Generator, size: int, won: Flags) -> _Life:
        stays = random.exponential(1, (size, 3)) * _USUAL_STAYS
        lost_at = random.choice(3, size, p=_LOST_AT)
        return cls(np.cumsum(stays, axis=1), np.where(won, 2, lost_at))

    def stage_at(self, age: Floats) -> Ints:
        passed = (self.ends < age[:, None]).sum(axis=1)
        return np.asarray(np.minimum(passed, self.last), dtype=np.int64)


def _ids(size: int) -> Any:
    return np.array([f"d{number:06}" for number in range(size)])


def _deals(
    random: np.random.Generator, life: _Life, created: Floats, drawn: pd.DataFrame
) -> pd.DataFrame:
    """The table, of all deals.

    Args: drawn holds `closed`, `won`, `amount` and `source`.
    """
    size = len(created)
    closed, won = drawn["closed"].to_numpy(), drawn["won"].to_numpy()
    is_open = closed > 0
    stage = life.stage_at(-created)
    entered = created + np.where(stage > 0, life.ends[np.arange(size), stage - 1], 0.0)
    expected = closed + random.normal(0, 21, size)
    closed_day = np.where(is_open, np.nan, np.floor(closed))
    return frame_of(
        "Deals",
        {
            "deal_id": _ids(size),
            "rep_id": ["r00"] * size,
            "source": drawn["source"],
            "stage": np.where(is_open, _OPEN_STAGES[stage], np.where(won, "Won", "Lost")),
            "amount": drawn["amount"],
            "created_on": dates(np.floor(created), day_zero=AS_OF),
            "stage_since": dates(np.floor(np.where(is_open, entered, closed)), day_zero=AS_OF),
            "expected_on": dates(np.floor(expected), day_zero=AS_OF),
            "closed_on": dates(closed_day, day_zero=AS_OF),
            "lost_stage": pd.Series(_OPEN_STAGES[life.last], dtype="str").mask(won | is_open),
        },
    )


def _history(
    life: _Life, created: Floats, won: Flags, amount: Floats, there: Flags
) -> pd.DataFrame:
    """Every entry up to today, noticed on its day."""
    parts = []
    for step in range(4):
        entered = created + (life.ends[:, step - 1] if step else 0.0)
        closes = life.last == step - 1
        deal = np.flatnonzero(there & (entered <= 0) & (closes | (life.last >= step)))
        open_stage = _OPEN_STAGES[min(step, 2)]
        stage = np.where(closes, np.where(won, "Won", "Lost"), open_stage)[deal]
        parts.append((deal, np.full(len(deal), step + 1), stage, np.floor(entered[deal])))
    deal, seq, stage, day = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((seq, deal))
    deal, seq, stage, day = deal[order], seq[order], stage[order], day[order]
    return frame_of(
        "StageHistory",
        {
            "deal_id": _ids(len(created))[deal],
            "seq": seq,
            "stage": stage,
            "entered_on": dates(day, day_zero=AS_OF),
            "noticed_on": dates(day, day_zero=AS_OF),
            "source": ["typed"] * len(deal),
            "amount": amount[deal],
        },
    )
