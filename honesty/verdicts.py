"""How often did a promise hold, how sure is that, and is the goal met?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from figures.results import Goal

MET = "✓"
MISSED = "✗"


@dataclass
class Tally:
    """How many of so many cases were what was looked for."""

    hits: int = 0
    cases: int = 0

    def add(self, hits: npt.ArrayLike) -> None:
        """Count one case or an array of them."""
        flags = np.asarray(hits, dtype=bool)
        self.hits += int(flags.sum())
        self.cases += int(flags.size)

    @property
    def share(self) -> float:
        """Hits of cases; nan of none."""
        return self.hits / self.cases if self.cases else math.nan

    def __str__(self) -> str:
        return percent(self.share)


@dataclass(frozen=True)
class Bounds:
    """Between which shares a figure must lie."""

    least: float = 0.0
    most: float = 1.0

    def hold(self, share: float) -> bool:
        """False also for a share of nothing: what was never tried is no promise kept."""
        return self.least <= share <= self.most

    def verdict(self, share: float) -> str:
        """The goal and whether it is met, for a row of a table."""
        return f"{self}: {MET if self.hold(share) else MISSED}"

    def __str__(self) -> str:
        if self.least <= 0:
            return f"≤ {percent(self.most)}"
        if self.most == 1:
            return f"≥ {percent(self.least)}"
        return f"{percent(self.least).removesuffix(' %')} to {percent(self.most)}"


INTERVALS = Bounds(0.75, 0.85)
"""Where 80 % intervals are to hold the truth, on average over cells."""
WORST_CELL = Bounds(0.70, 1.0)
"""Where they are to hold it in every single cell."""


def percent(share: float) -> str:
    """A share without decimals, with one below 10 %; a dash where there is none."""
    if math.isnan(share):
        return "–"
    points = 100 * share
    return f"{points:.1f} %" if 0 < abs(points) < 9.95 else f"{points:.0f} %"


def number(value: float, decimals: int = 1) -> str:
    """A number of a table; a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:,.{decimals}f}"


def within(text: str, share: float, bounds: Bounds) -> Goal:
    """Make the goal that a share lies within bounds."""
    is_met = bounds.hold(share)
    # A near miss must not look like a goal that was met.
    shown = percent(share) if is_met or math.isnan(share) else f"{100 * share:.1f} %"
    return Goal(f"{text} ({bounds})", is_met, shown)


def mean_of(shares: Iterable[float]) -> float:
    """The mean over cells, each counting alike; nan where there is none."""
    known = [share for share in shares if not math.isnan(share)]
    return float(np.mean(known)) if known else math.nan


def cover_goals(text: str, shares: Iterable[float], bounds: Bounds = INTERVALS) -> list[Goal]:
    """Make the two goals of 80 % intervals: on average over cells, and in the worst cell."""
    every = list(shares)
    known = [share for share in every if not math.isnan(share)]
    worst = min(known, default=math.nan)
    return [
        within(f"{text}: on average over {len(every)} cells", mean_of(every), bounds),
        within(f"{text}: in the worst cell", worst, WORST_CELL),
    ]


@dataclass(frozen=True)
class Said:
    """Chances that were said, and what came true of them."""

    bars: tuple[float, ...]
    """Between these, and 0 and 1, chances are put together."""
    chances: list[float] = field(default_factory=list)
    came_true: list[bool] = field(default_factory=list)

    def add(self, chances: npt.ArrayLike, came_true: npt.ArrayLike) -> None:
        """Note chances with their outcomes."""
        self.chances.extend(np.asarray(chances, dtype=np.float64).tolist())
        self.came_true.extend(np.asarray(came_true, dtype=bool).tolist())

    def bands(self) -> Iterator[tuple[float, float, int]]:
        """Per band: the mean of what was said, the share that came true, and how many there are."""
        chances, came_true = np.array(self.chances), np.array(self.came_true)
        band = np.digitize(chances, self.bars)
        for place in range(len(self.bars) + 1):
            members = band == place
            count = int(members.sum())
            if count:
                yield float(chances[members].mean()), float(came_true[members].mean()), count
            else:
                yield math.nan, math.nan, 0

    def cells(self) -> list[str]:
        """The bands for a row of a table."""
        return [
            f"{percent(said)} → {percent(came_true)}" if count else "–"
            for said, came_true, count in self.bands()
        ]

    def headers(self) -> list[str]:
        """The bands' names."""
        edges = [f"{100 * bar:.0f}" for bar in (0.0, *self.bars, 1.0)]
        return [f"{low} to {high} %" for low, high in pairwise(edges)]

    def most_off(self, least: int = 100) -> float:
        """By how much the worst band is off; bands with fewer cases say little and do not count."""
        offs = [abs(said - true) for said, true, count in self.bands() if count >= least]
        return max(offs, default=math.nan)


def calibrated(text: str, said: Iterable[Said], bound: float = 0.10) -> Goal:
    """Make the goal that chances come true within a bound in every band."""
    offs = [one.most_off() for one in said]
    known = [off for off in offs if not math.isnan(off)]
    worst = max(known, default=math.nan)
    return Goal(
        f"{text} within {percent(bound)} in every band",
        worst <= bound,
        f"at most {number(100 * worst)} points off",
    )
