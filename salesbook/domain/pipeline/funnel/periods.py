"""What happened at each stage in this quarter and year, and in those before?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Ints
from salesbook.domain.arithmetic.calendar import (
    first_day,
    last_day,
    month_of,
    next_month,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.pipeline.forecast.basis import Pipeline
from salesbook.domain.pipeline.funnel.moves import ENTERED, LOST_THERE, PASSED, StageMoves
from salesbook.domain.pipeline.funnel.slices import NONE, Cut
from salesbook.domain.pipeline.funnel.stages import Counts
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries

_QUARTER: Final = 3
_YEAR: Final = 12


@dataclass(frozen=True)
class FunnelPeriod:
    """A period of which the funnel tells what happened."""

    code: str
    first: dt.date
    last: dt.date


def funnel_periods(as_of: dt.date, start_month: int) -> tuple[FunnelPeriod, ...]:
    """The running fiscal quarter and the one before, the running fiscal year and the one before.

    No more of them: with 300 reps each is a thousand rows.
    """
    month = month_of(as_of)
    quarters = [
        quarter_of_month(of_month, start_month)
        for of_month in (month, next_month(month, -_QUARTER))
    ]
    years = [
        year_of_month(of_month, start_month) for of_month in (month, next_month(month, -_YEAR))
    ]
    return tuple(
        FunnelPeriod(code, first_day(code, start_month), last_day(code, start_month))
        for code in (*quarters, *years)
    )


def period_counts(
    moves: StageMoves, pipeline: Pipeline, cuts: Sequence[Cut], period: FunnelPeriod
) -> Iterator[Counts]:
    """Count what happened at each stage in a period, cut by cut.

    Each deal counts once a stage: as entered, and by the last thing that became of it there in the
    period, passed or lost. So whoever was passed in the period may have entered before it. Open are
    the deals that were in the stage on the period's last day, or are today, as far as the history
    says so. Stages at which nothing happened and nobody was get no row.
    """
    deals, codes = pipeline.deals, pipeline.codes
    first, last = np.datetime64(period.first, "D"), np.datetime64(period.last, "D")
    in_period = (moves.day >= first) & (moves.day <= last)
    entered_deal, entered_code = _once(moves, in_period & (moves.what == ENTERED), codes)
    passed, lost = _exits(moves, in_period, codes)
    open_deal, open_code = _open_at_end(deals, pipeline.known, codes, last)

    for cut in cuts:
        shape = (len(cut.names), codes.count)
        entered, advanced, was_lost, still_open = (
            _table(cut, deal, code, shape)
            for deal, code in (
                (entered_deal, entered_code),
                passed,
                lost,
                (open_deal, open_code),
            )
        )
        money = _table(cut, entered_deal, entered_code, shape, deals.amount[entered_deal])
        happened = (entered + advanced + was_lost + still_open) > 0
        yield Counts(
            cut=cut,
            states=(
                advanced.astype(np.int64),
                was_lost.astype(np.int64),
                still_open.astype(np.int64),
            ),
            amount=money,
            shown=happened,
            came_in=entered.astype(np.int64),
        )


def _once(moves: StageMoves, which: Flags, codes: StageCodes) -> tuple[Ints, Ints]:
    """Deal and stage of these moves, each pair once."""
    pairs = np.unique(moves.deal[which] * codes.count + moves.code[which])
    deal, code = np.divmod(pairs, max(codes.count, 1))
    return deal, code


def _exits(
    moves: StageMoves, in_period: Flags, codes: StageCodes
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Deal and stage of those that passed, and of those that were lost, by the last exit of each."""
    rows = np.flatnonzero(in_period & (moves.what != ENTERED))[::-1]
    pairs, newest = np.unique(moves.deal[rows] * codes.count + moves.code[rows], return_index=True)
    deal, code = np.divmod(pairs, max(codes.count, 1))
    what = moves.what[rows][newest]
    is_passed, is_lost = what == PASSED, what == LOST_THERE
    return (deal[is_passed], code[is_passed]), (deal[is_lost], code[is_lost])


def _open_at_end(
    deals: KnownDeals, known: Entries, codes: StageCodes, last: np.datetime64
) -> tuple[Ints, Ints]:
    """The deals that were open at the end of a day, and their stages."""
    has_come = known.entered <= last
    code = np.full(len(deals), UNKNOWN, dtype=np.int64)
    # Entries stand by seq, and of several assigned to one deal the last one stays.
    code[known.deal[has_come]] = known.code[has_come]
    place = np.flatnonzero(codes.are_open(code))
    return place, code[place]


def _table(
    cut: Cut, deal: Ints, code: Ints, shape: tuple[int, int], weights: object = None
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Count deals, or add up their weights: a row per slice, a column per stage."""
    slice_of = cut.slice_of[deal]
    in_slice = slice_of != NONE
    cell = slice_of[in_slice] * shape[1] + code[in_slice]
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)[in_slice]
    counted = np.bincount(cell, weight, shape[0] * shape[1]).astype(np.float64)
    return counted.reshape(shape)
