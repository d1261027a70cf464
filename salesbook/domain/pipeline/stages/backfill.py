"""Through which stages did a deal come that was never seen before, and which of the dates are
known?
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Days, Flags, Ints
from salesbook.domain.pipeline.stages.codes import LOST, OPEN, UNKNOWN, WON, KnownDeals, StageCodes

_DAY: Final = "datetime64[D]"


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
    own, certain, before = _certain_days(deals, which, codes, as_of)
    closed = deals.kind[which] != OPEN
    top = _top_places(deals, which, codes)
    size = top + 1 + closed
    row = np.repeat(np.arange(len(which)), size)
    step = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    is_own = step == size[row] - 1
    is_before = closed[row] & (step == size[row] - 2) & ~np.isnat(before[row])
    early = _early_days(deals, which, np.where(np.isnat(before), own, before).astype(_DAY))
    day = np.where(is_own, own[row], np.where(is_before, before[row], early[row])).astype(_DAY)
    code = np.where(is_own, deals.code[which][row], codes.first[deals.pipe[which]][row] + step)
    return Added(which[row], step + 1, code, day, (is_own & certain[row]) | is_before, is_own)


def _top_places(deals: KnownDeals, which: Ints, codes: StageCodes) -> Ints:
    """The place of the highest open stage that each deal was in; -1 where there is none."""
    kind, code = deals.kind[which], deals.code[which]
    highest = codes.open_count[deals.pipe[which]] - 1
    lost = deals.lost_code[which]
    top = np.where(kind == OPEN, codes.place[code], highest)
    return np.where((kind == LOST) & (lost != UNKNOWN), codes.place[lost], top)


def _certain_days(
    deals: KnownDeals, which: Ints, codes: StageCodes, as_of: dt.date
) -> tuple[Days, Flags, Days]:
    """Per deal: day of its stage, whether Deals tells it, and, if closed, day of the open stage
    before.
    """
    part = deals.frame.iloc[which]
    since = part["stage_since"].to_numpy().astype(_DAY)
    closed_on = part["closed_on"].to_numpy().astype(_DAY)
    created = part["created_on"].to_numpy().astype(_DAY)
    closed = (deals.kind[which] == WON) | (deals.kind[which] == LOST)
    newborn = ~closed & (codes.place[deals.code[which]] == 0)
    own = np.where(closed & ~np.isnat(closed_on), closed_on, since).astype(_DAY)
    own = np.where(newborn & np.isnat(own), created, own).astype(_DAY)
    certain = ~np.isnat(own)
    own = np.where(certain, own, np.datetime64(as_of)).astype(_DAY)
    before = np.where(closed & certain & (since < own), since, np.datetime64("NaT")).astype(_DAY)
    return own, certain, before


def _early_days(deals: KnownDeals, which: Ints, limit: Days) -> Days:
    """Per deal: the day of its inferred stages, `created_on` but no later than `limit`."""
    created = deals.frame["created_on"].to_numpy().astype(_DAY)[which]
    return np.where(np.isnat(created), limit, np.minimum(created, limit)).astype(_DAY)
