"""How many deals does each stage decide in a quarter? What a leak costs is told by the quarter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Flags, Floats
from salesbook.domain.pipeline.funnel.slices import NONE, Cut
from salesbook.domain.pipeline.funnel.stages import ADVANCED, LEFT_LOST, Passages
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries

_DAY: Final = "datetime64[D]"
_YEAR_DAYS: Final = 365.25
QUARTER_DAYS: Final = _YEAR_DAYS / 4


@dataclass(frozen=True)
class Pace:
    """Which passages were decided lately, and what their number means for a quarter."""

    passages: Passages
    days: Floats
    """Per passage: the day on which it was decided, counted from 1970; nan while it is open, and
    where nothing says."""
    is_recent: Flags
    """Per passage: whether that was in the days that count."""
    quarters: float
    """How many quarters these days are; nan where no day is known at all."""

    def recent(self, cut: Cut, stage_count: int) -> Floats:
        """Passages decided lately: a row per slice and a column per stage."""
        slice_of = cut.slice_of[self.passages.deal]
        rows = self.is_recent & (slice_of != NONE)
        cell = slice_of[rows] * stage_count + self.passages.code[rows]
        shape = (len(cut.names), stage_count)
        counts = np.bincount(cell, minlength=shape[0] * shape[1])
        return counts.reshape(shape).astype(np.float64)


def pace_of(
    passages: Passages, deals: KnownDeals, known: Entries, codes: StageCodes, *, as_of: dt.date
) -> Pace:
    """Tell which passages were decided in the last year, or in as much of it as the book knows.

    A book that knows less than a quarter is not blown up to one: it would be a guess from a few
    days. So what is told of it is what these days brought, and rather too little.
    """
    days = decided_days(passages, deals, known, codes)
    today = float(np.datetime64(as_of, "D").astype(np.int64))
    if np.isnan(days).all():
        return Pace(passages, days, np.zeros(len(days), dtype=bool), float("nan"))

    known_days = today - float(np.nanmin(days)) + 1
    counted_days = float(np.clip(known_days, QUARTER_DAYS, _YEAR_DAYS))
    with np.errstate(invalid="ignore"):
        is_recent = (days > today - counted_days) & (days <= today)
    return Pace(passages, days, is_recent, counted_days / QUARTER_DAYS)


def decided_days(
    passages: Passages, deals: KnownDeals, known: Entries, codes: StageCodes
) -> Floats:
    """Per passage: the day on which the deal left the stage forwards, or was lost; nan elsewhere.

    It left a stage when it entered a later one, or was closed. A day that was put on a deal because
    it was first seen then is no such day: of an import of old deals all would leave today.
    """
    closed = _numbers(deals.days("closed_on"))
    closed = np.where(deals.is_open, np.nan, closed)

    went_on = _first_day_beyond(deals, known, codes)
    place = codes.place[passages.code]
    left = went_on[passages.deal, place]
    closed_on = closed[passages.deal]

    # Of a closed deal the closing day is the latest that it can have been.
    is_closed = ~deals.is_open[passages.deal]
    left = np.where(is_closed, np.fmin(left, closed_on), left)
    left = np.where(is_closed & np.isnan(closed_on), np.nan, left)

    days = np.where(passages.state == ADVANCED, left, np.nan)
    return np.asarray(np.where(passages.state == LEFT_LOST, closed_on, days), dtype=np.float64)


def _first_day_beyond(deals: KnownDeals, known: Entries, codes: StageCodes) -> Floats:
    """Per deal and place of an open stage: the first day in a later stage; nan where nobody knows."""
    places = int(codes.open_count.max(initial=0)) + 1
    first = np.full((len(deals), places + 1), np.inf)

    is_dated = _are_dated(known) & (known.code != UNKNOWN)
    # A lost deal has not passed the stages behind the one that it was lost from.
    is_dated &= codes.are_open(known.code) | codes.are_won(known.code)
    rows = np.flatnonzero(is_dated)
    np.minimum.at(
        first,
        (known.deal[rows], codes.place[known.code[rows]]),
        known.entered[rows].astype(_DAY).astype(np.int64).astype(np.float64),
    )

    beyond = np.minimum.accumulate(first[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return np.where(np.isfinite(beyond), beyond, np.nan)


def _are_dated(known: Entries) -> Flags:
    """Entries with a typed day, or noticed by a later run than the one that first met the deal."""
    if not len(known.deal):
        return np.zeros(0, dtype=bool)
    first_row = np.maximum.accumulate(np.where(known.follows(), 0, np.arange(len(known.deal))))
    is_later_run = known.noticed > known.noticed[first_row]
    flags: Flags = (known.certain | is_later_run) & ~np.isnat(known.entered)
    return flags


def _numbers(days: npt.NDArray[np.datetime64]) -> Floats:
    """Days since 1970; nan where missing."""
    is_missing = np.isnat(days)
    return np.where(is_missing, np.nan, days.astype(_DAY).astype(np.int64).astype(np.float64))
