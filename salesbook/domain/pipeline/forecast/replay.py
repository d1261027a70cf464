"""How good would this forecast have been? It is made again as of days gone, and held to what came.

What nobody thought of (a season, deals entered when they are won, amounts that are cut in the end)
shows there, and moves and widens the forecast of today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.pipeline.forecast.basis import Basis
from salesbook.domain.pipeline.forecast.prospect import prospect_at
from salesbook.domain.pipeline.forecast.windows import Window

FEWEST_CLOSED: Final = 3
"""Closed deals without which there is nothing to go by."""
_REPLAY_DRAWS: Final = 200
"""Enough for a mean and a standard deviation."""
_FEWEST_DAYS: Final = 30.0
"""Days of closings that must be known before a forecast is made again."""
_PRIOR_PERIODS: Final = 6
"""Periods for which an error as large as expected counts."""
_PRIOR_MEANS: Final = 2
"""Periods for which a forecast that was right on average counts."""
_LEAST_LEVEL: Final = 0.5
_MOST_LEVEL: Final = 2.0


@dataclass(frozen=True)
class Correction:
    """What was learned from forecasts made again: a level and a width, for every slice."""

    level: float
    """c: what came in over what was expected."""
    width: float
    """f: how far off it was over how far off it was thought to be."""

    def applied(self, draws: Floats, mean: Floats | float) -> Floats:
        """Move and widen draws around their mean: max(0, c mean + f c (draw - mean))."""
        moved = self.level * (mean + self.width * (draws - mean))
        return np.asarray(np.maximum(moved, 0.0), dtype=np.float64)


@dataclass(frozen=True)
class Replays:
    """One forecast for each period gone, and what came; all of one length."""

    came: Floats
    """y."""
    mean: Floats
    deviation: Floats

    def usable(self) -> Replays:
        """Those in which something was expected."""
        rows = (self.mean > 0) & (self.deviation > 0)
        return Replays(self.came[rows], self.mean[rows], self.deviation[rows])


def corrections_of(replays: Mapping[str, Replays]) -> dict[str, Correction]:
    """Compare what came in with what was expected: one level for all, a width for each length.

    c = (sum y + 2 m) / (sum mean + 2 m), where m is the mean of the means, from 0.5 to 2, over the
    periods of all lengths together: with a level for months and another for quarters, a quarter
    would not be what its months are. f² = (sum e² + 6) / (J + 6), 1 at least, where
    e = (y - c mean) / (c sd).

    Args: replays by length of period.
    """
    usable = {kind: replay.usable() for kind, replay in replays.items()}
    tried = [replay for replay in usable.values() if len(replay.came)]
    usual = sum(_PRIOR_MEANS * float(replay.mean.mean()) for replay in tried)
    came = sum(float(replay.came.sum()) for replay in tried) + usual
    expected = sum(float(replay.mean.sum()) for replay in tried) + usual
    level = float(np.clip(came / expected, _LEAST_LEVEL, _MOST_LEVEL)) if tried else 1.0
    return {kind: Correction(level, _width(replay, level)) for kind, replay in usable.items()}


def _width(replay: Replays, level: float) -> float:
    errors = (replay.came - level * replay.mean) / (level * replay.deviation)
    width = (float((errors**2).sum()) + _PRIOR_PERIODS) / (len(errors) + _PRIOR_PERIODS)
    return float(np.sqrt(max(1.0, width)))


def replayed(
    basis: Basis, spans: Sequence[tuple[float, float]], random: np.random.Generator
) -> Replays:
    """Make the company's forecast again for periods gone, from what was known before them.

    Args: spans are the periods' first and last days; those that begin before enough was known, and
        those in which orders began to count, are left out.
    """
    came, means, deviations = [], [], []
    for first, last in spans:
        before = first - 1
        is_known = before - basis.first_closed >= _FEWEST_DAYS
        has_basis = basis.has_typed_rates or basis.closed_count(before) >= FEWEST_CLOSED
        is_of_one_kind = basis.orders_count(before) == basis.orders_count(last)
        if not (is_known and has_basis and is_of_one_kind and last <= basis.today):
            continue
        prospect = prospect_at(basis, before, random, _REPLAY_DRAWS)
        mean, deviation = prospect.moments(Window(0.0, last - before))
        came.append(basis.sold_between(before, last))
        means.append(mean)
        deviations.append(deviation)
    return Replays(np.array(came), np.array(means), np.array(deviations))


def seeded(as_of: dt.date, name: str) -> np.random.Generator:
    """Random numbers that are the same for the same day and name, on every machine."""
    letters = list(name.encode("utf-8"))
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([as_of.toordinal(), *letters]))
    )
