"""Through which stages did a deal come that was never seen before, and which dates are known?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Days, Flags, Ints
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals, StageCodes

_DAY: Final = "datetime64[D]"
_NO_DAY: Final = np.datetime64("NaT")


@dataclass(frozen=True)
class Added:
    """Rows to add to StageHistory."""

    deal: Ints
    """The deal's place in KnownDeals."""
    seq: Ints
    code: Ints
    day: Days
    certain: Flags
    """False where the row is inferred."""
    current: Flags
    """True where the row is the stage that the deal is in now."""

    def joined(self, other: Added) -> Added:
        """Both parts' rows."""
        return Added(
            np.concatenate([self.deal, other.deal]),
            np.concatenate([self.seq, other.seq]),
            np.concatenate([self.code, other.code]),
            np.concatenate([self.day, other.day]),
            np.concatenate([self.certain, other.certain]),
            np.concatenate([self.current, other.current]),
        )


def backfill_rows(deals: KnownDeals, which: Ints, codes: StageCodes, *, as_of: dt.date) -> Added:
    """Give deals without history every stage that they must have passed.

    An open deal passed the open stages up to its own, a won deal all of them, a lost deal those up
    to `lost_stage`, or all of them where that is blank. A row whose date stands in Deals is
    certain: the present stage on `stage_since` (a closed one on `closed_on`, else `stage_since`;
    the first open one also on `created_on`), and the last open stage of a closed deal on a
    `stage_since` before the closing. Every other row is inferred: entered on `created_on`, or on
    the next certain day where that is missing or earlier, or on `as_of` where no day is known. So a
    deal's days never run backwards.

    Args: which are the deals' places in `deals`.
    """
    present_day, is_certain = _present_days(deals, which, codes, as_of)
    day_before = _last_open_days(deals, which, present_day, is_certain)
    first_certain = np.where(np.isnat(day_before), present_day, day_before).astype(_DAY)
    early_day = _early_days(deals, which, first_certain)

    # One row per stage passed: open stages from the first to the highest, then, for a closed deal,
    # the closed one. `row` leads to the deal in `which`, `step` counts its stages from 0.
    is_closed = ~deals.is_open[which]
    stage_count = _top_places(deals, which, codes) + 1 + is_closed
    row = np.repeat(np.arange(len(which)), stage_count)
    first_row = np.cumsum(stage_count) - stage_count
    step = np.arange(len(row)) - np.repeat(first_row, stage_count)

    is_present = step == stage_count[row] - 1
    is_last_open = is_closed[row] & (step == stage_count[row] - 2)
    has_day_before = is_last_open & ~np.isnat(day_before[row])

    day = np.where(has_day_before, day_before[row], early_day[row])
    day = np.where(is_present, present_day[row], day).astype(_DAY)

    first_stage = codes.first[deals.pipe[which]]
    code = np.where(is_present, deals.code[which][row], first_stage[row] + step)

    return Added(
        deal=which[row],
        seq=step + 1,
        code=code,
        day=day,
        certain=(is_present & is_certain[row]) | has_day_before,
        current=is_present,
    )


def _top_places(deals: KnownDeals, which: Ints, codes: StageCodes) -> Ints:
    """The place of the highest open stage that each deal was in; -1 where there is none."""
    # An open deal got as far as it is now; a closed one through all stages, unless it says where
    # it was lost.
    present = codes.place[deals.code[which]]
    highest = codes.open_count[deals.pipe[which]] - 1
    place = np.where(deals.is_open[which], present, highest)

    lost_code = deals.lost_code[which]
    names_lost_stage = deals.is_lost[which] & (lost_code != UNKNOWN)
    lost_place = codes.place[lost_code]
    return np.where(names_lost_stage, lost_place, place)


def _present_days(
    deals: KnownDeals, which: Ints, codes: StageCodes, as_of: dt.date
) -> tuple[Days, Flags]:
    """Per deal: the day it entered its present stage, and whether Deals tells it."""
    since = deals.days("stage_since")[which]
    closed_on = deals.days("closed_on")[which]
    created_on = deals.days("created_on")[which]

    is_open = deals.is_open[which]
    is_closed = ~is_open
    place = codes.place[deals.code[which]]
    is_in_first_stage = is_open & (place == 0)

    has_closing_day = is_closed & ~np.isnat(closed_on)
    day = np.where(has_closing_day, closed_on, since).astype(_DAY)
    # A deal is created in the first stage, so that its day of creation is that stage's day too.
    is_as_old_as_deal = is_in_first_stage & np.isnat(day)
    day = np.where(is_as_old_as_deal, created_on, day).astype(_DAY)

    is_certain = ~np.isnat(day)
    day = np.where(is_certain, day, np.datetime64(as_of)).astype(_DAY)
    return day, is_certain


def _last_open_days(deals: KnownDeals, which: Ints, present_day: Days, is_certain: Flags) -> Days:
    """Per closed deal: the day of its last open stage; NaT where Deals does not tell it.

    People who close a deal often leave `stage_since` as it was: before the closing, it is the day
    of the stage that the deal was closed from.
    """
    since = deals.days("stage_since")[which]
    is_closed = ~deals.is_open[which]
    is_older = is_closed & is_certain & (since < present_day)
    return np.where(is_older, since, _NO_DAY).astype(_DAY)


def _early_days(deals: KnownDeals, which: Ints, limit: Days) -> Days:
    """Per deal: the day of its inferred stages, `created_on` but no later than `limit`."""
    created_on = deals.days("created_on")[which]
    not_later = np.minimum(created_on, limit)
    return np.where(np.isnat(created_on), limit, not_later).astype(_DAY)
