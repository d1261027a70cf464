"""A pipeline whose true rates and stays are known: deals drawn with a seed, as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.chances.win_rates import StageRates, stage_rates
from salesbook.domain.pipeline.funnel.stages import passages_of
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes, known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.domain.pipeline.stages.times import stays_of
from salesbook.domain.pipeline.stages.visits import run_days, visits_of
from salesbook.frames import empty_frame, frame_of
from salesbook.messages import Finding
from salesbook.policy import Policy
from salesbook.tables.settings import Rules, Stage

AS_OF: Final = dt.date(2026, 6, 30)
STAGES: Final = (
    Stage(stage="Lead", rank=1, kind="open"),
    Stage(stage="Offer", rank=2, kind="open"),
    Stage(stage="Talks", rank=3, kind="open"),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
MEAN_AMOUNT: Final = 100_000
"""Of deals, in minor units."""
SIGMA: Final = 0.8
"""Of the logarithm of deals' amounts; equal amounts would make sums of few deals look regular."""


def one_stage(typed: float | None = None, **rules: Any) -> Policy:
    """A pipeline of a single open stage, whose win rate somebody typed, or nobody."""
    lead = Stage(stage="Lead", rank=1, kind="open", win_rate=typed)
    return Policy(rules=Rules(**rules), stages=(lead, *STAGES[3:]))


def deals_frame(**columns: Any) -> pd.DataFrame:
    """The Deals table with these columns; keys are counted through, and the rest is missing."""
    size = len(next(iter(columns.values())))
    ids = [f"d{number:05}" for number in range(size)]
    fixed: Mapping[str, Any] = {"deal_id": ids, "rep_id": ["r00"] * size, "amount": [100] * size}
    return frame_of("Deals", {**fixed, **columns})


def lost_stages(names: npt.ArrayLike, is_lost: Flags) -> pd.Series[Any]:
    """The column `lost_stage`: where each lost deal was lost, missing for all others."""
    stages = np.full(len(is_lost), None, dtype=object)
    stages[is_lost] = np.asarray(names)[is_lost]
    return pd.Series(stages, dtype="str")


def dates(days: npt.ArrayLike, *, day_zero: dt.date) -> npt.NDArray[np.datetime64]:
    """Days counted from day 0 as dates; nan is missing."""
    whole = np.floor(np.asarray(days, dtype=np.float64))
    is_missing = np.isnan(whole)
    steps = np.where(is_missing, 0, whole).astype("timedelta64[D]")
    found = np.datetime64(day_zero, "D") + steps
    return np.where(is_missing, np.datetime64("NaT"), found).astype("datetime64[us]")


@dataclass(frozen=True)
class Lives:
    """Deals of a single stage: when each was created, when it ended, and how."""

    created: Floats
    """Days before `AS_OF` are negative."""
    ended: Floats
    is_won: Flags

    @property
    def is_open(self) -> Flags:
        """True for deals that end after `AS_OF`."""
        flags: Flags = self.ended > 0
        return flags

    def frame(self) -> pd.DataFrame:
        """What the book shows of them on `AS_OF`: nothing of how open deals will end."""
        stage = np.where(self.is_open, "Lead", np.where(self.is_won, "Won", "Lost"))
        closed = np.where(self.is_open, np.nan, self.ended)
        return deals_frame(
            stage=stage,
            created_on=dates(self.created, day_zero=AS_OF),
            closed_on=dates(closed, day_zero=AS_OF),
        )


def lives(
    random: np.random.Generator, count: int, rate: float, *, days: int, stays: tuple[float, float]
) -> Lives:
    """Draw deals that came in at any time of the days before `AS_OF`.

    Args:
        rate: true share won of those that enter.
        stays: mean days of won and of lost deals in the stage; gamma with shape 2.
    """
    is_won = random.random(count) < rate
    created = -random.uniform(0, days, count)
    mean = np.where(is_won, *stays)
    ended = created + random.gamma(2.0, mean / 2)
    return Lives(created, ended, is_won)


def rate_now(rate: float, stays: tuple[float, float]) -> float:
    """The true share won of the deals that are in a stage on any one day: who stays long counts."""
    won, lost = rate * stays[0], (1 - rate) * stays[1]
    return won / (won + lost)


@dataclass(frozen=True)
class Read:
    """What the book says of its deals' chances."""

    deals: KnownDeals
    codes: StageCodes
    rates: StageRates
    findings: list[Finding]


def read_rates(frame: pd.DataFrame, policy: Policy) -> Read:
    """Run what `funnel` runs to know the rates of stages, on `AS_OF` and for the first time."""
    codes = stage_codes(policy)
    deals = known_deals(frame, codes)
    history = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
    known = entries_of(history, deals, codes)
    passages = passages_of(deals, known, codes, skipped=policy.rules.funnel_rule)
    runs = run_days([history["noticed_on"]], as_of=AS_OF)
    stays = stays_of(visits_of(deals, known, codes, runs, as_of=AS_OF), codes)
    prior_deals = policy.rules.prior_deals
    rates, findings = stage_rates(passages, stays, deals, codes, prior_deals=prior_deals)
    return Read(deals, codes, rates, findings)


def amounts(random: np.random.Generator, count: int, mean: float = MEAN_AMOUNT) -> Ints:
    """Amounts of deals, lognormal, in minor units."""
    drawn = mean * np.exp(random.normal(-(SIGMA**2) / 2, SIGMA, count))
    return drawn.astype(np.int64)
