"""Deals that go through three stages whose true stays are known, and the runs that watch them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from honesty.pipelines import STAGES, dates, deals_frame, lost_stages
from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.stages.codes import StageCodes, known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.domain.pipeline.stages.times import Stays, stays_of
from salesbook.domain.pipeline.stages.visits import noted_by_runs, run_days, visits_of
from salesbook.frames import empty_frame, frame_of
from salesbook.policy import Policy

MEAN_STAY: Final = 20.3
"""Days, exponential, in each stage."""
TRUE_MEDIAN: Final = MEAN_STAY * np.log(2)
TRUE_P80: Final = MEAN_STAY * np.log(5)
_FIRST_RUN: Final = dt.date(2025, 1, 1)
"""Day 0: that of the import."""
_LEAVES: Final = 0.3
"""Chance that a stage is a deal's last one; of those that leave the third one, so many are won."""
_WON_AT_LAST: Final = 0.7
_NAMES: Final = np.array([stage.stage for stage in STAGES])

Typed = Literal["all", "created and closed", "none"]
"""Which days people type: those of stages too, only when a deal was created and closed, or none."""


@dataclass(frozen=True)
class Histories:
    """What truly happened to each deal; days are counted from the import."""

    moves: Floats
    """Deals down; created, then the end of each stage across, nan behind the last one."""
    last: Ints
    """Stages that each deal passes, 1 to 3."""
    is_won: Flags

    def seen_on(self, run: int, *, typed: Typed, since: float) -> pd.DataFrame:
        """Deals as the book shows them at the end of a day.

        Args:
            since: day before which closed deals are not in the book; what was open then is.
        """
        end = run + 1
        is_there = (self.moves[:, 0] < end) & (self._ended() >= since)
        moves, last, is_won = self.moves[is_there], self.last[is_there], self.is_won[is_there]

        with np.errstate(invalid="ignore"):
            passed = (moves < end).sum(axis=1) - 1
        is_closed = passed == last
        entered = moves[np.arange(len(moves)), passed]
        closed_as = np.where(is_won, "Won", "Lost")

        nothing = np.full(len(moves), np.nan)
        created = nothing if typed == "none" else moves[:, 0]
        closed = nothing if typed == "none" else np.where(is_closed, entered, np.nan)
        stage_since = entered if typed == "all" else nothing
        return deals_frame(
            deal_id=[f"d{number:05}" for number in np.flatnonzero(is_there)],
            stage=np.where(is_closed, closed_as, _NAMES[passed]),
            lost_stage=lost_stages(_NAMES[passed - 1], is_closed & ~is_won),
            created_on=dates(created, day_zero=_FIRST_RUN),
            stage_since=dates(stage_since, day_zero=_FIRST_RUN),
            closed_on=dates(closed, day_zero=_FIRST_RUN),
        )

    def logged(self, *, since: float) -> pd.DataFrame:
        """StageHistory as the log of another system has it on day 0.

        Args:
            since: as in `seen_on`.
        """
        lines = []
        for number in np.flatnonzero((self.moves[:, 0] < 1) & (self._ended() >= since)):
            last = self.last[number]
            stages = [*_NAMES[:last], "Won" if self.is_won[number] else "Lost"]
            moved = self.moves[number, : last + 1]
            lines += [
                (f"d{number:05}", seq, stage, day)
                for seq, (stage, day) in enumerate(zip(stages, moved, strict=True), start=1)
                if day < 1
            ]
        deal, seq, stage, day = zip(*lines, strict=True)
        on = dates(np.array(day), day_zero=_FIRST_RUN)
        return frame_of(
            "StageHistory",
            {
                "deal_id": pd.Series(deal, dtype="str"),
                "seq": np.array(seq),
                "stage": pd.Series(stage, dtype="str"),
                "entered_on": on,
                "noticed_on": on,
                "source": pd.Series(["imported"] * len(lines), dtype="str"),
            },
        )

    def _ended(self) -> Floats:
        """Day on which each deal was closed."""
        ended: Floats = self.moves[np.arange(len(self.moves)), self.last]
        return ended


def histories(
    random: np.random.Generator, *, before: int, days: int, a_day: float = 2.0
) -> Histories:
    """Draw the deals of a company that began so many days before the import."""
    count = int(random.poisson(a_day * (before + days)))
    created = random.uniform(-before, days, count)
    stays = random.exponential(MEAN_STAY, (count, 3))
    last = np.minimum(random.geometric(_LEAVES, count), 3)
    moves = np.column_stack([created, created[:, None] + np.cumsum(stays, axis=1)])
    moves[np.arange(4) > last[:, None]] = np.nan
    is_won = (last == 3) & (random.random(count) < _WON_AT_LAST)
    return Histories(moves, last.astype(np.int64), is_won)


@dataclass(frozen=True)
class Watched:
    """What the book knows of the stays after its last run."""

    stays: Stays
    codes: StageCodes

    def of_stage(self, code: int) -> Stays:
        """Those of one stage."""
        return self.stays.part(self.stays.code == code)


def watch(  # noqa: PLR0913 - each is a way in which an import may be
    deals: Histories, *, days: int, every: int, typed: Typed, since: float, has_log: bool = False
) -> Watched:
    """Import on day 0, run every so many days, and tell the stays after the last run.

    Args:
        has_log: whether the log of another system comes in on day 0, of the deals that are there.
    """
    codes = stage_codes(Policy(stages=STAGES))
    history = deals.logged(since=since) if has_log else empty_frame("StageHistory")
    known: Any = None
    as_of = _FIRST_RUN
    for run in range(0, days + 1, every):
        as_of = _FIRST_RUN + dt.timedelta(days=run)
        known = known_deals(deals.seen_on(run, typed=typed, since=since), codes)
        history = append_history(history, known, codes, as_of=as_of)

    entries = entries_of(history, known, codes)
    runs = run_days([noted_by_runs(history)], as_of=as_of)
    visits = visits_of(known, entries, codes, runs, as_of=as_of)
    return Watched(stays_of(visits, codes), codes)
