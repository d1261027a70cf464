"""On which day is a closed deal looked at as if it were open, and how did it stand then?

What a model learns from must be what it will be asked about: deals that are open. So each closed deal
is looked at on one day of its life, on which any open deal might be looked at: its stage, its days
in it, and whatever was noted by then. Taken as it stood when it closed, every deal would be old,
complete, and in its last stage.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.chances.win_rates import stay_weights
from salesbook.domain.pipeline.funnel.stages import Passages
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals
from salesbook.domain.pipeline.stages.visits import Visits

_SHORTEST: Final = 0.5
"""Days that a visit of 0 days counts for: it began and ended at some hour of one day."""
_TINY: Final = 1e-300
"""What a sum of 0 is taken as, where nothing is divided by it anyway."""
_SPAN: Final = 1e6
"""More days than any book covers: what a deal's number is multiplied by to order by deal and day."""
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MIXERS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


@dataclass(frozen=True)
class Moments:
    """Deals, each on one day while it was open."""

    place: Ints
    """The deal's place among all."""
    code: Ints
    """Number of the stage it was in."""
    day: Floats
    """Days since 1970; nan where nobody knows when the deal was in that stage."""
    age: Floats
    """Days since it had entered the stage; nan where nothing says."""

    def __len__(self) -> int:
        return len(self.place)

    def part(self, rows: Flags) -> Moments:
        """These only."""
        return Moments(self.place[rows], self.code[rows], self.day[rows], self.age[rows])


class Dated:
    """Rows by deal and day, of which the last one up to any day is looked up."""

    def __init__(self, deal: Ints, day: Floats) -> None:
        self.order = np.lexsort((day, deal))
        """Places of the rows in their order."""
        self._key = deal[self.order] * _SPAN + day[self.order]
        self._deal = deal[self.order]

    def last(self, place: Ints, day: Floats) -> Ints:
        """Per deal and day: the place in `order` of its last row up to then; -1 where none is."""
        if not len(self._key):
            return np.full(len(place), -1, dtype=np.int64)
        until = np.searchsorted(self._key, place * _SPAN + np.nan_to_num(day, nan=-1.0), "right")
        row = until - 1
        is_same: Flags = (row >= 0) & (self._deal[np.maximum(row, 0)] == place)
        return np.where(is_same & ~np.isnan(day), row, -1).astype(np.int64)

    def count(self, place: Ints, after: Floats, until: Floats) -> Floats:
        """Per deal: how many rows are dated after one day and up to another."""
        low = np.searchsorted(self._key, place * _SPAN + after, "right")
        high = np.searchsorted(self._key, place * _SPAN + until, "right")
        return (high - low).astype(np.float64)

    def days(self, row: Ints) -> Floats:
        """The days of rows by their place in `order`; nan for -1."""
        if not len(self._key):
            return np.full(len(row), np.nan)
        day = self._key - self._deal * _SPAN
        return np.where(row >= 0, day[np.maximum(row, 0)], np.nan)


class Arrivals:
    """When each deal came into which stage, as far as the days are known."""

    def __init__(self, visits: Visits, passages: Passages) -> None:
        known = np.flatnonzero(~np.isnan(visits.start) & were_entered(visits, passages))
        self._dated = Dated(visits.deal[known], visits.start[known])
        in_order = known[self._dated.order]
        # One more at the end, for -1 where there is none.
        self._code = np.append(visits.code[in_order], UNKNOWN)
        self._start = np.append(visits.start[in_order], np.nan)

    def moments(self, place: Ints, code: Ints, day: float) -> Moments:
        """How open deals stood on one day.

        Args:
            place: which deals were open.
            code: in which stage each was.
        """
        days = np.full(len(place), day)
        row = self._dated.last(place, days)
        in_stage = (row >= 0) & (self._code[row] == code)
        age = np.where(in_stage, np.maximum(day - self._start[row], 0.0), np.nan)
        return Moments(place, code, days, age)


def closed_moments(deals: KnownDeals, passages: Passages, visits: Visits) -> tuple[Moments, Floats]:
    """Choose a day of the life of each closed deal, and say how long that was.

    The day falls anywhere between entering the first known stage and closing, by lot: by a number
    that is made of the deal's key, so that it is the same in every run. Where no days are known
    the lot falls on one of the stages that the deal entered. A deal counts for the days that it was
    open, for on any one day those are met that stay long: see `weights_of`.

    Returns: one moment per closed deal that ever was in an open stage, by place; and the days that
        each was open, nan where they are not known.
    """
    days = np.maximum(visits.end - visits.start, _SHORTEST)
    is_usable = ~np.isnan(days) & ~deals.is_open[visits.deal] & were_entered(visits, passages)
    rows = np.flatnonzero(is_usable)
    known = _chosen(deals, visits.deal[rows], days[rows])

    is_closed_passage = ~deals.is_open[passages.deal]
    passed = np.flatnonzero(is_closed_passage)
    unknown = _chosen(deals, passages.deal[passed], np.ones(len(passed)))

    size = len(deals)
    code = np.full(size, UNKNOWN, dtype=np.int64)
    day, age, total = np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan)
    code[unknown.deal] = passages.code[passed[unknown.row]]
    row = rows[known.row]
    code[known.deal] = visits.code[row]
    day[known.deal] = np.floor(visits.start[row] + known.into)
    age[known.deal] = day[known.deal] - visits.start[row]
    total[known.deal] = known.total

    place = np.flatnonzero(code != UNKNOWN)
    moments = Moments(place, code[place], day[place], np.maximum(age[place], 0.0))
    return moments, total[place]


def weights_of(days: Floats, pipe: Ints, is_won: Flags, pipe_count: int) -> Floats:
    """For how many deals each closed deal counts: by the days that it was open, as in stages' rates.

    Returns: weights that add up to the number of equal deals that are as sure.
    """
    weight = stay_weights(days, pipe, is_won, pipe_count)
    as_sure_as = weight.sum() / max(float((weight**2).sum()), _TINY)
    return np.asarray(weight * as_sure_as, dtype=np.float64)


def were_entered(visits: Visits, passages: Passages) -> Flags:
    """True for visits to stages that count as entered, as in the stages' rates.

    Others lie between two that are known: a deal that passed a stage unseen may have skipped it.
    """
    size = 1 + max(int(visits.code.max(initial=0)), int(passages.code.max(initial=0)))
    return np.isin(visits.deal * size + visits.code, passages.deal * size + passages.code)


@dataclass(frozen=True)
class _Chosen:
    """Which of its rows the lot of each deal falls on."""

    deal: Ints
    row: Ints
    into: Floats
    """How far into the row's length it falls."""
    total: Floats
    """Length of all rows of the deal."""


def _chosen(deals: KnownDeals, deal: Ints, length: Floats) -> _Chosen:
    """Draw a point on the rows of each deal laid end to end.

    Args: deal is in order; length is above 0.
    """
    numbers, first = np.unique(deal, return_index=True)
    if not len(numbers):
        nothing = np.zeros(0, dtype=np.int64)
        return _Chosen(nothing, nothing, np.zeros(0), np.zeros(0))
    ends = np.cumsum(length)
    begins_at = ends[first] - length[first]
    last = np.append(first[1:], len(deal)) - 1
    total = ends[last] - begins_at

    target = begins_at + lots_of(deals.frame["deal_id"].iloc[numbers].tolist()) * total
    row = np.clip(np.searchsorted(ends, target, side="right"), first, last)
    into = np.clip(target - (ends[row] - length[row]), 0.0, length[row])
    return _Chosen(numbers, row, into, total)


def lots_of(keys: Sequence[str]) -> Floats:
    """A number from 0 to 1 for each key, as if by lot, on every machine the same."""
    sums = np.array([zlib.crc32(key.encode("utf-8", "surrogatepass")) for key in keys], np.uint64)
    # The sums of neighbouring keys are alike. Source: S. Vigna, splitmix64.
    mixed = sums * np.uint64(_GOLDEN)
    for shift, mixer in zip((30, 27), _MIXERS, strict=True):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(mixer)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53))
